/** Events and actions that could not be processed, kept until a person decides. */
import type { JsonObject } from "../json.ts";

export type DeadLetterStage = "worker" | "worker_apply_data" | "worker_dispatcher";
export type DeadLetterStatus = "pending" | "retrying" | "resolved" | "ignored" | "expired";
export type DeadLetterReason =
  | "guard_rejected"
  | "guard_execution_error"
  | "guard_not_found"
  | "invalid_transition"
  | "terminal_state"
  | "validation_failed"
  | "action_failed"
  | "unknown_machine"
  | "machine_mismatch"
  | "invalid_entity_id"
  | "entity_not_found"
  | "entity_not_active"
  | "entity_exists"
  | "undefined_state"
  | "livelock"
  | "worker_crashed"
  | "max_retries_exhausted"
  | "unknown";

export interface DeadLetter {
  /** 32 hex digits. */
  readonly recordId: string;
  readonly machineName: string;
  readonly entityId: string;
  readonly stage: DeadLetterStage;
  readonly reason: DeadLetterReason;
  readonly errorMessage: string;
  readonly errorType: string;
  /** Event: {event_id, entity_id, trigger, context} or {event_id, entity_id, data}; action: {outbox_id, entity_id, action_name, params, …}. */
  readonly payload: JsonObject;
  readonly metadata: JsonObject;
  readonly attempt: number;
  readonly attemptsMax: number;
  readonly status: DeadLetterStatus;
  readonly retryCount: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number | null;
  readonly expiresAtMs: number | null;
}
