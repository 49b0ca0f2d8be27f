/** Timers of one entity: what the engine started and cancelled, as rows with a due time, and which one is due next. */
import type { Run } from "../engine/step.ts";
import type { Timer } from "./event.ts";

export interface TimerChanges {
  readonly set: readonly Timer[];
  readonly cancelled: readonly string[];
}

export const NO_TIMER_CHANGES: TimerChanges = { set: [], cancelled: [] };

/** The changes one run asks for. `fired` is the timer that caused the run: it is spent unless it was started again. */
export function timerChangesOf(
  run: Run,
  options: { readonly nowMs: number; readonly fired: Timer | null },
): TimerChanges {
  const set = run.timersStarted.map((start) => ({
    key: start.key,
    trigger: start.trigger,
    payload: start.payload,
    dueAtMs: options.nowMs + start.delayMs,
    generation: start.generation,
  }));
  const setKeys = new Set(set.map((timer) => timer.key));
  const spent = options.fired === null ? [] : [options.fired.key];
  const cancelled = [...new Set([...spent, ...run.timersCancelled])].filter((key) => !setKeys.has(key));
  return { set, cancelled };
}

/** `first`, then `second`: a key cancelled by the second is not set any more, and the other way round. */
export function joinTimerChanges(first: TimerChanges, second: TimerChanges): TimerChanges {
  const set = new Map(first.set.map((timer) => [timer.key, timer]));
  const cancelled = new Set(first.cancelled);
  for (const key of second.cancelled) {
    set.delete(key);
    cancelled.add(key);
  }
  for (const timer of second.set) {
    set.set(timer.key, timer);
    cancelled.delete(timer.key);
  }
  return { set: [...set.values()], cancelled: [...cancelled] };
}

/** The timers that run after the changes. */
export function applyTimerChanges(timers: readonly Timer[], changes: TimerChanges): readonly Timer[] {
  if (changes.set.length === 0 && changes.cancelled.length === 0) return timers;
  const gone = new Set([...changes.cancelled, ...changes.set.map((timer) => timer.key)]);
  return [...timers.filter((timer) => !gone.has(timer.key)), ...changes.set];
}

/** The timer that is due first, ties by start; null = none runs. */
export function nextTimer(timers: readonly Timer[]): Timer | null {
  let next: Timer | null = null;
  for (const timer of timers) {
    if (
      next === null || timer.dueAtMs < next.dueAtMs ||
      (timer.dueAtMs === next.dueAtMs && timer.generation < next.generation)
    ) next = timer;
  }
  return next;
}
