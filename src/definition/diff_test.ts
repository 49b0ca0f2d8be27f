/** One change of a machine in each row, and what is said about it. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { JsonObject, JsonValue } from "../json.ts";
import { diffMachines } from "./diff.ts";
import { loadSpec } from "./load_spec.ts";

const STATES: readonly JsonValue[] = [{ name: "open", type: "initial" }, { name: "paid" }, {
  name: "done",
  type: "terminal",
}];
const PAY: JsonObject = { trigger: "pay", source: "open", dest: "paid" };
const END: JsonObject = { trigger: "end", source: ["open", "paid"], dest: "done" };
const BASE: JsonObject = {
  meta: { machine_name: "m", validate_context: true },
  states: STATES,
  transitions: [PAY, END],
  state_variables: [{ key: "total", type: "number", default: 0 }],
};

function specOf(document: JsonObject) {
  const result = loadSpec({ document });
  ok(result.ok, JSON.stringify(result.diagnostics));
  return result.spec;
}

function check(after: JsonObject): readonly string[] {
  return diffMachines(specOf(BASE), specOf({ ...BASE, ...after })).map(({ impact, message }) =>
    `${impact}: ${message}`
  );
}

const NIGHTLY: JsonObject = { name: "nightly", cron: "0 3 * * *", trigger: "end", entity_id: "a" };

const CASES: readonly (readonly [name: string, after: JsonObject, changes: readonly string[]])[] = [
  ["nothing", {}, []],
  ["a version", { meta: { machine_name: "m", version: "2.0.0", validate_context: true } }, []],
  [
    "a guard",
    { transitions: [{ ...PAY, guards: [{ check: { field: "total", op: "gt", value: 0 } }] }, END] },
    [
      'breaking: Transition "pay" of "open" to "paid" now needs total gt 0',
    ],
  ],
  ["an event that is gone", { transitions: [PAY] }, [
    'breaking: Transition "end" of "open", "paid" is not taken any more',
  ]],
  ["a new event", { transitions: [PAY, END, { trigger: "undo", source: "paid", dest: "open" }] }, [
    'behaviour: Transition "undo" of "paid" is new and leads to "open"',
  ]],
  ["another destination", { transitions: [{ ...PAY, dest: "done" }, END] }, [
    'behaviour: Transition "pay" of "open" may lead to "done"',
    'behaviour: Transition "pay" of "open" leads to "paid" no more',
  ]],
  ["other work", { transitions: [{ ...PAY, actions: ["log"] }, END] }, [
    'behaviour: Transition "pay" of "open" does: log',
  ]],
  ["a state that is gone and a new one", {
    states: [{ name: "open", type: "initial" }, { name: "settled" }, { name: "done", type: "terminal" }],
    transitions: [{ ...PAY, dest: "settled" }, { ...END, source: ["open", "settled"] }],
  }, [
    'breaking: State "paid" is gone: entities in it need another one',
    'behaviour: State "settled" is new',
    'behaviour: Transition "pay" of "open" may lead to "settled"',
    'behaviour: Transition "pay" of "open" leads to "paid" no more',
  ]],
  ["a state that ends the entity", {
    states: [{ name: "open", type: "initial" }, { name: "paid", type: "terminal" }, {
      name: "done",
      type: "terminal",
    }],
    transitions: [PAY, { ...END, source: "open" }],
  }, [
    'breaking: State "paid" is terminal instead of stable',
    'breaking: Transition "end" of "paid" is not taken any more',
  ]],
  ["a timeout and actions", {
    states: [{
      name: "open",
      type: "initial",
      timeout: { seconds: 90, destination: "done" },
      on_exit: ["log"],
    }, ...STATES.slice(1)],
  }, [
    'behaviour: State "open" is left for "done" after 90s',
    'behaviour: State "open" does on exit: log',
  ]],
  ["a required variable", {
    state_variables: [{ key: "total", type: "string", default: 0 }, { key: "who", required: true }],
  }, [
    'breaking: Variable "total" is of type string instead of number',
    'breaking: Variable "who" is new and required: running entities lack it',
  ]],
  ["an invariant", { context_invariants: [{ name: "paid once", field: "total", op: "gte", value: 0 }] }, [
    'breaking: Invariant "paid once" must hold: total gte 0',
  ]],
  ["the rules", {
    meta: { machine_name: "m", validate_context: true, semantics: "scxml", reject_invalid_events: false },
  }, [
    'breaking: "semantics" is scxml instead of pystator',
    'behaviour: "reject_invalid_events" is false instead of true',
    'behaviour: "microsteps_max" is 1000 instead of 100',
  ]],
];

for (const [name, after, changes] of CASES) {
  Deno.test(`diffMachines() tells of ${name}`, () => deepStrictEqual(check(after), changes));
}

const SCHEDULES: readonly (readonly [JsonObject, readonly string[]])[] = [
  [{ ...NIGHTLY, description: "says nothing" }, []],
  [{ ...NIGHTLY, name: "daily" }, [
    'behaviour: Schedule "nightly" is gone: "end" at 03:00 (UTC)',
    'behaviour: Schedule "daily" is new: "end" at 03:00 (UTC)',
  ]],
  [{ ...NIGHTLY, cron: "0 4 * * *", trigger: "pay", payload: { a: 1 }, entity_id: "b", catch_up: "all" }, [
    'behaviour: Schedule "nightly" at 04:00 (UTC), before: at 03:00 (UTC)',
    'behaviour: Schedule "nightly" sends "pay", before: sends "end"',
    'behaviour: Schedule "nightly" sends with payload {"a":1}, before: sends with payload {}',
    'behaviour: Schedule "nightly" sends to b, before: sends to a',
    'behaviour: Schedule "nightly" makes up for every missed occurrence, before: makes up for the last missed occurrence',
  ]],
];

for (const [schedule, changes] of SCHEDULES) {
  Deno.test(`diffMachines() tells of schedules: ${JSON.stringify(schedule)}`, () => {
    const before = specOf({ ...BASE, schedules: [NIGHTLY] });
    const after = specOf({ ...BASE, schedules: [schedule] });
    deepStrictEqual(
      diffMachines(before, after).map(({ impact, message }) => `${impact}: ${message}`),
      changes,
    );
  });
}
