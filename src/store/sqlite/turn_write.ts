/** Everything a turn writes, inside one transaction; nothing when somebody else was faster. */
import type { LaneWrite, LoadedLane } from "../../orchestrator/lane.ts";
import { assert } from "../../assert.ts";
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { HistoryRow } from "../../orchestrator/history.ts";
import type { OutboxRow } from "../../orchestrator/outbox.ts";
import { number } from "../columns.ts";
import type { Delivery } from "../event_status.ts";
import type { StoredAnswer, TurnWrite } from "../store.ts";
import type { SqliteSession } from "./connect.ts";

/** A lane as it was loaded, with what tells whether it is still the same. */
export interface HeldLane {
  readonly loaded: LoadedLane;
  /** null = there was no lane. */
  readonly turnNo: number | null;
  /** Next number as it is stored; the load may have given out some after it. */
  readonly storedSeq: number;
  readonly events: readonly {
    readonly inboxId: number;
    readonly eventId: string;
    /** Number given by this load; null = it had one. */
    readonly numberedAs: number | null;
  }[];
}

/** False = fenced. */
export function writeTurn(
  session: SqliteSession,
  { write, held, nowMs }: {
    readonly write: TurnWrite;
    readonly held: readonly HeldLane[];
    readonly nowMs: number;
  },
): boolean {
  const heldById = new Map(held.map((one) => [one.loaded.entityId, one]));
  const lanes = write.lanes.map((lane) => {
    const before = heldById.get(lane.entityId);
    assert(before !== undefined, "a turn writes the lanes that it holds");
    return { lane, before };
  });
  if (!lanes.every(({ lane, before }) => isUnchanged(session, lane, before))) return false;
  for (const { lane, before } of lanes) {
    if (lane.isPurged) purge(session, lane.entityId);
    else writeLane(session, { lane, before, nowMs });
  }
  for (const answer of write.answers) insertAnswer(session, answer, nowMs);
  return true;
}

/**
 * The entity has the expected version, and no other turn was committed. Events that another process appended do not
 * matter unless this turn gave the same numbers to others.
 */
function isUnchanged(session: SqliteSession, lane: LaneWrite, before: HeldLane): boolean {
  const entity = session.get("select version from entity where entity_id = ?", lane.entityId);
  if ((entity === null ? 0 : number(entity, "version")) !== lane.expectedVersion) return false;
  const current = session.get("select turn_no, next_seq from lane where entity_id = ?", lane.entityId);
  if (current === null || before.turnNo === null) return current === null && before.turnNo === null;
  if (number(current, "turn_no") !== before.turnNo) return false;
  return number(current, "next_seq") === before.storedSeq || lane.nextSeq === before.storedSeq;
}

function writeLane(
  session: SqliteSession,
  { lane, before, nowMs }: { readonly lane: LaneWrite; readonly before: HeldLane; readonly nowMs: number },
): void {
  const { entityId } = lane;
  session.run(
    "insert into lane (entity_id, next_seq, attempts, parked_reason, parked_at, ready_at, turn_no) " +
      "values (?, ?, ?, ?, ?, ?, abs(random() % 1000000000000)) " +
      "on conflict (entity_id) do update set attempts = excluded.attempts, parked_reason = excluded.parked_reason, " +
      "parked_at = iif(excluded.parked_reason is null, null, coalesce(lane.parked_at, excluded.parked_at)), ready_at = excluded.ready_at, next_seq = max(lane.next_seq, excluded.next_seq), turn_no = lane.turn_no + 1",
    entityId,
    lane.nextSeq,
    lane.attempts,
    lane.parkedReason,
    lane.parkedReason === null ? null : nowMs,
    lane.readyAtMs,
  );
  const consumed = new Set(lane.consumedEventIds);
  for (const event of before.events) {
    if (consumed.has(event.eventId)) session.run("delete from inbox where id = ?", event.inboxId);
    else if (event.numberedAs !== null) {
      session.run("update inbox set seq = ? where id = ?", event.numberedAs, event.inboxId);
    }
  }
  if (lane.parkedReason === null && lane.attempts === 0) keepReady(session, entityId, nowMs);
  if (lane.entity !== null) writeEntity(session, lane.entity);
  writeTimers(session, lane);
  for (const row of lane.history) insertHistory(session, row, deliveryOf(before.loaded, row));
  for (const row of lane.outbox) insertAction(session, row);
  for (const letter of lane.deadLetters) insertLetter(session, letter);
}

/** Another process may have appended to the lane since it was loaded: what waits in it decides too. */
function keepReady(session: SqliteSession, entityId: string, nowMs: number): void {
  session.run(
    "update lane set ready_at = min(coalesce(ready_at, w.at), w.at) " +
      "from (select max(?1, min(case when seq is null then not_before else 0 end)) as at from inbox " +
      "where entity_id = ?2) w where entity_id = ?2 and w.at is not null",
    nowMs,
    entityId,
  );
}

function writeTimers(session: SqliteSession, lane: LaneWrite): void {
  const { entityId } = lane;
  for (const key of lane.timersCancelled) {
    session.run("delete from timer where entity_id = ? and key = ?", entityId, key);
  }
  for (const timer of lane.timersSet) {
    session.run(
      "insert or replace into timer (entity_id, key, trigger, payload, due_at, generation) values (?, ?, ?, ?, ?, ?)",
      entityId,
      timer.key,
      timer.trigger,
      JSON.stringify(timer.payload),
      timer.dueAtMs,
      timer.generation,
    );
  }
}

/** What the turn knew of the event of a history row; an event that somebody waited for was never queued. */
export function deliveryOf(loaded: LoadedLane, row: HistoryRow): Delivery {
  const index = loaded.events.findIndex((event) => event.eventId === row.eventId);
  const event = loaded.events[index];
  return {
    attempts: index === 0 ? loaded.attempts + 1 : 1,
    attemptsMax: event?.attemptsMax ?? 1,
    firesAtMs: event?.notBeforeMs ?? row.acceptedAtMs,
  };
}

function writeEntity(session: SqliteSession, entity: Entity): void {
  session.run(
    "insert or replace into entity (entity_id, machine_name, machine_version, snapshot, context, current_state, " +
      "version, position, status, workflow_status, is_terminal, labels, created_at, updated_at, archived_at, deleted_at) " +
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    entity.entityId,
    entity.machineName,
    entity.machineVersion,
    JSON.stringify(entity.snapshot),
    JSON.stringify(entity.context),
    entity.currentState,
    entity.version,
    entity.position,
    entity.status,
    entity.workflowStatus,
    Number(entity.isTerminal),
    JSON.stringify(entity.labels),
    entity.createdAtMs,
    entity.updatedAtMs,
    entity.archivedAtMs,
    entity.deletedAtMs,
  );
}

function insertHistory(session: SqliteSession, row: HistoryRow, delivery: Delivery): void {
  session.run(
    "insert into history (id, entity_id, position, seq, event_id, type, trigger, payload, machine_name, " +
      "machine_version, outcome, is_success, from_state, to_state, reason, error_message, actions, steps, context, " +
      "actor, duration_ms, accepted_at, created_at, attempts, attempts_max, fires_at) " +
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    row.id,
    row.entityId,
    row.position,
    row.seq,
    row.eventId,
    row.type,
    row.trigger,
    JSON.stringify(row.payload),
    row.machineName,
    row.machineVersion,
    row.outcome,
    Number(row.isSuccess),
    row.fromState,
    row.toState,
    row.reason,
    row.errorMessage,
    JSON.stringify(row.actions),
    JSON.stringify(row.steps),
    row.context === null ? null : JSON.stringify(row.context),
    row.actor,
    row.durationMs,
    row.acceptedAtMs,
    row.createdAtMs,
    delivery.attempts,
    delivery.attemptsMax,
    delivery.firesAtMs,
  );
}

function insertAction(session: SqliteSession, row: OutboxRow): void {
  session.run(
    "insert into outbox (action_id, entity_id, machine_name, machine_version, position, ordinal, kind, name, params, " +
      "options, context, traceparent, due_at, attempts_max, created_at, next_at) " +
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    row.actionId,
    row.entityId,
    row.machineName,
    row.machineVersion,
    row.position,
    row.ordinal,
    row.kind,
    row.name,
    JSON.stringify(row.params),
    JSON.stringify(row.options),
    JSON.stringify(row.context),
    row.traceparent,
    row.dueAtMs,
    row.attemptsMax,
    row.createdAtMs,
    row.dueAtMs,
  );
}

/** A record that is there already stays as it is. */
export function insertLetter(session: SqliteSession, letter: DeadLetter): void {
  const eventId = letter.payload["event_id"];
  session.run(
    "insert or ignore into dead_letter (record_id, machine_name, entity_id, stage, reason, error_message, error_type, " +
      "payload, metadata, attempt, attempts_max, status, retry_count, created_at, updated_at, expires_at, event_id) " +
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    letter.recordId,
    letter.machineName,
    letter.entityId,
    letter.stage,
    letter.reason,
    letter.errorMessage,
    letter.errorType,
    JSON.stringify(letter.payload),
    JSON.stringify(letter.metadata),
    letter.attempt,
    letter.attemptsMax,
    letter.status,
    letter.retryCount,
    letter.createdAtMs,
    letter.updatedAtMs,
    letter.expiresAtMs,
    typeof eventId === "string" && letter.stage !== "worker_dispatcher" ? eventId : null,
  );
}

function insertAnswer(session: SqliteSession, answer: StoredAnswer, nowMs: number): void {
  session.run(
    "insert or replace into idempotency (scope, key, request_hash, event_id, answer, created_at) " +
      "values (?, ?, ?, ?, ?, ?)",
    answer.scope,
    answer.key,
    answer.requestHash,
    answer.eventId,
    JSON.stringify(answer.answer),
    nowMs,
  );
}

function purge(session: SqliteSession, entityId: string): void {
  for (const table of ["inbox", "timer", "history", "outbox", "dead_letter", "entity", "lane"]) {
    session.run(`delete from ${table} where entity_id = ?`, entityId);
  }
}
