/** Reads parts of a document that nobody has checked yet: what is malformed counts as absent. */

export type Mapping = Readonly<Record<string, unknown>>;

/** null counts as no item, a single value as a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function stringsOf(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

export function mappingsOf(value: unknown): Mapping[] {
  return listOf(value).filter(isMapping);
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
