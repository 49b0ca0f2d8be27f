/** Schedules under several workers that die at any moment: each occurrence once, in order, never early. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createVirtualClock, settled, type VirtualClock } from "../../tests/runtime/virtual_clock.ts";
import { createTestDatabase, testDatabaseUrl } from "../../tests/database.ts";
import { calendarOf, nextTimes } from "../definition/cron.ts";
import { loadSpec } from "../definition/load_spec.ts";
import type { ScheduleSpec } from "../engine/schedule_spec.ts";
import { JOB_KIND, jobFrom } from "../orchestrator/job.ts";
import { loadedMachineOf } from "../orchestrator/loaded_machine.ts";
import { newSchedule, SCHEDULE_KIND, scheduleBody, scheduleFrom } from "../orchestrator/schedule.ts";
import { machineOf } from "../store/contract/fixtures.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import { migrate } from "../store/migrate.ts";
import { openPostgresStore } from "../store/postgres/postgres_store.ts";
import { openSqliteStore } from "../store/sqlite/sqlite_store.ts";
import type { DocumentStore, Store } from "../store/store.ts";
import { silentLog } from "../telemetry/log.ts";
import { createMachineSchedules } from "./machine_schedules.ts";
import { runSchedules, sendDue } from "./schedules.ts";

const START = Date.parse("2026-03-28T20:00:00Z");
const SPEC: ScheduleSpec = {
  name: "tick",
  description: "",
  cron: "*/5 * * * *",
  timeZone: "Europe/Berlin",
  catchUp: "all",
  trigger: "go",
  payload: { due: "{{ due_at }}" },
  target: { type: "entity", entityId: "clock" },
};
const NO_MACHINES = { align: () => Promise.resolve() };

class Died extends Error {}

/** Dies before a write took effect, or after it and unheard. */
function dying(documents: DocumentStore, random: () => number, chance: number): DocumentStore {
  const point = async () => {
    for (let hops = Math.floor(random() * 4); hops > 0; hops--) await Promise.resolve();
    if (random() < chance) throw new Died("The worker died");
  };
  return {
    ...documents,
    async due(kind, limit) {
      await point();
      return await documents.due(kind, limit);
    },
    async put(kind, id, body, options) {
      await point();
      const version = await documents.put(kind, id, body, options);
      await point();
      return version;
    },
  };
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function plan(store: Store, spec: ScheduleSpec, dueAtMs: number | null): Promise<void> {
  const id = `shop:${spec.name}`;
  const schedule = newSchedule(spec, { id, machineName: "shop", source: "api" });
  await store.operations.documents.put(SCHEDULE_KIND, id, scheduleBody(schedule), {
    expectedVersion: 0,
    expiresAtMs: null,
    dueAtMs,
  });
}

async function waiting(store: Store, entityId: string) {
  const turn = await store.turns.lock({ entityIds: [entityId], keys: [], eventsPerLaneMax: 100_000 });
  await turn.rollback();
  return turn.lanes[0]?.events ?? [];
}

const STORES: readonly (readonly [string, (clock: VirtualClock) => Promise<Store>])[] = [
  ["memory", (clock) => Promise.resolve(createMemoryStore({ clock }))],
  ["sqlite", (clock) => openSqliteStore({ path: ":memory:", clock })],
];

interface Outcome {
  readonly deaths: number;
  /** Due times that were sent, in the order of the lane, and those that should have been. */
  readonly sent: readonly unknown[];
  readonly expected: readonly string[];
  readonly isEarly: boolean;
  readonly counted: number;
}

/** Three workers at a time, mostly moments apart, now and then after hours without any. */
async function simulate(
  store: Store,
  clock: VirtualClock,
  { seed, broken = (documents) => documents }: {
    readonly seed: number;
    /** Plants a bug. */
    readonly broken?: (documents: DocumentStore) => DocumentStore;
  },
): Promise<Outcome> {
  const random = randomOf(seed);
  const calendar = calendarOf(SPEC.cron, SPEC.timeZone);
  await plan(store, SPEC, calendar.nextAfter(START));
  const documents = broken(store.operations.documents);
  let deaths = 0;
  for (let round = 0; round < 120; round++) {
    await clock.advance(Math.floor(random() < 0.05 ? random() * 4 * 3_600_000 : random() * 400_000));
    const workers = [1, 2, 3].map(() =>
      sendDue({ documents: dying(documents, random, 0.1), log: silentLog }).catch((error: unknown) => {
        if (!(error instanceof Died)) throw error;
        deaths += 1;
      })
    );
    await Promise.all(workers);
  }
  for (let looks = 0; looks < 100 && await sendDue({ documents, log: silentLog }) === 0; looks++);
  const events = await waiting(store, "clock");
  const expected: string[] = [];
  for (let at = calendar.nextAfter(START); at !== null && at <= clock.nowMs(); at = calendar.nextAfter(at)) {
    expected.push(new Date(at).toISOString());
  }
  const dueOf = (event: typeof events[number]) =>
    event.command.type === "event" ? String(event.command.payload["due"]) : "";
  const kept = await store.operations.documents.get(SCHEDULE_KIND, "shop:tick");
  return {
    deaths,
    sent: events.map(dueOf),
    expected,
    isEarly: events.some((event) => event.acceptedAtMs < Date.parse(dueOf(event))),
    counted: kept === null ? 0 : scheduleFrom(kept.body).sent,
  };
}

for (const [name, open] of STORES) {
  for (const seed of [1, 2, 3]) {
    Deno.test(`each occurrence is sent once by workers that die, ${name}, seed ${seed}`, async () => {
      const clock = createVirtualClock(START);
      const store = await open(clock);
      const { deaths, sent, expected, isEarly, counted } = await simulate(store, clock, { seed });
      ok(deaths > 10 && expected.length > 150, `${deaths} deaths, ${expected.length} occurrences`);
      deepStrictEqual(sent, expected);
      deepStrictEqual([isEarly, counted], [false, expected.length]);
      await store.close();
    });
  }
}

/** Bugs that the simulation must notice. */
const BUGS: readonly (readonly [string, (documents: DocumentStore) => DocumentStore])[] = [
  ["writes without a fence, keys forgotten", (documents) => ({
    ...documents,
    put: (kind, id, body, options) =>
      documents.put(kind, id, body, {
        ...options,
        expectedVersion: null,
        events: (options.events ?? []).map((event) => ({ ...event, idempotency: null })),
      }),
  })],
  ["events after the row, not with it", (documents) => ({
    ...documents,
    put: async (kind, id, body, options) => {
      const version = await documents.put(kind, id, body, { ...options, events: [] });
      // The worker dies between the two, every fifth time.
      if (version === null || version % 5 === 0) return version;
      await documents.put("aside", crypto.randomUUID(), {}, { ...options, expectedVersion: null });
      return version;
    },
  })],
  ["a clock that is ahead", (documents) => ({
    ...documents,
    due: async (kind, limit) => {
      const found = await documents.due(kind, limit);
      const next = await documents.get(SCHEDULE_KIND, "shop:tick");
      const isNear = next?.dueAtMs !== null && next !== null && next.dueAtMs - found.nowMs < 60_000;
      return isNear && found.items.length === 0
        ? { ...found, nowMs: found.nowMs + 60_000, items: [next] }
        : found;
    },
  })],
];

for (const [bug, broken] of BUGS) {
  Deno.test(`the simulation notices: ${bug}`, async () => {
    const clock = createVirtualClock(START);
    const { sent, expected, isEarly } = await simulate(createMemoryStore({ clock }), clock, {
      seed: 1,
      broken,
    });
    ok(isEarly || JSON.stringify(sent) !== JSON.stringify(expected));
  });
}

Deno.test("each occurrence is sent once by many workers at the same time, postgres", async () => {
  await testDatabaseUrl();
  const database = await createTestDatabase();
  await migrate(database.url);
  const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url: database.url })));
  const [store] = stores;
  if (store === undefined) throw new Error("There is no store");
  try {
    const calendar = calendarOf(SPEC.cron, SPEC.timeZone);
    const firstMs = calendar.nextAfter(await store.ping() - 20 * 3_600_000) ?? 0;
    await plan(store, SPEC, firstMs);
    const random = randomOf(7);
    const workers = stores.flatMap((one) => [one, one]).map(async ({ operations: { documents } }) => {
      for (let round = 0; round < 12; round++) {
        await sendDue({ documents: dying(documents, random, 0.05), log: silentLog }).catch(
          (error: unknown) => {
            if (!(error instanceof Died)) throw error;
          },
        );
      }
    });
    await Promise.all(workers);
    while (await sendDue({ documents: store.operations.documents, log: silentLog }) === 0);
    const events = await waiting(store, "clock");
    ok(events.length >= 240, `${events.length} occurrences`);
    deepStrictEqual(
      events.map(({ command }) => command.type === "event" ? command.payload["due"] : null),
      [firstMs, ...nextTimes(calendar, firstMs, events.length - 1)].map((ms) => new Date(ms).toISOString()),
    );
  } finally {
    await Promise.all(stores.map((one) => one.close()));
    await database.drop();
  }
});

Deno.test("a worker sends within a moment of the due time, and what came due while it was down at once", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  const { documents } = store.operations;
  await plan(store, { ...SPEC, cron: "0 * * * *", catchUp: "last" }, START + 3_600_000);
  const late: number[] = [];
  const run = () => {
    const ended = new AbortController();
    const done = runSchedules({
      documents,
      machineSchedules: NO_MACHINES,
      clock,
      log: silentLog,
      random: () => 0.5,
      signal: ended.signal,
      onSent: (_schedule, _dueAtMs, lateMs) => late.push(lateMs),
    });
    return { ended, done };
  };
  const first = run();
  await settled();
  await clock.advance(3_599_999);
  deepStrictEqual(late, [], "not before its time");
  await clock.advance(1);
  deepStrictEqual(late, [0]);
  first.ended.abort();
  await first.done;
  await clock.advance(3 * 3_600_000 + 600_000);
  const second = run();
  await settled();
  deepStrictEqual(late, [0, 600_000], "the most recent of three, ten minutes late");
  second.ended.abort();
  await second.done;
});

Deno.test("a schedule over entities gives one job for each occurrence, a broken one stops alone", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  const { documents } = store.operations;
  const target = { type: "entities", filter: { state: "open" }, rate: 5 } as const;
  await plan(store, { ...SPEC, target }, START + 300_000);
  await plan(store, { ...SPEC, name: "broken", cron: "nonsense" }, START);
  await clock.advance(10 * 60_000 + 1);
  const random = randomOf(5);
  for (let round = 0; round < 20; round++) {
    await sendDue({ documents: dying(documents, random, 0.3), log: silentLog }).catch(() => {});
  }
  const jobs = (await documents.list(JOB_KIND, { limit: 10, isNewestFirst: false })).items;
  strictEqual(jobs.length, 2);
  deepStrictEqual(
    jobs.map(({ body }) => jobFrom(body).filter),
    Array(2).fill({ state: "open", machine_name: "shop" }),
  );
  const broken = await documents.get(SCHEDULE_KIND, "shop:broken");
  deepStrictEqual([broken?.dueAtMs, typeof broken?.body["problem"]], [null, "string"]);
});

function machineText(schedules: string): string {
  return `meta: { machine_name: shop, version: "1.0.0" }
states: [{ name: open, type: initial }]
transitions: [{ trigger: go, source: open, dest: open }]
schedules: ${schedules}`;
}

Deno.test("schedules of machines follow their newest version", async () => {
  const clock = createVirtualClock(START);
  const store = createMemoryStore({ clock });
  const { documents } = store.operations;
  let text = machineText('[{ name: a, cron: "0 * * * *", trigger: go, entity_id: x }]');
  const alignment = createMachineSchedules({
    documents,
    machines: store.machines,
    ping: () => store.ping(),
    find: (name) => {
      const loaded = loadSpec({ text });
      return Promise.resolve(name === "shop" && loaded.ok ? loadedMachineOf(loaded.spec) : null);
    },
    log: silentLog,
  });
  const rows = async () =>
    (await documents.list(SCHEDULE_KIND, { limit: 10, isNewestFirst: false })).items.map((document) => [
      document.id,
      document.dueAtMs === null ? null : new Date(document.dueAtMs).toISOString(),
      scheduleFrom(document.body).payload,
    ]);
  const publish = async (next: string) => {
    text = next;
    await store.machines.insert(machineOf({ name: "shop", version: crypto.randomUUID() }));
  };
  await plan(store, { ...SPEC, name: "own" }, null);
  await publish(text);
  await alignment.align();
  deepStrictEqual(await rows(), [["shop:a", "2026-03-28T21:00:00.000Z", {}], [
    "shop:own",
    null,
    SPEC.payload,
  ]]);

  // Another payload keeps the time, although it has come meanwhile; another cron has other times.
  await clock.advance(2 * 3_600_000);
  await publish(
    machineText('[{ name: a, cron: "0 * * * *", trigger: go, entity_id: x, payload: { n: 1 } }]'),
  );
  await alignment.align();
  deepStrictEqual((await rows())[0], ["shop:a", "2026-03-28T21:00:00.000Z", { n: 1 }]);
  await publish(
    machineText('[{ name: a, cron: "30 * * * *", trigger: go, entity_id: x, payload: { n: 1 } }]'),
  );
  await alignment.align();
  deepStrictEqual((await rows())[0], ["shop:a", "2026-03-28T22:30:00.000Z", { n: 1 }]);

  await publish(machineText("[]"));
  await alignment.align();
  deepStrictEqual((await rows()).map(([id]) => id), ["shop:own"]);
});
