/** Compares many random machines: `--machines N --events N --seed N`; exits 1 at the first few differences. */
import { parseArgs } from "node:util";
import process from "node:process";
import { compareOne } from "./compare.ts";
import type { Profile } from "../../src/engine/spec.ts";

const { values } = parseArgs({
  options: {
    machines: { type: "string", default: "20000" },
    events: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
  },
});
const SHOWN_BEFORE = 120;
const SHOWN_MAX = 500;
const first = Number(values.seed);
const profiles: readonly Profile[] = ["pystator", "scxml"];
let differences = 0;
let moved = 0;
for (let seed = first; seed < first + Number(values.machines) && differences < 5; seed++) {
  for (const profile of profiles) {
    const comparison = compareOne(seed, profile, Number(values.events));
    moved += comparison.moved;
    if (comparison.difference === null) continue;
    differences++;
    const { events, engine, naive } = comparison.difference;
    const from = Math.max(0, firstDifference(engine, naive) - SHOWN_BEFORE);
    process.stdout.write(`seed ${seed} ${profile} after ${events.join(", ")}\n`);
    for (const [name, text] of [["engine", engine], ["naive", naive]] as const) {
      process.stdout.write(
        `${name} … ${text.slice(from, from + SHOWN_MAX)}\n`,
      );
    }
  }
}
process.stdout.write(
  `${values.machines} machines, ${moved} moves, ${differences} differences, seed ${first}\n`,
);
process.exitCode = differences === 0 ? 0 : 1;

function firstDifference(left: string, right: string): number {
  let place = 0;
  while (place < left.length && left[place] === right[place]) place++;
  return place;
}
