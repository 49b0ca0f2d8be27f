/** Opaque cursors: the sort key of the last row, bound to the order and the filter it was made for. */
import { AppError } from "../errors.ts";
import type { JsonValue } from "../json.ts";

export type CursorKey = readonly (string | number)[];

const CURSOR_LENGTH_MAX = 2_048;

/** `scope` is anything that must be the same on the next page; `key` is the position of the last row given out. */
export function encodeCursor(scope: string, key: CursorKey): string {
  const bytes = new TextEncoder().encode(JSON.stringify([fingerprint(scope), ...key]));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Throws `bad_request` when the cursor was not made by `encodeCursor` with this scope and this many parts. */
export function decodeCursor(scope: string, cursor: string, partsCount: number): CursorKey {
  const parts = parse(cursor);
  const isRight = Array.isArray(parts) && parts.length === partsCount + 1 && parts[0] === fingerprint(scope);
  if (!isRight) {
    throw new AppError(
      "bad_request",
      `Cannot read cursor "${cursor.slice(0, 40)}": it belongs to another list`,
    );
  }
  return parts.slice(1).map((part) => typeof part === "number" ? part : String(part));
}

/** The filter of a query as text: everything except where its page begins and ends. */
export function cursorScope(name: string, filter: object): string {
  const { cursor: _cursor, after: _after, offset: _offset, limit: _limit, ...rest }: Record<string, unknown> =
    {
      ...filter,
    };
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined && value !== null);
  return `${name}:${JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
}

function parse(cursor: string): JsonValue {
  if (cursor.length > CURSOR_LENGTH_MAX) return null;
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
  } catch {
    return null;
  }
}

/** FNV-1a: no secret, only a guard against a cursor that is used with another filter. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(36);
}
