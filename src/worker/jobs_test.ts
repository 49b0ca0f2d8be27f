/** Jobs under workers that die, people who pause and cancel, and a rate that is kept. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createTestDatabase, testDatabaseUrl } from "../../tests/database.ts";
import { createVirtualClock, settled, type VirtualClock } from "../../tests/runtime/virtual_clock.ts";
import { systemClock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { JOB_KIND, newJob } from "../orchestrator/job.ts";
import { letterFor, newEvent, writeLane } from "../store/contract/fixtures.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import { migrate } from "../store/migrate.ts";
import { openPostgresStore } from "../store/postgres/postgres_store.ts";
import { openSqliteStore } from "../store/sqlite/sqlite_store.ts";
import type { Store } from "../store/store.ts";
import { JOB_LEASE_MS } from "./jobs.ts";
import {
  addEntities,
  addLetters,
  control,
  dyingStore,
  itemsOf,
  jobOf,
  order,
  START,
  start,
  waitingOf,
} from "./testing/job_world.ts";

const ORDER = { trigger: "go", payload: { n: 1 }, actor: "ann", reason: "because" } as const;

const STORES: readonly (readonly [string, (clock: VirtualClock) => Promise<Store>])[] = [
  ["memory", (clock) => Promise.resolve(createMemoryStore({ clock }))],
  ["sqlite", (clock) => openSqliteStore({ path: ":memory:", clock })],
];

for (const [name, open] of STORES) {
  for (const type of ["event", "redrive"] as const) {
    Deno.test(`a job goes on where a dead worker left it, nothing twice: ${type}, ${name}`, async () => {
      for (let callsMax = 2; callsMax <= 40; callsMax += type === "event" ? 3 : 5) {
        const clock = createVirtualClock(START);
        const store = await open(clock);
        const ids = type === "event" ? await addEntities(store, 23) : await addLetters(store, 23);
        if (type === "event") await addEntities(store, 3, "shut");
        const filter: JsonObject = type === "event"
          ? { machine_name: "order", state: "open" }
          : { source_name: "order" };
        await order(store, newJob({ ...ORDER, type, filter, rate: 10 }));
        const before = type === "event"
          ? []
          : (await waitingOf(store, ["o-0"])).map(({ eventId }) => eventId);
        // The first worker dies, the second as well, the third lives.
        for (const more of [0, 4]) {
          const dying = dyingStore(store, callsMax + more);
          start(dying.store, clock, `w-${more}`);
          for (let n = 0; n < 60 && !dying.isDead(); n++) await clock.advance(500);
          await clock.advance(JOB_LEASE_MS + 1_000);
        }
        const last = start(store, clock, "w-last");
        for (let n = 0; n < 100 && (await jobOf(store)).status !== "completed"; n++) await clock.advance(500);
        await last.stop();
        const label = `${callsMax} calls`;
        const job = await jobOf(store);
        deepStrictEqual([job.status, job.matched, job.done, job.failed, job.skipped], [
          "completed",
          23,
          23,
          0,
          0,
        ], label);
        const items = await itemsOf(store);
        deepStrictEqual(items.map((item) => item.id), ids, label);
        strictEqual(new Set(items.map((item) => item.eventId)).size, 23, label);
        const lanes = type === "event" ? ids : Array.from({ length: 7 }, (_, n) => `o-${n}`);
        const events = (await waitingOf(store, lanes)).filter(({ eventId }) => !before.includes(eventId));
        deepStrictEqual(
          events.map((event) => event.eventId).toSorted(),
          items.map((item) => item.eventId ?? "").toSorted(),
          label,
        );
        await store.close();
      }
    });
  }
}

Deno.test("without the fence two workers would send twice, and that would be noticed", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  const ids = await addEntities(store, 30);
  await order(store, newJob({ ...ORDER, type: "event", filter: { state: "open" }, rate: 10 }));
  const { documents } = store.operations;
  const broken: Store = {
    ...store,
    operations: {
      ...store.operations,
      documents: {
        ...documents,
        put: (kind, id, body, options) =>
          documents.put(kind, id, body, {
            ...options,
            ...(kind === JOB_KIND ? { expectedVersion: null } : {}),
          }),
      },
    },
  };
  const workers = ["a", "b"].map((id) => start(broken, clock, id));
  await settled();
  await clock.advance(10_000);
  for (const worker of workers) await worker.stop();
  ok((await waitingOf(store, ids)).length > 30);
});

Deno.test("a job sends to those that match only, once, at its rate", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  const ids = await addEntities(store, 50);
  await addEntities(store, 5, "shut");
  await order(store, newJob({ ...ORDER, type: "event", filter: { state: "OPEN" }, rate: 10 }));
  const workers = ["a", "b", "c"].map((id) => start(store, clock, id));
  await settled();
  for (let second = 1; second <= 4; second++) {
    await clock.advance(1_000);
    const { done } = await jobOf(store);
    ok(done >= 10 * (second - 1) && done <= 10 * second + 5, `${done} after ${second} s`);
  }
  await clock.advance(3_000);
  for (const worker of workers) await worker.stop();
  const job = await jobOf(store);
  deepStrictEqual([job.status, job.done, job.matched, job.isMatchedExact], ["completed", 50, 50, true]);
  const events = await waitingOf(store, [...ids, "shut-0000"]);
  deepStrictEqual(events.map((event) => event.entityId).toSorted(), ids);
  deepStrictEqual(events[0]?.command, { type: "event", trigger: "go", payload: { n: 1 } });
  strictEqual(events[0]?.actor, "ann");
});

for (const type of ["event", "redrive"] as const) {
  Deno.test(`after pause and cancel nothing more is sent, what was sent is counted: ${type}`, async () => {
    const clock = createVirtualClock(START);
    const store = createMemoryStore({ clock });
    if (type === "event") await addEntities(store, 200);
    else await addLetters(store, 200);
    await order(store, newJob({ ...ORDER, type, filter: {}, rate: 20 }));
    const worker = start(store, clock);
    await settled();
    await clock.advance(3_000);
    await control(store, "pause", clock.nowMs());
    await settled();
    const paused = await jobOf(store);
    ok(paused.done >= 40 && paused.done <= 80, `${paused.done}`);
    await clock.advance(60_000);
    deepStrictEqual(await jobOf(store), paused);
    await control(store, "resume", clock.nowMs());
    await clock.advance(3_000);
    await control(store, "cancel", clock.nowMs());
    await clock.advance(60_000);
    const cancelled = await jobOf(store);
    strictEqual(cancelled.status, "cancelled");
    ok(cancelled.done > paused.done && cancelled.done < 200, `${cancelled.done}`);
    strictEqual((await itemsOf(store)).length, cancelled.done);
    const lanes = type === "event"
      ? Array.from({ length: 200 }, (_, n) => `open-${String(n).padStart(4, "0")}`)
      : Array.from({ length: 7 }, (_, n) => `o-${n}`);
    strictEqual((await waitingOf(store, lanes)).length, cancelled.done);
    await worker.stop();
  });
}

Deno.test("a redrive tells of letters that were given up, put back by others, or cannot be put back", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  const [first = "", second = ""] = await addLetters(store, 3);
  const odd = letterFor(newEvent("o-9", { command: { type: "status", status: "archived" } }), {
    createdAtMs: START + 9,
  });
  await writeLane(store, "o-9", () => ({ deadLetters: [odd] }));
  // A page is in hand while people are at work on it.
  const ids = [first, second, odd.recordId, "0".repeat(32)];
  await order(store, { ...newJob({ ...ORDER, type: "redrive", filter: {} }), inHand: ids, isAtEnd: true });
  await store.deadLetters.discard(first, "bob");
  await store.deadLetters.replay({ recordId: second, eventId: crypto.randomUUID(), actor: "bob" });
  const worker = start(store, clock);
  await clock.advance(2_000);
  await worker.stop();
  const job = await jobOf(store);
  deepStrictEqual([job.status, job.done, job.failed, job.skipped], ["completed", 0, 1, 3]);
  deepStrictEqual((await itemsOf(store)).map((item) => item.outcome), [
    "skipped",
    "skipped",
    "failed",
    "skipped",
  ]);
});

Deno.test("a letter that dies again while the job runs is not put back again", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  await addLetters(store, 10);
  const filter = { created_before: new Date(START + 9).toISOString() };
  await order(store, newJob({ ...ORDER, type: "redrive", filter, rate: 4 }));
  const worker = start(store, clock);
  for (let n = 0; n < 10; n++) {
    await clock.advance(500);
    await writeLane(
      store,
      "o-1",
      () => ({ deadLetters: [letterFor(newEvent("o-1"), { createdAtMs: START + 100 + n })] }),
    );
  }
  await clock.advance(3_000);
  await worker.stop();
  const job = await jobOf(store);
  deepStrictEqual([job.status, job.done], ["completed", 10]);
  strictEqual((await store.deadLetters.list({ status: "pending", limit: 50 })).total, 10);
});

Deno.test("a store that is away costs a job nothing; what nobody foresaw fails it", async () => {
  for (const [code, status] of [["store_unavailable", "completed"], ["internal", "failed"]] as const) {
    const clock = createVirtualClock(START);
    const store = createMemoryStore({ clock });
    await addEntities(store, 3);
    await order(store, newJob({ ...ORDER, type: "event", filter: {} }));
    let failures = 2;
    const worker = start({
      ...store,
      entities: {
        ...store.entities,
        list: (query) =>
          failures-- > 0 ? Promise.reject(new AppError(code, "Out of order")) : store.entities.list(query),
      },
    }, clock);
    await settled();
    await clock.advance(3 * JOB_LEASE_MS);
    await worker.stop();
    const job = await jobOf(store);
    deepStrictEqual([job.status, job.error], [status, status === "failed" ? "Out of order" : null]);
  }
});

Deno.test("a worker that stops gives its job back at once", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  await addEntities(store, 30);
  await order(store, newJob({ ...ORDER, type: "event", filter: {}, rate: 2 }));
  const first = start(store, clock, "first");
  await settled();
  await clock.advance(2_000);
  await first.stop();
  const between = await jobOf(store);
  deepStrictEqual([between.status, between.owner], ["queued", null]);
  const second = start(store, clock, "second");
  await clock.advance(1_500);
  const after = await jobOf(store);
  deepStrictEqual([after.status, after.owner, after.done > between.done], ["running", "second", true]);
  await second.stop();
});

Deno.test("many workers on postgres share jobs and send nothing twice", async () => {
  await testDatabaseUrl();
  const database = await createTestDatabase();
  await migrate(database.url);
  const stores = await Promise.all([1, 2].map(() => openPostgresStore({ url: database.url })));
  const [store] = stores;
  if (store === undefined) throw new Error("There is no store");
  try {
    const ids = await addEntities(store, 40);
    const letters = await addLetters(store, 20);
    await order(store, newJob({ ...ORDER, type: "event", filter: { state: "open" }, rate: 20 }), "j-1");
    await order(store, newJob({ ...ORDER, type: "redrive", filter: {}, rate: 20 }), "j-2");
    const workers = stores.flatMap((
      one,
      n,
    ) => [start(one, systemClock, `a${n}`), start(one, systemClock, `b${n}`)]);
    for (let n = 0; n < 100; n++) {
      const jobs = await Promise.all([jobOf(store, "j-1"), jobOf(store, "j-2")]);
      if (jobs.every((job) => job.status === "completed")) break;
      await systemClock.sleep(100);
    }
    for (const worker of workers) await worker.stop();
    deepStrictEqual([(await jobOf(store, "j-1")).done, (await jobOf(store, "j-2")).done], [40, 20]);
    deepStrictEqual((await waitingOf(store, ids)).map((event) => event.entityId).toSorted(), ids);
    strictEqual(
      (await waitingOf(store, Array.from({ length: 7 }, (_, n) => `o-${n}`))).length,
      letters.length,
    );
  } finally {
    await Promise.all(stores.map((one) => one.close()));
    await database.drop();
  }
});
