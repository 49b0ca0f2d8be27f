/** A hundred thousand points at which a process may die, at every await of the store; and planted bugs that must be noticed. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { openSqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import { CRASH_POINTS } from "./crashing_store.ts";
import { MUTANTS, type MutantSpec } from "./mutants.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 90;
const SQLITE_SEEDS = 25;
const MUTANT_SEEDS = 60;
const FIRST_SEED = 1_000;
const CRASH_POINTS_MIN = 100_000;
const SMALL = { seed: FIRST_SEED, entities: 2, eventsPerEntity: 4, crashChance: 0 };

Deno.test("nothing is lost, doubled or out of order when processes die anywhere", async () => {
  let crashPoints = 0;
  let crashes = 0;
  const died = new Set<string>();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const report = await simulate({ seed, entities: 8, eventsPerEntity: 25, crashChance: 0.01 });
    deepStrictEqual(report.violations, [], `seed ${seed}`);
    crashPoints += report.crashPoints;
    crashes += report.crashes;
    for (const point of report.died) died.add(point);
  }
  ok(crashPoints >= CRASH_POINTS_MIN, `only ${crashPoints} crash points`);
  ok(crashes >= SEEDS, `only ${crashes} crashes`);
  deepStrictEqual(
    CRASH_POINTS.filter((point) => !died.has(point)),
    [],
    "somebody died at each kind of point",
  );
});

Deno.test("one small world survives a death at each of its points, one after the other", async () => {
  const { crashPoints, crashes } = await simulate({ ...SMALL, crashAt: 0 });
  deepStrictEqual(crashes, 0);
  for (let crashAt = 1; crashAt <= crashPoints; crashAt++) {
    const report = await simulate({ ...SMALL, crashAt });
    deepStrictEqual([report.crashes, report.violations], [1, []], `at ${crashAt}: ${report.died.join()}`);
  }
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

for (const [name, mutant] of Object.entries<MutantSpec>(MUTANTS)) {
  Deno.test(`the checks notice that ${mutant.what}`, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + MUTANT_SEEDS; seed++) {
      const { violations } = await simulate({
        seed,
        entities: 3,
        eventsPerEntity: 20,
        crashChance: 0.01,
        mutant: name,
      });
      if (violations.some(({ rule }) => mutant.breaks.includes(rule))) return;
    }
    throw new Error(`${MUTANT_SEEDS} seeds did not notice ${name}`);
  });
}
