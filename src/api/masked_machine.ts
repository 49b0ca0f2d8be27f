/** Machines for people who may read but not write them: without the credentials that authors put into calls. */
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { MachineRecord } from "../orchestrator/machine_record.ts";

const MASK = "***";
const DEPTH_MAX = 64;
/** Headers that say how to read a message, and nothing about who may send it. */
const PLAIN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "prefer",
  "traceparent",
  "user-agent",
]);
const PLACEHOLDERS_ONLY = /^(?:bearer\s+|basic\s+)?(?:\{\{[^{}]*\}\}\s*)+$/i;
const USER_INFO = /^([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/i;
const SECRET_QUERY = /([?&][^=&\s]*(?:token|secret|passw|key|sig|auth|cred)[^=&\s]*=)(?!\{\{)[^&#\s]+/gi;

/** The same record when there is nothing to hide; else one without its text, where the same words stand. */
export function maskedMachine(record: MachineRecord): MachineRecord {
  const config = maskedObject(record.config, 0);
  const isSame = JSON.stringify(config) === JSON.stringify(record.config);
  return isSame ? record : { ...record, config, sourceText: null };
}

/** What was left of an action that could not be carried out: its address and headers as masked as in the machine. */
export function maskedAction(payload: JsonObject): JsonObject {
  const { params } = payload;
  return params !== undefined && isJsonObject(params) ? { ...payload, params: maskedCall(params) } : payload;
}

function maskedObject(object: JsonObject, depth: number): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      key === "http" && isJsonObject(value) ? maskedCall(value) : maskedValue(value, depth + 1),
    ]),
  );
}

function maskedValue(value: JsonValue, depth: number): JsonValue {
  if (depth > DEPTH_MAX) return MASK;
  if (Array.isArray(value)) return value.map((item: JsonValue) => maskedValue(item, depth + 1));
  return isJsonObject(value) ? maskedObject(value, depth) : value;
}

function maskedCall(call: JsonObject): JsonObject {
  const { url, headers } = call;
  return {
    ...call,
    ...(typeof url === "string" ? { url: maskedUrl(url) } : {}),
    ...(headers !== undefined && isJsonObject(headers) ? { headers: maskedHeaders(headers) } : {}),
  };
}

function maskedUrl(url: string): string {
  return url.replace(USER_INFO, `$1${MASK}@`).replace(SECRET_QUERY, `$1${MASK}`);
}

function maskedHeaders(headers: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const isPlain = PLAIN_HEADERS.has(name.toLowerCase()) ||
        (typeof value === "string" && PLACEHOLDERS_ONLY.test(value));
      return [name, isPlain ? value : MASK];
    }),
  );
}
