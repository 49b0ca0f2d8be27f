/** Reading the history in memory. */
import { cursorScope, decodeCursor, encodeCursor } from "../cursor.ts";
import { pageSize } from "../limits.ts";
import type { FeedQuery, HistoryStore } from "../store.ts";
import { pageOf } from "./paging.ts";
import type { FeedRow, MemoryState } from "./state.ts";

const FEED = "feed";

export function createMemoryHistory(state: MemoryState): HistoryStore {
  return {
    list(query) {
      const rows = (state.historyByEntity.get(query.entityId) ?? []).map(({ row }) => row);
      const { items, nextCursor } = pageOf(rows, {
        scope: cursorScope("history", query),
        keyOf: (row) => [row.position],
        descending: [!query.isAscending],
        query,
      });
      return Promise.resolve({ items, nextCursor });
    },
    get: (historyId) => Promise.resolve(state.history.find(({ row }) => row.id === historyId)?.row ?? null),
    stats(entityId) {
      const rows = (state.historyByEntity.get(entityId) ?? []).map(({ row }) => row);
      const times = rows.map((row) => row.createdAtMs);
      return Promise.resolve({
        total: rows.length,
        successCount: rows.filter((row) => row.isSuccess).length,
        failureCount: rows.filter((row) => !row.isSuccess).length,
        firstAtMs: times.length === 0 ? null : Math.min(...times),
        lastAtMs: times.length === 0 ? null : Math.max(...times),
      });
    },
    deleteBefore(entityId, beforeMs) {
      const rows = state.historyByEntity.get(entityId) ?? [];
      const remaining = rows.filter(({ row }) => row.createdAtMs >= beforeMs);
      state.historyByEntity.set(entityId, remaining);
      state.history = state.history.filter(({ row }) =>
        row.entityId !== entityId || row.createdAtMs >= beforeMs
      );
      return Promise.resolve({ deleted: rows.length - remaining.length, remaining: remaining.length });
    },
    feed(query) {
      const after = query.after === undefined || query.after === null
        ? 0
        : Number(decodeCursor(FEED, query.after, 1)[0]);
      const rows = state.history.filter((feedRow) => feedRow.feedNo > after && isMatch(feedRow, query));
      const items = rows.slice(0, pageSize(query.limit)).map(({ row, feedNo }) => ({
        ...row,
        cursor: encodeCursor(FEED, [feedNo]),
      }));
      const isEnd = items.length === rows.length;
      return Promise.resolve({ items, nextCursor: isEnd ? null : items.at(-1)?.cursor ?? null });
    },
    recent(query) {
      const rows = state.history.filter((feedRow) => isMatch(feedRow, query)).toReversed().map(({ row }) =>
        row
      );
      const start = query.offset ?? 0;
      return Promise.resolve({
        items: rows.slice(start, start + pageSize(query.limit)),
        total: rows.length,
        isTotalExact: true,
      });
    },
    head: () => Promise.resolve(encodeCursor(FEED, [state.history.at(-1)?.feedNo ?? 0])),
  };
}

function isMatch({ row }: FeedRow, query: Omit<FeedQuery, "after">): boolean {
  return (query.machineName === undefined || row.machineName === query.machineName) &&
    (query.entityId === undefined || row.entityId === query.entityId) &&
    (query.isSuccess === undefined || row.isSuccess === query.isSuccess) &&
    (query.fromMs === undefined || row.createdAtMs >= query.fromMs) &&
    (query.toMs === undefined || row.createdAtMs <= query.toMs);
}
