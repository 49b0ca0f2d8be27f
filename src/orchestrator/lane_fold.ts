/** What the fold of a lane is given, and what it answers. */
import type { DeadLetter } from "./dead_letter.ts";
import type { Guards } from "./decide_input.ts";
import type { Decision } from "./decision.ts";
import type { Entity } from "./entity.ts";
import type { NewEvent, QueuedEvent, Timer } from "./event.ts";
import type { HistoryRow } from "./history.ts";
import type { MachineLookup } from "./loaded_machine.ts";
import type { OutboxRow } from "./outbox.ts";
import type { RetryPolicy } from "./retry.ts";

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
