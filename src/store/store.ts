/**
 * The one port to whatever keeps the data. Memory, SQLite and PostgreSQL implement it under one contract suite.
 *
 * Times are ms since the epoch by the clock of the store. Lists page by opaque cursors. Failures of the store itself
 * are thrown as `AppError("store_unavailable")`; they never cost an event an attempt.
 */
import type { DeadLetter, DeadLetterStatus } from "../orchestrator/dead_letter.ts";
import type { Entity, EntityStatus, WorkflowStatus } from "../orchestrator/entity.ts";
import type { IdempotencyKey, NewEvent, Timer } from "../orchestrator/event.ts";
import type { HistoryRow } from "../orchestrator/history.ts";
import type { LaneWrite, LoadedLane } from "../orchestrator/lane.ts";
import type { MachineRecord } from "../orchestrator/machine_record.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { OutboxListing } from "./outbox_listing.ts";
import type { OperationsStore } from "./operations_port.ts";
import type { StoreFacts } from "./store_facts.ts";

export type {
  Account,
  AuditEntry,
  DocumentStore,
  DocumentWrite,
  DueDocuments,
  LoginAttempt,
  OperationsStore,
  RetentionWindows,
  StoredDocument,
  WorkerRow,
} from "./operations_port.ts";
export type { OutboxGroup, OutboxItem, OutboxListing, OutboxQuery } from "./outbox_listing.ts";
export type { StoreFacts } from "./store_facts.ts";

export interface Store {
  readonly dialect: "memory" | "sqlite" | "postgres";
  readonly turns: TurnStore;
  readonly inbox: InboxStore;
  readonly lanes: LaneStore;
  readonly entities: EntityStore;
  readonly history: HistoryStore;
  readonly outbox: OutboxStore;
  readonly deadLetters: DeadLetterStore;
  readonly machines: MachineStore;
  readonly operations: OperationsStore;
  /** Current time of the store. Fails when it cannot be reached within 2 s. */
  ping(): Promise<number>;
  /** Applied and expected schema version; `applied` null = not initialised. */
  schema(): Promise<{ readonly applied: number | null; readonly expected: number }>;
  /** What a look at the health of the store needs; a few cheap questions. */
  facts(): Promise<StoreFacts>;
  /** Calls `wake` soon after somebody made a lane or an action ready; a hint only. Returns an unsubscribe. */
  onWake(wake: () => void): () => void;
  close(): Promise<void>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** null at the end. */
  readonly nextCursor: string | null;
}

/** A page with the number of rows in all. */
export interface CountedPage<T> extends Page<T> {
  /** Not exact: an estimate, never less than was counted before counting became too dear. */
  readonly total: number;
  readonly isTotalExact: boolean;
}

// ── Turns ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface TurnStore {
  /** Locks up to `lanesMax` ready lanes that nobody holds and loads them; null = nothing is ready. */
  claim(options: { readonly lanesMax: number; readonly eventsPerLaneMax: number }): Promise<Turn | null>;
  /**
   * Locks the lanes of these entities in key order, creating missing ones, and loads them; waits up to the lock
   * timeout (then `AppError("conflict")`).
   */
  lock(request: {
    readonly entityIds: readonly string[];
    readonly keys: readonly IdempotencyKey[];
    readonly eventsPerLaneMax: number;
  }): Promise<Turn>;
  /** Time at which the next lane becomes ready; null = none. */
  nextReadyAtMs(): Promise<number | null>;
}

/** Locked lanes. Exactly one of `commit` and `rollback` must be called; the locks are the lease. */
export interface Turn {
  readonly nowMs: number;
  readonly lanes: readonly LoadedLane[];
  /** Answers already stored for the keys asked for. */
  readonly answers: readonly StoredAnswer[];
  /** Writes everything in one transaction. `fenced` = an entity changed underneath: nothing was written. */
  commit(write: TurnWrite): Promise<{ readonly type: "committed" } | { readonly type: "fenced" }>;
  rollback(): Promise<void>;
}

export interface TurnWrite {
  readonly lanes: readonly LaneWrite[];
  readonly answers: readonly StoredAnswer[];
}

/** The answer given to a request with an idempotency key; it lives seven days. */
export interface StoredAnswer {
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
  readonly eventId: string;
  readonly answer: JsonValue;
}

// ── Inbox ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface InboxStore {
  /** Accepts up to 1,000 events in the order given, all or nothing except for duplicates and conflicts. */
  append(events: readonly NewEvent[]): Promise<readonly AppendResult[]>;
  /** What became of an event, wherever it is now; null = unknown. */
  status(eventId: string): Promise<EventStatus | null>;
  /** Waiting and finished events, newest first, as PyStator's queue shows them. */
  list(query: EventQuery): Promise<CountedPage<EventStatus>>;
  counts(): Promise<
    {
      readonly pending: number;
      readonly scheduled: number;
      readonly deadLetters: number;
      readonly oldestPendingMs: number | null;
    }
  >;
}

export type AppendResult =
  | { readonly type: "accepted"; readonly eventId: string }
  /** The same key with the same request: the event accepted then. */
  | { readonly type: "duplicate"; readonly eventId: string }
  /** The same key with another request. */
  | { readonly type: "conflict"; readonly eventId: string };

export interface EventStatus {
  readonly eventId: string;
  readonly entityId: string;
  readonly machineName: string;
  readonly type: "event" | "data" | "command";
  readonly trigger: string;
  readonly state: "pending" | "completed" | "dead_letter";
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly errorMessage: string | null;
  readonly result: JsonObject | null;
  readonly firesAtMs: number;
  readonly createdAtMs: number;
  readonly completedAtMs: number | null;
  /** Id of the history row. */
  readonly historyId: string | null;
}

export interface EventQuery {
  readonly machineName?: string;
  readonly entityId?: string;
  readonly state?: EventStatus["state"];
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly offset?: number;
  readonly cursor?: string | null;
  readonly limit: number;
}

// ── Lanes ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Looking at lanes; they are changed by turns alone. */
export interface LaneStore {
  /** null = nothing ever happened to such an entity. */
  get(entityId: string): Promise<LaneRow | null>;
  /** Oldest first: held lanes by the time since which they are held, ready ones by the time they became ready. */
  list(query: LaneQuery): Promise<Page<LaneRow>>;
  /** Each counted up to `countMax`. `lagMs`: how long the oldest ready lane waits; null = none is ready. */
  counts(countMax: number): Promise<LaneCounts>;
  /** How much waits in all lanes, cheap enough to ask every second: counted up to `countMax`, estimated from there. */
  load(countMax: number): Promise<{ readonly waiting: number; readonly lagMs: number | null }>;
}

/** `parked` by a person, `blocked` by a dead letter; `held` = either; `ready` = its turn is due. */
export type LaneStanding = "parked" | "blocked" | "held" | "ready";

export interface LaneQuery {
  readonly standing: LaneStanding;
  readonly machineName?: string;
  readonly limit: number;
  readonly cursor?: string | null;
}

export interface LaneRow {
  readonly entityId: string;
  /** null = there is no entity yet. */
  readonly machineName: string | null;
  readonly parkedReason: string | null;
  readonly parkedAtMs: number | null;
  /** Failed attempts of the event at the head. */
  readonly attempts: number;
  readonly readyAtMs: number | null;
  /** Events that wait, future ones included, counted up to `LANE_WAITING_MAX`. */
  readonly waiting: number;
}

export interface LaneCounts {
  readonly parked: number;
  readonly blocked: number;
  readonly ready: number;
  readonly lagMs: number | null;
}

// ── Entities and history ─────────────────────────────────────────────────────────────────────────────────────────

export interface EntityStore {
  get(entityId: string): Promise<Entity | null>;
  list(query: EntityQuery): Promise<CountedPage<Entity>>;
  /** How many active entities pin this version. */
  countPinned(machineName: string, machineVersion: string): Promise<number>;
  /** Active entities by machine and state; estimated from a sample when there are too many to count. */
  countByState(machineName?: string): Promise<readonly StateCount[]>;
  timers(entityId: string): Promise<readonly Timer[]>;
}

export interface StateCount {
  readonly machineName: string;
  readonly state: string;
  readonly count: number;
  readonly isExact: boolean;
}

export interface EntityQuery {
  readonly machineName?: string;
  /** Compared without case, against the stored text. */
  readonly state?: string;
  readonly isTerminal?: boolean;
  readonly workflowStatus?: WorkflowStatus;
  /** Any of these. */
  readonly statuses: readonly EntityStatus[];
  readonly createdFromMs?: number;
  readonly createdToMs?: number;
  readonly updatedFromMs?: number;
  readonly updatedToMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Part of the entity id. */
  readonly search?: string;
  /** Words, without case: each is part of the id or of a label written as `key=value`. */
  readonly text?: string;
  readonly sortBy: "created_at" | "updated_at" | "entity_id" | "current_state" | "machine_name";
  readonly isAscending: boolean;
  /** 1–200. */
  readonly limit: number;
  readonly offset?: number;
  readonly cursor?: string | null;
}

export interface HistoryStore {
  list(
    query: {
      readonly entityId: string;
      readonly limit: number;
      readonly offset?: number;
      readonly cursor?: string | null;
      readonly isAscending: boolean;
    },
  ): Promise<Page<HistoryRow>>;
  get(historyId: string): Promise<HistoryRow | null>;
  stats(entityId: string): Promise<
    {
      readonly total: number;
      readonly successCount: number;
      readonly failureCount: number;
      readonly firstAtMs: number | null;
      readonly lastAtMs: number | null;
    }
  >;
  deleteBefore(
    entityId: string,
    beforeMs: number,
  ): Promise<{ readonly deleted: number; readonly remaining: number }>;
  /** All entities, oldest first, in an order in which nothing ever appears behind a cursor already given out. */
  feed(query: FeedQuery): Promise<Page<HistoryRow & { readonly cursor: string }>>;
  /** Newest rows over all entities, for dashboards; not counted, `total` is that of the page. */
  recent(
    query: Omit<FeedQuery, "after"> & { readonly offset?: number; readonly isCounted?: boolean },
  ): Promise<
    { readonly items: readonly HistoryRow[]; readonly total: number; readonly isTotalExact: boolean }
  >;
  /** Cursor of "now" for a feed that starts from here on. */
  head(): Promise<string>;
}

export interface FeedQuery {
  readonly after?: string | null;
  readonly machineName?: string;
  readonly entityId?: string;
  readonly isSuccess?: boolean;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** 1–500. */
  readonly limit: number;
}

// ── Outbox and dead letters ──────────────────────────────────────────────────────────────────────────────────────

export interface OutboxStore extends OutboxListing {
  /** Leases due actions, at most one at a time for each entity, in order of position and ordinal. */
  claim(options: { readonly limit: number; readonly leaseMs: number; readonly owner: string }): Promise<
    readonly LeasedAction[]
  >;
  /** Keeps the lease; false = it was lost. */
  extend(action: LeasedAction, leaseMs: number): Promise<boolean>;
  /**
   * Ends a delivery under its lease: done and skipped leave, a failure waits until `retryAtMs` or, with a dead letter,
   * leaves for good. `followUp` is appended to the lane in the same transaction. False = the lease was lost.
   */
  acknowledge(ack: {
    readonly action: LeasedAction;
    readonly result: ActionResult;
    readonly retryAtMs: number | null;
    readonly deadLetter: DeadLetter | null;
    readonly followUp: NewEvent | null;
  }): Promise<boolean>;
  /** Gives a leased action back untouched: it is due again at `untilMs`, and no attempt is counted. False = lost. */
  postpone(action: LeasedAction, untilMs: number): Promise<boolean>;
  nextDueAtMs(): Promise<number | null>;
  counts(): Promise<{ readonly pending: number; readonly leased: number }>;
}

export interface DeadLetterStore {
  list(query: DeadLetterQuery): Promise<CountedPage<DeadLetter>>;
  get(recordId: string): Promise<DeadLetter | null>;
  stats(machineName?: string): Promise<
    {
      readonly total: number;
      readonly byReason: Readonly<Record<string, number>>;
      readonly byStatus: Readonly<Record<string, number>>;
      readonly byStage: Readonly<Record<string, number>>;
    }
  >;
  /** pending → ignored; a lane that waits for it goes on. Null = no such record. */
  discard(recordId: string, actor: string | null): Promise<DeadLetter | null>;
  /**
   * Puts event or action back, once: a second call gives the same event id. `payload` replaces the stored one.
   * A lane that waits for it goes on. Null = no such record.
   */
  replay(
    request: {
      readonly recordId: string;
      readonly eventId: string;
      readonly actor: string | null;
      readonly payload?: JsonObject;
    },
  ): Promise<{ readonly letter: DeadLetter; readonly eventId: string } | null>;
}

export interface DeadLetterQuery {
  readonly machineName?: string;
  readonly entityId?: string;
  readonly reason?: string;
  readonly stage?: string;
  readonly status?: DeadLetterStatus;
  readonly createdFromMs?: number;
  readonly createdToMs?: number;
  /** Oldest first; absent = newest first. */
  readonly isAscending?: boolean;
  readonly limit: number;
  readonly offset?: number;
  readonly cursor?: string | null;
}

// ── Machines ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MachineStore {
  /** `exists` = this name and version are taken; the record kept is returned. */
  insert(
    record: MachineRecord,
  ): Promise<{ readonly type: "inserted" | "exists"; readonly record: MachineRecord }>;
  /** Replaces in place while no entity pins it. */
  update(
    record: MachineRecord,
    expectedRevision: number | null,
  ): Promise<{ readonly type: "updated" | "missing" | "revision" | "in_use" | "exists" }>;
  /** `isForced` deletes although entities pin it. */
  delete(id: string, options: { readonly isForced: boolean }): Promise<"deleted" | "missing" | "in_use">;
  get(id: string): Promise<MachineRecord | null>;
  find(name: string, version: string): Promise<MachineRecord | null>;
  /** All versions of one machine, or the heads of all, by name and then newest version first. */
  list(query: { readonly name?: string; readonly version?: string }): Promise<readonly MachineRecord[]>;
  /** Changes whenever a machine was added, replaced or deleted. */
  revision(): Promise<number>;
}
