/** One HTTP request to the outside: to the address that was checked, without redirects, within time and size. */
import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Buffer } from "node:buffer";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Readable } from "node:stream";
import { messageOf } from "../errors.ts";
import type { ReceiverState } from "../orchestrator/outbox.ts";
import type { EgressPolicy } from "./egress.ts";

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  /** Calls to this host at once, when whoever asks has counted them already. */
  readonly callsPerHostMax?: number;
}

export type OutgoingResult =
  | {
    readonly type: "answered";
    readonly status: number;
    readonly body: string;
    readonly retryAfter: string | null;
  }
  /** Will not get better by itself. */
  | { readonly type: "refused"; readonly reason: string }
  /** May work later. */
  | { readonly type: "failed"; readonly reason: string };

export type Outgoing = (request: OutgoingRequest, signal: AbortSignal) => Promise<OutgoingResult>;

const TIMEOUT_MAX_MS = 15_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;
const CALLS_PER_HOST_MAX = 4;
const WAITING_PER_HOST_MAX = 100;

const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]);
const HEADERS_REFUSED = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "upgrade",
  "te",
  "trailer",
  "proxy-authorization",
  "proxy-connection",
  "expect",
  "accept-encoding",
]);

/** At most four calls at once for each host; the others wait their turn within their own time. */
export function createOutgoing(egress: EgressPolicy): Outgoing {
  const slots = createSlots();
  return async (request, signal) => {
    const problem = problemOf(request);
    if (problem !== null) return { type: "refused", reason: problem };
    const timeoutMs = Math.min(TIMEOUT_MAX_MS, Math.max(1, request.timeoutMs));
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const decision = await orAborted(egress.check(request.url), deadline);
    if (decision === null) return { type: "failed", reason: `No answer within ${timeoutMs} ms` };
    if (decision.type === "refused") return { type: "refused", reason: decision.reason };
    if (decision.type === "unresolved") return { type: "failed", reason: decision.reason };
    const callsMax = request.callsPerHostMax ?? CALLS_PER_HOST_MAX;
    const release = await slots.take(decision.url.host, { signal: deadline, callsMax });
    if (release === null) {
      return { type: "failed", reason: `Too many calls to "${decision.url.host}" are under way` };
    }
    try {
      return await send(request, { ...decision, deadline });
    } catch (error) {
      const isLate = deadline.aborted && !signal.aborted;
      return { type: "failed", reason: isLate ? `No answer within ${timeoutMs} ms` : messageOf(error) };
    } finally {
      release();
    }
  };
}

/** Calls of actions are let through one by one before they come here. */
export const CALLS_COUNTED_MAX = 100;

/** What the end of a call says about whoever was called. */
export function receiverAfter(result: OutgoingResult): ReceiverState {
  if (result.type === "refused") return "unknown";
  return result.type === "failed" || result.status >= 500 ? "broken" : "well";
}

/** Resolves by the system, hosts file included. */
export async function resolveHost(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map((entry) => entry.address);
}

function problemOf(request: OutgoingRequest): string | null {
  if (!METHODS.has(request.method)) return `Method "${request.method.slice(0, 20)}" cannot be sent`;
  for (const [name, value] of Object.entries(request.headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/i.test(name)) return "A header has a name that cannot be sent";
    if (HEADERS_REFUSED.has(name.toLowerCase())) return `Header "${name}" cannot be set`;
    // deno-lint-ignore no-control-regex
    if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(value)) {
      return `Header "${name}" has a value that cannot be sent`;
    }
  }
  return null;
}

function send(
  request: OutgoingRequest,
  to: { readonly url: URL; readonly addresses: readonly string[]; readonly deadline: AbortSignal },
): Promise<OutgoingResult> {
  const checked = to.addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return new Promise((resolve, reject) => {
    const call = (to.url.protocol === "https:" ? requestHttps : requestHttp)(to.url, {
      method: request.method,
      headers: { ...request.headers, ...lengthOf(request.body), "accept-encoding": "identity" },
      maxHeaderSize: HEADER_BYTES_MAX,
      agent: false,
      // Connects to what was checked, whatever the name says a moment later.
      lookup: (_host, options, done) => {
        const [first] = checked;
        if (options.all) done(null, checked);
        else done(null, first?.address ?? "", first?.family);
      },
    }, (response) => {
      textOf(response).then(
        (body) =>
          resolve({
            ...body,
            status: response.statusCode ?? 0,
            retryAfter: response.headers["retry-after"] ?? null,
          }),
        reject,
      ).finally(() => call.destroy());
    });
    to.deadline.addEventListener("abort", () => {
      call.destroy();
      reject(new Error("The call was given up"));
    }, { once: true });
    call.on("error", reject);
    if (request.body === null) call.end();
    else call.end(request.body);
  });
}

function lengthOf(body: string | null): Record<string, string> {
  return body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
}

/** Reads at most 64 KiB, counted after decompression; the rest is never read. */
async function textOf(
  response: IncomingMessage,
): Promise<{ readonly type: "answered"; readonly body: string }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decoded(response)) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > ANSWER_BYTES_MAX) throw new Error(`The answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(bytes);
  }
  return { type: "answered", body: new TextDecoder().decode(Buffer.concat(chunks)) };
}

function decoded(response: IncomingMessage): Readable {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase();
  if (encoding === undefined || encoding === "" || encoding === "identity") return response;
  if (encoding === "gzip") return response.pipe(createGunzip());
  if (encoding === "deflate") return response.pipe(createInflate());
  if (encoding === "br") return response.pipe(createBrotliDecompress());
  throw new Error("The answer has an unknown encoding");
}

async function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | null> {
  if (signal.aborted) return null;
  const aborted = Promise.withResolvers<null>();
  const give = () => aborted.resolve(null);
  signal.addEventListener("abort", give, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", give);
  }
}

function createSlots() {
  const hosts = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  return {
    /** Null when the queue is full or the time is over. The function that comes back gives the slot free. */
    async take(
      host: string,
      { signal, callsMax }: { readonly signal: AbortSignal; readonly callsMax: number },
    ): Promise<(() => void) | null> {
      const slot = hosts.get(host) ?? { running: 0, waiting: [] };
      hosts.set(host, slot);
      if (slot.running >= callsMax) {
        if (slot.waiting.length >= WAITING_PER_HOST_MAX) return null;
        const turn = Promise.withResolvers<void>();
        slot.waiting.push(turn.resolve);
        if (await orAborted(turn.promise.then(() => true), signal) === null) {
          const place = slot.waiting.indexOf(turn.resolve);
          if (place >= 0) slot.waiting.splice(place, 1);
          else release(host);
          return null;
        }
      } else slot.running += 1;
      return () => release(host);
    },
  };

  /** Hands the slot to whoever waits longest. */
  function release(host: string): void {
    const slot = hosts.get(host);
    if (slot === undefined) return;
    const next = slot.waiting.shift();
    if (next !== undefined) return next();
    slot.running -= 1;
    if (slot.running === 0) hosts.delete(host);
  }
}
