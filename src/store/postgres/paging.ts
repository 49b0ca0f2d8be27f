/** Pages of rows by their sort key, with the number of rows in all. */
import { type DatabaseRow, number } from "../columns.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { pageSize } from "../limits.ts";
import type { Page } from "../store.ts";
import type { PostgresValue } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";

/** A condition with `$` for its one value; undefined = not asked for. */
export type Filter = readonly [condition: string, value: PostgresValue | undefined];

export interface PageRequest {
  /** Table or parenthesised query with an alias. */
  readonly from: string;
  readonly filters: readonly Filter[];
  readonly scope: string;
  /** Columns that together are unique. */
  readonly order: readonly {
    readonly column: string;
    readonly isDescending: boolean;
    readonly type: "text" | "bigint" | "uuid";
  }[];
  readonly query: { readonly limit: number; readonly offset?: number; readonly cursor?: string | null };
  /** false = nobody asks for the number of rows. */
  readonly isCounted: boolean;
}

/** The cursor names the last row given out, so that rows added meanwhile neither repeat nor hide others. */
export async function pageFrom(
  database: PostgresDatabase,
  request: PageRequest,
): Promise<Page<DatabaseRow> & { readonly total: number }> {
  const { from, scope, order, query } = request;
  const after = query.cursor === undefined || query.cursor === null
    ? null
    : decodeCursor(scope, query.cursor, order.length);
  const { where, values } = whereOf(request.filters);
  const counting = request.isCounted
    ? database.get(`select count(*) as total from ${from}${where}`, ...values)
    : Promise.resolve(null);

  const limit = pageSize(query.limit);
  const paged = [...values];
  const place = (value: PostgresValue) => `$${paged.push(value)}`;
  const beyond = after === null ? null : beyondOf(order, after, place);
  const conditions = beyond === null ? where : where === "" ? ` where ${beyond}` : `${where} and ${beyond}`;
  const orderBy = order.map(({ column, isDescending }) => `${column}${isDescending ? " desc" : ""}`).join(
    ", ",
  );
  const limited = `limit ${place(limit + 1)}::int offset ${
    place(after === null ? query.offset ?? 0 : 0)
  }::int`;
  const [counted, rows] = await Promise.all([
    counting,
    database.all(`select * from ${from}${conditions} order by ${orderBy} ${limited}`, ...paged),
  ]);

  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: counted === null ? items.length : number(counted, "total"),
    nextCursor: rows.length > limit && last !== undefined
      ? encodeCursor(scope, order.map(({ column }) => keyPart(last, column)))
      : null,
  };
}

/** The conditions with numbered places, and their values. */
export function whereOf(
  filters: readonly Filter[],
): { readonly where: string; readonly values: readonly PostgresValue[] } {
  const asked = filters.flatMap(([condition, value]) => value === undefined ? [] : [{ condition, value }]);
  const conditions = asked.map(({ condition }, index) => condition.replace("$", `$${index + 1}`));
  return {
    where: conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`,
    values: asked.map(({ value }) => value),
  };
}

/** Rows behind a key when the columns go different ways: `a > x or (a = x and b < y)`. */
function beyondOf(
  order: PageRequest["order"],
  after: readonly (string | number)[],
  place: (value: PostgresValue) => string,
): string {
  const places = order.map(({ type }, index) => `${place(String(after[index]))}::text::${type}`);
  const parts = order.map(({ column, isDescending }, index) => {
    const equal = order.slice(0, index).map((before, i) => `${before.column} = ${places[i]}`);
    return `(${[...equal, `${column} ${isDescending ? "<" : ">"} ${places[index]}`].join(" and ")})`;
  });
  return `(${parts.join(" or ")})`;
}

function keyPart(row: DatabaseRow, column: string): string | number {
  const value = row[column];
  return typeof value === "number" ? value : String(value);
}
