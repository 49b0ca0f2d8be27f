/** One lane, one turn: its due timers and waiting events in order, folded into everything the commit must write. */
import { messageOf } from "../errors.ts";
import { assert } from "../assert.ts";
import { timerEventIdOf } from "./action_id.ts";
import { letterOf } from "./dead_letters.ts";
import { decide } from "./decide.ts";
import type { DecideInput, Guards } from "./decide_input.ts";
import type { Decision } from "./decision.ts";
import type { DeadLetter } from "./dead_letter.ts";
import type { Entity } from "./entity.ts";
import type { NewEvent, QueuedEvent, Timer } from "./event.ts";
import { failedRow } from "./history_rows.ts";
import type { HistoryRow } from "./history.ts";
import type { LoadedMachine, MachineLookup } from "./loaded_machine.ts";
import { DEFAULT_POLICY } from "./machine_policy.ts";
import type { OutboxRow } from "./outbox.ts";
import { retryDelayMs, type RetryPolicy } from "./retry.ts";
import {
  applyTimerChanges,
  joinTimerChanges,
  nextTimer,
  NO_TIMER_CHANGES,
  type TimerChanges,
} from "./timers.ts";

/** A lane as it was loaded under its lock. */
export interface FoldLane {
  readonly entityId: string;
  readonly nextSeq: number;
  /** Failed attempts of what stands at the head. */
  readonly attempts: number;
  readonly parkedReason: string | null;
  readonly entity: Entity | null;
  readonly events: readonly QueuedEvent[];
  readonly isMore: boolean;
  readonly timers: readonly Timer[];
  readonly nextScheduledAtMs: number | null;
}

export interface FoldOptions {
  readonly machineOf: MachineLookup;
  readonly nowMs: number;
  readonly retry: RetryPolicy;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  /** Milliseconds of a clock that only runs forward, to tell how long a decision took. */
  readonly stopwatchMs: () => number;
  readonly guards?: Guards;
  /** Events somebody waits for; they come after everything that is queued. */
  readonly awaited?: readonly NewEvent[];
}

/** What the turn writes for one lane. */
export interface FoldWrite {
  readonly entityId: string;
  /** Version the entity was loaded with; 0 = it did not exist. */
  readonly expectedVersion: number;
  readonly entity: Entity | null;
  readonly isPurged: boolean;
  readonly nextSeq: number;
  readonly attempts: number;
  readonly parkedReason: string | null;
  readonly readyAtMs: number | null;
  readonly consumedEventIds: readonly string[];
  readonly history: readonly HistoryRow[];
  readonly timersSet: readonly Timer[];
  readonly timersCancelled: readonly string[];
  readonly outbox: readonly OutboxRow[];
  readonly deadLetters: readonly DeadLetter[];
}

/** What became of one thing that happened to the lane. */
export interface FoldedItem {
  readonly event: QueuedEvent;
  readonly timer: Timer | null;
  readonly decision: Decision;
  readonly isAwaited: boolean;
}

/** Why awaited events could not be decided yet. */
export type FoldObstacle = "parked" | "retrying" | "behind";

export interface Folded {
  /** null = leave the lane as it is. */
  readonly write: FoldWrite | null;
  readonly items: readonly FoldedItem[];
  /** Set when `awaited` was left out: the lane waits for a person, for a retry, or has more queued than was loaded. */
  readonly obstacle: FoldObstacle | null;
}

/** Timers that fire in one turn of one lane; the rest waits for the next turn, so that a ring of timers holds nobody. */
export const TIMERS_PER_TURN_MAX = 50;

/** State of the fold between two items; local to one call. */
interface Progress {
  entity: Entity | null;
  timers: readonly Timer[];
  changes: TimerChanges;
  nextSeq: number;
  attempts: number;
  parkedReason: string | null;
  retryAtMs: number | null;
  timersFired: number;
  readonly consumedEventIds: string[];
  readonly history: HistoryRow[];
  readonly outbox: OutboxRow[];
  readonly deadLetters: DeadLetter[];
  readonly items: FoldedItem[];
}

/**
 * Folds due timers and queued events, then the awaited ones. A timer comes before an event that was accepted after the
 * timer was due. Something that fails stays at the head and holds the lane until it succeeds or its attempts are used up.
 */
export function foldLane(lane: FoldLane, options: FoldOptions): Folded {
  const progress = progressOf(lane);
  const awaited = options.awaited ?? [];
  // Whoever waits must not use up the attempts of what failed before: its next attempt has a time of its own.
  if (awaited.length > 0 && lane.attempts > 0) return { write: null, items: [], obstacle: "retrying" };
  if (lane.parkedReason === null) foldQueued(lane, progress, options);

  const obstacle = awaited.length === 0 ? null : obstacleOf(lane, progress);
  if (obstacle === null) {
    for (const event of awaited) foldAwaited(event, progress, options);
  }
  return { write: writeOf(lane, progress, options), items: progress.items, obstacle };
}

function foldQueued(lane: FoldLane, progress: Progress, options: FoldOptions): void {
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
      decision = failedDecision(loaded, input, { error, progress, options });
    }
  }
  record({ event, timer, decision, isAwaited: false }, progress, options.stopwatchMs() - startedMs);
  if (decision.type === "retry") return false;
  if (timer === null) progress.consumedEventIds.push(event.eventId);
  const isBlocked = decision.reason !== null && isExhausted(decision) &&
    policyFor(loaded).onFailure === "block";
  if (isBlocked) progress.parkedReason = `dead_letter:${decision.deadLetter?.recordId}`;
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

/** Stays at the head for another attempt, or leaves for good after the last one. */
function failedDecision(
  loaded: LoadedMachine | null,
  input: DecideInput,
  { error, progress, options }: {
    readonly error: unknown;
    readonly progress: Progress;
    readonly options: FoldOptions;
  },
): Decision {
  const attempt = progress.attempts + 1;
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

function failureOf(error: unknown, attempt: number): Parameters<typeof letterOf>[1] {
  return {
    reason: "max_retries_exhausted",
    message: messageOf(error),
    errorType: error instanceof Error ? error.name : "unknown",
    attempt,
  };
}

function giveUp(
  loaded: LoadedMachine | null,
  input: DecideInput,
  failure: Parameters<typeof letterOf>[1],
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

function isExhausted(decision: Decision): boolean {
  return decision.reason === "max_retries_exhausted" || decision.reason === "worker_crashed";
}

function policyFor(loaded: LoadedMachine | null): LoadedMachine["policy"] {
  return loaded?.policy ?? DEFAULT_POLICY;
}

/** The machine a command is decided by: the target of a migration, else the entity's own, else the one the event names. */
export function machineNeedOf(
  entity: Entity | null,
  event: Pick<NewEvent, "command" | "machineName" | "machineVersion">,
): { readonly name: string; readonly version: string | null } | null {
  const { command } = event;
  if (command.type === "migrate") return { name: command.machineName, version: command.machineVersion };
  if (entity !== null) return { name: entity.machineName, version: entity.machineVersion };
  return event.machineName === null ? null : { name: event.machineName, version: event.machineVersion };
}

function machineFor(
  entity: Entity | null,
  event: QueuedEvent,
  machineOf: MachineLookup,
): LoadedMachine | null {
  const need = machineNeedOf(entity, event);
  return need === null ? null : machineOf(need.name, need.version);
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

function obstacleOf(lane: FoldLane, progress: Progress): FoldObstacle | null {
  if (progress.parkedReason !== null) return "parked";
  if (progress.retryAtMs !== null) return "retrying";
  return lane.isMore ? "behind" : null;
}

function progressOf(lane: FoldLane): Progress {
  return {
    entity: lane.entity,
    timers: lane.timers,
    changes: NO_TIMER_CHANGES,
    nextSeq: lane.nextSeq,
    attempts: lane.attempts,
    parkedReason: lane.parkedReason,
    retryAtMs: null,
    timersFired: 0,
    consumedEventIds: [],
    history: [],
    outbox: [],
    deadLetters: [],
    items: [],
  };
}

function writeOf(lane: FoldLane, progress: Progress, options: FoldOptions): FoldWrite {
  return {
    entityId: lane.entityId,
    expectedVersion: lane.entity?.version ?? 0,
    entity: progress.entity === lane.entity ? null : progress.entity,
    isPurged: false,
    nextSeq: progress.nextSeq,
    attempts: progress.attempts,
    parkedReason: progress.parkedReason,
    readyAtMs: readyAtOf(lane, progress, options),
    consumedEventIds: progress.consumedEventIds,
    history: progress.history,
    timersSet: progress.changes.set,
    timersCancelled: progress.changes.cancelled,
    outbox: progress.outbox,
    deadLetters: progress.deadLetters,
  };
}

/** When the lane next has something to do; null = idle, or waiting for a person. */
function readyAtOf(lane: FoldLane, progress: Progress, options: FoldOptions): number | null {
  if (progress.parkedReason !== null) return null;
  if (progress.retryAtMs !== null) return progress.retryAtMs;
  const isLeft = lane.isMore || progress.consumedEventIds.length < lane.events.length;
  if (isLeft) return options.nowMs;
  const timerAtMs = progress.entity?.status === "active" ? nextTimer(progress.timers)?.dueAtMs ?? null : null;
  const times = [timerAtMs, lane.nextScheduledAtMs].filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(options.nowMs, Math.min(...times));
}
