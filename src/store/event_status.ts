/** What a sender may know of an event, from wherever it is now: its lane, the history, or the dead letters. */
import type { JsonObject } from "../json.ts";
import type { DeadLetter } from "../orchestrator/dead_letter.ts";
import type { Command } from "../orchestrator/event.ts";
import type { HistoryRow } from "../orchestrator/history.ts";
import type { EventStatus } from "./store.ts";

/** An event that waits. */
export function pendingStatus(event: {
  readonly eventId: string;
  readonly entityId: string;
  readonly machineName: string | null;
  readonly command: Command;
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly notBeforeMs: number | null;
  readonly createdAtMs: number;
}): EventStatus {
  return {
    eventId: event.eventId,
    entityId: event.entityId,
    machineName: event.machineName ?? "",
    type: event.command.type === "event" || event.command.type === "data" ? event.command.type : "command",
    trigger: triggerOf(event.command),
    state: "pending",
    attempts: event.attempts,
    attemptsMax: event.attemptsMax,
    errorMessage: null,
    result: null,
    firesAtMs: event.notBeforeMs ?? event.createdAtMs,
    createdAtMs: event.createdAtMs,
    completedAtMs: null,
    historyId: null,
  };
}

/** What the turn knew of an event and the history row does not say. */
export interface Delivery {
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly firesAtMs: number;
}

/** An event that was consumed. */
export function completedStatus(row: HistoryRow, delivery: Delivery): EventStatus {
  return {
    eventId: row.eventId,
    entityId: row.entityId,
    machineName: row.machineName,
    type: typeOf(row.type),
    trigger: row.trigger,
    state: "completed",
    attempts: delivery.attempts,
    attemptsMax: delivery.attemptsMax,
    errorMessage: row.errorMessage,
    result: resultOf(row),
    firesAtMs: delivery.firesAtMs,
    createdAtMs: row.acceptedAtMs,
    completedAtMs: row.createdAtMs,
    historyId: row.id,
  };
}

/** An event that ended as a dead letter, with the history row of its last attempt when there is one. */
export function deadStatus(letter: DeadLetter, row: HistoryRow | null): EventStatus {
  const acceptedAtMs = letter.metadata["accepted_at_ms"];
  const createdAtMs = row?.acceptedAtMs ??
    (typeof acceptedAtMs === "number" ? acceptedAtMs : letter.createdAtMs);
  const trigger = letter.payload["trigger"];
  const command = letter.payload["command"];
  return {
    eventId: String(letter.payload["event_id"]),
    entityId: letter.entityId,
    machineName: letter.machineName,
    type: letter.stage === "worker_apply_data" ? "data" : typeof trigger === "string" ? "event" : "command",
    trigger: typeof trigger === "string"
      ? trigger
      : letter.stage === "worker_apply_data"
      ? "__apply_data"
      : `__${String(command)}`,
    state: "dead_letter",
    attempts: letter.attempt,
    attemptsMax: letter.attemptsMax,
    errorMessage: letter.errorMessage,
    result: row === null ? null : resultOf(row),
    firesAtMs: createdAtMs,
    createdAtMs,
    completedAtMs: letter.createdAtMs,
    historyId: row?.id ?? null,
  };
}

/** The names that commands have in the history. */
export function triggerOf(command: Command): string {
  switch (command.type) {
    case "event":
      return command.trigger;
    case "create":
      return "__entity_created__";
    case "data":
      return "__apply_data";
    default:
      return `__${command.type}`;
  }
}

function typeOf(type: HistoryRow["type"]): EventStatus["type"] {
  if (type === "event" || type === "timer") return "event";
  return type === "data" ? "data" : "command";
}

/** The predecessor's result: one transition, or for data the list of what fired. */
export function resultOf(row: HistoryRow): JsonObject {
  if (row.type === "data") {
    return {
      success: row.isSuccess,
      entity_id: row.entityId,
      machine_name: row.machineName,
      fired: row.steps.map((step) => ({
        source_state: step.from,
        target_state: step.to,
        trigger: step.trigger,
        success: true,
      })),
      final_state: row.toState ?? row.fromState,
    };
  }
  return {
    source_state: row.fromState,
    target_state: row.toState,
    success: row.isSuccess,
    transition_id: row.id,
  };
}
