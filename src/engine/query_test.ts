/** Queries and explanations: answers about what could happen, without anything happening. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { classify } from "./classify.ts";
import { compileMachine } from "./compile.ts";
import { validateContext } from "./context.ts";
import { explain } from "./explain.ts";
import { plan } from "./plan.ts";
import {
  availableTransitions,
  availableTriggers,
  can,
  evaluateDestination,
  initialLeaves,
  workflowStatusOf,
} from "./query.ts";
import type { CheckSpec, VariableSpec } from "./spec.ts";
import { buildSpec, effect, named } from "./testing/build_spec.ts";
import { walk } from "./testing/walk.ts";

const OPTIONS = { nowMs: 0 };

const machine = compileMachine(buildSpec({
  states: [
    { name: "draft", onExit: [named("close_draft")] },
    { name: "open", initialChild: "calm", onEnter: [effect("increment", { field: "opened" })] },
    { name: "calm", parent: "open" },
    { name: "busy", parent: "open", when: [check("load", "gt", 5)] },
    { name: "failed", type: "error" },
    { name: "paid", type: "terminal" },
  ],
  transitions: [
    { on: "submit", from: "draft", to: "open", if: "total > 0" },
    { on: "pay", from: "open", to: "paid", if: "total <= paid" },
    { on: "breaks", from: "*", to: "failed" },
    { after: 5, from: "draft", to: "failed" },
  ],
  more: { meta: { classification: { default_state: "calm" } } },
}));

function check(field: string, op: CheckSpec["op"], value: number): CheckSpec {
  return { type: "check", field, op, value, values: [] };
}

function at(state: string, context = {}) {
  return { snapshot: { v: 1 as const, states: [state] }, context };
}

Deno.test("what a machine offers in a state", () => {
  assertEquals(initialLeaves(machine), ["draft"]);
  assertEquals(availableTriggers(machine, ["draft"]), ["_after_draft_5_ms", "breaks", "submit"]);
  assertEquals(availableTriggers(machine, ["calm"]), ["breaks", "pay"]);
  assertEquals(availableTransitions(machine, ["calm"]).length, 2);
  assertEquals(availableTriggers(machine, ["nowhere"]), []);
  assertEquals(can(machine, at("draft"), { trigger: "submit", payload: { total: 1 } }, OPTIONS), true);
  assertEquals(can(machine, at("draft"), { trigger: "submit" }, OPTIONS), false);
});

Deno.test("evaluateDestination() compares where transitions really lead", () => {
  const open = evaluateDestination(machine, at("draft", { total: 1 }), "open", OPTIONS);
  assertEquals([open.isAllowed, open.candidates], [true, [{
    trigger: "submit",
    isExecutable: true,
    reason: null,
  }]]);
  const closed = evaluateDestination(machine, at("draft", { total: 0 }), "open", OPTIONS);
  assertEquals(closed.candidates, [{ trigger: "submit", isExecutable: false, reason: "guard_rejected" }]);
  assertEquals(evaluateDestination(machine, at("draft"), "nowhere", OPTIONS).reason, "undefined_destination");
  assertEquals(
    evaluateDestination(machine, at("draft"), "paid", OPTIONS).reason,
    "no_transition_to_destination",
  );
});

Deno.test("workflowStatusOf() reads the leaf", () => {
  for (const [state, status] of [["draft", "active"], ["failed", "failed"], ["paid", "complete"]] as const) {
    assertEquals(workflowStatusOf(machine, { v: 1, states: [state] }), status);
  }
});

Deno.test("explain() names the first guard that fails, what it read, what is allowed, and what was meant", () => {
  const answer = explain(
    machine,
    at("calm", { total: 9, paid: 3 }),
    { trigger: "pay", payload: {} },
    OPTIONS,
  );
  assertEquals([answer.outcome, answer.failedGuard?.name, answer.values, answer.allowed, answer.nearest], [
    "refused",
    "expr:total <= paid",
    { total: 9, paid: 3 },
    ["breaks"],
    null,
  ]);
  const typo = explain(machine, at("calm", { total: 1, paid: 1 }), { trigger: "pai", payload: {} }, OPTIONS);
  assertEquals([typo.refusal?.code, typo.nearest, typo.allowed], ["invalid_trigger", "pay", [
    "breaks",
    "pay",
  ]]);
});

Deno.test("plan() lists one step and runs nothing, also from a compound without anything inside", () => {
  const step = plan(machine, at("draft", { total: 1 }), { trigger: "submit", payload: {} }, OPTIONS);
  assertEquals([
    step.after,
    step.context,
    step.microsteps[0]?.actions.map(({ name, phase, status }) => [name, phase, status]),
  ], [
    ["calm"],
    { total: 1 },
    [["close_draft", "exit", "pending"], ["_effect.increment", "enter", "pending"]],
  ]);
  const left = plan(machine, at("open"), { trigger: "breaks", payload: {} }, OPTIONS);
  assertEquals([left.microsteps[0]?.exited, left.after], [["open"], ["failed"]]);
  assertEquals(
    plan(machine, at("paid"), { trigger: "x", payload: {} }, OPTIONS).refusal?.code,
    "terminal_state",
  );
  assertEquals(
    plan(machine, at("nowhere"), { trigger: "x", payload: {} }, OPTIONS).refusal?.code,
    "undefined_state",
  );
});

Deno.test("classify() takes the first state whose conditions hold, else the default", () => {
  assertEquals(classify(machine, { load: 9 }), { type: "classified", state: "busy", isMatched: true });
  assertEquals(classify(machine, { load: 1 }), { type: "classified", state: "calm", isMatched: false });
  assertEquals(classify(machine, { load: "many" }), { type: "classified", state: "calm", isMatched: false });
});

Deno.test("validateContext() reports variables, then invariants, and a checking machine refuses for them", () => {
  const variables: readonly VariableSpec[] = [
    variable("a", "string", true),
    variable("b", "integer", false),
    variable("c", "array", true),
  ];
  const more = {
    variables,
    invariants: [{ label: "small", condition: check("b", "lt", 10) }],
    isContextValidated: true,
  };
  const brief = { states: ["s"], transitions: [{ on: "go", from: "s" }], more };
  const strict = compileMachine(buildSpec(brief));
  const rows: readonly (readonly [object, readonly string[]])[] = [
    [{ a: "x", b: 1, c: [] }, []],
    [{ a: null, b: 1.5, c: {} }, ["null a", "type b", "type c"]],
    [{ b: 11 }, ["missing a", "missing c", "invariant small"]],
    [{ a: "x", b: "many", c: [] }, ["type b", "invalid small"]],
  ];
  for (const [context, problems] of rows) {
    const found = validateContext(strict, { ...context });
    assertEquals(found.map(({ kind, name }) => `${kind} ${name}`), problems);
  }
  const { last } = walk(brief, ["go"], { context: { b: 11 } });
  assertEquals([last.refusal?.code, last.refusal?.details["reason"]], [
    "validation_failed",
    "context_validation",
  ]);
  assertEquals(walk(brief, [{ trigger: "go", payload: { a: "x", b: 1, c: [] } }]).last.outcome, "internal");
});

function variable(key: string, type: VariableSpec["type"], isRequired: boolean): VariableSpec {
  return { key, type, isRequired, defaultExpr: null, description: "" };
}
