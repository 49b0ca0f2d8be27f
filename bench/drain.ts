/** Events per second through a whole store: 20,000 waiting events of 500 entities, decided and committed. */
import type { NewEvent } from "../src/orchestrator/event.ts";
import { loadedMachineOf } from "../src/orchestrator/loaded_machine.ts";
import { systemClock } from "../src/clock.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { createMemoryStore } from "../src/store/memory/memory_store.ts";
import { openPostgresStore } from "../src/store/postgres/postgres_store.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../src/store/store.ts";
import { migrate } from "../tests/chaos/database.ts";
import { startPostgres } from "../tests/chaos/postgres_server.ts";
import { recordOf } from "../tests/runtime/harness.ts";
import { counterSpec, spec, state, transition } from "../tests/runtime/machines.ts";
import { pgbenchPerSecond } from "./pgbench.ts";
import type { BenchRow } from "./row.ts";

const EVENTS = 20_000;
const ENTITIES = 500;
const APPEND_MAX = 1_000;

export async function benchDrain(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  rows.push(...await rowsOf(createMemoryStore(), 1));
  const folder = await Deno.makeTempDir({ prefix: "stator_bench_" });
  try {
    rows.push(...await rowsOf(await openSqliteStore({ path: `${folder}/bench.db`, isMigrated: true }), 1));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const server = await startPostgres();
  try {
    await migrate(server.url);
    for (const concurrency of [1, 4]) {
      rows.push(...await rowsOf(await openPostgresStore({ url: server.url }), concurrency));
    }
    const timerStore = await openPostgresStore({ url: server.url });
    const timerRows = await timerRowsOf(timerStore, 4);
    await timerStore.close();
    const peerValue = await pgbenchPerSecond(server.url, 4);
    const last = rows.at(-1);
    if (peerValue !== null && last !== undefined) {
      const peer = "pgbench, one transaction an event";
      rows.splice(-1, 1, { ...last, peer, peer_value: peerValue, ratio: last.value / peerValue });
    }
    rows.push(...timerRows);
  } finally {
    await server.stop();
  }
  return rows;
}

/** 50,000 timers that are due at once; throws when one did not fire. */
export async function timerRowsOf(store: Store, concurrency: number): Promise<readonly BenchRow[]> {
  const loaded = loadedMachineOf(spec("alarm", {
    states: [state("set", "initial"), state("rung", "terminal")],
    transitions: [transition("ring", "set", "rung", { afterMs: 1 })],
  }));
  await store.machines.insert(recordOf(loaded.spec));
  const runtime = createRuntime({ store, clock: systemClock, compile: () => ({ type: "loaded", loaded }) });
  const run = crypto.randomUUID().slice(0, 8);
  const drain = () =>
    Promise.all(Array.from({ length: concurrency }, async () => {
      while (await runtime.turn() !== null);
    }));
  for (let at = 0; at < TIMERS; at += APPEND_MAX) {
    await store.inbox.append(Array.from({ length: APPEND_MAX }, (_, index) => ({
      ...eventOf(`t-${run}-${at + index}`),
      machineName: "alarm",
      command: { type: "create", context: {}, labels: {} } as const,
    })));
  }
  const startedMs = performance.now();
  while ((await store.inbox.counts()).pending > 0 || await store.turns.nextReadyAtMs() !== null) {
    await drain();
  }
  const passedMs = performance.now() - startedMs;
  const counts = await store.entities.countByState("alarm");
  const rung = counts.find((row) => row.state === "rung")?.count ?? 0;
  if (rung < TIMERS) throw new Error(`${rung} of ${TIMERS} timers fired`);
  return [{
    name: `create and fire ${TIMERS} timers, ${store.dialect}`,
    value: TIMERS / passedMs * 1_000,
    unit: "timers/s",
    peer: null,
    peer_value: null,
    ratio: null,
  }];
}

const TIMERS = 50_000;

/** Fills the store and empties it; throws when an event is missing afterwards. */
export async function rowsOf(store: Store, concurrency: number): Promise<readonly BenchRow[]> {
  const loaded = loadedMachineOf(counterSpec());
  await store.machines.insert(recordOf(loaded.spec));
  const runtime = createRuntime({
    store,
    clock: systemClock,
    compile: () => ({ type: "loaded", loaded }),
  });
  const run = crypto.randomUUID().slice(0, 8);
  const events = Array.from({ length: EVENTS }, (_, index) => eventOf(`c-${run}-${index % ENTITIES}`));
  const appendStartedMs = performance.now();
  for (let at = 0; at < events.length; at += APPEND_MAX) {
    await store.inbox.append(events.slice(at, at + APPEND_MAX));
  }
  const appendMs = performance.now() - appendStartedMs;

  const startedMs = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (await runtime.turn() !== null);
  }));
  const drainMs = performance.now() - startedMs;
  await checkAll(store, run);
  await store.close();
  const alone = { peer: null, peer_value: null, ratio: null };
  return [
    {
      name: `append ${store.dialect} before ${concurrency} turns at a time, ${APPEND_MAX} a call`,
      value: EVENTS / appendMs * 1_000,
      unit: "events/s",
      ...alone,
    },
    {
      name: `drain ${store.dialect}, ${concurrency} ${concurrency === 1 ? "turn" : "turns"} at a time`,
      value: EVENTS / drainMs * 1_000,
      unit: "events/s",
      ...alone,
    },
  ];
}

async function checkAll(store: Store, run: string): Promise<void> {
  const { pending } = await store.inbox.counts();
  if (pending > 0) throw new Error(`${pending} events are left`);
  for (let index = 0; index < ENTITIES; index += 50) {
    const count = (await store.entities.get(`c-${run}-${index}`))?.context["count"];
    if (count !== EVENTS / ENTITIES) throw new Error(`entity c-${index} counted ${count}`);
  }
}

function eventOf(entityId: string): NewEvent {
  return {
    eventId: crypto.randomUUID(),
    entityId,
    machineName: "counter",
    machineVersion: null,
    command: { type: "event", trigger: "add", payload: { amount: 1 } },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 5,
    traceparent: null,
    actor: null,
  };
}
