/** Reads a request's body under limits: type, size while reading, time, encoding, syntax, depth — in this order. */
import { AppError } from "../../errors.ts";
import type { Deadlines } from "../../runtime/deadlines.ts";
import type { BodyRule } from "../contract.ts";
import type { ApiLimits } from "../env.ts";
import { DEFAULT_SCAN_LIMITS, scanJson } from "./json_scan.ts";

export interface ReadBody {
  readonly type: "json" | "yaml";
  /** Without parameters, in lower case. */
  readonly mediaType: string;
  readonly text: string;
}

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const YAML_TYPE = /^application\/(?:x-)?yaml\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** null = there is no body and none is needed. */
export async function readBody(
  request: Request,
  rule: BodyRule,
  limits: ApiLimits,
): Promise<ReadBody | null> {
  const contentType = request.headers.get("content-type");
  if (contentType === null && isEmpty(request)) {
    if (rule.isRequired) throw missingBody();
    return null;
  }
  const { type, mediaType } = typeOf(contentType, rule);
  if (request.headers.get("content-encoding") !== null) {
    throw new AppError("unsupported_media_type", "Cannot read the body: encoded content is not accepted");
  }
  const announced = Number(request.headers.get("content-length") ?? "0");
  if (announced > limits.bodyBytesMax) throw tooLarge(limits);

  const text = decode(await readBytes(request, limits));
  if (type === "yaml") return { type, mediaType, text };
  if (text === "") {
    if (rule.isRequired) throw missingBody();
    return null;
  }
  parseBody(text, limits);
  return { type, mediaType, text };
}

/** Plain data out of the text of a body; throws what callers are told about everything else. */
export function parseBody(text: string, limits: Pick<ApiLimits, "bodyDepthMax">): unknown {
  scanJson(text, { ...DEFAULT_SCAN_LIMITS, depthMax: limits.bodyDepthMax });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("bad_request", "Cannot read the body: not JSON", { cause });
  }
}

/**
 * Whether the body is plain JSON of an announced size within the limits: then it may be read in one go, which takes a
 * third of the time.
 */
export function isPlainJson(
  { headers }: Request,
  { bodyBytesMax }: Pick<ApiLimits, "bodyBytesMax">,
): boolean {
  const length = Number(headers.get("content-length") ?? "0");
  return headers.get("content-type") === "application/json" && headers.get("content-encoding") === null &&
    length > 0 && length <= bodyBytesMax;
}

/** A body that has arrived with its head is read within so many steps of promises. */
const READ_STEPS = 8;

/** The bytes of a plain body. */
export async function readPlainBytes(
  request: Request,
  deadlines: Deadlines,
): Promise<Uint8Array<ArrayBuffer>> {
  let isOver = false;
  const reading = request.bytes().catch((error) => {
    throw new AppError("bad_request", "Cannot read the body: it broke off", { cause: error });
  }).finally(() => isOver = true);
  for (let step = 0; step < READ_STEPS && !isOver; step++) await null;
  return isOver ? await reading : await inTime(reading, deadlines);
}

async function inTime<Value>(reading: Promise<Value>, deadlines: Deadlines): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const arrived = deadlines.start(() => reject(lateBody()));
  try {
    return await Promise.race([reading, late]);
  } finally {
    arrived();
  }
}

function isEmpty(request: Request): boolean {
  return request.body === null || request.headers.get("content-length") === "0";
}

function typeOf(contentType: string | null, rule: BodyRule): Pick<ReadBody, "type" | "mediaType"> {
  const mediaType = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  // Other names of JSON come with the same parameters.
  const plain = rule.jsonTypes.includes(mediaType)
    ? contentType?.toLowerCase().replace(mediaType, "application/json")
    : contentType;
  if (JSON_TYPE.test(plain?.trim() ?? "")) return { type: "json", mediaType };
  if (rule.isYamlAllowed && YAML_TYPE.test(plain?.trim() ?? "")) return { type: "yaml", mediaType };
  const accepted = rule.isYamlAllowed ? "application/json or application/yaml" : "application/json";
  throw new AppError("unsupported_media_type", `Cannot read the body: send ${accepted} in UTF-8`);
}

async function readBytes(request: Request, limits: ApiLimits): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    void reader.cancel().catch(() => {});
  }, limits.bodyDeadlineMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) throw lateBody();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > limits.bodyBytesMax) {
        void reader.cancel().catch(() => {});
        throw tooLarge(limits);
      }
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw isLate
      ? lateBody()
      : new AppError("bad_request", "Cannot read the body: it broke off", { cause: error });
  } finally {
    clearTimeout(deadline);
  }
  return joined(chunks, bytes);
}

function joined(chunks: readonly Uint8Array<ArrayBuffer>[], bytes: number): Uint8Array<ArrayBuffer> {
  const only = chunks[0];
  if (chunks.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Throws `bad_request` for what is not UTF-8. */
export function decode(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new AppError("bad_request", "Cannot read the body: not UTF-8", { cause });
  }
}

function missingBody(): AppError {
  return new AppError("validation_failed", "Request is not valid: body: a body is needed", {
    details: { field_errors: [{ path: ["body"], code: "missing", message: "A body is needed" }] },
  });
}

function tooLarge(limits: ApiLimits): AppError {
  return new AppError(
    "payload_too_large",
    `Cannot accept the body: larger than ${limits.bodyBytesMax} bytes`,
  );
}

function lateBody(): AppError {
  return new AppError("timeout", "Cannot read the body: it did not arrive in time", {
    details: { status: 408 },
  });
}
