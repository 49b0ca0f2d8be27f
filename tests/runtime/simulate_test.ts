/** Thousands of deaths at every await of the store, from seeds; and planted bugs that must be noticed. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { Mutant } from "./mutants.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 150;
const SQLITE_SEEDS = 25;
const FIRST_SEED = 1_000;
const CRASH_POINTS_MIN = 20_000;

Deno.test("nothing is lost, doubled or out of order when processes die anywhere", async () => {
  let crashPoints = 0;
  let crashes = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const report = await simulate({ seed, entities: 5, eventsPerEntity: 12, crashChance: 0.02 });
    deepStrictEqual(report.violations, [], `seed ${seed}`);
    crashPoints += report.crashPoints;
    crashes += report.crashes;
  }
  ok(crashPoints >= CRASH_POINTS_MIN, `only ${crashPoints} crash points`);
  ok(crashes >= SEEDS, `only ${crashes} crashes`);
});

Deno.test("the same holds on SQLite", async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SQLITE_SEEDS; seed++) {
    const report = await simulate({
      seed,
      entities: 4,
      eventsPerEntity: 10,
      crashChance: 0.02,
      openStore: (clock) => openSqliteStore({ path: ":memory:", clock, lockTimeoutMs: 2_000 }),
    });
    deepStrictEqual(report.violations, [], `seed ${seed}`);
  }
});

for (const mutant of ["no_lock", "no_lock_no_fence"] as const satisfies readonly Mutant[]) {
  Deno.test(`the checks notice a store with ${mutant}`, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const report = await simulate({ seed, entities: 2, eventsPerEntity: 20, crashChance: 0, mutant });
      if (report.violations.length > 0) return;
    }
    throw new Error(`${SEEDS} seeds did not notice ${mutant}`);
  });
}
