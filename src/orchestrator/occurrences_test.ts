/** Which occurrences are sent when a worker looks: on time, a little late, after a long silence. */
import { CATCH_UP_MAX, LATE_MS, OCCURRENCES_AT_ONCE, planOccurrences } from "./occurrences.ts";

function equal(actual: unknown, expected: unknown, name = ""): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${name}: expected ${b}, got ${a}`);
}

const MINUTE = 60_000;
/** Every whole minute. */
const calendar = {
  nextAfter: (afterMs: number) => (Math.floor(afterMs / MINUTE) + 1) * MINUTE,
  latestUntil: (untilMs: number, afterMs: number) => {
    const latestMs = Math.floor(untilMs / MINUTE) * MINUTE;
    return latestMs > afterMs ? latestMs : null;
  },
};

type Row = readonly [string, "skip" | "last" | "all", number, readonly number[], boolean, number];

/** Due at minute 10; how late it is, what is sent (minutes), whether some are left out, when it is due next. */
const ROWS: readonly Row[] = [
  ["on time", "skip", 0, [10], false, 11],
  ["on time", "last", 0, [10], false, 11],
  ["on time", "all", 0, [10], false, 11],
  ["a moment late", "skip", LATE_MS, [10], false, 11],
  ["late", "skip", LATE_MS + 1, [], true, 11],
  ["late", "last", LATE_MS + 1, [10], false, 11],
  ["late", "all", LATE_MS + 1, [10], false, 11],
  ["three missed", "skip", 3 * MINUTE + 30_000, [], true, 14],
  ["two missed, one on time", "skip", 2 * MINUTE + 5_000, [12], true, 13],
  ["three missed", "last", 3 * MINUTE + 30_000, [13], true, 14],
  ["three missed", "all", 3 * MINUTE + 30_000, [10, 11, 12, 13], false, 14],
];

for (const [name, catchUp, lateMs, send, isSkipping, next] of ROWS) {
  Deno.test(`planOccurrences() with ${catchUp}: ${name}, ${lateMs} ms`, () => {
    const dueAtMs = 10 * MINUTE;
    const plan = planOccurrences({ catchUp, lateInARow: 0 }, { dueAtMs, nowMs: dueAtMs + lateMs, calendar });
    equal(plan.send.map((ms) => ms / MINUTE), send);
    equal([plan.isSkipping, plan.nextDueAtMs, plan.lateInARow], [isSkipping, next * MINUTE, 0]);
  });
}

Deno.test("planOccurrences() with all catches up in bounded steps and gives up on what is beyond the bound", () => {
  const nowMs = 5_000 * MINUTE;
  let [dueAtMs, lateInARow] = [10 * MINUTE, 0];
  const sent: number[] = [];
  let steps = 0;
  for (; dueAtMs <= nowMs; steps++) {
    const plan = planOccurrences({ catchUp: "all", lateInARow }, { dueAtMs, nowMs, calendar });
    equal(plan.send.length <= OCCURRENCES_AT_ONCE, true);
    sent.push(...plan.send.map((ms) => ms / MINUTE));
    dueAtMs = plan.nextDueAtMs ?? Infinity;
    lateInARow = plan.lateInARow;
  }
  equal(sent, [...Array.from({ length: CATCH_UP_MAX }, (_, n) => n + 10), 5_000]);
  equal([steps, dueAtMs, lateInARow], [CATCH_UP_MAX / OCCURRENCES_AT_ONCE + 1, 5_001 * MINUTE, 0]);
});

Deno.test("planOccurrences() ends with a calendar that ends", () => {
  const once = { nextAfter: () => null, latestUntil: () => null };
  for (const catchUp of ["skip", "last", "all"] as const) {
    const plan = planOccurrences({ catchUp, lateInARow: 0 }, {
      dueAtMs: 1_000,
      nowMs: 2_000,
      calendar: once,
    });
    equal([plan.send, plan.nextDueAtMs], [[1_000], null], catchUp);
  }
});
