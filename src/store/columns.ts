/** Reads columns of a database row, whose types the compiler cannot know, as what the schema says they are. */
import { assert } from "../assert.ts";
import type { JsonValue } from "../json.ts";

export type DatabaseRow = Readonly<Record<string, unknown>>;

export function text(row: DatabaseRow, column: string): string {
  const value = row[column];
  assert(typeof value === "string", `column "${column}" holds text`);
  return value;
}

export function textOrNull(row: DatabaseRow, column: string): string | null {
  return row[column] === null || row[column] === undefined ? null : text(row, column);
}

/** One word of a closed list, as it was written by this program. */
export function word<T extends string>(row: DatabaseRow, column: string): T {
  return text(row, column) as T;
}

/** Whole and other numbers; both drivers may give large counts as bigint or text. */
export function number(row: DatabaseRow, column: string): number {
  const value = Number(row[column]);
  assert(Number.isFinite(value), `column "${column}" holds a number`);
  return value;
}

export function numberOrNull(row: DatabaseRow, column: string): number | null {
  return row[column] === null || row[column] === undefined ? null : number(row, column);
}

export function flag(row: DatabaseRow, column: string): boolean {
  return row[column] === true || row[column] === 1;
}

/** A document as this program wrote it: text, or an object inside a larger document that was parsed already. */
export function json<T = JsonValue>(row: DatabaseRow, column: string): T {
  const value = row[column];
  return (typeof value === "string" ? JSON.parse(value) : value) as T;
}

/** null when the column is null. */
export function jsonOrNull<T = JsonValue>(row: DatabaseRow, column: string): T | null {
  return row[column] === null || row[column] === undefined ? null : json<T>(row, column);
}
