/** The engine and a naive reading of the specification agree on random machines and events. */
import { compareOne } from "./compare.ts";
import type { Profile } from "../../src/engine/spec.ts";
import { strictEqual } from "node:assert/strict";

const MACHINES = 1000;
const EVENTS = 25;
const FIRST_SEED = 1_000_000;
/** Enough of the events must do something, or the machines prove nothing. */
const MOVED_MIN = 2000;

for (const profile of ["pystator", "scxml"] satisfies readonly Profile[]) {
  Deno.test(`both readings agree on ${MACHINES} random machines, profile ${profile}`, () => {
    let moved = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + MACHINES; seed++) {
      const comparison = compareOne(seed, profile, EVENTS);
      const { difference } = comparison;
      strictEqual(
        difference?.engine,
        difference?.naive,
        `seed ${seed}, profile ${profile}, after ${difference?.events.join(", ")}`,
      );
      moved += comparison.moved;
    }
    strictEqual(moved > MOVED_MIN, true, `only ${moved} events moved something`);
  });
}
