/** Everything the memory store keeps, as plain maps; one value for each opened store. */
import type { Clock } from "../../clock.ts";
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { NewEvent, QueuedEvent, Timer } from "../../orchestrator/event.ts";
import type { HistoryRow } from "../../orchestrator/history.ts";
import type { MachineRecord } from "../../orchestrator/machine_record.ts";
import type { OutboxRow } from "../../orchestrator/outbox.ts";
import type { Delivery } from "../event_status.ts";
import type { LaneLocks } from "../lane_locks.ts";
import type { LoginFailures } from "../login_throttle.ts";
import type { Account, AuditEntry, StoredAnswer, StoredDocument, WorkerRow } from "../store.ts";
import type { WakeSignal } from "../wake_signal.ts";

/** An event that has no number yet, because its time has not come. */
export interface ScheduledEvent {
  readonly event: NewEvent;
  readonly notBeforeMs: number;
  readonly createdAtMs: number;
  /** Order of insertion among equal times. */
  readonly order: number;
}

export interface NumberedEvent extends QueuedEvent {
  readonly createdAtMs: number;
}

export interface MemoryLane {
  nextSeq: number;
  attempts: number;
  parkedReason: string | null;
  parkedAtMs: number | null;
  readyAtMs: number | null;
  /** By `seq`. */
  numbered: NumberedEvent[];
  /** By time, then order. */
  scheduled: ScheduledEvent[];
}

export interface FeedRow {
  readonly row: HistoryRow;
  /** Order of commit over all entities. */
  readonly feedNo: number;
  readonly delivery: Delivery;
}

export interface MemoryAction {
  readonly row: OutboxRow;
  attempts: number;
  leaseNo: number;
  leaseUntilMs: number | null;
  /** When it may be claimed, lease aside. */
  nextAtMs: number;
  /** Not null: it waits for a person. */
  deadRecordId: string | null;
}

export interface MemoryState {
  readonly clock: Clock;
  readonly lockTimeoutMs: number;
  readonly locks: LaneLocks;
  readonly signal: WakeSignal;
  readonly lanes: Map<string, MemoryLane>;
  /** Lanes with a time to be ready at. */
  readonly readyLanes: Set<string>;
  readonly entities: Map<string, Entity>;
  readonly timers: Map<string, readonly Timer[]>;
  /** Over all entities, in order of commit. */
  history: FeedRow[];
  readonly historyByEntity: Map<string, FeedRow[]>;
  readonly outbox: Map<string, MemoryAction>;
  readonly deadLetters: Map<string, DeadLetter>;
  readonly answers: Map<string, StoredAnswer & { readonly createdAtMs: number }>;
  readonly machines: Map<string, MachineRecord>;
  readonly accounts: Map<string, Account>;
  readonly loginFailures: Map<string, LoginFailures>;
  readonly documents: Map<string, StoredDocument & { readonly expiresAtMs: number | null }>;
  readonly audit: AuditEntry[];
  readonly workers: Map<string, WorkerRow>;
  counter: number;
  machineRevision: number;
}

export function nowMsOf(state: MemoryState): number {
  return Math.floor(state.clock.nowMs());
}

/** Adds the lane when it is missing. */
export function laneOf(state: MemoryState, entityId: string): MemoryLane {
  const existing = state.lanes.get(entityId);
  if (existing !== undefined) return existing;
  const lane = emptyLane();
  state.lanes.set(entityId, lane);
  return lane;
}

export function emptyLane(): MemoryLane {
  return {
    nextSeq: 1,
    attempts: 0,
    parkedReason: null,
    parkedAtMs: null,
    readyAtMs: null,
    numbered: [],
    scheduled: [],
  };
}

export function setReadyAt(state: MemoryState, entityId: string, readyAtMs: number | null): void {
  laneOf(state, entityId).readyAtMs = readyAtMs;
  if (readyAtMs === null) state.readyLanes.delete(entityId);
  else state.readyLanes.add(entityId);
}

/** A person resumed the lane: whatever waits in it is looked at again. */
export function resumeLane(state: MemoryState, entityId: string): void {
  const lane = laneOf(state, entityId);
  lane.parkedReason = null;
  lane.parkedAtMs = null;
  setReadyAt(state, entityId, nowMsOf(state));
  state.signal.wake();
}

export function answerKey(scope: string, key: string): string {
  return `${scope}\u0000${key}`;
}
