/** The fallback: a hint or a real way out, and never an answer to a guard. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import type { MachineSpec } from "./spec.ts";
import { type BriefMachine, logging } from "./testing/build_spec.ts";
import { newLog, statesOf, walk } from "./testing/walk.ts";

function alarm(mode: MachineSpec["fallback"]["mode"], more: Partial<MachineSpec> = {}): BriefMachine {
  return {
    states: [
      logging({ name: "armed", initialChild: "home" }),
      logging({ name: "home", parent: "armed" }),
      logging({ name: "trouble", initialChild: "tamper" }),
      logging({ name: "tamper", parent: "trouble" }),
      { name: "end", type: "terminal" },
    ],
    transitions: [{ on: "extend", from: "home", if: "1 == 2" }, { on: "stop", from: "*", to: "end" }],
    more: { fallback: { mode, state: "trouble" }, ...more },
  };
}

Deno.test("persist leaves and enters for real and tells what would have been refused", () => {
  const walked = walk(alarm("persist"), [{ trigger: "explode", payload: { k: 1 } }]);
  const { last } = walked;
  assertEquals([statesOf(last), newLog(walked), last.instance.context["k"]], [
    "tamper",
    "-home -armed +trouble +tamper",
    1,
  ]);
  const [step] = last.steps;
  assertEquals([step?.outcome, step?.fallback?.state, step?.fallback?.refusal.code], [
    "transitioned",
    "trouble",
    "invalid_trigger",
  ]);
  assertEquals(step?.microsteps[0]?.transitions.map(({ transition, trigger }) => [transition, trigger]), [[
    -1,
    "explode",
  ]]);
});

Deno.test("hint only names the state", () => {
  const { last } = walk(alarm("hint"), ["explode"]);
  assertEquals([last.outcome, last.refusal?.details["orchestrator_default_fallback"], statesOf(last)], [
    "refused",
    "trouble",
    "home",
  ]);
});

Deno.test("a guard that does not hold, a terminal state and a lenient machine have no fallback", () => {
  assertEquals(walk(alarm("persist"), ["extend"]).last.refusal?.code, "guard_rejected");
  assertEquals(walk(alarm("persist"), ["stop", "explode"]).last.refusal?.code, "terminal_state");
  assertEquals(walk(alarm("persist", { isStrictEvents: false }), ["explode"]).last.outcome, "ignored");
  assertEquals(walk(alarm("off"), ["explode"]).last.refusal?.code, "invalid_trigger");
});
