/** One lane, one turn: its due timers and waiting events in order, folded into everything the commit must write. */
import type { LoadedLane } from "./lane.ts";
import { assert } from "../assert.ts";
import { timerEventIdOf } from "./action_id.ts";
import { decide } from "./decide.ts";
import type { DecideInput } from "./decide_input.ts";
import type { Decision } from "./decision.ts";
import type { Command, NewEvent, QueuedEvent, Timer } from "./event.ts";
import { failedDecision, failureOf, giveUp, isExhausted, policyFor } from "./fold_failure.ts";
import { obstacleOf, type Progress, progressOf, writeOf } from "./fold_progress.ts";
import type { Folded, FoldedItem, FoldOptions } from "./lane_fold.ts";
import { parkedReasonOf } from "./lane_hold.ts";
import { machineFor } from "./machine_need.ts";
import { applyTimerChanges, joinTimerChanges, nextTimer, type TimerChanges } from "./timers.ts";

/** Timers that fire in one turn of one lane; the rest waits for the next turn, so that a ring of timers holds nobody. */
export const TIMERS_PER_TURN_MAX = 50;

/**
 * Folds due timers and queued events, then the awaited ones. A timer comes before an event that was accepted after the
 * timer was due. Something that fails stays at the head and holds the lane until it succeeds or its attempts are used up.
 */
export function foldLane(lane: LoadedLane, options: FoldOptions): Folded {
  const progress = progressOf(lane);
  const awaited = options.awaited ?? [];
  // Whoever waits must not use up the attempts of what failed before: its next attempt has a time of its own.
  const isRetrying = lane.parkedReason === null && lane.attempts > 0;
  if (awaited.length > 0 && isRetrying && hasHead(lane, options.nowMs)) {
    return { write: null, items: [], obstacle: "retrying" };
  }
  if (lane.parkedReason === null) foldQueued(lane, progress, options);

  const obstacle = awaited.length === 0 ? null : obstacleOf(lane, progress);
  for (const event of awaited) {
    if (obstacle === null || (obstacle === "parked" && isByHand(event.command))) {
      foldAwaited(event, progress, options);
    }
  }
  return { write: writeOf(lane, progress, options), items: progress.items, obstacle };
}

/** What a person does to a lane that waits for a person comes before everything that is queued in it. */
export function isByHand(command: Command): boolean {
  return command.type === "force" || command.type === "migrate";
}

/** Something waits to be decided now. */
function hasHead(lane: LoadedLane, nowMs: number): boolean {
  const timer = lane.entity?.status === "active" ? nextTimer(lane.timers) : null;
  return lane.events.length > 0 || (timer !== null && timer.dueAtMs <= nowMs);
}

function foldQueued(lane: LoadedLane, progress: Progress, options: FoldOptions): void {
  for (const event of lane.events) {
    if (!fireTimersUntil(event.acceptedAtMs, progress, options)) return;
    if (!foldItem({ event, timer: null }, progress, options)) return;
  }
  if (!lane.isMore) fireTimersUntil(options.nowMs, progress, options);
}

/** Fires timers due at or before `untilMs` (and now); false = the lane is held. */
function fireTimersUntil(untilMs: number, progress: Progress, options: FoldOptions): boolean {
  while (progress.timersFired < TIMERS_PER_TURN_MAX) {
    if (progress.entity?.status !== "active") return true;
    const timer = nextTimer(progress.timers);
    if (timer === null || timer.dueAtMs > Math.min(untilMs, options.nowMs)) return true;
    progress.timersFired += 1;
    const event = timerEvent(timer, progress, options);
    if (!foldItem({ event, timer }, progress, options)) return false;
  }
  return true;
}

/** Decides the item at the head; false = it stays there, or the lane waits for a person. */
function foldItem(
  item: { readonly event: QueuedEvent; readonly timer: Timer | null },
  progress: Progress,
  options: FoldOptions,
): boolean {
  const { event, timer } = item;
  const input = inputOf(item, progress, options);
  const loaded = machineFor(progress.entity, event, options.machineOf);
  const startedMs = options.stopwatchMs();
  let decision: Decision;
  if (progress.attempts >= event.attemptsMax) {
    decision = giveUp(loaded, input, {
      reason: "worker_crashed",
      message:
        `Cannot process event "${event.eventId}": ${progress.attempts} processes ended while they held it`,
      errorType: "worker_crashed",
      attempt: progress.attempts,
    });
  } else {
    try {
      decision = decide(loaded, input);
    } catch (error) {
      decision = failedDecision(loaded, input, { error, attempts: progress.attempts, options });
    }
  }
  record({ event, timer, decision, isAwaited: false }, progress, options.stopwatchMs() - startedMs);
  if (decision.type === "retry") return false;
  if (timer === null) progress.consumedEventIds.push(event.eventId);
  const isBlocked = decision.reason !== null && isExhausted(decision) &&
    policyFor(loaded).onFailure === "block";
  if (isBlocked && decision.deadLetter !== null) {
    progress.parkedReason = parkedReasonOf({ type: "dead_letter", recordId: decision.deadLetter.recordId });
  }
  return !isBlocked;
}

/** Somebody waits: a failure is answered at once and not tried again. */
function foldAwaited(newEvent: NewEvent, progress: Progress, options: FoldOptions): void {
  const event: QueuedEvent = {
    ...newEvent,
    seq: progress.nextSeq,
    attempts: 0,
    acceptedAtMs: options.nowMs,
  };
  const input = { ...inputOf({ event, timer: null }, progress, options), isAwaited: true };
  const loaded = machineFor(progress.entity, event, options.machineOf);
  const startedMs = options.stopwatchMs();
  let decision: Decision;
  try {
    decision = decide(loaded, input);
  } catch (error) {
    decision = { ...giveUp(loaded, input, failureOf(error, 1)), deadLetter: null };
  }
  if (decision.type === "consumed") progress.nextSeq += 1;
  record({ event, timer: null, decision, isAwaited: true }, progress, options.stopwatchMs() - startedMs);
}

function record(item: FoldedItem, progress: Progress, durationMs: number): void {
  const { decision, timer } = item;
  progress.items.push(item);
  if (decision.type === "rejected") return;
  if (decision.type === "retry") {
    progress.attempts += 1;
    progress.retryAtMs = decision.retryAtMs;
    return;
  }
  if (timer !== null) progress.nextSeq += 1;
  const changes: TimerChanges = { set: decision.timersSet, cancelled: decision.timersCancelled };
  progress.entity = decision.entity;
  progress.attempts = 0;
  progress.timers = applyTimerChanges(progress.timers, changes);
  progress.changes = joinTimerChanges(progress.changes, changes);
  progress.outbox.push(...decision.outbox);
  if (decision.created !== null) progress.history.push(decision.created);
  if (decision.history !== null) {
    progress.history.push({ ...decision.history, durationMs: Math.max(0, Math.round(durationMs)) });
  }
  if (decision.deadLetter !== null) progress.deadLetters.push(decision.deadLetter);
}

function timerEvent(timer: Timer, progress: Progress, options: FoldOptions): QueuedEvent {
  const { entity } = progress;
  assert(entity !== null, "timers belong to an entity");
  const seq = progress.nextSeq;
  return {
    eventId: timerEventIdOf(entity.entityId, seq),
    entityId: entity.entityId,
    machineName: entity.machineName,
    machineVersion: null,
    command: { type: "event", trigger: timer.trigger, payload: timer.payload },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: TIMER_ATTEMPTS_MAX,
    traceparent: null,
    actor: null,
    seq,
    attempts: progress.attempts,
    acceptedAtMs: Math.min(timer.dueAtMs, options.nowMs),
  };
}

const TIMER_ATTEMPTS_MAX = 5;

function inputOf(
  item: { readonly event: QueuedEvent; readonly timer: Timer | null },
  progress: Progress,
  options: FoldOptions,
): DecideInput {
  return {
    ...item,
    entity: progress.entity,
    isAwaited: false,
    nowMs: options.nowMs,
    ...(options.guards === undefined ? {} : { guards: options.guards }),
  };
}
