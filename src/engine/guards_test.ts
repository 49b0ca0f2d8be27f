/** Guards: three-valued, in order, with a row for each node, closed when somebody is missing. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import type { CheckSpec, GuardSpec } from "./spec.ts";
import { type BriefMachine, expr } from "./testing/build_spec.ts";
import type { GuardFunction } from "./step.ts";
import { walk } from "./testing/walk.ts";

const TRUE = expr("1 == 1");
const FALSE = expr("1 == 2");
const ERROR = expr("nobody_knows");
const MISSING: GuardSpec = { type: "named", name: "nowhere", params: {} };

function not(guard: GuardSpec): GuardSpec {
  return { type: "not", guard };
}

function anyOf(...guards: readonly GuardSpec[]): GuardSpec {
  return { type: "anyOf", guards };
}

function allOf(...guards: readonly GuardSpec[]): GuardSpec {
  return { type: "allOf", guards };
}

function machineWith(guards: readonly GuardSpec[]): BriefMachine {
  return { states: ["a", "b"], transitions: [{ on: "go", from: "a", to: "b", if: guards }] };
}

Deno.test("a guard is true, false, in error or missing, and an error never becomes true", () => {
  const rows: readonly (readonly [string, readonly GuardSpec[], string | null])[] = [
    ["none", [], null],
    ["true", [TRUE], null],
    ["false", [FALSE], "guard_rejected"],
    ["error", [ERROR], "guard_error"],
    ["missing", [MISSING], "guard_not_found"],
    ["not false", [not(FALSE)], null],
    ["not true", [not(TRUE)], "guard_rejected"],
    ["not error", [not(ERROR)], "guard_error"],
    ["not not error", [not(not(ERROR))], "guard_error"],
    ["not missing", [not(MISSING)], "guard_not_found"],
    ["any of error and true", [anyOf(ERROR, TRUE)], null],
    ["any of error and false", [anyOf(ERROR, FALSE)], "guard_error"],
    ["any of missing and error", [anyOf(MISSING, ERROR)], "guard_not_found"],
    ["not any of error and false", [not(anyOf(FALSE, ERROR))], "guard_error"],
    ["all of true and true", [allOf(TRUE, TRUE)], null],
    ["all of true and error", [allOf(TRUE, ERROR)], "guard_error"],
    ["all of false and error stops early", [not(allOf(FALSE, ERROR))], null],
    ["list stops early", [FALSE, ERROR], "guard_rejected"],
  ];
  for (const [name, guards, code] of rows) {
    const { last } = walk(machineWith(guards), ["go"]);
    assertEquals([name, last.refusal?.code ?? null], [name, code]);
  }
});

Deno.test("every guard that was looked at has a row, children before their composite, with the values it read", () => {
  const check: CheckSpec = { type: "check", field: "total", op: "gt", value: 5, values: [] };
  const { last } = walk(machineWith([allOf(check, not(expr("vip"))), FALSE]), ["go"], {
    context: { total: 9, vip: false },
  });
  assertEquals(last.steps[0]?.candidates, [{
    transition: 0,
    source: "a",
    trigger: "go",
    dest: "b",
    verdict: "rejected",
    guards: [
      { name: "check:total gt", kind: "check", passed: true, values: { total: 9 } },
      { name: "expr:vip", kind: "expr", passed: false, values: { vip: false } },
      { name: "not", kind: "composite", passed: true },
      { name: "allOf", kind: "composite", passed: true },
      { name: "expr:1 == 2", kind: "expr", passed: false, values: {} },
    ],
  }]);
});

Deno.test("named guards: the host's before the built-in ones, a throw is an error, a lenient machine passes unknown ones", () => {
  const named = (name: string, params = {}): GuardSpec => ({ type: "named", name, params });
  const guards = new Map<string, GuardFunction>([
    ["always", () => false],
    ["enough", (context, params) => Number(context["n"]) >= Number(params["min"])],
    ["boom", () => {
      throw new Error("boom");
    }],
  ]);
  const rows: readonly (readonly [readonly GuardSpec[], string | null])[] = [
    [[named("always")], "guard_rejected"],
    [[named("never")], "guard_rejected"],
    [[named("enough", { min: 3 })], null],
    [[named("enough", { min: 4 })], "guard_rejected"],
    [[named("boom")], "guard_error"],
    [[named("key_present", { key: "n" }), named("key_missing", { key: "m" })], null],
    [[named("key_present")], "guard_rejected"],
  ];
  for (const [list, code] of rows) {
    const { last } = walk(machineWith(list), ["go"], { context: { n: 3 }, guards });
    assertEquals([list, last.refusal?.code ?? null], [list, code]);
  }
  const lenient = { ...machineWith([MISSING]), more: { isStrictGuards: false } };
  assertEquals(walk(lenient, ["go"]).last.outcome, "transitioned");
});

Deno.test("a later candidate is tried after an error", () => {
  const machine: BriefMachine = {
    states: ["a", "b", "c"],
    transitions: [
      { on: "go", from: "a", to: "b", if: [ERROR] },
      { on: "go", from: "a", to: "c" },
    ],
  };
  const { last } = walk(machine, ["go"]);
  assertEquals(last.steps[0]?.candidates.map(({ verdict }) => verdict), ["error", "selected"]);
});
