/** Typed reading of untyped values: each reader gives a value of its type and reports what is there instead. */
import type { JsonArray, JsonObject, JsonValue } from "../json.ts";
import { dotted, type Findings, type Path } from "./findings.ts";

/** A mapping and where it stands. */
export interface Cursor {
  readonly object: JsonObject;
  readonly path: Path;
  readonly findings: Findings;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** Own keys only: a document has no prototype. */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "a number";
    case "boolean":
      return "a boolean";
    default:
      return "a mapping";
  }
}

/** Finding `F02`: another kind of value than expected. */
export function wrongKind(findings: Findings, path: Path, wanted: string, value: JsonValue): void {
  findings.error(
    "F02",
    path,
    `Cannot read "${path.at(-1) ?? "document"}": ${wanted} expected, ${kindOf(value)} found`,
    {
      hint: hintFor(wanted, value),
      data: { at: dotted(path) },
    },
  );
}

/** Finding `F01`: a required key is missing. */
export function missingKey(findings: Findings, path: Path): void {
  findings.error("F01", path, `Cannot read the mapping: key "${path.at(-1)}" is missing`, {
    data: { at: dotted(path) },
  });
}

export function textOr(cursor: Cursor, key: string, fallback: string): string {
  const value = own(cursor.object, key);
  if (value === undefined) return fallback;
  if (typeof value === "string") return value;
  wrongKind(cursor.findings, [...cursor.path, key], "text", value);
  return fallback;
}

export function textOrNull(cursor: Cursor, key: string): string | null {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  wrongKind(cursor.findings, [...cursor.path, key], "text", value);
  return null;
}

/** null when it is missing or no text; that is reported. */
export function requiredText(cursor: Cursor, key: string): string | null {
  const value = own(cursor.object, key);
  const path = [...cursor.path, key];
  if (value === undefined) missingKey(cursor.findings, path);
  else if (typeof value === "string") return value;
  else wrongKind(cursor.findings, path, "text", value);
  return null;
}

export function booleanOr<Fallback extends boolean | null>(
  cursor: Cursor,
  key: string,
  fallback: Fallback,
): boolean | Fallback {
  const value = own(cursor.object, key);
  if (value === undefined || (value === null && fallback === null)) return fallback;
  if (typeof value === "boolean") return value;
  wrongKind(cursor.findings, [...cursor.path, key], "true or false", value);
  return fallback;
}

export function integerOrNull(cursor: Cursor, key: string): number | null {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  wrongKind(cursor.findings, [...cursor.path, key], "a whole number", value);
  return null;
}

export function objectOr(cursor: Cursor, key: string, fallback: JsonObject): JsonObject {
  const value = own(cursor.object, key);
  if (value === undefined) return fallback;
  if (isObject(value)) return value;
  wrongKind(cursor.findings, [...cursor.path, key], "a mapping", value);
  return fallback;
}

/** A list of texts; other members are reported and left out. */
export function textsOf(cursor: Cursor, key: string): readonly string[] {
  const value = own(cursor.object, key);
  if (value === undefined) return [];
  const path = [...cursor.path, key];
  if (!isList(value)) {
    wrongKind(cursor.findings, path, "a list of texts", value);
    return [];
  }
  return value.filter((item, index): item is string => {
    if (typeof item === "string") return true;
    wrongKind(cursor.findings, [...path, index], "text", item);
    return false;
  });
}

/** Mappings of a list with their cursors; other members are reported and left out. */
export function cursorsOf(cursor: Cursor, key: string, value: JsonValue): readonly Cursor[] {
  const path = [...cursor.path, key];
  if (!isList(value)) {
    wrongKind(cursor.findings, path, "a list", value);
    return [];
  }
  const { findings } = cursor;
  return value.flatMap((object, index) => {
    if (isObject(object)) return [{ object, path: [...path, index], findings }];
    wrongKind(findings, [...path, index], "a mapping", object);
    return [];
  });
}

/** Warns of keys that mean nothing here, with the key that was probably meant; keys with `x_` or `x-` are notes. */
export function warnUnknownKeys(cursor: Cursor, known: ReadonlySet<string>): readonly string[] {
  const unknown = Object.keys(cursor.object).filter((key) => !known.has(key));
  for (const key of unknown) {
    if (/^x[-_]/.test(key)) continue;
    const meant = cursor.findings.meant(key, known);
    const message = `Key "${key}" means nothing here: it is kept and not used`;
    const more = { nearest: meant, data: { key } };
    if (meant === null) cursor.findings.info("unknown_key", [...cursor.path, key], message, more);
    else cursor.findings.warning("unknown_key", [...cursor.path, key], message, more);
  }
  return unknown;
}

function hintFor(wanted: string, value: JsonValue): string | undefined {
  if (typeof value === "string" && wanted === "true or false" && /^(?:true|yes|on|1)$/i.test(value)) {
    return "Write true, without quotes";
  }
  if (typeof value === "string" && wanted === "true or false" && /^(?:false|no|off|0)$/i.test(value)) {
    return "Write false, without quotes";
  }
  if (
    typeof value === "string" && wanted.includes("number") && value.trim() !== "" && !isNaN(Number(value))
  ) {
    return `Write ${value.trim()} without quotes`;
  }
  if (wanted === "text" && (typeof value === "number" || typeof value === "boolean")) {
    return `Write "${value}" in quotes`;
  }
  return undefined;
}
