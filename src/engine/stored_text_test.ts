/** Stored text: what the predecessor wrote is read, what it would not have understood is refused. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { compileMachine } from "./compile.ts";
import { decodeStates, encodeStates } from "./stored_text.ts";
import { buildSpec } from "./testing/build_spec.ts";
import { dispatch } from "./dispatch.ts";

const machine = compileMachine(buildSpec({
  states: [
    { name: "open", initialChild: "calm" },
    { name: "calm", parent: "open" },
    {
      name: "checks",
      type: "parallel",
      regions: [
        { name: "zeta", initial: "z1", states: ["z1", "z2"] },
        { name: "alpha", initial: "a1", states: ["a1", "a2"] },
      ],
    },
    ...["z1", "z2", "a1", "a2"],
    { name: "outer", type: "parallel" },
    { name: "left", parent: "outer" },
    { name: "right", parent: "outer", type: "parallel" },
    { name: "r1", parent: "right" },
    { name: "r2", parent: "right" },
    { name: "choosing", type: "choice" },
  ],
  transitions: [{ on: "go", from: "checks", to: "calm" }, { on: "see", from: ["a1", "z1"] }],
}));

Deno.test("encodeStates() and decodeStates() are each other's inverse", () => {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [["calm"], "calm"],
    [["z1", "a2"], "checks:alpha=a2,zeta=z1"],
    [["left", "r1", "r2"], "outer:left=left,right=r1+r2"],
  ];
  for (const [states, text] of rows) {
    assertEquals(encodeStates(machine, states), text);
    assertEquals(decodeStates(machine, text), { v: 1, states });
  }
});

Deno.test("decodeStates() trims and accepts parts that are left out", () => {
  assertEquals(decodeStates(machine, " checks : zeta = z2 "), { v: 1, states: ["z2"] });
  assertEquals(decodeStates(machine, "checks"), { v: 1, states: ["checks"] });
});

Deno.test("decodeStates() refuses what nobody can stand in", () => {
  for (
    const text of [
      "nowhere",
      "choosing",
      "",
      "calm:a=b",
      "checks:alpha",
      "checks:beta=z1",
      "checks:alpha=z1",
      "checks:alpha=a1,alpha=a2",
      "checks:alpha=nowhere",
    ]
  ) {
    const answer = decodeStates(machine, text);
    assertEquals([text, "code" in answer ? answer.code : null], [text, "undefined_state"]);
  }
});

Deno.test("an instance that stands in a state without its regions or default child is made whole", () => {
  const rows: readonly (readonly [readonly string[], string, readonly string[]])[] = [
    [["checks"], "see", ["z1", "a1"]],
    [["z2"], "see", ["z2", "a1"]],
    [["checks"], "go", ["calm"]],
  ];
  for (const [states, trigger, after] of rows) {
    const instance = { snapshot: { v: 1 as const, states }, context: {} };
    const run = dispatch(machine, instance, { trigger, payload: {} }, { nowMs: 0 });
    assertEquals([states, run.refusal, run.instance.snapshot.states], [states, null, after]);
  }
});
