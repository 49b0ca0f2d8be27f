/** 20,000 ordered events of 500 entities, decided by two workers that are killed again and again. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { NewEvent } from "../../src/orchestrator/event.ts";
import type { Store } from "../../src/store/store.ts";
import { checkStore } from "../runtime/check_store.ts";
import { seededId, seededRandom } from "../runtime/random.ts";
import { type ChaosDatabase, startPostgresChaos, startSqlite } from "./database.ts";
import { publishMachine } from "./machine.ts";
import { startProcess } from "./processes.ts";

const EVENTS = 20_000;
const ENTITIES = 500;
const APPEND_MAX = 1_000;
const DRAIN_MS_MAX = 120_000;
const KILLS_MIN = 3;
const KILLS_MAX = 15;
/** Events decided between two kills, at least. */
const PROGRESS_MIN = 400;

const DATABASES: readonly (readonly [string, () => Promise<ChaosDatabase>])[] = [
  ["PostgreSQL", startPostgresChaos],
  ["SQLite", startSqlite],
];

for (const [name, startDatabase] of DATABASES) {
  Deno.test({
    name: `a drain on ${name} loses, doubles and reorders nothing while its workers are killed`,
    // The children are ended in `finally`; their output pipes close after the test.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const database = await startDatabase();
      try {
        await checkDrain(database);
      } finally {
        await database.stop();
      }
    },
  });
}

async function checkDrain(database: ChaosDatabase): Promise<void> {
  const seed = 20_000;
  const random = seededRandom(seed);
  const store = await database.open();
  const machine = await publishMachine(store, "http://127.0.0.1:9/never");
  const events = Array.from(
    { length: EVENTS },
    (_, index) => eventOf(`d-${index % ENTITIES}`, seededId(random)),
  );
  for (let at = 0; at < events.length; at += APPEND_MAX) {
    await store.inbox.append(events.slice(at, at + APPEND_MAX));
  }

  const env = {
    LOG_LEVEL: "error",
    PYSTATOR_DATABASE_URL: database.url,
    PYSTATOR_WORKER_CONCURRENCY: "1",
    PYSTATOR_WORKER_CLAIM_BATCH_SIZE: "4",
  };
  const workers = ["one", "two"].map((worker) => startProcess({ name: worker, args: ["worker"], env }));
  let kills = 0;
  let pendingAtKill = EVENTS;
  const endMs = Date.now() + DRAIN_MS_MAX;
  try {
    for (let pending = EVENTS; pending > 0; pending = (await store.inbox.counts()).pending) {
      ok(Date.now() < endMs, `seed ${seed}: not drained after ${DRAIN_MS_MAX} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10 + random() * 50));
      // In the middle of work, however fast this machine is.
      if (kills >= KILLS_MAX || pendingAtKill - pending < PROGRESS_MIN) continue;
      const worker = workers[kills % workers.length];
      await worker?.kill();
      worker?.restart();
      kills += 1;
      pendingAtKill = pending;
    }
  } finally {
    for (const worker of workers) await worker.kill();
  }
  ok(kills >= KILLS_MIN, `only ${kills} kills`);
  await checkCounts(store);
  const violations = await checkStore(store, {
    acknowledged: events,
    unsure: new Set(),
    deliveries: new Map(),
    machine,
    timers: {},
  });
  deepStrictEqual([...violations, ...await database.audit()], [], `seed ${seed}`);
  await store.close();
}

async function checkCounts(store: Store): Promise<void> {
  for (let index = 0; index < ENTITIES; index += 25) {
    deepStrictEqual((await store.entities.get(`d-${index}`))?.context["count"], EVENTS / ENTITIES);
  }
}

function eventOf(entityId: string, eventId: string): NewEvent {
  return {
    eventId,
    entityId,
    machineName: "chaos",
    machineVersion: null,
    command: { type: "event", trigger: "add", payload: {} },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 5,
    traceparent: null,
    actor: null,
  };
}
