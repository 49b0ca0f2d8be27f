/** The fallback of a machine: where an event leads that nothing takes. */
import type { Configuration } from "./configuration.ts";
import { settle } from "./conflict.ts";
import { microstep } from "./microstep.ts";
import { beginStep, drain, finishStep, isSame, rest } from "./macrostep.ts";
import { leafNames } from "./configuration.ts";
import type { Machine, Transition } from "./machine.ts";
import { recall } from "./queue.ts";
import { refusedStep, runOf, unchangedRun } from "./result.ts";
import type { Instance } from "./snapshot.ts";
import type { EngineOptions, Refusal, Run } from "./step.ts";
import { type QueuedEvent, RefusedError, takeEvent, type Work, workOf } from "./work.ts";

interface Unmatched {
  readonly queued: QueuedEvent;
  readonly active: Configuration;
  readonly options: EngineOptions;
  readonly refusal: Refusal;
}

/**
 * What becomes of an event without a transition: mode `hint` names the fallback state in the refusal, mode `persist` goes
 * there by ordinary leaving and entering. Null when the fallback does not apply; a guard that does not hold is an answer.
 */
export function runFallback(machine: Machine, instance: Instance, unmatched: Unmatched): Run | null {
  const { mode, state } = machine.spec.fallback;
  const { refusal, queued } = unmatched;
  if (mode === "off" || state === null || refusal.code !== "invalid_trigger" || machine.isScxml) return null;
  const fallback = { mode, state, refusal };
  if (mode === "hint" || machine.fallback === null) {
    const hinted = {
      ...refusal,
      details: {
        ...refusal.details,
        orchestrator_default_fallback: state,
        orchestrator_recovery_kind: "hint",
      },
    };
    return unchangedRun(instance, {
      ...refusedStep(instance, { event: queued.given, refusal: hinted }),
      fallback,
    });
  }
  const work = workOf(machine, instance, unmatched);
  try {
    const run = goThere(work, machine.fallback, { instance, queued });
    const [first, ...following] = run.steps;
    return first === undefined ? run : { ...run, steps: [{ ...first, fallback }, ...following] };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return unchangedRun(instance, refusedStep(instance, { event: queued.given, refusal: error.refusal }));
  }
}

function goThere(
  work: Work,
  transition: Transition,
  given: { readonly instance: Instance; readonly queued: QueuedEvent },
): Run {
  const { instance, queued } = given;
  const before = work.active;
  beginStep(work);
  takeEvent(work, queued);
  const source = before[before.length - 1] ?? 0;
  const wish = {
    transition: { ...transition, source, label: queued.trigger },
    leaf: source,
    guards: [],
    row: 0,
  };
  microstep(work, [settle(work, wish)], queued.trigger);
  rest(work);
  if (!isSame(before, work.active)) recall(work);
  const first = finishStep(work, {
    event: queued,
    names: leafNames(work.machine, before),
    outcome: "transitioned",
  });
  return runOf(work, { instance, steps: [first, ...drain(work)], fired: null });
}
