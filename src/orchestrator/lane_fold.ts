/** What the fold of a lane is given, and what it answers. */
import type { LaneWrite } from "./lane.ts";
import type { Guards } from "./decide_input.ts";
import type { Decision } from "./decision.ts";
import type { NewEvent, QueuedEvent, Timer } from "./event.ts";
import type { MachineLookup } from "./loaded_machine.ts";
import type { RetryPolicy } from "./retry.ts";

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
  readonly write: LaneWrite | null;
  readonly items: readonly FoldedItem[];
  /** Set when `awaited` was left out: the lane waits for a person, for a retry, or has more queued than was loaded. */
  readonly obstacle: FoldObstacle | null;
}
