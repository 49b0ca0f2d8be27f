/** How large a context is, without writing it down when it is clearly small. */
import type { JsonArray, JsonObject, JsonValue } from "../json.ts";

/** Bytes that one UTF-16 unit can take at most in JSON: an escape of six characters. */
const UNIT_BYTES_MAX = 6;
const NUMBER_BYTES_MAX = 25;

/** Whether `context` takes more than `bytes` as UTF-8 JSON. */
export function contextBytesMoreThan(context: JsonValue, bytes: number): boolean {
  if (boundOf(context, bytes) <= bytes) return false;
  return utf8Length(JSON.stringify(context)) > bytes;
}

/** A number of bytes that the value surely fits in; stops counting above `enough`. */
function boundOf(value: JsonValue, enough: number): number {
  if (typeof value === "string") return value.length * UNIT_BYTES_MAX + 2;
  if (typeof value !== "object" || value === null) return NUMBER_BYTES_MAX;
  let bound = 2;
  if (isList(value)) {
    for (const item of value) {
      bound += 1 + boundOf(item, enough);
      if (bound > enough) return bound;
    }
    return bound;
  }
  const keys = Object.keys(value);
  for (const key of keys) {
    bound += key.length * UNIT_BYTES_MAX + 4 + boundOf(value[key] ?? null, enough);
    if (bound > enough) return bound;
  }
  return bound;
}

function utf8Length(text: string): number {
  let length = 0;
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) length += 2;
    else length += 3;
  }
  return length;
}

function isList(value: JsonArray | JsonObject): value is JsonArray {
  return Array.isArray(value);
}
