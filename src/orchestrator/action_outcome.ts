/** What follows from one delivery of an action: an event with its result, another attempt, or a dead letter. */
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { deadLetterIdOf, followUpIdOf, historyIdOf } from "./action_id.ts";
import type { DeadLetter } from "./dead_letter.ts";
import type { Command, NewEvent } from "./event.ts";
import type { LoadedMachine } from "./loaded_machine.ts";
import type { ActionResult, LeasedAction } from "./outbox.ts";
import { retryDelayMs, type RetryPolicy } from "./retry.ts";

export interface ActionOutcome {
  readonly retryAtMs: number | null;
  readonly deadLetter: DeadLetter | null;
  readonly followUp: NewEvent | null;
}

/** Decides what becomes of a delivery that ended at `nowMs`. `loaded` null = the machine is gone, nothing follows. */
export function actionOutcomeOf(
  delivery: {
    readonly action: LeasedAction;
    readonly result: ActionResult;
    readonly loaded: LoadedMachine | null;
  },
  options: { readonly nowMs: number; readonly retry: RetryPolicy; readonly random: number },
): ActionOutcome {
  const { action, result, loaded } = delivery;
  const { nowMs } = options;
  if (result.type !== "failed") {
    return { retryAtMs: null, deadLetter: null, followUp: followUpOf(loaded, action, result) };
  }
  const attempt = action.attempts + 1;
  const isLast = result.isFinal || attempt >= action.attemptsMax;
  if (!isLast) {
    const { retryBackoffS } = action.options;
    const policy = retryBackoffS === null
      ? options.retry
      : { ...options.retry, baseMs: retryBackoffS * 1_000 };
    const delayMs = retryDelayMs(policy, {
      attemptsFailed: attempt,
      random: options.random,
      askedMs: result.retryAfterMs,
    });
    return { retryAtMs: nowMs + delayMs, deadLetter: null, followUp: null };
  }
  return {
    retryAtMs: null,
    deadLetter: actionLetterOf(action, { ...result, attempt, nowMs }),
    followUp: followUpOf(loaded, action, result),
  };
}

/** The event that tells the entity, when its machine listens; answers of HTTP calls become data of the entity. */
function followUpOf(
  loaded: LoadedMachine | null,
  action: LeasedAction,
  result: ActionResult,
): NewEvent | null {
  const command = loaded === null ? null : followUpCommandOf(loaded, action, result);
  if (command === null) return null;
  return {
    eventId: followUpIdOf(action.actionId),
    entityId: action.entityId,
    // The entity must still be there: a result never creates one.
    machineName: null,
    machineVersion: null,
    command,
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: FOLLOW_UP_ATTEMPTS_MAX,
    traceparent: action.traceparent,
    actor: null,
  };
}

const FOLLOW_UP_ATTEMPTS_MAX = 5;

function followUpCommandOf(
  loaded: LoadedMachine,
  action: LeasedAction,
  result: ActionResult,
): Command | null {
  if (result.type === "skipped" || action.kind === "invoke_stop") return null;
  const forgiven = result.type === "done" ? result.forgiven ?? null : null;
  if (forgiven !== null) {
    // Whoever listens for the failure hears of it all the same.
    const heard = triggerNamesOf(action, "failed").find((name) => isDeclared(loaded, name));
    if (heard !== undefined) return { type: "event", trigger: heard, payload: { error: forgiven } };
  }
  const payload = result.type === "done" ? resultPayloadOf(result.output) : { error: result.error };
  const trigger = triggerNamesOf(action, result.type).find((name) => isDeclared(loaded, name));
  if (trigger !== undefined) {
    const { state, generation } = action.params;
    const isInvoked = action.kind === "invoke_start" && typeof state === "string" &&
      typeof generation === "number";
    return { type: "event", trigger, payload, ...(isInvoked ? { invokedBy: { state, generation } } : {}) };
  }
  const isAnswer = action.kind === "http" && result.type === "done" && Object.keys(payload).length > 0;
  return isAnswer ? { type: "data", data: payload } : null;
}

function resultPayloadOf(output: JsonValue): JsonObject {
  if (output === null) return {};
  return isJsonObject(output) ? output : { result: output };
}

function triggerNamesOf(action: LeasedAction, type: "done" | "failed"): readonly string[] {
  const word = type === "done" ? "done" : "error";
  if (action.kind !== "invoke_start") {
    // Calls and tasks have no name of their own; their author may give them one.
    const { name } = action.params;
    const own = action.kind !== "named" && action.kind !== "send" && typeof name === "string" ? [name] : [];
    return [...own, action.name].map((each) => `${word}.${each}`);
  }
  const { id, on_done: onDone, on_error: onError } = action.params;
  const named = type === "done" ? onDone : onError;
  const generated = `${word}.invoke.${typeof id === "string" ? id : action.name}`;
  return typeof named === "string" ? [named, generated] : [generated];
}

function isDeclared(loaded: LoadedMachine, name: string): boolean {
  return loaded.spec.transitions.some((transition) =>
    transition.triggers.some((trigger) =>
      trigger === name ||
      (loaded.spec.profile === "scxml" && name.startsWith(`${trigger.replace(/\.?\*?$/, "")}.`))
    )
  );
}

function actionLetterOf(
  action: LeasedAction,
  failure: {
    readonly error: string;
    readonly isFinal: boolean;
    readonly attempt: number;
    readonly nowMs: number;
  },
): DeadLetter {
  return {
    recordId: deadLetterIdOf(action.actionId),
    machineName: action.machineName,
    entityId: action.entityId,
    stage: "worker_dispatcher",
    reason: failure.isFinal ? "action_failed" : "max_retries_exhausted",
    errorMessage: failure.error,
    errorType: "action_failed",
    payload: {
      outbox_id: action.actionId,
      entity_id: action.entityId,
      action_name: action.name,
      kind: action.kind,
      params: action.params,
      context: action.context,
      transition_id: historyIdOf(action.entityId, action.position),
      action_index: action.ordinal,
    },
    metadata: {
      machine_version: action.machineVersion,
      position: action.position,
      traceparent: action.traceparent,
      attempts_max: action.attemptsMax,
      options: {
        timeout_s: action.options.timeoutS,
        retry: action.options.retry,
        retry_backoff_s: action.options.retryBackoffS,
      },
    },
    attempt: failure.attempt,
    attemptsMax: action.attemptsMax,
    status: "pending",
    retryCount: 0,
    createdAtMs: failure.nowMs,
    updatedAtMs: null,
    expiresAtMs: null,
  };
}
