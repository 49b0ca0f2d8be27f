/** Rows of the tables as the records of the port; SQLite and PostgreSQL use the same column names. */
import type { DeadLetter } from "../orchestrator/dead_letter.ts";
import type { Entity } from "../orchestrator/entity.ts";
import type { NewEvent, QueuedEvent, Timer } from "../orchestrator/event.ts";
import type { HistoryRow } from "../orchestrator/history.ts";
import type { MachineRecord } from "../orchestrator/machine_record.ts";
import type { LeasedAction } from "../orchestrator/outbox.ts";
import {
  type DatabaseRow,
  flag,
  json,
  jsonOrNull,
  number,
  numberOrNull,
  text,
  textOrNull,
  word,
} from "./columns.ts";
import { type Delivery, pendingStatus } from "./event_status.ts";
import type { Account, AuditEntry, EventStatus, StoredAnswer, StoredDocument, WorkerRow } from "./store.ts";

export function entityFrom(row: DatabaseRow): Entity {
  return {
    entityId: text(row, "entity_id"),
    machineName: text(row, "machine_name"),
    machineVersion: text(row, "machine_version"),
    snapshot: json(row, "snapshot"),
    context: json(row, "context"),
    currentState: text(row, "current_state"),
    version: number(row, "version"),
    position: number(row, "position"),
    status: word(row, "status"),
    workflowStatus: word(row, "workflow_status"),
    isTerminal: flag(row, "is_terminal"),
    labels: json(row, "labels"),
    createdAtMs: number(row, "created_at"),
    updatedAtMs: number(row, "updated_at"),
    archivedAtMs: numberOrNull(row, "archived_at"),
    deletedAtMs: numberOrNull(row, "deleted_at"),
  };
}

/** A row of the inbox without its place in the lane. */
export function newEventFrom(row: DatabaseRow): NewEvent {
  const scope = textOrNull(row, "key_scope");
  return {
    eventId: text(row, "event_id"),
    entityId: text(row, "entity_id"),
    machineName: textOrNull(row, "machine_name"),
    machineVersion: textOrNull(row, "machine_version"),
    command: json(row, "command"),
    notBeforeMs: numberOrNull(row, "not_before"),
    idempotency: scope === null ? null : { scope, key: text(row, "key"), requestHash: text(row, "key_hash") },
    attemptsMax: number(row, "attempts_max"),
    traceparent: textOrNull(row, "traceparent"),
    actor: textOrNull(row, "actor"),
  };
}

/** A scheduled event counts as accepted when its time comes, so that timers due before it come first. */
export function queuedEventFrom(
  row: DatabaseRow,
  place: { readonly seq: number; readonly attempts: number },
): QueuedEvent {
  const createdAtMs = number(row, "created_at");
  return {
    ...newEventFrom(row),
    ...place,
    acceptedAtMs: Math.max(createdAtMs, numberOrNull(row, "not_before") ?? 0),
  };
}

/** A row of the inbox, with `attempts` of its lane when it stands at the head. */
export function pendingFrom(row: DatabaseRow): EventStatus {
  return pendingStatus({
    ...newEventFrom(row),
    attempts: number(row, "attempts"),
    createdAtMs: number(row, "created_at"),
  });
}

export function timerFrom(row: DatabaseRow): Timer {
  return {
    key: text(row, "key"),
    trigger: text(row, "trigger"),
    payload: json(row, "payload"),
    dueAtMs: number(row, "due_at"),
    generation: number(row, "generation"),
  };
}

export function historyFrom(row: DatabaseRow): HistoryRow {
  return {
    id: text(row, "id"),
    entityId: text(row, "entity_id"),
    position: number(row, "position"),
    seq: number(row, "seq"),
    eventId: text(row, "event_id"),
    type: word(row, "type"),
    trigger: text(row, "trigger"),
    payload: json(row, "payload"),
    machineName: text(row, "machine_name"),
    machineVersion: text(row, "machine_version"),
    outcome: word(row, "outcome"),
    isSuccess: flag(row, "is_success"),
    fromState: text(row, "from_state"),
    toState: textOrNull(row, "to_state"),
    reason: textOrNull(row, "reason"),
    errorMessage: textOrNull(row, "error_message"),
    actions: json(row, "actions"),
    steps: json(row, "steps"),
    context: jsonOrNull(row, "context"),
    actor: textOrNull(row, "actor"),
    durationMs: number(row, "duration_ms"),
    acceptedAtMs: number(row, "accepted_at"),
    createdAtMs: number(row, "created_at"),
  };
}

export function deliveryFrom(row: DatabaseRow): Delivery {
  return {
    attempts: number(row, "attempts"),
    attemptsMax: number(row, "attempts_max"),
    firesAtMs: number(row, "fires_at"),
  };
}

/** A row of the outbox right after it was leased. */
export function leasedActionFrom(row: DatabaseRow): LeasedAction {
  return {
    ...waitingActionFrom(row),
    options: json(row, "options"),
    context: json(row, "context"),
    traceparent: textOrNull(row, "traceparent"),
    dueAtMs: number(row, "due_at"),
    leaseNo: number(row, "lease_no"),
    leaseUntilMs: number(row, "next_at"),
  };
}

/** What every reader of the outbox wants to know of an action. */
export function waitingActionFrom(row: DatabaseRow) {
  return {
    actionId: text(row, "action_id"),
    entityId: text(row, "entity_id"),
    machineName: text(row, "machine_name"),
    machineVersion: text(row, "machine_version"),
    position: number(row, "position"),
    ordinal: number(row, "ordinal"),
    kind: word<LeasedAction["kind"]>(row, "kind"),
    name: text(row, "name"),
    params: json<LeasedAction["params"]>(row, "params"),
    attempts: number(row, "attempts"),
    attemptsMax: number(row, "attempts_max"),
    createdAtMs: number(row, "created_at"),
  };
}

/** Marked when somebody else held it and did not come back. */
export function takenOver(
  action: LeasedAction,
  { isTakenOver }: { readonly isTakenOver: boolean },
): LeasedAction {
  return isTakenOver ? { ...action, isTakenOver: true } : action;
}

export function deadLetterFrom(row: DatabaseRow): DeadLetter {
  return {
    recordId: text(row, "record_id"),
    machineName: text(row, "machine_name"),
    entityId: text(row, "entity_id"),
    stage: word(row, "stage"),
    reason: word(row, "reason"),
    errorMessage: text(row, "error_message"),
    errorType: text(row, "error_type"),
    payload: json(row, "payload"),
    metadata: json(row, "metadata"),
    attempt: number(row, "attempt"),
    attemptsMax: number(row, "attempts_max"),
    status: word(row, "status"),
    retryCount: number(row, "retry_count"),
    createdAtMs: number(row, "created_at"),
    updatedAtMs: numberOrNull(row, "updated_at"),
    expiresAtMs: numberOrNull(row, "expires_at"),
  };
}

export function machineFrom(row: DatabaseRow): MachineRecord {
  return {
    id: text(row, "id"),
    name: text(row, "name"),
    version: text(row, "version"),
    description: textOrNull(row, "description"),
    isStrict: flag(row, "is_strict"),
    config: json(row, "config"),
    sourceText: textOrNull(row, "source_text"),
    hash: text(row, "hash"),
    revision: number(row, "revision"),
    createdAtMs: number(row, "created_at"),
    updatedAtMs: number(row, "updated_at"),
    createdBy: textOrNull(row, "created_by"),
    updatedBy: textOrNull(row, "updated_by"),
  };
}

export function answerFrom(row: DatabaseRow): StoredAnswer {
  return {
    scope: text(row, "scope"),
    key: text(row, "key"),
    requestHash: text(row, "request_hash"),
    eventId: text(row, "event_id"),
    answer: json(row, "answer"),
  };
}

export function accountFrom(row: DatabaseRow): Account {
  return {
    username: text(row, "username"),
    passwordHash: text(row, "password_hash"),
    role: word(row, "role"),
    isEnabled: flag(row, "is_enabled"),
    tokenCounter: number(row, "token_counter"),
    createdAtMs: number(row, "created_at"),
  };
}

export function documentFrom(row: DatabaseRow): StoredDocument {
  return {
    id: text(row, "id"),
    body: json(row, "body"),
    version: number(row, "version"),
    createdAtMs: number(row, "created_at"),
    updatedAtMs: number(row, "updated_at"),
    dueAtMs: numberOrNull(row, "due_at"),
  };
}

export function auditFrom(row: DatabaseRow): AuditEntry {
  return {
    id: text(row, "id"),
    atMs: number(row, "at"),
    actor: text(row, "actor"),
    action: text(row, "action"),
    resource: text(row, "resource"),
    requestId: textOrNull(row, "request_id"),
    details: json(row, "details"),
  };
}

export function workerFrom(row: DatabaseRow): WorkerRow {
  return {
    workerId: text(row, "worker_id"),
    startedAtMs: number(row, "started_at"),
    seenAtMs: number(row, "seen_at"),
    info: json(row, "info"),
  };
}
