/** Pages of rows by their sort key, with the number of rows in all. */
import { type DatabaseRow, number } from "../columns.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { pageSize } from "../limits.ts";
import type { Page } from "../store.ts";
import type { SqliteSession, SqliteValue } from "./connect.ts";

export interface PageRequest {
  /** Table or parenthesised query. */
  readonly from: string;
  /** Conditions with one `?` each; undefined = not asked for. */
  readonly filters: readonly (readonly [condition: string, value: SqliteValue | undefined])[];
  readonly scope: string;
  /** Columns that together are unique. */
  readonly order: readonly { readonly column: string; readonly isDescending: boolean }[];
  readonly query: { readonly limit: number; readonly offset?: number; readonly cursor?: string | null };
}

/** The cursor names the last row given out, so that rows added meanwhile neither repeat nor hide others. */
export function pageFrom(
  session: SqliteSession,
  request: PageRequest,
): Page<DatabaseRow> & { readonly total: number } {
  const { from, scope, order, query } = request;
  const asked = request.filters.flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }]
  );
  const conditions = asked.map((filter) => filter.condition);
  const values = asked.map((filter) => filter.value);
  const counted = session.get(`select count(*) as total from ${from}${whereOf(conditions)}`, ...values);
  const after = query.cursor === undefined || query.cursor === null
    ? null
    : decodeCursor(scope, query.cursor, order.length);
  const beyond = after === null ? null : beyondOf(order, after);

  const limit = pageSize(query.limit);
  const rows = session.all(
    `select * from ${from}${whereOf(beyond === null ? conditions : [...conditions, beyond.condition])}` +
      ` order by ${
        order.map(({ column, isDescending }) => `${column}${isDescending ? " desc" : ""}`).join(", ")
      }` +
      " limit ? offset ?",
    ...values,
    ...beyond?.values ?? [],
    limit + 1,
    after === null ? query.offset ?? 0 : 0,
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: counted === null ? 0 : number(counted, "total"),
    nextCursor: rows.length > limit && last !== undefined
      ? encodeCursor(scope, order.map(({ column }) => keyPart(last, column)))
      : null,
  };
}

/** Rows behind a key when the columns go different ways: `a > x or (a = x and b < y)`. */
function beyondOf(
  order: PageRequest["order"],
  after: readonly SqliteValue[],
): { readonly condition: string; readonly values: readonly SqliteValue[] } {
  const parts: string[] = [];
  const values: SqliteValue[] = [];
  order.forEach(({ column, isDescending }, index) => {
    const equal = order.slice(0, index).map((before) => `${before.column} = ?`);
    parts.push(`(${[...equal, `${column} ${isDescending ? "<" : ">"} ?`].join(" and ")})`);
    values.push(...after.slice(0, index + 1));
  });
  return { condition: `(${parts.join(" or ")})`, values };
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
}

function keyPart(row: DatabaseRow, column: string): string | number {
  const value = row[column];
  return typeof value === "number" ? value : String(value);
}
