/** Why an event would or would not be taken now, in full. */
import type { JsonObject, JsonValue } from "../json.ts";
import { nearest } from "../expression/nearest.ts";
import type { Machine } from "./machine.ts";
import { setOwn } from "./own.ts";
import { plan } from "./plan.ts";
import { availableTriggers } from "./query.ts";
import type { Instance } from "./snapshot.ts";
import type { CandidateRow, EngineEvent, EngineOptions, GuardRow, Outcome, Refusal } from "./step.ts";

/** Triggers that are tried out for one answer. */
const TRIALS_MAX = 500;

export interface Explanation {
  readonly outcome: Outcome;
  readonly refusal: Refusal | null;
  /** Transitions that were looked at, in order. */
  readonly candidates: readonly CandidateRow[];
  /** The first guard that did not hold; null when none failed. */
  readonly failedGuard: GuardRow | null;
  /** Context values that guards have read. */
  readonly values: JsonObject;
  /** Triggers that would be taken now, sorted. */
  readonly allowed: readonly string[];
  /** A known trigger that was probably meant; null when the trigger is known. */
  readonly nearest: string | null;
}

export function explain(
  machine: Machine,
  instance: Instance,
  event: EngineEvent,
  options: EngineOptions,
): Explanation {
  const step = plan(machine, instance, event, options);
  const rows = step.candidates.flatMap((candidate) => candidate.guards);
  const isKnown = machine.triggerSet.has(step.event?.trigger ?? event.trigger);
  return {
    outcome: step.outcome,
    refusal: step.refusal,
    candidates: step.candidates,
    failedGuard: rows.find((row) => !row.passed) ?? null,
    values: valuesOf(rows),
    allowed: allowedTriggers(machine, instance, options),
    nearest: isKnown ? null : nearest(event.trigger, machine.triggers),
  };
}

/** Triggers from the present states whose guards hold on the context as it is. */
export function allowedTriggers(
  machine: Machine,
  instance: Instance,
  options: EngineOptions,
): readonly string[] {
  return availableTriggers(machine, instance.snapshot.states)
    .filter((trigger) => !machine.systemTriggers.has(trigger))
    .slice(0, TRIALS_MAX)
    .filter((trigger) => {
      const { outcome } = plan(machine, instance, { trigger, payload: {} }, options);
      return outcome === "transitioned" || outcome === "internal";
    });
}

function valuesOf(rows: readonly GuardRow[]): JsonObject {
  const values: Record<string, JsonValue> = {};
  for (const row of rows) {
    for (const [key, value] of Object.entries(row.values ?? {})) setOwn(values, key, value);
  }
  return values;
}
