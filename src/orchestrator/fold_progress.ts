/** The lane while it is folded, and the write it ends in. */
import type { LaneWrite, LoadedLane } from "./lane.ts";
import type { Entity } from "./entity.ts";
import type { DeadLetter } from "./dead_letter.ts";
import type { Timer } from "./event.ts";
import type { FoldedItem, FoldObstacle, FoldOptions } from "./lane_fold.ts";
import type { HistoryRow } from "./history.ts";
import type { OutboxRow } from "./outbox.ts";
import { nextTimer, NO_TIMER_CHANGES, type TimerChanges } from "./timers.ts";

/** State of the fold between two items; local to one call. */
export interface Progress {
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

export function progressOf(lane: LoadedLane): Progress {
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

/** Why nobody who waits can be answered now; null = they can. */
export function obstacleOf(lane: LoadedLane, progress: Progress): FoldObstacle | null {
  if (progress.parkedReason !== null) return "parked";
  if (progress.retryAtMs !== null) return "retrying";
  return lane.isMore ? "behind" : null;
}

export function writeOf(lane: LoadedLane, progress: Progress, options: FoldOptions): LaneWrite {
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
function readyAtOf(lane: LoadedLane, progress: Progress, options: FoldOptions): number | null {
  if (progress.parkedReason !== null) return null;
  if (progress.retryAtMs !== null) return progress.retryAtMs;
  const isLeft = lane.isMore || progress.consumedEventIds.length < lane.events.length;
  if (isLeft) return options.nowMs;
  const timerAtMs = progress.entity?.status === "active" ? nextTimer(progress.timers)?.dueAtMs ?? null : null;
  const times = [timerAtMs, lane.nextScheduledAtMs].filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(options.nowMs, Math.min(...times));
}
