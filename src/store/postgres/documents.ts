/** Small named documents in PostgreSQL. */
import { number } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { documentFrom } from "../rows.ts";
import type { DocumentStore } from "../store.ts";
import type { PostgresDatabase } from "./connect.ts";
import { pageFrom } from "./paging.ts";

const IS_EXPIRED = "d.expires_at is not null and d.expires_at <= stator.now_ms()";

export function createPostgresDocuments(database: PostgresDatabase): DocumentStore {
  return {
    async get(kind, id) {
      const row = await database.get(
        `select * from stator.document d where kind = $1 and id = $2 and not (${IS_EXPIRED})`,
        kind,
        id,
      );
      return row === null ? null : documentFrom(row);
    },
    async put(kind, id, body, { expectedVersion, expiresAtMs }) {
      // An expired document is none: its successor is new.
      const row = expectedVersion === null || expectedVersion === 0
        ? await database.get(
          "insert into stator.document as d (kind, id, body, version, created_at, updated_at, expires_at) " +
            "values ($1, $2, $3::text::json, 1, stator.now_ms(), stator.now_ms(), $4) " +
            `on conflict (kind, id) do update set version = case when ${IS_EXPIRED} then 1 else d.version + 1 end, ` +
            `created_at = case when ${IS_EXPIRED} then excluded.created_at else d.created_at end, ` +
            "body = excluded.body, updated_at = excluded.updated_at, expires_at = excluded.expires_at " +
            `where $5 or (${IS_EXPIRED}) returning version`,
          kind,
          id,
          JSON.stringify(body),
          expiresAtMs,
          expectedVersion === null,
        )
        : await database.get(
          "update stator.document d set body = $3::text::json, version = version + 1, updated_at = stator.now_ms(), " +
            `expires_at = $4 where kind = $1 and id = $2 and version = $5 and not (${IS_EXPIRED}) returning version`,
          kind,
          id,
          JSON.stringify(body),
          expiresAtMs,
          expectedVersion,
        );
      return row === null ? null : number(row, "version");
    },
    async delete(kind, id) {
      const row = await database.get(
        `delete from stator.document d where kind = $1 and id = $2 returning not (${IS_EXPIRED}) as was_there`,
        kind,
        id,
      );
      return row !== null && row["was_there"] === true;
    },
    async list(kind, query) {
      const { items, nextCursor } = await pageFrom(database, {
        from: "stator.document d",
        filters: [
          ["kind = $", kind],
          ["coalesce(expires_at, 9e15::bigint) > stator.now_ms() + $", 0],
          ["starts_with(id, $)", query.prefix === "" ? undefined : query.prefix],
        ],
        scope: cursorScope(`documents:${kind}`, query),
        order: query.isNewestFirst
          ? [
            { column: "created_at", isDescending: true, type: "bigint" },
            { column: "id", isDescending: true, type: "text" },
          ]
          : [{ column: "id", isDescending: false, type: "text" }],
        query,
        isCounted: false,
      });
      return { items: items.map(documentFrom), nextCursor };
    },
  };
}
