/** Actions: effects inside the step, requests for after it, and rows that tell what became of each. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import type { JsonObject } from "../json.ts";
import type { ActionSpec } from "./spec.ts";
import { effect, log, named, NO_OPTIONS, raise, send } from "./testing/build_spec.ts";
import type { Run } from "./step.ts";
import { walk } from "./testing/walk.ts";

function runOf(actions: readonly ActionSpec[], context: JsonObject = {}): Run {
  return walk({ states: ["a"], transitions: [{ on: "go", from: "a", do: actions }] }, ["go"], { context })
    .last;
}

function rowsOf(run: Run): readonly (readonly unknown[])[] {
  return (run.steps[0]?.microsteps[0]?.actions ?? []).map(({ name, status, result, error }) =>
    [name, status, result ?? error].filter((part) => part !== undefined)
  );
}

const WHEN = { type: "expr" as const, source: "n > 1" };

Deno.test("effects change the context", () => {
  const rows: readonly (readonly [ActionSpec, JsonObject, JsonObject | null])[] = [
    [effect("set", { a: null, b: { c: 1 } }), { a: 1 }, { a: null, b: { c: 1 } }],
    [effect("timestamp", { field: "at" }), {}, { at: "2023-11-14T22:13:20.000000+00:00" }],
    [effect("increment", { field: "n" }), {}, { n: 1 }],
    [effect("increment", { field: "n" }), { n: 1.5 }, { n: 2.5 }],
    [effect("decrement", { field: "n" }), {}, { n: -1 }],
    [effect("increment", { field: "n" }), { n: null }, null],
    [effect("increment", { field: "n" }), { n: true }, null],
    [effect("increment", { field: "n" }), { n: Number.MAX_SAFE_INTEGER }, null],
    [effect("append", { field: "l", value: 2 }), { l: [1] }, { l: [1, 2] }],
    [effect("append", { field: "l", value: 2 }), { l: null }, null],
    [effect("clear", { field: "l" }), { l: 1 }, {}],
    [effect("clear", { field: "l" }), {}, {}],
    [effect("compute", { a: "n + 1", b: "a * 2" }), { n: 1 }, { n: 1, a: 2, b: 4 }],
    [effect("compute", { a: "n + 1", b: "nobody" }), { n: 1 }, null],
  ];
  for (const [action, context, expected] of rows) {
    const run = runOf([action], context);
    const found = run.refusal === null ? run.instance.context : null;
    assertEquals([action, found], [action, expected]);
    assertEquals(run.refusal?.code ?? "action_failed", "action_failed");
  }
});

Deno.test("a row tells what an effect changed", () => {
  const run = runOf([effect("set", { a: 2 }), effect("set", { b: 1 }), effect("clear", { field: "a" })], {
    a: 1,
  });
  assertEquals(run.steps[0]?.microsteps[0]?.actions.map((row) => row.changes), [
    [{ key: "a", before: 1, after: 2 }],
    [{ key: "b", after: 1 }],
    [{ key: "a", before: 2 }],
  ]);
});

Deno.test("built-in actions run inside the step, others are asked for with the context they were reached in", () => {
  const run = runOf([
    named("set_context", { a: 1 }),
    named("tell", { to: "x" }),
    effect("set", { a: 2 }),
    { type: "http", params: { url: "u" }, options: { ...NO_OPTIONS, retry: 2 } },
    named("copy_key", { from: "a", to: "b" }),
    named("validate_keys", { required: ["a", "z"] }),
    named("noop"),
    named("write_local_file"),
    { type: "code", params: {}, options: NO_OPTIONS },
  ]);
  assertEquals(run.instance.context, { a: 2, b: 2 });
  assertEquals(run.actions.map(({ kind, name, params, context }) => [kind, name, params, context["a"]]), [
    ["named", "tell", { to: "x" }, 1],
    ["http", "_http", { url: "u" }, 2],
  ]);
  assertEquals(run.actions[1]?.options.retry, 2);
  assertEquals(rowsOf(run).map(([, status, detail]) => [status, detail]), [
    ["ok", undefined],
    ["pending", undefined],
    ["ok", undefined],
    ["pending", undefined],
    ["ok", undefined],
    ["ok", undefined],
    ["ok", undefined],
    ["failed", "code_disabled"],
    ["failed", "code_disabled"],
  ]);
});

Deno.test("a condition skips an action; one that errs fails it, and with it the event when it is an effect", () => {
  const options = { ...NO_OPTIONS, when: WHEN };
  const set: ActionSpec = { ...effect("set", { a: 1 }), options };
  const tell: ActionSpec = { ...named("tell"), options };
  assertEquals(rowsOf(runOf([set, tell], { n: 1 })), [
    ["_effect.set", "skipped", "when_condition_false"],
    ["tell", "skipped", "when_condition_false"],
  ]);
  assertEquals(rowsOf(runOf([tell], {})).map(([name, status]) => [name, status]), [["tell", "failed"]]);
  assertEquals(runOf([set], {}).refusal?.code, "action_failed");
});

Deno.test("a branch runs one list, with a row for itself and each of its actions", () => {
  const branch: ActionSpec = {
    type: "branch",
    condition: WHEN,
    then: [log("then"), named("tell")],
    else: [],
    params: { when: "n > 1" },
    options: NO_OPTIONS,
  };
  const run = runOf([branch], { n: 2 });
  assertEquals(rowsOf(run), [["_branch", "ok", { branch: "then" }], ["_effect.append", "ok"], [
    "tell",
    "pending",
  ]]);
  assertEquals(run.steps[0]?.microsteps[0]?.actions.map((row) => row.isNested ?? false), [false, true, true]);
  assertEquals(rowsOf(runOf([branch], { n: 1 })), [["_branch", "ok", { branch: "no_steps" }]]);
});

Deno.test("a loop goes over a copy and leaves its variables behind", () => {
  const loop: ActionSpec = {
    type: "foreach",
    in: "items",
    as: "item",
    index: "i",
    do: [effect("append", { field: "items", value: 0 }), effect("compute", { sum: "sum + item * i" })],
    options: NO_OPTIONS,
  };
  assertEquals(runOf([loop], { items: [5, 6], sum: 0 }).instance.context, {
    items: [5, 6, 0, 0],
    sum: 6,
    item: 6,
    i: 1,
  });
  assertEquals(runOf([loop], { items: "ab", sum: 0 }).refusal?.code, "action_failed");
});

Deno.test("a send with a target is asked for, without one it is an event", () => {
  const run = runOf([send("note", { target: "other" }), raise("nothing"), {
    type: "fail",
    message: "no",
    options: NO_OPTIONS,
  }]);
  assertEquals(run.refusal?.details, {
    reason: "action_failed",
    action: "_fail",
    owner: "a",
    phase: "transition",
    error: "no",
  });
  assertEquals(runOf([send("note", { target: "other" })]).actions.map(({ kind, params }) => [kind, params]), [
    ["send", { trigger: "note", payload: {}, target: "other", id: null, after_ms: 0 }],
  ]);
});

Deno.test("keys that begin with an underscore are seen and not stored, nor is what the engine shows", () => {
  const run = runOf([
    effect("set", { _note: 1 }),
    effect("compute", { seen: "_note + 1", status: "new_status", who: "_event.trigger" }),
  ]);
  assertEquals(run.instance.context, { seen: 2, status: "a", who: "go" });
  assertEquals(runOf([effect("set", { new_status: "mine" })]).instance.context, { new_status: "mine" });
});
