/** Small named documents in SQLite. */
import { type DatabaseRow, number } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { documentFrom } from "../rows.ts";
import { dueOf } from "../due.ts";
import type { DocumentStore } from "../operations_port.ts";
import type { SqliteSession } from "./connect.ts";
import { appendOne, type SqliteDeps } from "./inbox.ts";
import { pageFrom } from "./paging.ts";

export function createSqliteDocuments(deps: SqliteDeps): DocumentStore {
  const { database, locks, signal } = deps;
  return {
    get: (kind, id) =>
      database.read((session) => {
        const row = find(session, { kind, id, nowMs: database.nowMs() });
        return row === null ? null : documentFrom(row);
      }),
    async put(kind, id, body, { expectedVersion, expiresAtMs, dueAtMs = null, events = [] }) {
      const entityIds = events.map((event) => event.entityId);
      if (events.length > 0) await locks.acquire(entityIds, deps.lockTimeoutMs);
      try {
        return await database.write((session) => {
          const nowMs = database.nowMs();
          const current = find(session, { kind, id, nowMs });
          const version = current === null ? 0 : number(current, "version");
          if (expectedVersion !== null && version !== expectedVersion) return null;
          session.run(
            "insert or replace into document (kind, id, body, version, created_at, updated_at, expires_at, due_at) " +
              "values (?, ?, ?, ?, ?, ?, ?, ?)",
            kind,
            id,
            JSON.stringify(body),
            version + 1,
            current === null ? nowMs : number(current, "created_at"),
            nowMs,
            expiresAtMs,
            dueAtMs,
          );
          for (const event of events) appendOne(session, event, nowMs);
          return version + 1;
        });
      } finally {
        if (events.length > 0) {
          locks.release(entityIds);
          signal.wake();
        }
      }
    },
    due: (kind, limit) =>
      database.read((session) => {
        const nowMs = database.nowMs();
        const rows = session.all(
          "select * from document where kind = ? and due_at is not null and coalesce(expires_at, 9e15) > ? " +
            "order by due_at, id limit ?",
          kind,
          nowMs,
          limit + 1,
        );
        return dueOf(rows.map(documentFrom), { nowMs, limit });
      }),
    delete: (kind, id) =>
      database.write((session) => {
        const current = find(session, { kind, id, nowMs: database.nowMs() });
        session.run("delete from document where kind = ? and id = ?", kind, id);
        return current !== null;
      }),
    list: (kind, query) =>
      database.read((session) => {
        const { items, nextCursor } = pageFrom(session, {
          from: "document",
          filters: [
            ["kind = ?", kind],
            ["coalesce(expires_at, 9e15) > ?", database.nowMs()],
            ["instr(id, ?) = 1", query.prefix === "" ? undefined : query.prefix],
          ],
          scope: cursorScope(`documents:${kind}`, query),
          order: query.isNewestFirst
            ? [{ column: "created_at", isDescending: true }, { column: "id", isDescending: true }]
            : [{ column: "id", isDescending: false }],
          query,
          isCounted: false,
        });
        return { items: items.map(documentFrom), nextCursor };
      }),
  };
}

/** null also when it has expired. */
function find(
  session: SqliteSession,
  { kind, id, nowMs }: { readonly kind: string; readonly id: string; readonly nowMs: number },
): DatabaseRow | null {
  return session.get(
    "select * from document where kind = ? and id = ? and (expires_at is null or expires_at > ?)",
    kind,
    id,
    nowMs,
  );
}
