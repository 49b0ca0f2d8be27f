/** How many events a second a store alone can take in and turn over: `deno run -A bench/store_drain.ts [database URL]`. */
import type { LaneWrite, LoadedLane } from "../src/orchestrator/lane.ts";
import type { Entity } from "../src/orchestrator/entity.ts";
import type { NewEvent } from "../src/orchestrator/event.ts";
import type { HistoryRow } from "../src/orchestrator/history.ts";
import { createMemoryStore } from "../src/store/memory/memory_store.ts";
import { migrate, sqlitePathOf } from "../src/store/migrate.ts";
import { openPostgresStore } from "../src/store/postgres/postgres_store.ts";
import { isPostgresUrl } from "../src/store/postgres/connection_url.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../src/store/store.ts";

const EVENTS = 100_000;
const ENTITIES = 10_000;
const APPEND = 1_000;
const LANES_PER_TURN = 50;
const EVENTS_PER_LANE = 20;
const APPENDERS = 2;
const WORKERS = Number(Deno.args[1] ?? 2);

const url = Deno.args[0] ?? "memory:";
const store = await open(url);
try {
  const appendMs = await measure(() => appendAll(store));
  report("append", EVENTS, appendMs);
  let turns = 0;
  const drainMs = await measure(async () => {
    const counts = await Promise.all(Array.from({ length: WORKERS }, () => drain(store)));
    turns = counts.reduce((sum, count) => sum + count, 0);
  });
  report(`drain (${WORKERS} at a time, ${turns} turns)`, EVENTS, drainMs);
  const { pending } = await store.inbox.counts();
  report(`left over: ${pending}; idle claim`, 200, await measure(() => claimIdle(store)));
} finally {
  await store.close();
}

async function open(name: string): Promise<Store> {
  if (name.startsWith("memory:")) return createMemoryStore();
  await migrate(name);
  return isPostgresUrl(name)
    ? await openPostgresStore({ url: name })
    : await openSqliteStore({ path: sqlitePathOf(name) });
}

async function appendAll(target: Store): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: APPENDERS }, async () => {
    while (next < EVENTS) {
      const start = next;
      next += APPEND;
      await target.inbox.append(
        Array.from({ length: APPEND }, (_, i) => eventOf(`entity-${(start + i) % ENTITIES}`)),
      );
    }
  }));
}

async function drain(target: Store): Promise<number> {
  for (let turns = 0;; turns++) {
    const turn = await target.turns.claim({ lanesMax: LANES_PER_TURN, eventsPerLaneMax: EVENTS_PER_LANE });
    if (turn === null) return turns;
    await turn.commit({ lanes: turn.lanes.map((lane) => fold(lane, turn.nowMs)), answers: [] });
  }
}

async function claimIdle(target: Store): Promise<void> {
  for (let i = 0; i < 200; i++) {
    await target.turns.claim({ lanesMax: LANES_PER_TURN, eventsPerLaneMax: EVENTS_PER_LANE });
  }
}

/** What a small machine would write: a state that changes with every event. */
function fold(lane: LoadedLane, nowMs: number): LaneWrite {
  const before = lane.entity ?? newEntity(lane.entityId, nowMs);
  const history = lane.events.map((event, index): HistoryRow => ({
    id: crypto.randomUUID(),
    entityId: lane.entityId,
    position: before.position + index + 1,
    seq: event.seq,
    eventId: event.eventId,
    type: "event",
    trigger: "pay",
    payload: { amount: 5 },
    machineName: "order",
    machineVersion: "1.0.0",
    outcome: "transitioned",
    isSuccess: true,
    fromState: "open",
    toState: "paid",
    reason: null,
    errorMessage: null,
    actions: [],
    steps: [{ trigger: "pay", from: "open", to: "paid" }],
    context: { amount: 5, count: before.position + index },
    actor: null,
    durationMs: 0,
    acceptedAtMs: event.acceptedAtMs,
    createdAtMs: nowMs,
  }));
  return {
    entityId: lane.entityId,
    expectedVersion: lane.entity?.version ?? 0,
    entity: {
      ...before,
      version: before.version + lane.events.length,
      position: before.position + lane.events.length,
      context: { amount: 5, count: before.position },
      updatedAtMs: nowMs,
    },
    isPurged: false,
    nextSeq: lane.nextSeq,
    attempts: 0,
    parkedReason: null,
    readyAtMs: lane.isMore ? nowMs : null,
    consumedEventIds: lane.events.map((event) => event.eventId),
    history,
    timersSet: [],
    timersCancelled: [],
    outbox: [],
    deadLetters: [],
  };
}

function eventOf(entityId: string): NewEvent {
  return {
    eventId: crypto.randomUUID(),
    entityId,
    machineName: "order",
    machineVersion: null,
    command: { type: "event", trigger: "pay", payload: { amount: 5 } },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 5,
    traceparent: null,
    actor: null,
  };
}

function newEntity(entityId: string, nowMs: number): Entity {
  return {
    entityId,
    machineName: "order",
    machineVersion: "1.0.0",
    snapshot: { v: 1, states: ["open"] },
    context: {},
    currentState: "open",
    version: 0,
    position: 0,
    status: "active",
    workflowStatus: "active",
    isTerminal: false,
    labels: {},
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    archivedAtMs: null,
    deletedAtMs: null,
  };
}

async function measure(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}

function report(what: string, count: number, durationMs: number): void {
  const line = `${what}: ${count} in ${Math.round(durationMs)} ms, ${
    Math.round(count / durationMs * 1_000)
  }/s\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}
