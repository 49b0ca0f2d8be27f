/** Pages of rows by their sort key, with the number of rows in all. */
import { type DatabaseRow, number } from "../columns.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { COUNT_MAX, pageSize } from "../limits.ts";
import type { CountedPage } from "../store.ts";
import type { PostgresValue } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";

/** A condition that always holds, or one with `$` for its one value; undefined = not asked for. */
export type Filter =
  | readonly [condition: string]
  | readonly [
    condition: string,
    value: PostgresValue | undefined,
  ];

interface RowSource {
  readonly from: string;
  readonly filters: readonly Filter[];
}

export interface PageRequest {
  /** What is selected; default `*`. */
  readonly columns?: string;
  /** Table or parenthesised query with an alias. */
  readonly from: string;
  readonly filters: readonly Filter[];
  /** The same rows in words that are cheaper to count; default: as they are read. */
  readonly counted?: RowSource;
  /** The same rows in words that the planner estimates best; default: as they are counted. */
  readonly estimated?: RowSource;
  readonly scope: string;
  /** Columns that together are unique. */
  readonly order: readonly {
    readonly column: string;
    readonly isDescending: boolean;
    readonly type: "text" | "bigint" | "uuid";
    /** Where the row holds it, when it is not a column of the answer by this name. */
    readonly keyOf?: (row: DatabaseRow) => string;
  }[];
  readonly query: { readonly limit: number; readonly offset?: number; readonly cursor?: string | null };
  /** false = nobody asks for the number of rows. */
  readonly isCounted: boolean;
}

/** The cursor names the last row given out, so that rows added meanwhile neither repeat nor hide others. */
export async function pageFrom(
  database: PostgresDatabase,
  request: PageRequest,
): Promise<CountedPage<DatabaseRow>> {
  const { columns = "*", from, scope, order, query } = request;
  const after = query.cursor === undefined || query.cursor === null
    ? null
    : decodeCursor(scope, query.cursor, order.length);
  const { where, values } = whereOf(request.filters);
  const counting = request.isCounted ? countOf(database, request) : Promise.resolve(null);

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
    database.all(`select ${columns} from ${from}${conditions} order by ${orderBy} ${limited}`, ...paged),
  ]);

  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: counted === null ? items.length : counted.total,
    isTotalExact: counted === null || counted.isTotalExact,
    nextCursor: rows.length > limit && last !== undefined
      ? encodeCursor(scope, order.map(({ column, keyOf }) => keyOf?.(last) ?? keyPart(last, column)))
      : null,
  };
}

function countOf(database: PostgresDatabase, request: PageRequest): ReturnType<typeof totalOf> {
  const counted = request.counted ?? request;
  return totalOf(database, { counted, estimated: request.estimated ?? counted });
}

/** Counts up to a bound, so that the cost does not grow with the table; from there on the planner's statistics answer. */
export async function totalOf(
  database: PostgresDatabase,
  { counted, estimated }: { readonly counted: RowSource; readonly estimated: RowSource },
): Promise<{ readonly total: number; readonly isTotalExact: boolean }> {
  const { where, values } = whereOf(counted.filters);
  const row = await database.get(
    `select count(*) as total from (select 1 from ${counted.from}${where} limit ${COUNT_MAX + 1}) counted`,
    ...values,
  );
  const total = row === null ? 0 : number(row, "total");
  if (total <= COUNT_MAX) return { total, isTotalExact: true };
  const asked = whereOf(estimated.filters);
  const explained = await database.get(
    `explain (format json) select 1 from ${estimated.from}${asked.where}`,
    ...asked.values,
  );
  return { total: Math.max(total, rowsPlanned(explained)), isTotalExact: false };
}

/** What the planner expects; 0 when the plan cannot be read. */
function rowsPlanned(explained: DatabaseRow | null): number {
  const value = explained?.["QUERY PLAN"];
  const document: unknown = typeof value === "string" ? JSON.parse(value) : value;
  const rows = /"Plan Rows":\s*(\d+)/.exec(JSON.stringify(document ?? null))?.[1];
  return rows === undefined ? 0 : Number(rows);
}

/** The conditions with numbered places, and their values. */
export function whereOf(
  filters: readonly Filter[],
): { readonly where: string; readonly values: readonly PostgresValue[] } {
  const conditions: string[] = [];
  const values: PostgresValue[] = [];
  for (const filter of filters) {
    const [condition, value] = filter;
    if (filter.length === 1) conditions.push(condition);
    else if (value !== undefined) conditions.push(condition.replace("$", `$${values.push(value)}`));
  }
  return { where: conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`, values };
}

/** Rows behind a key: `(a, b) > (x, y)`, which an index answers; or, when the columns go different ways, in parts. */
function beyondOf(
  order: PageRequest["order"],
  after: readonly (string | number)[],
  place: (value: PostgresValue) => string,
): string {
  const places = order.map(({ type }, index) => `${place(String(after[index]))}::text::${type}`);
  const [first] = order;
  if (first !== undefined && order.every(({ isDescending }) => isDescending === first.isDescending)) {
    const columns = order.map(({ column }) => column).join(", ");
    return `(${columns}) ${first.isDescending ? "<" : ">"} (${places.join(", ")})`;
  }
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
