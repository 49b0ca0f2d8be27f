/** What becomes of an event that makes the program fail: another attempt, or a dead letter after the last one. */
import { messageOf } from "../errors.ts";
import { letterOf } from "./dead_letters.ts";
import type { DecideInput } from "./decide_input.ts";
import type { Decision } from "./decision.ts";
import { failedRow } from "./history_rows.ts";
import type { LoadedMachine } from "./loaded_machine.ts";
import type { FoldOptions } from "./lane_fold.ts";
import { DEFAULT_POLICY } from "./machine_policy.ts";
import { retryDelayMs } from "./retry.ts";

export type Failure = Parameters<typeof letterOf>[1];

/** Stays at the head for another attempt, or leaves for good after the last one. */
export function failedDecision(
  loaded: LoadedMachine | null,
  input: DecideInput,
  { error, attempts, options }: {
    readonly error: unknown;
    /** Failures before this one. */
    readonly attempts: number;
    readonly options: Pick<FoldOptions, "nowMs" | "random" | "retry">;
  },
): Decision {
  const attempt = attempts + 1;
  const failure = failureOf(error, attempt);
  if (attempt >= input.event.attemptsMax) return giveUp(loaded, input, failure);
  const delayMs = retryDelayMs(options.retry, { attemptsFailed: attempt, random: options.random() });
  return {
    ...giveUp(loaded, input, failure),
    type: "retry",
    entity: input.entity,
    history: null,
    timersCancelled: [],
    deadLetter: null,
    retryAtMs: options.nowMs + delayMs,
  };
}

export function failureOf(error: unknown, attempt: number): Failure {
  return {
    reason: "max_retries_exhausted",
    message: messageOf(error),
    errorType: error instanceof Error ? error.name : "unknown",
    attempt,
  };
}

export function giveUp(
  loaded: LoadedMachine | null,
  input: DecideInput,
  failure: Failure,
): Decision {
  const { entity, timer } = input;
  return {
    type: "consumed",
    entity: entity === null ? null : { ...entity, position: entity.position + 1 },
    history: failedRow(input, {
      outcome: "failed",
      reason: failure.reason,
      message: failure.message,
      run: null,
    }),
    created: null,
    timersSet: [],
    timersCancelled: timer === null ? [] : [timer.key],
    outbox: [],
    deadLetter: {
      ...letterOf(input, failure),
      metadata: { ...letterOf(input, failure).metadata, on_failure: policyFor(loaded).onFailure },
    },
    reason: failure.reason,
    message: failure.message,
    run: null,
    retryAtMs: null,
  };
}

/** Whether the author's wish for failures applies. */
export function isExhausted(decision: Decision): boolean {
  return decision.reason === "max_retries_exhausted" || decision.reason === "worker_crashed";
}

export function policyFor(loaded: LoadedMachine | null): LoadedMachine["policy"] {
  return loaded?.policy ?? DEFAULT_POLICY;
}
