/** Accepting events in SQLite, and what became of them. */
import { assert } from "../../assert.ts";
import type { NewEvent } from "../../orchestrator/event.ts";
import { type DatabaseRow, number, numberOrNull, text } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { completedStatus, deadStatus } from "../event_status.ts";
import type { LaneLocks } from "../lane_locks.ts";
import { APPEND_MAX, COUNT_MAX, IDEMPOTENCY_MS } from "../limits.ts";
import { deadLetterFrom, deliveryFrom, historyFrom, pendingFrom } from "../rows.ts";
import type { AppendResult, CountedPage, EventQuery, EventStatus, InboxStore } from "../store.ts";
import type { WakeSignal } from "../wake_signal.ts";
import type { SqliteDatabase, SqliteSession, SqliteValue } from "./connect.ts";
import { pageFrom } from "./paging.ts";

export interface SqliteDeps {
  readonly database: SqliteDatabase;
  readonly locks: LaneLocks;
  readonly lockTimeoutMs: number;
  readonly signal: WakeSignal;
}

export function createSqliteInbox(deps: SqliteDeps): InboxStore {
  const { database, locks, signal } = deps;
  return {
    async append(events) {
      assert(events.length <= APPEND_MAX, "an append is bounded");
      if (events.length === 0) return [];
      const entityIds = events.map((event) => event.entityId);
      await locks.acquire(entityIds, deps.lockTimeoutMs);
      try {
        return await database.write((session) => {
          const nowMs = database.nowMs();
          return events.map((event) => appendOne(session, event, nowMs));
        });
      } finally {
        locks.release(entityIds);
        signal.wake();
      }
    },
    status: (eventId) => database.read((session) => statusOf(session, eventId)),
    list: (query) => database.read((session) => listEvents(session, query)),
    counts: () => database.read((session) => countsOf(session, database.nowMs())),
  };
}

/** Accepts one event, or says that its key is known. */
export function appendOne(session: SqliteSession, event: NewEvent, nowMs: number): AppendResult {
  if (event.idempotency !== null) {
    const { scope, key, requestHash } = event.idempotency;
    const known = session.get(
      "select event_id, request_hash from idempotency where scope = ? and key = ? and created_at > ?",
      scope,
      key,
      nowMs - IDEMPOTENCY_MS,
    );
    if (known !== null) {
      const type = text(known, "request_hash") === requestHash ? "duplicate" : "conflict";
      return { type, eventId: text(known, "event_id") };
    }
    session.run(
      "insert or replace into idempotency (scope, key, request_hash, event_id, answer, created_at) " +
        "values (?, ?, ?, ?, 'null', ?)",
      scope,
      key,
      requestHash,
      event.eventId,
      nowMs,
    );
  }
  enqueue(session, event, nowMs);
  return { type: "accepted", eventId: event.eventId };
}

function enqueue(session: SqliteSession, event: NewEvent, nowMs: number): void {
  const nextSeq = promoteDue(session, event.entityId, nowMs);
  const isDue = event.notBeforeMs === null || event.notBeforeMs <= nowMs;
  insertEvent(session, event, { seq: isDue ? nextSeq : null, nowMs });
  session.run(
    "update lane set next_seq = ?, ready_at = case when parked_reason is not null or attempts > 0 then ready_at " +
      "else min(coalesce(ready_at, ?), ?) end where entity_id = ?",
    nextSeq + (isDue ? 1 : 0),
    Math.max(nowMs, event.notBeforeMs ?? 0),
    Math.max(nowMs, event.notBeforeMs ?? 0),
    event.entityId,
  );
}

/** Adds the lane when it is missing, and numbers what is due in it; answers the next free number. */
function promoteDue(session: SqliteSession, entityId: string, nowMs: number): number {
  const lane = session.get("select next_seq from lane where entity_id = ?", entityId);
  if (lane === null) {
    session.run(
      "insert into lane (entity_id, next_seq, attempts, parked_reason, ready_at, turn_no) " +
        "values (?, 1, 0, null, null, abs(random() % 1000000000000))",
      entityId,
    );
  }
  let nextSeq = lane === null ? 1 : number(lane, "next_seq");
  const due = session.all(
    "select id from inbox where entity_id = ? and seq is null and not_before <= ? order by not_before, id",
    entityId,
    nowMs,
  );
  for (const row of due) session.run("update inbox set seq = ? where id = ?", nextSeq++, number(row, "id"));
  return nextSeq;
}

/** Writes the row of an event; `seq` null = its time has not come. */
export function insertEvent(
  session: SqliteSession,
  event: NewEvent,
  place: { readonly seq: number | null; readonly nowMs: number },
): void {
  session.run(
    "insert into inbox (entity_id, seq, event_id, machine_name, machine_version, command, not_before, key_scope, key, " +
      "key_hash, attempts_max, traceparent, actor, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    event.entityId,
    place.seq,
    event.eventId,
    event.machineName,
    event.machineVersion,
    JSON.stringify(event.command),
    event.notBeforeMs,
    event.idempotency?.scope ?? null,
    event.idempotency?.key ?? null,
    event.idempotency?.requestHash ?? null,
    event.attemptsMax,
    event.traceparent,
    event.actor,
    place.nowMs,
  );
}

/** Attempts belong to the lane: only its first event has any. */
const PENDING_COLUMNS =
  "i.*, case when i.seq = (select min(seq) from inbox h where h.entity_id = i.entity_id) " +
  "then l.attempts else 0 end as attempts";

function statusOf(session: SqliteSession, eventId: string): EventStatus | null {
  const waiting = session.get(
    `select ${PENDING_COLUMNS} from inbox i join lane l using (entity_id) where i.event_id = ?`,
    eventId,
  );
  if (waiting !== null) return pendingFrom(waiting);
  const row = session.get("select * from history where event_id = ? order by position desc limit 1", eventId);
  const letter = session.get("select * from dead_letter where event_id = ?", eventId);
  if (letter !== null) return deadStatus(deadLetterFrom(letter), row === null ? null : historyFrom(row));
  return row === null ? null : completedStatus(historyFrom(row), deliveryFrom(row));
}

/** Every event once: where it waits, else as a dead letter, else as the last row it left in the history. */
const EVENTS = `
  select event_id, entity_id, coalesce(machine_name, '') as machine_name, 'pending' as state, created_at
    from inbox
  union all
  select event_id, entity_id, machine_name, 'dead_letter',
         coalesce(metadata ->> '$.accepted_at_ms', created_at)
    from dead_letter d where event_id is not null
  union all
  select event_id, entity_id, machine_name, 'completed', accepted_at
    from history h
   where not exists (select 1 from dead_letter d where d.event_id = h.event_id)
     and not exists (select 1 from history n where n.event_id = h.event_id and n.position > h.position)`;

function listEvents(
  session: SqliteSession,
  query: EventQuery,
): CountedPage<EventStatus> {
  const filters: readonly (readonly [string, SqliteValue | undefined])[] = [
    ["machine_name = ?", query.machineName],
    ["entity_id = ?", query.entityId],
    ["state = ?", query.state],
    ["created_at >= ?", query.fromMs],
    ["created_at <= ?", query.toMs],
  ];
  const page = pageFrom(session, {
    from: `(${EVENTS})`,
    filters,
    scope: cursorScope("events", query),
    order: [{ column: "created_at", isDescending: true }, { column: "event_id", isDescending: true }],
    query,
  });
  const items = page.items.map((row: DatabaseRow) => statusOf(session, text(row, "event_id")))
    .filter((status) => status !== null);
  return { ...page, items };
}

/** Exact up to `COUNT_MAX` waiting events; from there on the age of the oldest is that of a sample of the first ones. */
function countsOf(session: SqliteSession, nowMs: number): Awaited<ReturnType<InboxStore["counts"]>> {
  const waiting = session.get("select count(*) as count from inbox");
  // A range of the index of what has no number yet.
  const scheduled = session.get(
    "select count(*) as count from inbox where seq is null and not_before > ?",
    nowMs,
  );
  const oldest = session.get(
    "select min(due_at) as at from (select max(created_at, coalesce(not_before, 0)) as due_at from inbox " +
      "order by id limit ?) where due_at <= ?",
    COUNT_MAX,
    nowMs,
  );
  const letters = session.get("select count(*) as count from dead_letter where status = 'pending'");
  const count = (row: DatabaseRow | null) => row === null ? 0 : number(row, "count");
  const oldestAtMs = oldest === null ? null : numberOrNull(oldest, "at");
  return {
    pending: count(waiting) - count(scheduled),
    scheduled: count(scheduled),
    deadLetters: count(letters),
    oldestPendingMs: oldestAtMs === null ? null : nowMs - oldestAtMs,
  };
}
