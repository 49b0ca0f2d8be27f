/** Reading the history in SQLite. */
import { type DatabaseRow, number, numberOrNull } from "../columns.ts";
import { cursorScope, decodeCursor, encodeCursor } from "../cursor.ts";
import { pageSize } from "../limits.ts";
import { historyFrom } from "../rows.ts";
import type { FeedQuery, HistoryStore } from "../store.ts";
import type { SqliteDatabase, SqliteSession, SqliteValue } from "./connect.ts";
import { pageFrom, totalOf } from "./paging.ts";

const FEED = "feed";

export function createSqliteHistory(database: SqliteDatabase): HistoryStore {
  return {
    list: (query) =>
      database.read((session) => {
        const { items, nextCursor } = pageFrom(session, {
          from: "history",
          filters: [["entity_id = ?", query.entityId]],
          scope: cursorScope("history", query),
          order: [{ column: "position", isDescending: !query.isAscending }],
          query,
        });
        return { items: items.map(historyFrom), nextCursor };
      }),
    get: (historyId) =>
      database.read((session) => {
        const row = session.get("select * from history where id = ?", historyId);
        return row === null ? null : historyFrom(row);
      }),
    stats: (entityId) => database.read((session) => statsOf(session, entityId)),
    deleteBefore: (entityId, beforeMs) =>
      database.write((session) => ({
        deleted: session.run(
          "delete from history where entity_id = ? and created_at < ?",
          entityId,
          beforeMs,
        ),
        remaining: statsOf(session, entityId).total,
      })),
    feed: (query) =>
      database.read((session) => {
        const after = query.after === undefined || query.after === null
          ? 0
          : Number(decodeCursor(FEED, query.after, 1)[0]);
        const { condition, values } = conditionOf(query);
        const limit = pageSize(query.limit);
        const rows = session.all(
          `select * from history where feed_no > ? and ${condition} order by feed_no limit ?`,
          after,
          ...values,
          limit + 1,
        );
        const items = rows.slice(0, limit).map((row) => ({ ...historyFrom(row), cursor: cursorOf(row) }));
        return { items, nextCursor: rows.length > limit ? items.at(-1)?.cursor ?? null : null };
      }),
    recent: (query) =>
      database.read((session) => {
        const { condition, values } = conditionOf(query);
        const rows = session.all(
          `select * from history where ${condition} order by feed_no desc limit ? offset ?`,
          ...values,
          pageSize(query.limit),
          query.offset ?? 0,
        );
        const items = rows.map(historyFrom);
        if (query.isCounted === false) return { items, total: items.length, isTotalExact: false };
        return { items, ...totalOf(session, `history where ${condition}`, values) };
      }),
    head: () =>
      database.read((session) => {
        const row = session.get("select coalesce(max(feed_no), 0) as feed_no from history");
        return row === null ? encodeCursor(FEED, [0]) : cursorOf(row);
      }),
  };
}

function cursorOf(row: DatabaseRow): string {
  return encodeCursor(FEED, [number(row, "feed_no")]);
}

function statsOf(session: SqliteSession, entityId: string): Awaited<ReturnType<HistoryStore["stats"]>> {
  const row = session.get(
    "select count(*) as total, count(*) filter (where is_success) as successes, min(created_at) as first_at, " +
      "max(created_at) as last_at from history where entity_id = ?",
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

function conditionOf(
  query: Omit<FeedQuery, "after">,
): { readonly condition: string; readonly values: readonly SqliteValue[] } {
  const filters: readonly (readonly [string, SqliteValue | undefined])[] = [
    ["machine_name = ?", query.machineName],
    ["entity_id = ?", query.entityId],
    ["is_success = ?", query.isSuccess === undefined ? undefined : Number(query.isSuccess)],
    ["created_at >= ?", query.fromMs],
    ["created_at <= ?", query.toMs],
  ];
  const asked = filters.flatMap(([condition, value]) => value === undefined ? [] : [{ condition, value }]);
  return {
    condition: ["true", ...asked.map((filter) => filter.condition)].join(" and "),
    values: asked.map((filter) => filter.value),
  };
}
