/** Records with every field set, and short ways to drive a store in a test. */
import type { LaneWrite, LoadedLane } from "../../orchestrator/lane.ts";
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { NewEvent, QueuedEvent, Timer } from "../../orchestrator/event.ts";
import type { HistoryRow } from "../../orchestrator/history.ts";
import type { MachineRecord } from "../../orchestrator/machine_record.ts";
import type { OutboxRow } from "../../orchestrator/outbox.ts";
import type { Store, StoredAnswer, Turn } from "../store.ts";

/** Text that breaks naive quoting, escaping and case rules. */
export const AWKWARD = `'"\\%_{}[],;--$1 \n\t é ß 😀 \u2028`;

/** Whole ms, so that every store can keep it. */
export const T0 = 1_700_000_000_123;

export function newEvent(entityId: string, overrides: Partial<NewEvent> = {}): NewEvent {
  return {
    eventId: crypto.randomUUID(),
    entityId,
    machineName: "order",
    machineVersion: "1.2.0",
    command: { type: "event", trigger: "pay", payload: { amount: 5, note: AWKWARD } },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 7,
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    actor: "ann",
    ...overrides,
  };
}

export function entityOf(entityId: string, overrides: Partial<Entity> = {}): Entity {
  return {
    entityId,
    machineName: "order",
    machineVersion: "1.2.0",
    snapshot: { v: 1, states: ["order.open"], timers: { a: 1 }, generation: 1, history: { x: ["y"] } },
    context: { amount: 1.5, nested: { list: [1, null, true, AWKWARD] } },
    currentState: "open",
    version: 1,
    position: 1,
    status: "active",
    workflowStatus: "active",
    isTerminal: false,
    labels: { tier: "gold", note: AWKWARD },
    createdAtMs: T0,
    updatedAtMs: T0 + 1,
    archivedAtMs: null,
    deletedAtMs: null,
    ...overrides,
  };
}

export function historyOf(
  entityId: string,
  position: number,
  overrides: Partial<HistoryRow> = {},
): HistoryRow {
  return {
    id: crypto.randomUUID(),
    entityId,
    position,
    seq: position,
    eventId: crypto.randomUUID(),
    type: "event",
    trigger: "pay",
    payload: { amount: 5, note: AWKWARD },
    machineName: "order",
    machineVersion: "1.2.0",
    outcome: "transitioned",
    isSuccess: true,
    fromState: "open",
    toState: "paid",
    reason: null,
    errorMessage: null,
    actions: [{ name: "mail", status: "pending", phase: "enter", params: { to: AWKWARD } }],
    steps: [{ trigger: "pay", from: "open", to: "paid" }],
    context: { amount: 5 },
    actor: "ann",
    durationMs: 3,
    acceptedAtMs: T0,
    createdAtMs: T0 + 5,
    ...overrides,
  };
}

export function outboxOf(entityId: string, position: number, overrides: Partial<OutboxRow> = {}): OutboxRow {
  return {
    actionId: crypto.randomUUID(),
    entityId,
    machineName: "order",
    machineVersion: "1.2.0",
    position,
    ordinal: 0,
    kind: "http",
    name: "call",
    params: { url: "https://example.org", note: AWKWARD },
    options: { when: null, timeoutS: 1.5, retry: 3, retryBackoffS: null },
    context: { amount: 5 },
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    dueAtMs: T0,
    attemptsMax: 4,
    createdAtMs: T0,
    ...overrides,
  };
}

export function letterFor(event: NewEvent | QueuedEvent, overrides: Partial<DeadLetter> = {}): DeadLetter {
  const ids = { event_id: event.eventId, entity_id: event.entityId };
  return {
    recordId: crypto.randomUUID().replaceAll("-", ""),
    machineName: "order",
    entityId: event.entityId,
    stage: event.command.type === "data" ? "worker_apply_data" : "worker",
    reason: "guard_rejected",
    errorMessage: `No way: ${AWKWARD}`,
    errorType: "guard_rejected",
    payload: event.command.type === "data"
      ? { ...ids, data: event.command.data }
      : event.command.type === "event"
      ? { ...ids, trigger: event.command.trigger, context: event.command.payload }
      : { ...ids, command: event.command.type },
    metadata: { seq: "seq" in event ? event.seq : 1, accepted_at_ms: T0, traceparent: null },
    attempt: 1,
    attemptsMax: event.attemptsMax,
    status: "pending",
    retryCount: 0,
    createdAtMs: T0 + 9,
    updatedAtMs: null,
    expiresAtMs: T0 + 99,
    ...overrides,
  };
}

export function machineOf(overrides: Partial<MachineRecord> = {}): MachineRecord {
  return {
    id: crypto.randomUUID(),
    name: "order",
    version: "1.2.0",
    description: `What it does: ${AWKWARD}`,
    isStrict: true,
    config: { meta: { machine_name: "order" }, states: [] },
    sourceText: `meta:\n  machine_name: order # ${AWKWARD}`,
    hash: "ab".repeat(32),
    revision: 1,
    createdAtMs: T0,
    updatedAtMs: T0,
    createdBy: "ann",
    updatedBy: "bob",
    ...overrides,
  };
}

export function timerOf(key: string, overrides: Partial<Timer> = {}): Timer {
  return { key, trigger: "expire", payload: { key }, dueAtMs: T0 + 1_000, generation: 1, ...overrides };
}

/** What leaves a lane as it was loaded, except for `overrides`. */
export function writeOf(lane: LoadedLane, overrides: Partial<LaneWrite> = {}): LaneWrite {
  return {
    entityId: lane.entityId,
    expectedVersion: lane.entity?.version ?? 0,
    entity: null,
    isPurged: false,
    nextSeq: lane.nextSeq,
    attempts: 0,
    parkedReason: null,
    readyAtMs: null,
    consumedEventIds: lane.events.map((event) => event.eventId),
    history: [],
    timersSet: [],
    timersCancelled: [],
    outbox: [],
    deadLetters: [],
    ...overrides,
  };
}

export function only<T>(rows: readonly T[]): T {
  const [first] = rows;
  if (first === undefined || rows.length !== 1) throw new Error(`Expected one row: there are ${rows.length}`);
  return first;
}

export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("Expected a value: there is none");
  return value;
}

/** Locks one lane and commits what `overrides` makes of it. */
export async function writeLane(
  store: Store,
  entityId: string,
  overrides: (lane: LoadedLane, turn: Turn) => Partial<LaneWrite>,
  answers: readonly StoredAnswer[] = [],
): Promise<LoadedLane> {
  const turn = await store.turns.lock({ entityIds: [entityId], keys: [], eventsPerLaneMax: 20 });
  const lane = only(turn.lanes);
  const outcome = await turn.commit({ lanes: [writeOf(lane, overrides(lane, turn))], answers });
  if (outcome.type !== "committed") throw new Error("Expected a commit: it was fenced");
  return lane;
}

/** Claims once and gives the lanes back untouched. */
export async function peek(store: Store, lanesMax = 50): Promise<readonly LoadedLane[]> {
  const turn = await store.turns.claim({ lanesMax, eventsPerLaneMax: 20 });
  if (turn === null) return [];
  await turn.rollback();
  return turn.lanes;
}
