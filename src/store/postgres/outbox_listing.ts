/** The outbox for people, in PostgreSQL. */
import { assert } from "../../assert.ts";
import { number } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { ADDRESS_KEYS, OUTBOX_GROUPS_MAX, type OutboxListing } from "../outbox_listing.ts";
import { outboxGroupFrom, outboxItemFrom } from "../outbox_rows.ts";
import { pageFrom } from "./paging.ts";
import type { PostgresDeps } from "./turns.ts";

const ADDRESS = `case kind ${
  Object.entries(ADDRESS_KEYS).map(([kind, key]) => `when '${kind}' then params ->> '${key}'`).join(" ")
} end`;

export function createPostgresOutboxListing({ database }: PostgresDeps): OutboxListing {
  return {
    async list(query) {
      const row = await database.get("select stator.now_ms() as now");
      assert(row !== null, "a query without a table answers one row");
      const nowMs = number(row, "now");
      const isLeased = query.state === undefined ? undefined : nowMs;
      const page = await pageFrom(database, {
        from: "stator.outbox",
        filters: [
          ["next_at is not null"],
          ["machine_name = $", query.machineName],
          ["entity_id = $", query.entityId],
          ["kind = $", query.kind],
          [`${query.state === "leased" ? "" : "not "}(is_leased and next_at > $)`, isLeased],
        ],
        scope: cursorScope("outbox", query),
        order: [
          { column: "next_at", isDescending: false, type: "bigint" },
          { column: "action_id", isDescending: false, type: "uuid" },
        ],
        query,
        isCounted: false,
      });
      return { items: page.items.map((item) => outboxItemFrom(item, nowMs)), nextCursor: page.nextCursor };
    },
    async groups() {
      const rows = await database.all(
        `select kind, name, ${ADDRESS} as address, count(*) as live, min(next_at) as next_at, ` +
          "count(*) filter (where is_leased and next_at > stator.now_ms()) as leased, " +
          "count(*) filter (where attempts > 0) as failing " +
          "from stator.outbox where next_at is not null group by 1, 2, 3 order by live desc limit $1::int",
        OUTBOX_GROUPS_MAX,
      );
      return rows.map(outboxGroupFrom);
    },
  };
}
