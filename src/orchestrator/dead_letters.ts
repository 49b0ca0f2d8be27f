/** Dead letters for events: the whole event as it was, so that a person can read it and put it back. */
import type { Refusal, RefusalCode } from "../engine/step.ts";
import type { JsonObject } from "../json.ts";
import { deadLetterIdOf } from "./action_id.ts";
import type { DeadLetter, DeadLetterReason } from "./dead_letter.ts";
import type { DecideInput } from "./decide_input.ts";
import type { QueuedEvent } from "./event.ts";
import type { Rejection } from "./rejection.ts";

/** PyStator's word for each refusal of the engine. */
export function reasonOf(code: RefusalCode): DeadLetterReason {
  return REASONS[code];
}

const REASONS = {
  invalid_trigger: "invalid_transition",
  guard_rejected: "guard_rejected",
  guard_error: "guard_execution_error",
  guard_not_found: "guard_not_found",
  terminal_state: "terminal_state",
  undefined_state: "undefined_state",
  validation_failed: "validation_failed",
  action_failed: "action_failed",
  livelock: "livelock",
  deferred_full: "unknown",
  context_too_large: "validation_failed",
} as const satisfies Record<RefusalCode, DeadLetterReason>;

export function refusedLetter(input: DecideInput, refusal: Refusal): DeadLetter {
  return letterOf(input, {
    reason: reasonOf(refusal.code),
    message: refusal.message,
    errorType: refusal.code,
    attempt: 1,
  });
}

export function rejectedLetter(input: DecideInput, rejection: Rejection): DeadLetter {
  return letterOf(input, { ...rejection, errorType: rejection.reason, attempt: 1 });
}

/** The general form; `attempt` counts the failed attempts, this one included. */
export function letterOf(
  input: Pick<DecideInput, "entity" | "event" | "nowMs">,
  failure: {
    readonly reason: DeadLetterReason;
    readonly message: string;
    readonly errorType: string;
    readonly attempt: number;
  },
): DeadLetter {
  const { event, entity, nowMs } = input;
  return {
    recordId: deadLetterIdOf(event.eventId),
    machineName: entity?.machineName ?? event.machineName ?? "",
    entityId: event.entityId,
    stage: event.command.type === "data" ? "worker_apply_data" : "worker",
    reason: failure.reason,
    errorMessage: failure.message,
    errorType: failure.errorType,
    payload: payloadOf(event),
    metadata: {
      seq: event.seq,
      machine_version: entity?.machineVersion ?? event.machineVersion,
      idempotency_key: event.idempotency?.key ?? null,
      actor: event.actor,
      traceparent: event.traceparent,
      accepted_at_ms: event.acceptedAtMs,
    },
    attempt: failure.attempt,
    attemptsMax: event.attemptsMax,
    status: "pending",
    retryCount: 0,
    createdAtMs: nowMs,
    updatedAtMs: null,
    expiresAtMs: null,
  };
}

function payloadOf(event: QueuedEvent): JsonObject {
  const { eventId, entityId, command } = event;
  const ids = { event_id: eventId, entity_id: entityId };
  switch (command.type) {
    case "event":
      return {
        ...ids,
        trigger: command.trigger,
        context: command.payload,
        ...(command.birth === undefined ? {} : { birth: command.birth }),
      };
    case "data":
      return { ...ids, data: command.data };
    case "create": {
      const { context, labels, isIfAbsent = false } = command;
      return { ...ids, command: "create", context, labels, if_absent: isIfAbsent };
    }
    default:
      return { ...ids, command: command.type };
  }
}
