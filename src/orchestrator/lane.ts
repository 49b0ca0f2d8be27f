/** A lane as a turn loads it under its lock, and what the turn writes for it. */
import type { DeadLetter } from "./dead_letter.ts";
import type { Entity } from "./entity.ts";
import type { QueuedEvent, Timer } from "./event.ts";
import type { HistoryRow } from "./history.ts";
import type { OutboxRow } from "./outbox.ts";

export interface LoadedLane {
  readonly entityId: string;
  /** Sequence number the next accepted event gets. */
  readonly nextSeq: number;
  /** Failed attempts of the event at the head. */
  readonly attempts: number;
  /** Not null: a person must resume the lane; its events wait. */
  readonly parkedReason: string | null;
  readonly entity: Entity | null;
  /** Accepted events by `seq`; events whose time has come are numbered by this load. */
  readonly events: readonly QueuedEvent[];
  /** More events wait than were loaded. */
  readonly isMore: boolean;
  /** Every timer of the entity, by due time. */
  readonly timers: readonly Timer[];
  /** Earliest `notBeforeMs` of events that are not due yet. */
  readonly nextScheduledAtMs: number | null;
}

export interface LaneWrite {
  readonly entityId: string;
  /** Version the entity was loaded with; 0 = it did not exist. */
  readonly expectedVersion: number;
  /** The entity afterwards; null = leave it as it is. */
  readonly entity: Entity | null;
  /** Removes the entity and everything kept for it. */
  readonly isPurged: boolean;
  readonly nextSeq: number;
  readonly attempts: number;
  readonly parkedReason: string | null;
  /** When the lane next has something to do; null = idle. */
  readonly readyAtMs: number | null;
  readonly consumedEventIds: readonly string[];
  readonly history: readonly HistoryRow[];
  readonly timersSet: readonly Timer[];
  readonly timersCancelled: readonly string[];
  readonly outbox: readonly OutboxRow[];
  readonly deadLetters: readonly DeadLetter[];
}

/** The lane as it was loaded, for a turn that changes little of it. */
export function keptLane(lane: LoadedLane, readyAtMs: number | null): LaneWrite {
  return {
    entityId: lane.entityId,
    expectedVersion: lane.entity?.version ?? 0,
    entity: null,
    isPurged: false,
    nextSeq: lane.nextSeq,
    attempts: lane.attempts,
    parkedReason: lane.parkedReason,
    readyAtMs,
    consumedEventIds: [],
    history: [],
    timersSet: [],
    timersCancelled: [],
    outbox: [],
    deadLetters: [],
  };
}
