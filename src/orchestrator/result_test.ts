/** Results: one for each transition, in the predecessor's words. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { dispatch } from "../engine/dispatch.ts";
import { start } from "../engine/start.ts";
import { type BriefMachine, buildSpec, effect, named } from "../engine/testing/build_spec.ts";
import type { JsonObject } from "../json.ts";
import { loadedMachineOf } from "./loaded_machine.ts";
import { outcomeOf, reportsOf, resultOf, triggeredReportsOf } from "./result.ts";

const OPTIONS = { nowMs: 0 };

function send(brief: BriefMachine, triggers: readonly string[], context: JsonObject = {}) {
  const loaded = loadedMachineOf(buildSpec(brief));
  let run = start(loaded.machine, context, OPTIONS);
  for (const trigger of triggers) {
    run = dispatch(loaded.machine, run.instance, { trigger, payload: {} }, OPTIONS);
  }
  const step = run.steps[0];
  if (step === undefined) throw new Error("a run has a step");
  return { loaded, step };
}

const work: BriefMachine = {
  states: [
    "open",
    {
      name: "work",
      type: "parallel",
      onExit: [named("close")],
      regions: [{ name: "r", initial: "r1", states: ["r1", "r2"] }, {
        name: "s",
        initial: "s1",
        states: ["s1", "s2"],
      }],
    },
    { name: "r1", parent: "work", onExit: [named("leave_r1")] },
    { name: "r2", parent: "work", initialChild: "r2a", onEnter: [named("enter_r2")] },
    { name: "r2a", parent: "r2" },
    { name: "s1", parent: "work" },
    { name: "s2", parent: "work", onEnter: [named("enter_s2", { to: "x" })] },
    "done",
  ],
  transitions: [
    { on: "begin", from: "open", to: "work" },
    { on: "next", from: "r1", to: "r2", region: "r", do: [effect("increment", { field: "n" })] },
    { on: "next", from: "s1", to: "s2", region: "s" },
    { on: "abort", from: "work", to: "done", description: "given up" },
  ],
};

Deno.test("resultsOf() tells the actions of each region apart", () => {
  const { loaded, step } = send(work, ["begin", "next"]);
  const shown = triggeredReportsOf(loaded, step).map(({ result }) => [
    result.source_state,
    result.target_state,
    result.on_exit_actions,
    result.actions_to_execute,
    result.on_enter_actions,
    result.metadata["region"],
  ]);
  assertEquals(shown, [
    ["r1", "r2a", [{ name: "leave_r1" }], [{ name: "_effect.increment", params: { field: "n" } }], [{
      name: "enter_r2",
    }], "r"],
    ["s1", "s2", [], [], [{ name: "enter_s2", params: { to: "x" } }], "s"],
  ]);
});

Deno.test("a transition above several regions has the stored text as its source", () => {
  const { loaded, step } = send(work, ["begin", "abort"]);
  const { source_state, target_state, metadata } = resultOf(loaded, step);
  assertEquals([source_state, target_state, metadata], ["work:r=r1,s=s1", "done", {
    transition_description: "given up",
  }]);
});

Deno.test("entering a parallel names it as the target", () => {
  const { loaded, step } = send(work, ["begin"]);
  assertEquals(resultOf(loaded, step).target_state, "work");
});

Deno.test("eventless transitions follow the result of the event", () => {
  const { loaded, step } = send({
    states: ["a", "b", "c"],
    transitions: [{ on: "go", from: "a", to: "b" }, { from: "b", to: "c", isAuto: true }],
  }, ["go"]);
  const shown = reportsOf(loaded, step).map((
    { result },
  ) => [result.trigger, result.source_state, result.target_state]);
  assertEquals(shown, [["go", "a", "b"], ["_auto_b", "b", "c"]]);
  assertEquals(resultOf(loaded, step).target_state, "b");
});

const small: BriefMachine = {
  states: ["a", { name: "z", type: "terminal" }, "b"],
  transitions: [
    { on: "end", from: "a", to: "z" },
    { on: "never", from: "a", to: "z", if: "False" },
    { on: "err", from: "a", to: "z", if: "zz > 1" },
    { on: "fail", from: "a", to: "z", do: [effect("increment", { field: "text" })] },
    { on: "only_b", from: "b", to: "a" },
  ],
};

const refusals: readonly {
  name: string;
  triggers: readonly string[];
  type: string;
  code: string;
  reason: string | undefined;
}[] = [
  {
    name: "an unknown trigger",
    triggers: ["zz"],
    type: "UndefinedTriggerError",
    code: "invalid_trigger",
    reason: undefined,
  },
  {
    name: "no transition here",
    triggers: ["only_b"],
    type: "InvalidTransitionError",
    code: "invalid_trigger",
    reason: undefined,
  },
  {
    name: "guards that do not hold",
    triggers: ["never"],
    type: "InvalidTransitionError",
    code: "guard_rejected",
    reason: "guards_failed",
  },
  {
    name: "a guard with an error",
    triggers: ["err"],
    type: "InvalidTransitionError",
    code: "guard_error",
    reason: "guards_failed",
  },
  {
    name: "a terminal state",
    triggers: ["end", "end"],
    type: "TerminalStateError",
    code: "terminal_state",
    reason: "terminal_state",
  },
  {
    name: "an effect that fails",
    triggers: ["fail"],
    type: "FSMError",
    code: "action_failed",
    reason: "action_failed",
  },
];

for (const { name, triggers, type, code, reason } of refusals) {
  Deno.test(`outcomeOf() names the refusal: ${name}`, () => {
    const { loaded, step } = send(small, triggers, { text: "x" });
    const { success, target_state, error, metadata } = outcomeOf(resultOf(loaded, step));
    assertEquals([success, target_state, error?.type, error?.code, metadata["reason"]], [
      false,
      null,
      type,
      code,
      reason,
    ]);
    assertEquals(error?.details["reason"], reason);
    assertEquals(typeof error?.details["error_context"], "object");
  });
}

Deno.test("a lenient machine answers a no-op, and a fallback tells what it replaces", () => {
  const lenient = send({ ...small, more: { isStrictEvents: false } }, ["zz"]);
  assertEquals(resultOf(lenient.loaded, lenient.step).metadata, {
    no_op: true,
    reason: "no_matching_transition",
  });

  const { loaded, step } = send({ ...small, more: { fallback: { mode: "persist", state: "b" } } }, ["zz"]);
  const { success, target_state, metadata } = resultOf(loaded, step);
  assertEquals([success, target_state, metadata["orchestrator_default_fallback"]], [true, "b", "b"]);

  const hint = send({ ...small, more: { fallback: { mode: "hint", state: "b" } } }, ["zz"]);
  const hinted = resultOf(hint.loaded, hint.step);
  assertEquals([hinted.success, hinted.metadata["orchestrator_recovery_kind"]], [false, "hint"]);
});
