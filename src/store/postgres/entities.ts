/** Reading entities in PostgreSQL. */
import { unreachable } from "../../assert.ts";
import { type DatabaseRow, jsonOrNull, number, text } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { entityFrom, timerFrom } from "../rows.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import { COUNT_MAX } from "../limits.ts";
import { wordsOf } from "../search_words.ts";
import type { EntityQuery, EntityStore, StateCount } from "../store.ts";
import { arrayLiteral } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";
import { createGatheredReads } from "./gathered_reads.ts";
import { type Filter, pageFrom, type PageRequest, whereOf } from "./paging.ts";

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
      // One value for all: the driver takes each column of each row out of the answer by itself.
      const row = await database.get(
        "select json_agg(e) as entities from unnest($1::text[]) u(id) cross join lateral " +
          "(select * from stator.entity e where e.shard = stator.shard_of(u.id) and e.entity_id = u.id limit 1) e",
        arrayLiteral(entityIds),
      );
      const rows = row === null ? null : jsonOrNull<readonly DatabaseRow[]>(row, "entities");
      return new Map((rows ?? []).map(entityFrom).map((entity) => [entity.entityId, entity]));
    },
  });
  return {
    get: reads.get,
    async list(query) {
      const { rows, counted } = await sourcesOf(database, query);
      const page = await pageFrom(database, {
        columns: "e.*",
        ...sourceOf(query, rows),
        counted: sourceOf(query, counted),
        estimated: sourceOf(query, "entity"),
        scope: cursorScope("entities", query),
        order: orderOf(query, rows),
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
    countByState: (machineName) => countByState(database, machineName ?? null),
    async timers(entityId) {
      const rows = await database.all(
        "select * from stator.timer where shard = stator.shard_of($1) and entity_id = $1 order by due_at, generation",
        entityId,
      );
      return rows.map(timerFrom);
    },
  };
}

/**
 * What a turn changes is indexed with the lane. `lane` reads along such an index and looks each entity up; `entity` reads
 * along an index of what never changes, or sorts a few.
 */
type Source = "entity" | "lane";

const SOURCES = {
  entity: "stator.entity e",
  lane: "stator.lane l cross join lateral " +
    "(select * from stator.entity x where x.shard = l.shard and x.entity_id = l.entity_id offset 0) e",
} as const satisfies Record<Source, string>;

/** So many rows are sorted rather than read in order: a few milliseconds. */
const SORTED_MAX = 5_000;

/** Where rows are read in order, and where they are counted: looking 10,000 entities up costs more than reading them. */
async function sourcesOf(
  database: PostgresDatabase,
  query: EntityQuery,
): Promise<{ readonly rows: Source; readonly counted: Source }> {
  const isByChange = query.sortBy === "updated_at" || query.sortBy === "current_state";
  const changing = changingFilters(query, "lane").filter((filter) => filter[1] !== undefined);
  if (!isByChange && changing.length === 0) return { rows: "entity", counted: "entity" };
  const steady = filtersOf(query).filter((filter) => filter[1] !== undefined).slice(STATUS_FILTERS);
  if (steady.length > 0 && await isFew(database, SOURCES.entity, steady)) {
    return { rows: "entity", counted: "entity" };
  }
  if (changing.length === 0) return { rows: "lane", counted: "entity" };
  const isByLane = isByChange || await isFew(database, "stator.lane l", changingFilters(query, "lane"));
  return { rows: isByLane ? "lane" : "entity", counted: "lane" };
}

function sourceOf(query: EntityQuery, source: Source): Pick<PageRequest, "from" | "filters"> {
  return { from: SOURCES[source], filters: [...filtersOf(query), ...changingFilters(query, source)] };
}

async function isFew(database: PostgresDatabase, from: string, filters: readonly Filter[]): Promise<boolean> {
  const { where, values } = whereOf(filters);
  const row = await database.get(
    `select count(*) as count from (select 1 from ${from}${where} limit ${SORTED_MAX + 1}) few`,
    ...values,
  );
  return row !== null && number(row, "count") <= SORTED_MAX;
}

/** All parts go the same way, so that an index answers in both directions. */
function orderOf(query: EntityQuery, source: Source): PageRequest["order"] {
  const isDescending = !query.isAscending;
  const at = source === "lane" ? "l" : "e";
  const part = (table: string, name: string, type: "text" | "bigint") => ({
    column: `${table}.${name}`,
    type,
    isDescending,
    keyOf: (row: DatabaseRow) => String(row[name]),
  });
  const last = part(at, "entity_id", "text");
  switch (query.sortBy) {
    case "created_at":
      return [part("e", "created_at", "bigint"), part("e", "entity_id", "text")];
    case "updated_at":
      return [part(at, "updated_at", "bigint"), last];
    case "entity_id":
      return [part("e", "entity_id", "text")];
    case "current_state":
      return [{
        column: `lower(${at}.current_state)`,
        type: "text",
        isDescending,
        keyOf: (row) => text(row, "current_state").toLowerCase(),
      }, last];
    case "machine_name":
      return [
        part("e", "machine_name", "text"),
        part("e", "created_at", "bigint"),
        part("e", "entity_id", "text"),
      ];
    default:
      return unreachable(query.sortBy);
  }
}

/** Conditions on what a turn changes. */
function changingFilters(query: EntityQuery, source: Source): readonly Filter[] {
  const at = source === "lane" ? "l" : "e";
  return [
    // Repeats the condition of the indexes.
    ...(source === "lane" ? [["l.updated_at is not null"] as const] : []),
    [`lower(${at}.current_state) = lower($)`, query.state],
    [`${at}.updated_at >= $`, query.updatedFromMs],
    [`${at}.updated_at <= $`, query.updatedToMs],
  ];
}

/** The filters that every list has come first. */
const STATUS_FILTERS = 1;

function filtersOf(query: EntityQuery): readonly Filter[] {
  const labels = Object.keys(query.labels ?? {}).length === 0 ? undefined : JSON.stringify(query.labels);
  return [
    ["e.status = any ($::text[])", arrayLiteral(query.statuses)],
    ["e.machine_name = $", query.machineName],
    ["e.is_terminal = $", query.isTerminal],
    // Says the same once more, in the words of an index.
    [
      "e.workflow_status = any ($::text[])",
      query.isTerminal === undefined ? undefined : workflowsOf(query.isTerminal),
    ],
    ["e.workflow_status = $", query.workflowStatus],
    ["e.created_at >= $", query.createdFromMs],
    ["e.created_at <= $", query.createdToMs],
    ["strpos(e.entity_id, $) > 0", query.search],
    [HAS_THREES, query.search === undefined || query.search.length < THREE ? undefined : query.search],
    ...wordsOf(query.text).flatMap((word): readonly Filter[] => [
      ["strpos(stator.search_text(e.entity_id, e.labels), $) > 0", word],
      [HAS_THREES, word.length < THREE ? undefined : word],
    ]),
    // Repeats the condition of the index.
    ["e.labels <> '{}' and e.labels @> $::text::jsonb", labels],
  ];
}

const THREE = 3;
/** The condition of the index on search texts: never wrong, but not enough. */
const HAS_THREES = "stator.threes(stator.search_text(e.entity_id, e.labels)) @> stator.threes($)";

/** An entity has ended when its workflow is complete, and only then. */
function workflowsOf(isTerminal: boolean): string {
  return arrayLiteral(isTerminal ? ["complete"] : ["active", "failed"]);
}

/** Tables up to this many rows are counted, larger ones are sampled. */
const SAMPLED_ROWS = 20_000;

/** Every row of a small table or machine; of a large one a sample of its pages, scaled up. */
async function countByState(
  database: PostgresDatabase,
  machineName: string | null,
): Promise<readonly StateCount[]> {
  const size = await database.get(
    "select (select count(*) from (select 1 from stator.entity where $1::text is null or machine_name = $1::text " +
      `limit ${COUNT_MAX + 1}) n) as counted, ` +
      "greatest(1, (select reltuples from pg_class where oid = 'stator.entity'::regclass))::float8 as rows",
    machineName,
  );
  const isSmall = size === null || number(size, "counted") <= COUNT_MAX;
  const percent = size === null ? 100 : Math.min(100, 100 * SAMPLED_ROWS / number(size, "rows"));
  const isExact = isSmall || percent === 100;
  const rows = await database.all(
    "select machine_name, current_state, count(*) as count from stator.entity " +
      `${isExact ? "" : `tablesample system (${percent})`} where status = 'active' ` +
      "and ($1::text is null or machine_name = $1::text) group by machine_name, current_state order by 1, 2",
    machineName,
  );
  return rows.map((row) => ({
    machineName: text(row, "machine_name"),
    state: text(row, "current_state"),
    count: isExact ? number(row, "count") : Math.round(number(row, "count") * 100 / percent),
    isExact,
  }));
}
