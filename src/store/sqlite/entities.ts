/** Reading entities in SQLite. */
import { number, text } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { entityFrom, timerFrom } from "../rows.ts";
import { wordsOf } from "../search_words.ts";
import type { EntityQuery, EntityStore } from "../store.ts";
import type { SqliteDatabase, SqliteValue } from "./connect.ts";
import { pageFrom, type PageRequest } from "./paging.ts";

export function createSqliteEntities(database: SqliteDatabase): EntityStore {
  return {
    get: (entityId) =>
      database.read((session) => {
        const row = session.get("select * from entity where entity_id = ?", entityId);
        return row === null ? null : entityFrom(row);
      }),
    list: (query) =>
      database.read((session) => {
        const page = pageFrom(session, {
          from: "entity",
          filters: filtersOf(query),
          scope: cursorScope("entities", query),
          order: ORDERS[query.sortBy].map((column) => ({ column, isDescending: !query.isAscending })),
          query,
        });
        return { ...page, items: page.items.map(entityFrom) };
      }),
    countPinned: (machineName, machineVersion) =>
      database.read((session) => {
        const row = session.get(
          "select count(*) as count from entity where machine_name = ? and machine_version = ? and status = 'active'",
          machineName,
          machineVersion,
        );
        return row === null ? 0 : number(row, "count");
      }),
    countByState: (machineName) =>
      database.read((session) =>
        session.all(
          "select machine_name, current_state, count(*) as count from entity where status = 'active' " +
            "and (?1 is null or machine_name = ?1) group by machine_name, current_state order by 1, 2",
          machineName ?? null,
        ).map((row) => ({
          machineName: text(row, "machine_name"),
          state: text(row, "current_state"),
          count: number(row, "count"),
          isExact: true,
        }))
      ),
    timers: (entityId) =>
      database.read((session) =>
        session.all("select * from timer where entity_id = ? order by due_at, generation", entityId).map(
          timerFrom,
        )
      ),
  };
}

/** What a search looks through, row by row: a file of one machine has no index for it. */
const SEARCH_TEXT = "lower(entity_id || coalesce((select group_concat(char(10) || key || '=' || value, '') " +
  "from json_each(labels)), ''))";

/** All parts go the same way, so that an index answers in both directions. */
const ORDERS = {
  created_at: ["created_at", "entity_id"],
  updated_at: ["updated_at", "entity_id"],
  entity_id: ["entity_id"],
  current_state: ["lower(current_state)", "entity_id"],
  machine_name: ["machine_name", "created_at", "entity_id"],
} as const satisfies Record<EntityQuery["sortBy"], readonly string[]>;

function filtersOf(query: EntityQuery): PageRequest["filters"] {
  const isTerminal: SqliteValue | undefined = query.isTerminal === undefined
    ? undefined
    : Number(query.isTerminal);
  return [
    ["status in (select value from json_each(?))", JSON.stringify(query.statuses)],
    ["machine_name = ?", query.machineName],
    ["lower(current_state) = lower(?)", query.state],
    ["is_terminal = ?", isTerminal],
    ["workflow_status = ?", query.workflowStatus],
    ["created_at >= ?", query.createdFromMs],
    ["created_at <= ?", query.createdToMs],
    ["updated_at >= ?", query.updatedFromMs],
    ["updated_at <= ?", query.updatedToMs],
    ["instr(entity_id, ?) > 0", query.search],
    ...wordsOf(query.text).map((word) => [`instr(${SEARCH_TEXT}, ?) > 0`, word] as const),
    [
      "not exists (select 1 from json_each(?) as wanted where not exists " +
      "(select 1 from json_each(labels) as label where label.key = wanted.key and label.value = wanted.value))",
      query.labels === undefined ? undefined : JSON.stringify(query.labels),
    ],
  ];
}
