/** One event for one instance: run to rest with all that follows from it, or refused as a whole. */
import { unwrapContent } from "./content.ts";
import { validateContext } from "./context.ts";
import { runFallback } from "./fallback.ts";
import { drain, isEnded, runEvent } from "./macrostep.ts";
import type { Machine } from "./machine.ts";
import { reservedTrigger, terminalRefusal } from "./refusal.ts";
import { idleStep, refusedStep, runOf, unchangedRun } from "./result.ts";
import { isRefusal, standingOf } from "./standing.ts";
import type { Instance } from "./snapshot.ts";
import type { EngineEvent, EngineOptions, Refusal, Run } from "./step.ts";
import { encodeConfiguration } from "./stored_text.ts";
import { forgetTimer } from "./timer.ts";
import { foldTrigger } from "./trigger.ts";
import { type QueuedEvent, RefusedError, takeEvent, viewOf, type Work, workOf } from "./work.ts";

/**
 * Runs `event` to rest, then all events that follow from it: those sent to itself and deferred ones that are recalled.
 * All or nothing: when it is refused, `Run.instance` is the instance that was given. The same arguments always give the
 * same run.
 */
export function dispatch(
  machine: Machine,
  instance: Instance,
  event: EngineEvent,
  options: EngineOptions,
): Run {
  const active = standingOf(machine, instance, options);
  if (isRefusal(active)) return unchangedRun(instance, refusedStep(instance, { event, refusal: active }));
  const work = workOf(machine, instance, { active, options });
  const { timer } = event;
  if (timer !== undefined) {
    if (!isRunning(work, timer)) return unchangedRun(instance, idleStep(instance, event));
    forgetTimer(work, timer.key);
  }
  const queued = queuedOf(machine, event);
  const refusal = refusalBefore(work, queued);
  if (refusal !== null) return unchangedRun(instance, refusedStep(instance, { event, refusal }));
  if (isEnded(work)) return unchangedRun(instance, idleStep(instance, event));
  const isSystem = timer === undefined && machine.systemTriggers.has(queued.trigger);
  if (isSystem && isNoOp(machine)) return unchangedRun(instance, idleStep(instance, event));
  try {
    if (isSystem) {
      throw new RefusedError(reservedTrigger(encodeConfiguration(machine, active), queued.trigger));
    }
    const first = runEvent(work, queued);
    if (first.outcome === "ignored" && timer === undefined && !machine.isScxml) {
      return unchangedRun(instance, { ...first, context: instance.context });
    }
    const following = drain(work);
    const steps = following.length === 0 ? [first] : [first, ...following];
    return runOf(work, { instance, steps, fired: timer?.key ?? null });
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const refused = { event, refusal: error.refusal, candidates: work.rows.candidates };
    return runFallback(machine, instance, { queued, active, options, refusal: error.refusal }) ??
      unchangedRun(instance, refusedStep(instance, refused));
  }
}

export function queuedOf(machine: Machine, event: EngineEvent): QueuedEvent {
  const { payload, context, id, source } = event;
  const trigger = foldTrigger(event.trigger, machine.spec.eventNormalizer);
  const origin = event.timer === undefined ? "outside" : "timer";
  return {
    trigger,
    payload: origin === "timer" ? unwrapContent(payload) : payload,
    origin,
    given: trigger === event.trigger ? event : { ...event, trigger },
    ...(context === undefined ? NOTHING : { context }),
    ...(id === undefined ? NOTHING : { id }),
    ...(source === undefined ? NOTHING : { source }),
  };
}

const NOTHING = {};

function isRunning(work: Work, timer: NonNullable<EngineEvent["timer"]>): boolean {
  return Object.hasOwn(work.timers, timer.key) && work.timers[timer.key] === timer.generation;
}

/** Whether an event that nothing takes is no mistake. */
function isNoOp(machine: Machine): boolean {
  return machine.isScxml || !machine.spec.isStrictEvents;
}

/** What refuses an event before anybody looks for a transition. */
function refusalBefore(work: Work, event: QueuedEvent): Refusal | null {
  const { machine, active } = work;
  if (machine.spec.isContextValidated) {
    const refusal = contextRefusal(work, event);
    if (refusal !== null) return refusal;
  }
  if (machine.isScxml) return null;
  if (isEnded(work)) {
    return event.origin === "timer"
      ? null
      : terminalRefusal(encodeConfiguration(machine, active), event.trigger);
  }
  return null;
}

function contextRefusal(work: Work, event: QueuedEvent): Refusal | null {
  const undo = takeEvent(work, event);
  const problems = validateContext(work.machine, viewOf(work));
  undo();
  if (problems.length === 0) return null;
  const texts = problems.map(({ message }) => message);
  return {
    code: "validation_failed",
    message: `Cannot take event "${event.trigger}": ${texts.join("; ")}`,
    details: {
      reason: "context_validation",
      current_state: encodeConfiguration(work.machine, work.active),
      trigger: event.trigger,
      problems: problems.map(({ kind, name, type, message }) => ({ kind, name, type, message })),
      errors: texts,
    },
  };
}
