/** Reading the history in PostgreSQL. */
import { type DatabaseRow, number, numberOrNull } from "../columns.ts";
import { cursorScope, decodeCursor, encodeCursor } from "../cursor.ts";
import { pageSize } from "../limits.ts";
import { historyFrom } from "../rows.ts";
import type { FeedQuery, HistoryStore } from "../store.ts";
import type { PostgresValue } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";
import { type Filter, pageFrom, totalOf, whereOf } from "./paging.ts";
import { isUuid } from "./uuid.ts";

const FEED = "feed";

/** The oldest transaction that may still write: rows of older ones are all there, or never will be. */
const HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
const N_MAX = 2 ** 31 - 1;

export function createPostgresHistory(database: PostgresDatabase): HistoryStore {
  return {
    async list(query) {
      const { items, nextCursor } = await pageFrom(database, {
        from: "stator.history",
        filters: [["shard = stator.shard_of($)", query.entityId], ["entity_id = $", query.entityId]],
        scope: cursorScope("history", query),
        order: [{ column: "position", isDescending: !query.isAscending, type: "bigint" }],
        query,
        isCounted: false,
      });
      return { items: items.map(historyFrom), nextCursor };
    },
    async get(historyId) {
      if (!isUuid(historyId)) return null;
      const row = await database.get("select * from stator.history where id = $1", historyId);
      return row === null ? null : historyFrom(row);
    },
    stats: (entityId) => statsOf(database, entityId),
    async deleteBefore(entityId, beforeMs) {
      const row = await database.get(
        "with gone as (delete from stator.history where shard = stator.shard_of($1) and entity_id = $1 " +
          "and created_at < $2 returning 1) select count(*) as deleted from gone",
        entityId,
        beforeMs,
      );
      const { total } = await statsOf(database, entityId);
      return { deleted: row === null ? 0 : number(row, "deleted"), remaining: total };
    },
    async feed(query) {
      const [tx = 0, n = 0] = query.after === undefined || query.after === null
        ? []
        : decodeCursor(FEED, query.after, 2);
      const { where, values } = whereOf(filtersOf(query));
      const limit = pageSize(query.limit);
      const paged: PostgresValue[] = [...values];
      const place = (value: PostgresValue) => `$${paged.push(value)}`;
      const rows = await database.all(
        `select * from stator.history${where === "" ? " where" : `${where} and`} ` +
          `(tx, n) > (${place(Number(tx))}::bigint, ${place(Number(n))}::int) and tx < ${HORIZON} ` +
          `order by tx, n limit ${place(limit + 1)}::int`,
        ...paged,
      );
      const items = rows.slice(0, limit).map((row) => ({ ...historyFrom(row), cursor: cursorOf(row) }));
      return { items, nextCursor: rows.length > limit ? items.at(-1)?.cursor ?? null : null };
    },
    async recent(query) {
      const source = { from: "stator.history", filters: filtersOf(query) };
      const { where, values } = whereOf(filtersOf(query));
      const [rows, counted] = await Promise.all([
        database.all(
          `select * from stator.history${where} order by tx desc, n desc ` +
            `limit $${values.length + 1}::int offset $${values.length + 2}::int`,
          ...values,
          pageSize(query.limit),
          query.offset ?? 0,
        ),
        query.isCounted === false ? null : totalOf(database, { counted: source, estimated: source }),
      ]);
      const items = rows.map(historyFrom);
      return { items, ...counted ?? { total: items.length, isTotalExact: false } };
    },
    async head() {
      const row = await database.get(`select ${HORIZON} - 1 as tx, ${N_MAX} as n`);
      return row === null ? encodeCursor(FEED, [0, 0]) : cursorOf(row);
    },
  };
}

function cursorOf(row: DatabaseRow): string {
  return encodeCursor(FEED, [number(row, "tx"), number(row, "n")]);
}

async function statsOf(
  database: PostgresDatabase,
  entityId: string,
): Promise<Awaited<ReturnType<HistoryStore["stats"]>>> {
  const row = await database.get(
    "select count(*) as total, count(*) filter (where is_success) as successes, min(created_at) as first_at, " +
      "max(created_at) as last_at from stator.history where shard = stator.shard_of($1) and entity_id = $1",
    entityId,
  );
  if (row === null) return { total: 0, successCount: 0, failureCount: 0, firstAtMs: null, lastAtMs: null };
  const total = number(row, "total");
  const successCount = number(row, "successes");
  return {
    total,
    successCount,
    failureCount: total - successCount,
    firstAtMs: numberOrNull(row, "first_at"),
    lastAtMs: numberOrNull(row, "last_at"),
  };
}

function filtersOf(query: Omit<FeedQuery, "after">): readonly Filter[] {
  return [
    ["machine_name = $", query.machineName],
    ["shard = stator.shard_of($)", query.entityId],
    ["entity_id = $", query.entityId],
    ["is_success = $", query.isSuccess],
    ["created_at >= $", query.fromMs],
    ["created_at <= $", query.toMs],
  ];
}
