/** Accepting events in PostgreSQL, and what became of them. */
import { assert } from "../../assert.ts";
import type { NewEvent } from "../../orchestrator/event.ts";
import { type DatabaseRow, json, number, numberOrNull, text } from "../columns.ts";
import { cursorScope, decodeCursor } from "../cursor.ts";
import { completedStatus, deadStatus } from "../event_status.ts";
import { APPEND_MAX, COUNT_MAX, IDEMPOTENCY_MS } from "../limits.ts";
import { deadLetterFrom, deliveryFrom, historyFrom, pendingFrom } from "../rows.ts";
import type { AppendResult, CountedPage, EventQuery, EventStatus, InboxStore } from "../store.ts";
import type { PostgresDatabase } from "./connect.ts";
import { type Filter, pageFrom, totalOf } from "./paging.ts";
import type { PostgresDeps } from "./turns.ts";
import { isUuid } from "./uuid.ts";

export function createPostgresInbox({ database, signal }: PostgresDeps): InboxStore {
  return {
    async append(events) {
      assert(events.length <= APPEND_MAX, "an append is bounded");
      if (events.length === 0) return [];
      const { first, repeated } = sortByKey(events);
      const row = await database.get(
        "select stator.append($1, stator.now_ms() - $2) as known",
        JSON.stringify(first.map(eventRow)),
        IDEMPOTENCY_MS,
      );
      signal.wake();
      assert(row !== null, "the statement answers one row");
      const known = new Map(
        (json<readonly (readonly [string, string, boolean])[] | null>(row, "known") ?? [])
          .map(([eventId, earlierId, isSame]) => [eventId, { earlierId, isSame }]),
      );
      return events.map((event): AppendResult => {
        const same = repeated.get(event);
        const earlier = known.get((same ?? event).eventId);
        const isSameHash = same === undefined ||
          same.idempotency?.requestHash === event.idempotency?.requestHash;
        if (earlier !== undefined) {
          // The hash of a repeated key is known to differ from, or to equal, that of the first use only.
          return {
            type: earlier.isSame && isSameHash ? "duplicate" : "conflict",
            eventId: earlier.earlierId,
          };
        }
        if (same === undefined) return { type: "accepted", eventId: event.eventId };
        return { type: isSameHash ? "duplicate" : "conflict", eventId: same.eventId };
      });
    },
    status: (eventId) => statusOf(database, eventId),
    list: (query) => listEvents(database, query),
    counts: () => countsOf(database),
  };
}

/** Second uses of a key in one call follow the first; they need not go to the database. */
function sortByKey(events: readonly NewEvent[]): {
  readonly first: readonly NewEvent[];
  readonly repeated: ReadonlyMap<NewEvent, NewEvent>;
} {
  const byKey = new Map<string, NewEvent>();
  const repeated = new Map<NewEvent, NewEvent>();
  const first = events.filter((event) => {
    if (event.idempotency === null) return true;
    const key = `${event.idempotency.scope}\u0000${event.idempotency.key}`;
    const earlier = byKey.get(key);
    if (earlier === undefined) byKey.set(key, event);
    else repeated.set(event, earlier);
    return earlier === undefined;
  });
  return { first, repeated };
}

export function eventRow(event: NewEvent): object {
  return {
    entity_id: event.entityId,
    event_id: event.eventId,
    machine_name: event.machineName,
    machine_version: event.machineVersion,
    command: event.command,
    not_before: event.notBeforeMs,
    key_scope: event.idempotency?.scope ?? null,
    key: event.idempotency?.key ?? null,
    key_hash: event.idempotency?.requestHash ?? null,
    attempts_max: event.attemptsMax,
    traceparent: event.traceparent,
    actor: event.actor,
  };
}

async function statusOf(database: PostgresDatabase, eventId: string): Promise<EventStatus | null> {
  if (!isUuid(eventId)) return null;
  const found = await database.get(
    "select (select row_to_json(x) from (" +
      "  select i.*, case when i.slot = (select min(slot) from stator.inbox h where h.shard = i.shard " +
      "    and h.entity_id = i.entity_id) then l.attempts else 0 end as attempts " +
      "  from stator.inbox i join stator.lane l using (shard, entity_id) where i.event_id = $1::uuid limit 1) x) as waiting, " +
      "(select row_to_json(h) from stator.history h where event_id = $1::uuid order by position desc limit 1) as row, " +
      "(select row_to_json(d) from stator.dead_letter d where event_id = $1::uuid limit 1) as letter",
    eventId,
  );
  if (found === null) return null;
  const { waiting, row, letter } = found;
  if (waiting !== null) return pendingFrom(json(found, "waiting"));
  const history = row === null ? null : historyFrom(json(found, "row"));
  if (letter !== null) return deadStatus(deadLetterFrom(json(found, "letter")), history);
  return history === null ? null : completedStatus(history, deliveryFrom(json(found, "row")));
}

/**
 * Every event once: where it waits, else as a dead letter, else as the last row it left in the history. Rows of history
 * are looked at from `sinceMs` on, by the time of their decision. What must not exist is asked for row by row: a join
 * would read the whole history first.
 */
function eventsSince(sinceMs: number): string {
  return eventsWhere(
    `h.created_at >= ${Math.floor(sinceMs)} ` +
      "and (select true from stator.dead_letter d where d.event_id = h.event_id limit 1) is null and " +
      "(select true from stator.history n where n.event_id = h.event_id and n.position > h.position limit 1) is null",
  );
}

function eventsWhere(condition: string): string {
  return `(
  select shard, event_id, entity_id, coalesce(machine_name, '') as machine_name, 'pending' as state, created_at
    from stator.inbox
  union all
  select stator.shard_of(entity_id), event_id, entity_id, machine_name, 'dead_letter',
         coalesce((metadata ->> 'accepted_at_ms')::bigint, created_at)
    from stator.dead_letter where event_id is not null
  union all
  select shard, event_id, entity_id, machine_name, 'completed', accepted_at from stator.history h where ${condition}
) as events`;
}

/** So many are counted one by one; more are counted with the rows that tell of the same event twice. */
const COUNTED_ONCE_MAX = 2_000;

async function countEvents(
  database: PostgresDatabase,
  filters: readonly Filter[],
): Promise<{ readonly total: number; readonly isTotalExact: boolean }> {
  const rows = { from: eventsWhere("true"), filters };
  const { total } = await totalOf(database, { counted: rows, estimated: rows });
  if (total > COUNTED_ONCE_MAX) return { total, isTotalExact: false };
  const events = { from: eventsSince(0), filters };
  return await totalOf(database, { counted: events, estimated: events });
}

/** Backwards from the newest event wanted: a page that is full within a window needs no older rows. */
const WINDOWS_MS = [600_000, 4 * 3_600_000, 7 * 86_400_000];

async function listEvents(
  database: PostgresDatabase,
  query: EventQuery,
): Promise<CountedPage<EventStatus>> {
  const scope = cursorScope("events", query);
  const filters: readonly Filter[] = [
    ["machine_name = $", query.machineName],
    ["shard = stator.shard_of($)", query.entityId],
    ["entity_id = $", query.entityId],
    ["state = $::text", query.state],
    ["created_at >= $", query.fromMs],
    ["created_at <= $", query.toMs],
  ];
  const newestMs = await newestOf(database, query, scope);
  const [page, counted] = await Promise.all([
    firstFullPage(database, { query, filters, scope, newestMs }),
    countEvents(database, filters),
  ]);
  const statuses = await Promise.all(page.items.map((row) => statusOf(database, text(row, "event_id"))));
  return { ...page, ...counted, items: statuses.filter((status) => status !== null) };
}

async function firstFullPage(
  database: PostgresDatabase,
  { query, filters, scope, newestMs }: {
    readonly query: EventQuery;
    readonly filters: readonly Filter[];
    readonly scope: string;
    readonly newestMs: number;
  },
): Promise<CountedPage<DatabaseRow>> {
  // Few rows of one entity are found by its key.
  const windows = query.entityId === undefined ? WINDOWS_MS : [];
  for (const windowMs of windows) {
    const page = await pageSince(Math.max(0, newestMs - windowMs));
    if (page.nextCursor !== null) return page;
  }
  return await pageSince(0);

  function pageSince(sinceMs: number): Promise<CountedPage<DatabaseRow>> {
    return pageFrom(database, {
      from: eventsSince(sinceMs),
      // Whatever was accepted in the window was decided in it or later.
      filters: [...filters, ["created_at >= $", sinceMs]],
      scope,
      order: [
        { column: "created_at", isDescending: true, type: "bigint" },
        { column: "event_id", isDescending: true, type: "uuid" },
      ],
      query,
      isCounted: false,
    });
  }
}

/** Time of the newest event that may be on the page. */
async function newestOf(database: PostgresDatabase, query: EventQuery, scope: string): Promise<number> {
  const { cursor = null, toMs = Infinity } = query;
  const [beforeMs] = cursor === null ? [] : decodeCursor(scope, cursor, 2);
  return Math.min(toMs, beforeMs === undefined ? await database.nowMs() : Number(beforeMs));
}

async function countsOf(database: PostgresDatabase): Promise<Awaited<ReturnType<InboxStore["counts"]>>> {
  const bound = await database.get(
    `select count(*) as waiting from (select 1 from stator.inbox limit ${COUNT_MAX + 1}) counted`,
  );
  const isExact = bound !== null && number(bound, "waiting") <= COUNT_MAX;
  const row = await database.get(isExact ? COUNTS : ESTIMATES);
  assert(row !== null, "an aggregate answers one row");
  return {
    pending: number(row, "pending"),
    scheduled: number(row, "scheduled"),
    deadLetters: number(row, "letters"),
    oldestPendingMs: numberOrNull(row, "oldest"),
  };
}

const LETTERS = `(select case when l.counted <= ${COUNT_MAX} then l.counted
     else greatest(l.counted, (select reltuples::bigint from pg_class where oid = 'stator.dead_letter_pending'::regclass)) end
   from (select count(*) as counted from (
     select 1 from stator.dead_letter where status = 'pending' limit ${COUNT_MAX + 1}) x) l)`;

const COUNTS = `
select count(*) filter (where due_at <= now) as pending, count(*) filter (where due_at > now) as scheduled,
       max(now - due_at) filter (where due_at <= now) as oldest, ${LETTERS} as letters
  from (select greatest(created_at, not_before) as due_at, stator.now_ms() as now from stator.inbox) waiting`;

/** Lanes whose first event tells how old the oldest is: those that have been ready for the longest time. */
const OLDEST_LANES = 100;

const ESTIMATES = `
select t.waiting - s.scheduled as pending, s.scheduled, o.oldest, ${LETTERS} as letters
  from (select greatest(${COUNT_MAX + 1}, pg_stat_get_live_tuples('stator.inbox'::regclass)) as waiting) t
  cross join lateral (
    select least(t.waiting, case when counted <= ${COUNT_MAX} then later
             else greatest(later, (i.reltuples * later / counted)::bigint) end) as scheduled
      from (select count(*) as counted, count(*) filter (where not_before > stator.now_ms()) as later
              from (select not_before from stator.inbox where slot >= 4503599627370496 limit ${
  COUNT_MAX + 1
}) x) sample
      join pg_class i on i.oid = 'stator.inbox_scheduled'::regclass
  ) s
  cross join (
    select max(stator.now_ms() - h.due_at) as oldest
      from (select shard, entity_id from stator.lane where ready_at <= stator.now_ms()
             order by ready_at limit ${OLDEST_LANES}) l
      cross join lateral (
        select greatest(i.created_at, i.not_before) as due_at from stator.inbox i
         where i.shard = l.shard and i.entity_id = l.entity_id order by i.slot limit 1) h
  ) o`;
