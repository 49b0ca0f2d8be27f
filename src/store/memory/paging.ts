/** Pages over a list that is in memory. */
import { type CursorKey, decodeCursor, encodeCursor } from "../cursor.ts";
import { pageSize } from "../limits.ts";
import type { CountedPage } from "../store.ts";

/**
 * One page of `rows`, ordered by `keyOf`, each part ascending unless its place in `descending` is true. A cursor names
 * the last row given out, so that rows added meanwhile neither repeat nor hide others.
 */
export function pageOf<T>(
  rows: readonly T[],
  options: {
    readonly scope: string;
    readonly keyOf: (row: T) => CursorKey;
    readonly descending: readonly boolean[];
    readonly query: { readonly limit: number; readonly offset?: number; readonly cursor?: string | null };
  },
): CountedPage<T> {
  const { scope, keyOf, descending, query } = options;
  const compare = (a: CursorKey, b: CursorKey) => compareKeys(a, b, descending);
  const sorted = rows.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const after = query.cursor === undefined || query.cursor === null
    ? null
    : decodeCursor(scope, query.cursor, descending.length);
  const rest = after === null ? sorted : sorted.filter((row) => compare(keyOf(row), after) > 0);
  const start = after === null ? query.offset ?? 0 : 0;
  const items = rest.slice(start, start + pageSize(query.limit));
  const last = items.at(-1);
  const isEnd = last === undefined || start + items.length >= rest.length;
  return {
    items,
    total: rows.length,
    isTotalExact: true,
    nextCursor: isEnd ? null : encodeCursor(scope, keyOf(last)),
  };
}

function compareKeys(a: CursorKey, b: CursorKey, descending: readonly boolean[]): number {
  for (let i = 0; i < descending.length; i++) {
    const order = compareParts(a[i] ?? 0, b[i] ?? 0);
    if (order !== 0) return descending[i] === true ? -order : order;
  }
  return 0;
}

function compareParts(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
