/** The outbox for people, in SQLite. */
import { cursorScope } from "../cursor.ts";
import { ADDRESS_KEYS, OUTBOX_GROUPS_MAX, type OutboxListing } from "../outbox_listing.ts";
import { outboxGroupFrom, outboxItemFrom } from "../outbox_rows.ts";
import type { SqliteDeps } from "./inbox.ts";
import { pageFrom } from "./paging.ts";

const ADDRESS = `case kind ${
  Object.entries(ADDRESS_KEYS).map(([kind, key]) => `when '${kind}' then json_extract(params, '$.${key}')`)
    .join(" ")
} end`;

export function createSqliteOutboxListing({ database }: SqliteDeps): OutboxListing {
  return {
    list: (query) =>
      database.read((session) => {
        const nowMs = database.nowMs();
        const isLeased = query.state === undefined ? undefined : nowMs;
        const page = pageFrom(session, {
          from: "outbox",
          filters: [
            ["next_at is not null"],
            ["machine_name = ?", query.machineName],
            ["entity_id = ?", query.entityId],
            ["kind = ?", query.kind],
            [`${query.state === "leased" ? "" : "not "}(is_leased = 1 and next_at > ?)`, isLeased],
          ],
          scope: cursorScope("outbox", query),
          order: [{ column: "next_at", isDescending: false }, { column: "action_id", isDescending: false }],
          query,
          isCounted: false,
        });
        return { items: page.items.map((row) => outboxItemFrom(row, nowMs)), nextCursor: page.nextCursor };
      }),
    groups: () =>
      database.read((session) =>
        session.all(
          `select kind, name, ${ADDRESS} as address, count(*) as live, min(next_at) as next_at, ` +
            "count(*) filter (where is_leased = 1 and next_at > ?) as leased, " +
            "count(*) filter (where attempts > 0) as failing " +
            "from outbox where next_at is not null group by 1, 2, 3 order by live desc limit ?",
          database.nowMs(),
          OUTBOX_GROUPS_MAX,
        ).map(outboxGroupFrom)
      ),
  };
}
