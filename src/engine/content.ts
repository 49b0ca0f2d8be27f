/** Event data that is no mapping, kept as one where only mappings can be stored: in timers and deferred events. */
import type { JsonObject, JsonValue } from "../json.ts";
import { isObject } from "./work.ts";

const CONTENT = "_content";

/** The data as a mapping; anything else lies under a key of its own. */
export function wrapContent(data: JsonValue): JsonObject {
  return isObject(data) ? data : { [CONTENT]: data };
}

/** The data that `wrapContent` was given. */
export function unwrapContent(payload: JsonObject): JsonValue {
  if (!Object.hasOwn(payload, CONTENT) || Object.keys(payload).length !== 1) return payload;
  return payload[CONTENT] ?? null;
}
