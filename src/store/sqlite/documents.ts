/** Small named documents in SQLite. */
import { type DatabaseRow, number } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { documentFrom } from "../rows.ts";
import type { DocumentStore } from "../store.ts";
import type { SqliteDatabase, SqliteSession } from "./connect.ts";
import { pageFrom } from "./paging.ts";

export function createSqliteDocuments(database: SqliteDatabase): DocumentStore {
  return {
    get: (kind, id) =>
      database.read((session) => {
        const row = find(session, { kind, id, nowMs: database.nowMs() });
        return row === null ? null : documentFrom(row);
      }),
    put: (kind, id, body, { expectedVersion, expiresAtMs }) =>
      database.write((session) => {
        const nowMs = database.nowMs();
        const current = find(session, { kind, id, nowMs });
        const version = current === null ? 0 : number(current, "version");
        if (expectedVersion !== null && version !== expectedVersion) return null;
        session.run(
          "insert or replace into document (kind, id, body, version, created_at, updated_at, expires_at) " +
            "values (?, ?, ?, ?, ?, ?, ?)",
          kind,
          id,
          JSON.stringify(body),
          version + 1,
          current === null ? nowMs : number(current, "created_at"),
          nowMs,
          expiresAtMs,
        );
        return version + 1;
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
