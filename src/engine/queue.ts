/** The two queues of a call: events raised inside the macrostep, and events that come after it. */
import { unwrapContent } from "./content.ts";
import type { JsonValue } from "../json.ts";
import { foldTrigger } from "./trigger.ts";
import { type QueuedEvent, RefusedError, type Work } from "./work.ts";

/** Events an instance may send to itself in one call. */
export const SELF_EVENTS_MAX = 1000;
/** Internal events that may wait at once. */
export const INTERNAL_EVENTS_MAX = 10_000;

/** Puts an event behind the internal ones; it is handled before the macrostep ends. */
export function raise(work: Work, trigger: string, payload: JsonValue): void {
  if (work.internal.length >= INTERNAL_EVENTS_MAX) {
    throw livelock(`more than ${INTERNAL_EVENTS_MAX} internal events wait`, [trigger]);
  }
  (work.rows.raised ??= []).push(trigger);
  work.internal.push({ trigger: fold(work, trigger), payload, origin: "internal", given: null });
}

/** Puts an event behind this macrostep. */
export function sendToSelf(work: Work, trigger: string, payload: JsonValue): void {
  if (++work.selfEvents > SELF_EVENTS_MAX) {
    throw livelock(`more than ${SELF_EVENTS_MAX} events to itself in one call`, [trigger]);
  }
  (work.rows.sent ??= []).push(trigger);
  work.external.push({ trigger: fold(work, trigger), payload, origin: "self", given: null });
}

/** Puts deferred events in front of those that wait, oldest first. */
export function recall(work: Work): void {
  if (work.deferred.length === 0) return;
  const recalled = work.deferred.map(({ trigger, payload, id }): QueuedEvent => ({
    trigger,
    payload: unwrapContent(payload),
    origin: "recalled",
    given: null,
    ...(id === undefined ? {} : { id }),
  }));
  work.external = [...recalled, ...work.external];
  work.deferred = [];
}

export function livelock(what: string, cycle: readonly string[]): RefusedError {
  return new RefusedError({
    code: "livelock",
    message: `Cannot come to rest: ${what}, ${cycle.map((name) => `"${name}"`).join(" → ")}`,
    details: { reason: "livelock", cycle },
  });
}

function fold(work: Work, trigger: string): string {
  return foldTrigger(trigger, work.machine.spec.eventNormalizer);
}
