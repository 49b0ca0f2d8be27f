/** Delays as people write them. */
import { deepStrictEqual } from "node:assert/strict";
import { durationText } from "./duration_text.ts";
import { parseDelay } from "./delay.ts";

const CASES: readonly (readonly [unknown, ReturnType<typeof parseDelay>])[] = [
  [0, { type: "delay", ms: 0 }],
  [5000, { type: "delay", ms: 5000 }],
  ["5000", { type: "delay", ms: 5000 }],
  [" 7s ", { type: "delay", ms: 7000 }],
  ["+5s", { type: "delay", ms: 5000 }],
  ["1_000", { type: "delay", ms: 1000 }],
  ["500ms", { type: "delay", ms: 500 }],
  ["1.5s", { type: "delay", ms: 1500 }],
  ["0.5m", { type: "delay", ms: 30_000 }],
  ["5 s", { type: "delay", ms: 5000 }],
  ["2d", { type: "delay", ms: 172_800_000 }],
  ["1h", { type: "delay", ms: 3_600_000 }],
  ["-0s", { type: "delay", ms: 0 }],
  [-1, { type: "negative" }],
  ["-2s", { type: "negative" }],
  ["s", { type: "unreadable" }],
  ["", { type: "unreadable" }],
  ["5S", { type: "unreadable" }],
  ["1.5", { type: "unreadable" }],
  ["1__0", { type: "unreadable" }],
  ["4000d", { type: "too_long" }],
  [1.5, { type: "kind" }],
  [true, { type: "kind" }],
  [null, { type: "kind" }],
];

for (const [value, expected] of CASES) {
  Deno.test(`parseDelay() reads ${JSON.stringify(value)}`, () => {
    deepStrictEqual(
      parseDelay(
        typeof value === "number" || typeof value === "string" || typeof value === "boolean" ? value : null,
      ),
      expected,
    );
  });
}

Deno.test("durationText() gives a text that reads back the same", () => {
  for (const ms of [1, 500, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000, 100_000_000]) {
    deepStrictEqual(parseDelay(durationText(ms)), { type: "delay", ms });
  }
});
