/** One text for one document: keys sorted, so that a hash tells whether two say the same. */
import { createHash } from "node:crypto";
import type { JsonValue } from "../json.ts";
import { isList, isObject } from "./cursor.ts";

export function canonicalJson(value: JsonValue): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value).sort().map((key) =>
    `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`
  );
  return `{${entries.join(",")}}`;
}

/** SHA-256 of the canonical JSON, in hexadecimal digits. */
export function hashOf(document: JsonValue): string {
  return createHash("sha256").update(canonicalJson(document)).digest("hex");
}
