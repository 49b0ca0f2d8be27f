/** Reading entities in PostgreSQL. */
import { number, text } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { entityFrom, timerFrom } from "../rows.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { EntityQuery, EntityStore } from "../store.ts";
import { arrayLiteral } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";
import { createGatheredReads } from "./gathered_reads.ts";
import { type Filter, pageFrom } from "./paging.ts";

/** Entities in one statement; a reader waits for at most one that is under way. */
const READ_BATCH_MAX = 200;
const READS_AT_ONCE = 2;
const READS_WAITING_MAX = 10_000;

export function createPostgresEntities(database: PostgresDatabase): EntityStore {
  const reads = createGatheredReads<Entity>({
    batchMax: READ_BATCH_MAX,
    concurrencyMax: READS_AT_ONCE,
    waitingMax: READS_WAITING_MAX,
    async read(entityIds) {
      // A limit inside makes the plan go through the key for each id, whatever the statistics say.
      const rows = await database.all(
        "select e.* from unnest($1::text[]) u(id) cross join lateral " +
          "(select * from stator.entity e where e.shard = stator.shard_of(u.id) and e.entity_id = u.id limit 1) e",
        arrayLiteral(entityIds),
      );
      return new Map(rows.map(entityFrom).map((entity) => [entity.entityId, entity]));
    },
  });
  return {
    get: reads.get,
    async list(query) {
      const isTime = query.sortBy === "created_at" || query.sortBy === "updated_at";
      const page = await pageFrom(database, {
        from: "stator.entity",
        filters: filtersOf(query),
        scope: cursorScope("entities", query),
        order: [
          { column: query.sortBy, isDescending: !query.isAscending, type: isTime ? "bigint" : "text" },
          { column: "entity_id", isDescending: false, type: "text" },
        ],
        query,
        isCounted: true,
      });
      return { ...page, items: page.items.map(entityFrom) };
    },
    async countPinned(machineName, machineVersion) {
      const row = await database.get(
        "select count(*) as count from stator.entity where machine_name = $1 and machine_version = $2 and status = 'active'",
        machineName,
        machineVersion,
      );
      return row === null ? 0 : number(row, "count");
    },
    async countByState(machineName) {
      const rows = await database.all(
        "select machine_name, current_state, count(*) as count from stator.entity where status = 'active' " +
          "and ($1::text is null or machine_name = $1::text) group by machine_name, current_state order by 1, 2",
        machineName ?? null,
      );
      return rows.map((row) => ({
        machineName: text(row, "machine_name"),
        state: text(row, "current_state"),
        count: number(row, "count"),
      }));
    },
    async timers(entityId) {
      const rows = await database.all(
        "select * from stator.timer where shard = stator.shard_of($1) and entity_id = $1 order by due_at, generation",
        entityId,
      );
      return rows.map(timerFrom);
    },
  };
}

function filtersOf(query: EntityQuery): readonly Filter[] {
  const labels = Object.keys(query.labels ?? {}).length === 0 ? undefined : JSON.stringify(query.labels);
  return [
    ["status = any ($::text[])", arrayLiteral(query.statuses)],
    ["machine_name = $", query.machineName],
    ["lower(current_state) = lower($)", query.state],
    ["is_terminal = $", query.isTerminal],
    ["workflow_status = $", query.workflowStatus],
    ["created_at >= $", query.createdFromMs],
    ["created_at <= $", query.createdToMs],
    ["updated_at >= $", query.updatedFromMs],
    ["updated_at <= $", query.updatedToMs],
    ["strpos(entity_id, $) > 0", query.search],
    // Repeats the condition of the index.
    ["labels <> '{}' and labels @> $::text::jsonb", labels],
  ];
}
