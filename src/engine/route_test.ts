/** Data-routed steps: where data leads, and what keeps an instance where it is. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import type { CheckSpec } from "./spec.ts";
import type { BriefMachine } from "./testing/build_spec.ts";
import { statesOf, walk } from "./testing/walk.ts";

const when = (field: string, value: number): readonly CheckSpec[] => [
  { type: "check", field, op: "gt", value, values: [] },
];

const meter: BriefMachine = {
  states: [
    "idle",
    { name: "low", when: when("x", 0) },
    { name: "high", when: when("x", 10) },
    { name: "broken", when: when("fault", 0) },
  ],
  transitions: [
    { on: "_route", from: ["idle", "high"], to: "low" },
    { on: "_route", from: ["idle", "low"], to: "high" },
    { on: "_route", from: ["low", "high"], to: "broken" },
  ],
  more: { isAutoRouted: true },
};

const rows: readonly { name: string; data: readonly Record<string, number>[]; ends: string }[] = [
  { name: "nothing fits", data: [{ x: -1 }], ends: "idle" },
  { name: "the first destination that fits is taken", data: [{ x: 20 }], ends: "low" },
  {
    name: "a state that still fits is kept when data leads back and forth",
    data: [{ x: 20 }, { x: 21 }],
    ends: "low",
  },
  {
    name: "a state that still fits is left where nothing leads back",
    data: [{ x: 20 }, { fault: 1 }],
    ends: "broken",
  },
  {
    name: "a state that does not fit any more is left",
    data: [{ x: 5 }, { x: -1, fault: 1 }],
    ends: "broken",
  },
];

for (const { name, data, ends } of rows) {
  Deno.test(`data routes: ${name}`, () => {
    assertEquals(statesOf(walk(meter, data.map((one) => ({ data: one }))).last), ends);
  });
}
