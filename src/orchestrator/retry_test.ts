/** Waits between attempts, as rows. */
import { strictEqual } from "node:assert/strict";
import { retryDelayMs } from "./retry.ts";

const POLICY = { baseMs: 1_000, capMs: 10_000 };

const ROWS:
  readonly (readonly [attemptsFailed: number, random: number, askedMs: number | null, expectedMs: number])[] =
    [
      [1, 0, null, 0],
      [1, 0.5, null, 1_000],
      [2, 0.5, null, 2_000],
      [3, 0.5, null, 4_000],
      [4, 0.5, null, 5_000],
      [60, 0.999, null, 9_990],
      [1, 0, 30_000, 30_000],
      [1, 0.5, 10, 1_000],
      [1, 0, 10 ** 12, 86_400_000],
    ];

for (const [attemptsFailed, random, askedMs, expectedMs] of ROWS) {
  Deno.test(`retryDelayMs() waits ${expectedMs} ms after ${attemptsFailed} failures, random ${random}, asked ${askedMs}`, () => {
    strictEqual(retryDelayMs(POLICY, { attemptsFailed, random, askedMs }), expectedMs);
  });
}
