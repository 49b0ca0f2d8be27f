/** What an event would do as one microstep: selection and lists, nothing executed. */
import { configurationOf } from "./configuration.ts";
import { queuedOf } from "./dispatch.ts";
import { beginStep, finishStep, isEnded, outcomeOf, take } from "./macrostep.ts";
import type { Machine } from "./machine.ts";
import { refusalOf, terminalRefusal } from "./refusal.ts";
import { idleStep, refusedStep } from "./result.ts";
import { select } from "./select.ts";
import type { Instance } from "./snapshot.ts";
import type { EngineEvent, EngineOptions, Step } from "./step.ts";
import { encodeConfiguration } from "./stored_text.ts";
import { undefinedState } from "./undefined_state.ts";
import { takeEvent, workOf } from "./work.ts";

/**
 * The step that `event` would begin with. Rows of actions are `pending`; effects, timers, eventless transitions and later
 * events do not happen. The instance may stand in a compound without anything active inside, and generated triggers are
 * answered like any other.
 */
export function plan(machine: Machine, instance: Instance, event: EngineEvent, options: EngineOptions): Step {
  const { states } = instance.snapshot;
  const active = configurationOf(machine, states);
  if (active === null) {
    const refusal = undefinedState(states, "the machine has no such state");
    return refusedStep(instance, { event, refusal });
  }
  const work = workOf(machine, instance, { active, options, isPlan: true });
  const queued = queuedOf(machine, event);
  if (isEnded(work)) {
    if (machine.isScxml) return idleStep(instance, queued.given);
    const refusal = terminalRefusal(encodeConfiguration(machine, active), queued.trigger);
    return refusedStep(instance, { event: queued.given, refusal });
  }
  beginStep(work);
  takeEvent(work, queued);
  const selection = select(work, { type: "event", event: queued });
  if (selection.wishes.length === 0) {
    const step = { ...idleStep(instance, queued.given), candidates: selection.rows };
    if (selection.isDeferMet) return { ...step, outcome: "deferred" };
    const refusal = machine.isScxml ? null : refusalOf(work, queued, selection);
    return refusal === null ? step : { ...step, outcome: "refused", refusal };
  }
  take(work, selection, queued.trigger);
  return finishStep(work, { event: queued, names: states, outcome: outcomeOf(work.rows.microsteps) });
}
