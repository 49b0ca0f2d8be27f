/** The answer of a call, put together from what it had in hand. */
import { contextBytesMoreThan } from "./context_size.ts";
import { leafNames } from "./configuration.ts";
import { NO_HISTORY } from "./memory.ts";
import type { Instance, Snapshot } from "./snapshot.ts";
import type { CandidateRow, EngineEvent, Refusal, Run, Step } from "./step.ts";
import { netTimers } from "./timer.ts";
import { NO_TIMERS, RefusedError, type Work } from "./work.ts";

/** Largest context that may be stored, as UTF-8 JSON. */
export const CONTEXT_BYTES_MAX = 256 * 1024;

/** The run of a call that went through. Throws `RefusedError` when the context has grown too large. */
export function runOf(
  work: Work,
  given: { readonly instance: Instance; readonly steps: readonly Step[]; readonly fired: string | null },
): Run {
  const { instance, steps, fired } = given;
  const context = steps[steps.length - 1]?.context ?? work.stored;
  if (context !== work.stored && contextBytesMoreThan(context, CONTEXT_BYTES_MAX)) {
    throw new RefusedError({
      code: "context_too_large",
      message: `Cannot store the context: it has more than ${CONTEXT_BYTES_MAX} bytes`,
      details: { reason: "context_too_large", bytes_max: CONTEXT_BYTES_MAX },
    });
  }
  const before = instance.snapshot.timers ?? NO_TIMERS;
  const timers = before === work.timers ? NO_CHANGES : netTimers(work, before, fired);
  return {
    instance: { snapshot: snapshotOf(work), context },
    steps,
    outcome: steps[0]?.outcome ?? "ignored",
    refusal: null,
    actions: work.requests,
    timersStarted: timers.started,
    timersCancelled: timers.cancelled,
  };
}

/** The run of an event that touches nothing. */
export function unchangedRun(instance: Instance, step: Step): Run {
  return {
    instance,
    steps: [step],
    outcome: step.outcome,
    refusal: step.refusal,
    actions: [],
    timersStarted: [],
    timersCancelled: [],
  };
}

export function refusedStep(
  instance: Instance,
  given: {
    readonly event: EngineEvent | null;
    readonly refusal: Refusal;
    readonly candidates?: readonly CandidateRow[];
  },
): Step {
  return {
    ...idleStep(instance, given.event),
    outcome: "refused",
    refusal: given.refusal,
    candidates: given.candidates ?? [],
  };
}

/** A step in which nothing happened. */
export function idleStep(instance: Instance, event: EngineEvent | null): Step {
  const { states, isDone } = instance.snapshot;
  return {
    event,
    outcome: "ignored",
    before: states,
    after: states,
    microsteps: [],
    candidates: [],
    preempted: [],
    refusal: null,
    context: instance.context,
    isDone: isDone ?? false,
    doneData: null,
    raised: [],
    sent: [],
  };
}

const NO_CHANGES = { started: [], cancelled: [] };

function snapshotOf(work: Work): Snapshot {
  const { history, timers, invokes, generation, deferred, isDone } = work;
  const snapshot: Snapshot = { v: 1, states: leafNames(work.machine, work.active) };
  const hasTimers = hasKeys(timers);
  if (history === NO_HISTORY && !hasTimers && generation === 0 && deferred.length === 0 && !isDone) {
    return snapshot;
  }
  return {
    ...snapshot,
    ...(hasKeys(history) ? { history } : NOTHING),
    ...(hasTimers ? { timers } : NOTHING),
    ...(hasKeys(invokes) ? { invokes } : NOTHING),
    ...(generation > 0 ? { generation } : NOTHING),
    ...(deferred.length > 0 ? { deferred } : NOTHING),
    ...(isDone ? { isDone } : NOTHING),
  };
}

const NOTHING = {};

function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
