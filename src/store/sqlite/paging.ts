/** Pages of rows by their sort key, with the number of rows in all. */
import { type DatabaseRow, number } from "../columns.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { pageSize } from "../limits.ts";
import type { CountedPage } from "../store.ts";
import type { SqliteSession, SqliteValue } from "./connect.ts";

/** A condition that always holds, or one with one `?`; undefined = not asked for. */
export type Filter =
  | readonly [condition: string]
  | readonly [
    condition: string,
    value: SqliteValue | undefined,
  ];

/** Counting reads rows, and a file is read in the thread of the process: so far and no further. */
const COUNT_MAX = 100_000;

export interface PageRequest {
  /** Table or parenthesised query. */
  readonly from: string;
  readonly filters: readonly Filter[];
  readonly scope: string;
  /** Columns that together are unique. */
  readonly order: readonly { readonly column: string; readonly isDescending: boolean }[];
  readonly query: { readonly limit: number; readonly offset?: number; readonly cursor?: string | null };
  /** false = nobody asks for the number of rows. Default true. */
  readonly isCounted?: boolean;
}

/** The cursor names the last row given out, so that rows added meanwhile neither repeat nor hide others. */
export function pageFrom(
  session: SqliteSession,
  request: PageRequest,
): CountedPage<DatabaseRow> {
  const { from, scope, order, query, isCounted = true } = request;
  const { conditions, values } = askedOf(request.filters);
  const counted = isCounted ? totalOf(session, `${from}${whereOf(conditions)}`, values) : null;
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
    total: counted?.total ?? items.length,
    isTotalExact: counted?.isTotalExact ?? true,
    nextCursor: rows.length > limit && last !== undefined
      ? encodeCursor(scope, order.map(({ column }) => keyPart(last, column)))
      : null,
  };
}

/** Exact up to the bound; beyond it `total` says "more than". */
export function totalOf(
  session: SqliteSession,
  fromWhere: string,
  values: readonly SqliteValue[],
): { readonly total: number; readonly isTotalExact: boolean } {
  const counted = session.get(
    `select count(*) as total from (select 1 from ${fromWhere} limit ${COUNT_MAX + 1})`,
    ...values,
  );
  const total = counted === null ? 0 : number(counted, "total");
  return { total, isTotalExact: total <= COUNT_MAX };
}

/** The conditions that were asked for, with their values. */
export function askedOf(
  filters: readonly Filter[],
): { readonly conditions: readonly string[]; readonly values: readonly SqliteValue[] } {
  const conditions: string[] = [];
  const values: SqliteValue[] = [];
  for (const filter of filters) {
    const [condition, value] = filter;
    if (filter.length === 1) conditions.push(condition);
    else if (value !== undefined) {
      conditions.push(condition);
      values.push(value);
    }
  }
  return { conditions, values };
}

/** Rows behind a key: `(a, b) > (x, y)`, which an index answers; or, when the columns go different ways, in parts. */
function beyondOf(
  order: PageRequest["order"],
  after: readonly SqliteValue[],
): { readonly condition: string; readonly values: readonly SqliteValue[] } {
  const [first] = order;
  if (first !== undefined && order.every(({ isDescending }) => isDescending === first.isDescending)) {
    const columns = order.map(({ column }) => column).join(", ");
    const places = order.map(() => "?").join(", ");
    return { condition: `(${columns}) ${first.isDescending ? "<" : ">"} (${places})`, values: after };
  }
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
  if (column.startsWith("lower(")) return String(row[column.slice("lower(".length, -1)]).toLowerCase();
  const value = row[column];
  return typeof value === "number" ? value : String(value);
}
