/** One event run to rest, and all events that follow from it. */
import { resolveConflicts, settle } from "./conflict.ts";
import { endedLeaf, endIfAtRest } from "./done.ts";
import { leafNames } from "./configuration.ts";
import { startInvokes } from "./invoke.ts";
import { wrapContent } from "./content.ts";
import { NONE } from "./machine.ts";
import { microstep } from "./microstep.ts";
import { livelock, raise, recall } from "./queue.ts";
import { refusalOf } from "./refusal.ts";
import { type Search, select, type Selection } from "./select.ts";
import type { EngineEvent, Microstep, Outcome, Refusal, Step } from "./step.ts";
import { type QueuedEvent, RefusedError, stepRows, takeEvent, type Work } from "./work.ts";
import { contextToStore } from "./work.ts";

/** Deferred events of one instance. */
export const DEFERRED_MAX = 100;
const INTERNAL_STEPS_MAX = 20_000;

/** What an event came to before anything was recorded. */
type Handled = "taken" | "unmatched" | "deferred";

/** Runs one event to rest and returns its step. Throws `RefusedError` when nothing of the call may stay. */
export function runEvent(work: Work, event: QueuedEvent): Step {
  beginStep(work);
  const before = work.active;
  const names = leafNames(work.machine, before);
  const undo = takeEvent(work, event);
  const handled = handle(work, event);
  if (handled !== "taken" && !work.machine.isScxml) undo();
  if (handled === "deferred") {
    defer(work, event);
    return finishStep(work, { event, names, outcome: "deferred" });
  }
  if (handled === "taken" || work.machine.isScxml) rest(work);
  if (!isSame(before, work.active)) recall(work);
  return finishStep(work, { event, names, outcome: outcomeOf(work.rows.microsteps) });
}

/** Lets eventless transitions and internal events run until nothing is left to do. */
export function rest(work: Work): void {
  const visited = work.machine.spec.isAutoRouted ? new Set(work.active) : NONE_VISITED;
  for (let rounds = 0; rounds < INTERNAL_STEPS_MAX && !work.isDone; rounds++) {
    if (takeEventless(work, visited)) continue;
    const event = work.internal.shift();
    if (event === undefined) break;
    takeEvent(work, event);
    take(work, select(work, { type: "event", event }), event.trigger);
  }
  if (work.internal.length > 0 && !work.isDone) {
    throw livelock(`more than ${INTERNAL_STEPS_MAX} internal events`, []);
  }
  if (!work.isDone && !work.machine.isScxml) endIfAtRest(work);
  startInvokes(work);
}

/** Runs what waits in the external queue; one step for each event. */
export function drain(work: Work): readonly Step[] {
  if (work.external.length === 0) return NO_STEPS;
  const steps: Step[] = [];
  for (
    let event = work.external.shift();
    event !== undefined && !work.isDone;
    event = work.external.shift()
  ) {
    steps.push(runEvent(work, event));
  }
  return steps;
}

export function beginStep(work: Work): void {
  work.rows = stepRows();
  work.guardErrors = null;
  work.microstepsLeft = work.machine.spec.microstepsMax;
}

/** The step as it is reported. `event` is null for the initial entry and for applied data. */
export function finishStep(
  work: Work,
  given: { readonly event: QueuedEvent | null; readonly names: readonly string[]; readonly outcome: Outcome },
): Step {
  const { rows } = work;
  return {
    event: given.event === null ? null : given.event.given ?? engineEventOf(given.event),
    outcome: given.outcome,
    before: given.names,
    after: leafNames(work.machine, work.active),
    microsteps: rows.microsteps,
    candidates: rows.candidates,
    preempted: rows.preempted,
    refusal: null,
    context: contextToStore(work),
    isDone: work.isDone,
    doneData: work.isDone ? work.doneData : null,
    raised: rows.raised ?? NO_NAMES,
    sent: rows.sent ?? NO_NAMES,
  };
}

export function outcomeOf(microsteps: readonly Microstep[]): Outcome {
  if (microsteps.length === 0) return "ignored";
  const isInternal = microsteps.every((row) => row.transitions.every((taken) => taken.isInternal));
  return isInternal ? "internal" : "transitioned";
}

/** Refuses what a selection without wishes means for an event from outside; null when it is a no-op. */
export function unmatchedRefusal(work: Work, event: QueuedEvent, selection: Selection): Refusal | null {
  if (event.origin !== "outside" || work.machine.isScxml) return null;
  return refusalOf(work, event, selection);
}

/** Conflicts resolved, one microstep run. */
export function take(work: Work, selection: Selection, trigger: string | null): boolean {
  const { rows } = work;
  if (selection.rows.length > 0) {
    rows.candidates = rows.candidates.length === 0 ? selection.rows : [...rows.candidates, ...selection.rows];
  }
  if (selection.hasError && work.machine.isScxml) announceGuardErrors(work, selection);
  if (selection.wishes.length === 0) return false;
  work.guardErrors = null;
  const [only] = selection.wishes;
  if (selection.wishes.length === 1 && only !== undefined) {
    microstep(work, [settle(work, only)], trigger);
    return true;
  }
  const offset = rows.candidates.length - selection.rows.length;
  const { kept, lost } = resolveConflicts(work, selection.wishes);
  for (const wish of lost) {
    rows.preempted = [...rows.preempted, wish.transition.index];
    const row = rows.candidates[offset + wish.row];
    if (row !== undefined) rows.candidates[offset + wish.row] = { ...row, verdict: "preempted" };
  }
  microstep(work, kept, trigger);
  return true;
}

/**
 * An erring guard is an internal event, once for each transition until something is taken: asked again under the same
 * circumstances it would err for ever.
 */
function announceGuardErrors(work: Work, selection: Selection): void {
  const known = work.guardErrors ??= new Set();
  for (const row of selection.rows) {
    if (row.verdict !== "error" || known.has(row.transition)) continue;
    known.add(row.transition);
    const message = row.guards.find((guard) => guard.error !== undefined)?.error ?? "a guard erred";
    raise(work, "error.execution", { message, owner: row.source });
  }
}

const NO_NAMES: readonly string[] = [];
const NO_STEPS: readonly Step[] = [];
const NONE_VISITED: Set<number> = new Set();

function handle(work: Work, event: QueuedEvent): Handled {
  const selection = select(work, { type: "event", event });
  if (selection.wishes.length > 0) {
    take(work, selection, event.trigger);
    return "taken";
  }
  if (selection.isDeferMet) return "deferred";
  take(work, selection, event.trigger);
  const refusal = unmatchedRefusal(work, event, selection);
  if (refusal !== null) throw new RefusedError(refusal);
  return "unmatched";
}

const EVENTLESS: Search = { type: "eventless" };

function takeEventless(work: Work, visited: Set<number>): boolean {
  if (work.machine.hasEventless && take(work, select(work, EVENTLESS), null)) return true;
  const { spec } = work.machine;
  if (!spec.isAutoRouted || work.machine.isScxml) return false;
  for (const node of work.active) visited.add(node);
  return take(work, select(work, { type: "route", visited }), null);
}

function defer(work: Work, event: QueuedEvent): void {
  if (work.deferred.length >= DEFERRED_MAX) {
    throw new RefusedError({
      code: "deferred_full",
      message: `Cannot defer event "${event.trigger}": ${DEFERRED_MAX} events are deferred already`,
      details: { reason: "deferred_full", trigger: event.trigger, deferred_max: DEFERRED_MAX },
    });
  }
  const payload = wrapContent(event.payload);
  const deferred = { trigger: event.trigger, payload };
  work.deferred = [...work.deferred, event.id === undefined ? deferred : { ...deferred, id: event.id }];
}

function engineEventOf(event: QueuedEvent): EngineEvent {
  const base = { trigger: event.trigger, payload: wrapContent(event.payload) };
  return event.id === undefined ? base : { ...base, id: event.id };
}

/** Whether two configurations are the same set. */
export function isSame(left: readonly number[], right: readonly number[]): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((node, place) => node === right[place]);
}

/** Whether the instance has ended: it says so, or it rests in a single terminal leaf. */
export function isEnded(work: Work): boolean {
  return work.isDone || (!work.machine.isScxml && endedLeaf(work.machine, work.active) !== NONE);
}
