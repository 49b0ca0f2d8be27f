/** Limits, how they are sampled, and what callers are told. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { AppError } from "../../errors.ts";
import { ACCESS } from "../access.ts";
import { createBackpressure, SUBMISSIONS } from "./backpressure.ts";

const LIMITS = { inboxMax: 100, lagMaxMs: 60_000 };

function createWorld(limits = LIMITS) {
  let nowMs = 1_000_000;
  let load: { waiting: number; lagMs: number | null } | null = { waiting: 0, lagMs: null };
  let samples = 0;
  const backpressure = createBackpressure({
    limits,
    clock: { nowMs: () => nowMs, sleep: () => Promise.resolve() },
    lanes: {
      load() {
        samples += 1;
        return load === null
          ? Promise.reject(new AppError("store_unavailable", "away"))
          : Promise.resolve(load);
      },
    },
  });
  return {
    samples: () => samples,
    pass: (ms: number) => void (nowMs += ms),
    set: (next: typeof load) => void (load = next),
    /** Limit and seconds to wait; null = accepted. */
    async send(): Promise<readonly [unknown, unknown] | null> {
      const refreshed = backpressure.refreshed();
      if (refreshed !== null) await refreshed;
      try {
        backpressure.refuse();
        return null;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "too_many_requests") throw error;
        return [error.details["limit"], error.details["retry_after_seconds"]];
      }
    },
    settled: () => new Promise((resolve) => setTimeout(resolve, 0)),
  };
}

/** What waits, for how long, and the answer to the first request. */
const ROWS: readonly (readonly [number, number | null, readonly [string, number] | null])[] = [
  [99, 59_999, null],
  [0, null, null],
  [100, null, ["inbox", 30]],
  [5_000_000, 90_000, ["inbox", 30]],
  [1, 60_000, ["lag", 1]],
  [1, 69_500, ["lag", 11]],
  [1, 9_000_000, ["lag", 60]],
];

for (const [waiting, lagMs, expected] of ROWS) {
  Deno.test(`backpressure with ${waiting} waiting for ${lagMs} ms answers ${JSON.stringify(expected)}`, async () => {
    const world = createWorld();
    world.set({ waiting, lagMs });
    assertEquals(await world.send(), expected);
  });
}

Deno.test("backpressure samples once a second, and lets nobody wait for a sample that is fresh enough", async () => {
  const world = createWorld();
  await Promise.all([world.send(), world.send(), world.send()]);
  assertEquals(world.samples(), 1);
  world.set({ waiting: 100, lagMs: null });
  world.pass(999);
  assertEquals([await world.send(), world.samples()], [null, 1]);
  world.pass(1);
  assertEquals([await world.send(), world.samples()], [null, 2]);
  await world.settled();
  assertEquals((await world.send())?.[0], "inbox");
  world.set({ waiting: 0, lagMs: null });
  world.pass(60_000);
  assertEquals(await world.send(), null);
});

Deno.test("backpressure tells to come back when the backlog will have shrunk", async () => {
  const world = createWorld();
  world.set({ waiting: 1_000, lagMs: null });
  await world.send();
  world.set({ waiting: 199, lagMs: null });
  world.pass(10_000);
  assertEquals(await world.send(), ["inbox", 2]);
});

Deno.test("backpressure is off with limits of 0, and while the store is away", async () => {
  const off = createWorld({ inboxMax: 0, lagMaxMs: 0 });
  off.set({ waiting: 1e9, lagMs: 1e9 });
  assertEquals([await off.send(), off.samples()], [null, 0]);
  const away = createWorld();
  away.set(null);
  assertEquals(await away.send(), null);
});

Deno.test("submissions are operations of the API", () => {
  assertEquals([...SUBMISSIONS].filter((operation) => ACCESS[operation] !== "Operator"), []);
});
