/** Small named documents in PostgreSQL. */
import { assert } from "../../assert.ts";
import { number } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { documentFrom } from "../rows.ts";
import { dueOf } from "../due.ts";
import { APPEND_MAX, IDEMPOTENCY_MS } from "../limits.ts";
import type { DocumentStore } from "../operations_port.ts";
import type { PostgresValue } from "./client.ts";
import { eventRow } from "./inbox.ts";
import { pageFrom } from "./paging.ts";
import type { PostgresDeps } from "./turns.ts";

const IS_EXPIRED = "d.expires_at is not null and d.expires_at <= stator.now_ms()";

/** An expired document is none: its successor is new. */
const UPSERT =
  "insert into stator.document as d (kind, id, body, version, created_at, updated_at, expires_at, due_at) " +
  "values ($1, $2, $3::text::json, 1, stator.now_ms(), stator.now_ms(), $4, $6) " +
  `on conflict (kind, id) do update set version = case when ${IS_EXPIRED} then 1 else d.version + 1 end, ` +
  `created_at = case when ${IS_EXPIRED} then excluded.created_at else d.created_at end, ` +
  "body = excluded.body, updated_at = excluded.updated_at, expires_at = excluded.expires_at, due_at = excluded.due_at " +
  `where $5 or (${IS_EXPIRED}) returning version`;
const UPDATE =
  "update stator.document d set body = $3::text::json, version = version + 1, updated_at = stator.now_ms(), " +
  `expires_at = $4, due_at = $6 where kind = $1 and id = $2 and version = $5 and not (${IS_EXPIRED}) returning version`;

export function createPostgresDocuments({ database, signal }: PostgresDeps): DocumentStore {
  return {
    async get(kind, id) {
      const row = await database.get(
        `select * from stator.document d where kind = $1 and id = $2 and not (${IS_EXPIRED})`,
        kind,
        id,
      );
      return row === null ? null : documentFrom(row);
    },
    async put(kind, id, body, { expectedVersion, expiresAtMs, dueAtMs = null, events = [] }) {
      assert(events.length <= APPEND_MAX, "an append is bounded");
      const isUpdate = expectedVersion !== null && expectedVersion !== 0;
      const values: readonly PostgresValue[] = [
        kind,
        id,
        JSON.stringify(body),
        expiresAtMs,
        isUpdate ? expectedVersion : expectedVersion === null,
        dueAtMs,
      ];
      const write = isUpdate ? UPDATE : UPSERT;
      const row = events.length === 0 ? await database.get(write, ...values) : await database.get(
        // The events are only accepted when the document is written: the call hangs on its row.
        `with written as (${write}) ` +
          "select version, stator.append($7, stator.now_ms() - $8) as known from written",
        ...values,
        JSON.stringify(events.map(eventRow)),
        IDEMPOTENCY_MS,
      );
      if (events.length > 0) signal.wake();
      return row === null ? null : number(row, "version");
    },
    async due(kind, limit) {
      const rows = await database.all(
        "select d.*, stator.now_ms() as now from stator.document d where kind = $1 and due_at is not null " +
          `and not (${IS_EXPIRED}) order by due_at, id limit $2::int`,
        kind,
        limit + 1,
      );
      const [first] = rows;
      const nowMs = first === undefined ? await database.nowMs() : number(first, "now");
      return dueOf(rows.map(documentFrom), { nowMs, limit });
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
