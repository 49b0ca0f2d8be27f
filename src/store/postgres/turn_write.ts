/** Everything a turn writes as the one call that writes it. */
import type { LaneWrite, LoadedLane } from "../../orchestrator/lane.ts";
import { assert } from "../../assert.ts";
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { OutboxRow } from "../../orchestrator/outbox.ts";
import type { JsonObject } from "../../json.ts";
import { resultOf } from "../event_status.ts";
import type { TurnWrite } from "../store.ts";
import { arrayLiteral, type Statement } from "./client.ts";
import { COPY_ROWS_MIN, historyCopy, type PlacedRow } from "./history_copy.ts";

/** A lane as it was loaded, with the place of each of its events. */
export interface HeldLane {
  readonly loaded: LoadedLane;
  readonly shard: number;
  /** Same order as the events. `source` not 0 = a row of the predecessor's tables tells what became of it. */
  readonly places: readonly { readonly slot: number; readonly source: number; readonly seq: number }[];
}

interface LanePair {
  readonly lane: LaneWrite;
  readonly before: HeldLane;
}

export function commitStatements(
  write: TurnWrite,
  { held, nowMs, tx }: { readonly held: readonly HeldLane[]; readonly nowMs: number; readonly tx: string },
): readonly Statement[] {
  const heldById = new Map(held.map((one) => [one.loaded.entityId, one]));
  const pairs = write.lanes.map((lane): LanePair => {
    const before = heldById.get(lane.entityId);
    assert(before !== undefined, "a turn writes the lanes that it holds");
    return { lane, before };
  });
  const kept = pairs.filter(({ lane }) => !lane.isPurged);
  const purged = write.lanes.filter((lane) => lane.isPurged).map((lane) => lane.entityId);
  const history = kept.flatMap(placedRows);
  const isCopied = history.length >= COPY_ROWS_MIN;
  const commit = {
    sql: "select stator.commit_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text[], $13)",
    values: [
      tx,
      nowMs,
      JSON.stringify(pairs.map(laneRow)),
      arrayOrNull(kept.flatMap(({ lane }) => lane.entity === null ? [] : [entityRow(lane.entity)])),
      arrayOrNull(kept.flatMap(consumedRows)),
      arrayOrNull(kept.flatMap(renumberedRows)),
      arrayOrNull(kept.flatMap(({ lane }) => timerRows(lane))),
      isCopied ? null : arrayOrNull(history.map(historyRow)),
      arrayOrNull(kept.flatMap(({ lane }) => lane.outbox.map(outboxRow))),
      arrayOrNull(kept.flatMap(({ lane }) => lane.deadLetters.map(letterRow))),
      arrayOrNull(write.answers.map((answer) => ({
        scope: answer.scope,
        key: answer.key,
        request_hash: answer.requestHash,
        event_id: answer.eventId,
        answer: answer.answer,
      }))),
      purged.length === 0 ? null : arrayLiteral(purged),
      arrayOrNull(kept.flatMap(mirrorRows)),
    ],
  };
  return isCopied ? [commit, historyCopy(history, tx)] : [commit];
}

function arrayOrNull(rows: readonly object[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows);
}

function laneRow({ lane, before }: LanePair): object {
  return {
    entity_id: lane.entityId,
    expected_steps: lane.expectedVersion + (before.loaded.entity?.position ?? 0),
    next_seq: lane.nextSeq,
    attempts: lane.attempts,
    parked_reason: lane.parkedReason,
    ready_at: lane.readyAtMs,
    current_state: lane.entity?.currentState ?? null,
    updated_at: lane.entity?.updatedAtMs ?? null,
  };
}

function entityRow(entity: Entity): object {
  return {
    entity_id: entity.entityId,
    machine_name: entity.machineName,
    machine_version: entity.machineVersion,
    snapshot: entity.snapshot,
    context: entity.context,
    current_state: entity.currentState,
    version: entity.version,
    position: entity.position,
    status: entity.status,
    workflow_status: entity.workflowStatus,
    is_terminal: entity.isTerminal,
    labels: entity.labels,
    created_at: entity.createdAtMs,
    updated_at: entity.updatedAtMs,
    archived_at: entity.archivedAtMs,
    deleted_at: entity.deletedAtMs,
  };
}

function consumedRows({ lane, before }: LanePair): readonly object[] {
  if (lane.consumedEventIds.length === 0) return [];
  const consumed = new Set(lane.consumedEventIds);
  const places = before.places.filter((_, index) => consumed.has(before.loaded.events[index]?.eventId ?? ""));
  return [{ entity_id: lane.entityId, slots: places.map(({ slot }) => slot) }];
}

/** Numbers that the load gave out and the turn did not use up. */
function renumberedRows({ lane, before }: LanePair): readonly object[] {
  const consumed = new Set(lane.consumedEventIds);
  return before.places.flatMap(({ slot, seq }, index) =>
    slot === seq || consumed.has(before.loaded.events[index]?.eventId ?? "")
      ? []
      : [{ entity_id: lane.entityId, slot, seq }]
  );
}

/** Without `due_at` a timer only leaves. */
function timerRows(lane: LaneWrite): readonly object[] {
  const set = new Set(lane.timersSet.map((timer) => timer.key));
  return [
    ...lane.timersCancelled.filter((key) => !set.has(key)).map((key) => ({ entity_id: lane.entityId, key })),
    ...lane.timersSet.map((timer) => ({
      entity_id: lane.entityId,
      key: timer.key,
      trigger: timer.trigger,
      payload: timer.payload,
      due_at: timer.dueAtMs,
      generation: timer.generation,
    })),
  ];
}

/** What the turn knew of the event of each row; an event that somebody waited for was never queued. */
function placedRows({ lane, before }: LanePair): readonly PlacedRow[] {
  const { loaded, shard } = before;
  const places = new Map(loaded.events.map((event, index) => [event.eventId, index]));
  return lane.history.map((row) => {
    const index = places.get(row.eventId);
    const event = index === undefined ? undefined : loaded.events[index];
    const delivery = {
      attempts: index === 0 ? loaded.attempts + 1 : 1,
      attemptsMax: event?.attemptsMax ?? 1,
      firesAtMs: event?.notBeforeMs ?? row.acceptedAtMs,
    };
    return { row, shard, delivery };
  });
}

function historyRow({ row, delivery }: PlacedRow): object {
  return {
    entity_id: row.entityId,
    position: row.position,
    id: row.id,
    seq: row.seq,
    event_id: row.eventId,
    accepted_at: row.acceptedAtMs,
    created_at: row.createdAtMs,
    fires_at: delivery.firesAtMs,
    duration_ms: row.durationMs,
    attempts: delivery.attempts,
    attempts_max: delivery.attemptsMax,
    is_success: row.isSuccess,
    type: row.type,
    outcome: row.outcome,
    trigger: row.trigger,
    machine_name: row.machineName,
    machine_version: row.machineVersion,
    from_state: row.fromState,
    to_state: row.toState,
    reason: row.reason,
    error_message: row.errorMessage,
    actor: row.actor,
    payload: row.payload,
    actions: row.actions,
    steps: row.steps,
    ...(row.context === null ? {} : { context: row.context }),
  };
}

function outboxRow(row: OutboxRow): object {
  return {
    entity_id: row.entityId,
    position: row.position,
    ordinal: row.ordinal,
    action_id: row.actionId,
    machine_name: row.machineName,
    machine_version: row.machineVersion,
    kind: row.kind,
    name: row.name,
    params: row.params,
    options: row.options,
    context: row.context,
    traceparent: row.traceparent,
    due_at: row.dueAtMs,
    attempts_max: row.attemptsMax,
    created_at: row.createdAtMs,
  };
}

export function letterRow(letter: DeadLetter): object {
  const eventId = letter.payload["event_id"];
  return {
    record_id: letter.recordId,
    machine_name: letter.machineName,
    entity_id: letter.entityId,
    stage: letter.stage,
    reason: letter.reason,
    error_message: letter.errorMessage,
    error_type: letter.errorType,
    payload: letter.payload,
    metadata: letter.metadata,
    attempt: letter.attempt,
    attempts_max: letter.attemptsMax,
    status: letter.status,
    retry_count: letter.retryCount,
    created_at: letter.createdAtMs,
    updated_at: letter.updatedAtMs,
    expires_at: letter.expiresAtMs,
    event_id: typeof eventId === "string" && letter.stage !== "worker_dispatcher" ? eventId : null,
  };
}

/** What the producers that insert into the predecessor's tables read there. */
function mirrorRows({ lane, before }: LanePair): readonly object[] {
  const consumed = new Set(lane.consumedEventIds);
  return before.places.flatMap(({ source }, index): readonly JsonObject[] => {
    const event = before.loaded.events[index];
    if (source === 0 || event === undefined) return [];
    const ids = { source, event_id: event.eventId };
    const attempt = index === 0 ? before.loaded.attempts + 1 : 1;
    if (!consumed.has(event.eventId)) {
      return index === 0 && lane.attempts > 0 ? [{ ...ids, status: "pending", attempt: lane.attempts }] : [];
    }
    const row = lane.history.findLast((one) => one.eventId === event.eventId);
    const letter = lane.deadLetters.find((one) => one.payload["event_id"] === event.eventId);
    return [{
      ...ids,
      attempt,
      status: letter === undefined ? "completed" : "dead_letter",
      error_message: letter?.errorMessage ?? row?.errorMessage ?? null,
      result: row === undefined ? null : resultOf(row),
      history_id: row?.id ?? null,
    }];
  });
}
