/** What each key of a configuration becomes, and what is refused with its key and line. */
import { strict as assert } from "node:assert";
import type { JsonObject, JsonValue } from "../../json.ts";
import { loadMachine } from "../load.ts";
import { importXState } from "./import_xstate.ts";

function config(states: JsonObject, more: JsonObject = {}): JsonObject {
  return { id: "m", initial: Object.keys(states)[0] ?? "", states, ...more };
}

/** A configuration of states `a` and `b`, with something in `a`. */
function withA(a: JsonObject): JsonObject {
  return config({ a, b: {} });
}

type List = "states" | "transitions";

function named(document: JsonObject, list: List, source: string): JsonValue {
  const items = document[list];
  assert(Array.isArray(items));
  return items.filter((item) => item[list === "states" ? "name" : "source"] === source);
}

const KEPT: readonly (readonly [string, JsonObject, List, string, JsonValue])[] = [
  ["a target", withA({ on: { GO: "b" } }), "transitions", "a", [{ trigger: "GO", source: "a", dest: "b" }]],
  ["a guard by name", withA({ on: { GO: { target: "b", guard: "ok" } } }), "transitions", "a", [{
    trigger: "GO",
    source: "a",
    dest: "b",
    guards: [{ name: "ok" }],
  }]],
  [
    "a guard with params",
    withA({ always: { target: "b", guard: { type: "moreThan", params: { n: 1 } } } }),
    "transitions",
    "a",
    [{ auto: true, source: "a", dest: "b", guards: [{ name: "more_than", params: { n: 1 } }] }],
  ],
  [
    "guards together",
    withA({ always: { target: "b", guard: { type: "or", guards: ["x", { type: "not", guards: ["y"] }] } } }),
    "transitions",
    "a",
    [{ auto: true, source: "a", dest: "b", guards: [{ anyOf: [{ name: "x" }, { not: { name: "y" } }] }] }],
  ],
  [
    "several transitions",
    withA({ on: { GO: [{ target: "b", guard: "x" }, { target: "a", reenter: true }] } }),
    "transitions",
    "a",
    [{ trigger: "GO", source: "a", dest: "b", guards: [{ name: "x" }] }, {
      trigger: "GO",
      source: "a",
      dest: "a",
    }],
  ],
  ["a delay", withA({ after: { 1500: { target: "b", actions: "x" } } }), "transitions", "a", [{
    after: 1500,
    source: "a",
    dest: "b",
    actions: [{ name: "x" }],
  }]],
  ["a forbidden event", withA({ on: { GO: {} } }), "transitions", "a", [{ trigger: "GO", source: "a" }]],
  ["patterns after names", withA({ on: { "*": "b", "x.*": "b", GO: "b" } }), "transitions", "a", [
    { trigger: "GO", source: "a", dest: "b" },
    { trigger: "x.*", source: "a", dest: "b" },
    { trigger: "*", source: "a", dest: "b" },
  ]],
  [
    "a state that is its own target",
    withA({ on: { GO: { target: "a", actions: "x" } } }),
    "transitions",
    "a",
    [{ trigger: "GO", source: "a", actions: [{ name: "x" }] }],
  ],
  [
    "a child as target",
    config({ a: { initial: "c", states: { c: {}, d: {} }, on: { GO: ".d" } } }),
    "transitions",
    "a",
    [{ trigger: "GO", source: "a", dest: "d", internal: true }],
  ],
  [
    "a compound that is its own target",
    config({ a: { initial: "c", states: { c: {} }, on: { GO: "a" } } }),
    "transitions",
    "a",
    [{ trigger: "GO", source: "a", dest: "c", internal: true }],
  ],
  ["a path from the machine as target", withA({ on: { GO: "#m.b" } }), "transitions", "a", [{
    trigger: "GO",
    source: "a",
    dest: "b",
  }]],
  [
    "several targets",
    config({
      a: { on: { GO: { target: ["#m.p.x.x2", "#m.p.y.y2"] } } },
      p: {
        type: "parallel",
        states: {
          x: { initial: "x1", states: { x1: {}, x2: {} } },
          y: { initial: "y1", states: { y1: {}, y2: {} } },
        },
      },
    }),
    "transitions",
    "a",
    [{ trigger: "GO", source: "a", dest: ["x2", "y2"] }],
  ],
  ["entry and exit", withA({ entry: "x", exit: [{ type: "y", params: { n: 1 } }] }), "states", "a", [{
    name: "a",
    on_enter: [{ name: "x" }],
    on_exit: [{ name: "y", params: { n: 1 } }],
  }]],
  [
    "a raise",
    withA({ entry: { type: "xstate.raise", params: { event: { type: "E", n: 1 } } } }),
    "states",
    "a",
    [{ name: "a", on_enter: [{ raise: { trigger: "E", payload: { n: "1" } } }] }],
  ],
  [
    "an assignment of data",
    withA({ entry: { type: "xstate.assign", assignment: { n: 1 } } }),
    "states",
    "a",
    [{ name: "a", on_enter: [{ set: { n: 1 } }] }],
  ],
  ["an invoke", withA({ invoke: { id: "i", src: "s", onDone: "b" } }), "states", "a", [{
    name: "a",
    invoke: [{ id: "i", src: "s" }],
  }]],
  [
    "the result of an invoke",
    withA({ invoke: { id: "i", src: "s", onDone: "b", onError: "a" } }),
    "transitions",
    "a",
    [{ trigger: "done.invoke.i", source: "a", dest: "b" }, { trigger: "error.invoke.i", source: "a" }],
  ],
  [
    "onDone",
    config({ a: { initial: "f", states: { f: { type: "final" } }, onDone: "b" }, b: {} }),
    "transitions",
    "a",
    [{ trigger: "done.state.a", source: "a", dest: "b" }],
  ],
  ["output", config({ f: { type: "final", output: { n: 1, t: "x" } } }), "states", "f", [{
    name: "f",
    type: "terminal",
    done_data: { n: "1", t: '"x"' },
  }]],
  [
    "a history",
    config({ a: { initial: "c", states: { c: {}, h: { type: "history", history: "deep" } } } }),
    "states",
    "h",
    [{ name: "h", type: "history", parent: "a", history: "deep", default: "c" }],
  ],
  [
    "a history with a target",
    config({ a: { initial: "c", states: { c: {}, d: {}, h: { type: "history", target: "d" } } } }),
    "states",
    "h",
    [{ name: "h", type: "history", parent: "a", history: "shallow", default: "d" }],
  ],
  [
    "initial with actions",
    config({ a: { initial: { target: "c", actions: "x" }, states: { c: {} } } }),
    "states",
    "a",
    [{ name: "a", initial_child: "c", initial_actions: [{ name: "x" }] }],
  ],
  ["description, tags and meta", withA({ description: "d", tags: ["t"], meta: { k: 1 } }), "states", "a", [{
    name: "a",
    description: "d",
    metadata: { tags: ["t"], meta: { k: 1 } },
  }]],
  [
    "keys that come twice",
    config({
      a: { initial: "x", states: { x: { on: { GO: "#m.b.x" } } } },
      b: { initial: "x", states: { x: {} } },
    }),
    "transitions",
    "a.x",
    [{ trigger: "GO", source: "a.x", dest: "b.x" }],
  ],
  [
    "keys that are no names",
    config({ a: { on: { GO: "in progress" } }, "in progress": {} }),
    "transitions",
    "a",
    [{ trigger: "GO", source: "a", dest: "in_progress" }],
  ],
  [
    "a machine with events of its own",
    config({ a: {}, f: { type: "final" } }, { on: { STOP: ".f" } }),
    "transitions",
    "m",
    [{ trigger: "STOP", source: "m", dest: "f", internal: true }, {
      trigger: "done.state.m",
      source: "m",
      dest: "m.done",
    }],
  ],
  ["a parallel machine", { id: "m", type: "parallel", states: { x: {}, y: {} } }, "states", "m", [{
    name: "m",
    type: "parallel",
  }]],
];

for (const [name, json, list, source, expected] of KEPT) {
  Deno.test(`importXState() keeps ${name}`, () => {
    const result = importXState(JSON.stringify(json, null, 1));
    assert(result.ok, JSON.stringify(result));
    assert.deepEqual(named(result.document, list, source), expected);
    const loaded = loadMachine({ document: result.document });
    assert(loaded.ok, JSON.stringify(loaded.diagnostics));
  });
}

Deno.test("importXState() keeps context as defaults and ids as targets", () => {
  const json = {
    ...withA({ on: { GO: "#far" } }),
    states: { a: { on: { GO: "#far" } }, b: { id: "far" } },
    context: { n: 1, list: [] },
  };
  const result = importXState(JSON.stringify(json));
  assert(result.ok);
  assert.deepEqual(result.document.state_variables, [{ key: "n", default: 1 }, { key: "list", default: [] }]);
  assert.deepEqual(named(result.document, "transitions", "a"), [{ trigger: "GO", source: "a", dest: "b" }]);
});

/** Key, line and a part of the reason; the text is printed with one key a line. */
const REFUSED: readonly (readonly [string, JsonObject, string, number, RegExp])[] = [
  ["an unknown target", withA({ on: { GO: "c" } }), "target", 7, /no state "c"/],
  ["a delay by name", withA({ after: { SOON: "b" } }), "SOON", 7, /only the program knows/],
  ["keys of version 4", withA({ on: { GO: { target: "b", cond: "x" } } }), "cond", 9, /version 4/],
  ["an unknown key", withA({ colour: "red" }), "colour", 6, /no counterpart/],
  [
    "a parallel that starts again",
    config({ a: { type: "parallel", states: { x: {} }, on: { GO: "a" } } }),
    "target",
    11,
    /regions/,
  ],
  ["a service that is no name", withA({ invoke: { src: { type: "s" } } }), "invoke", 6, /named by a text/],
  ["input of a service", withA({ invoke: { src: "s", input: 1 } }), "input", 8, /no counterpart/],
  ["a built-in action", withA({ entry: { type: "xstate.sendTo" } }), "entry", 6, /sendTo/],
  ["a built-in guard", withA({ always: { guard: { type: "xstate.stateIn" } } }), "guard", 7, /stateIn/],
  ["an event of XState", withA({ on: { "xstate.init": "b" } }), "xstate.init", 7, /XState itself/],
  ["an event without a name", withA({ on: { "": "b" } }), "", 7, /write always/],
  ["an unknown type", withA({ type: "final2" }), "type", 6, /no type/],
  [
    "a region that is final itself",
    config({ p: { type: "parallel", states: { f: { type: "final" } } } }),
    "type",
    9,
    /region that is final/,
  ],
  ["a compound without initial", config({ a: { states: { x: {} } } }), "a", 5, /write initial/],
  [
    "output with mappings in it",
    config({ a: { type: "final", output: { n: { m: 1 } } } }),
    "n",
    8,
    /expression/,
  ],
  ["a machine without states", { id: "m" }, "states", 1, /needs states/],
];

for (const [name, json, key, line, reason] of REFUSED) {
  Deno.test(`importXState() refuses ${name}`, () => {
    const result = importXState(JSON.stringify(json, null, 1));
    assert(!result.ok);
    const found = result.problems.filter((problem) => problem.element === key && problem.line === line);
    assert(found.some((problem) => reason.test(problem.reason)), JSON.stringify(result.problems));
  });
}

for (const text of ["{", "[]", "3", ""]) {
  Deno.test(`importXState() refuses the text ${JSON.stringify(text)}`, () => {
    const result = importXState(text);
    assert(!result.ok);
    assert.equal(result.problems[0]?.element, "json");
  });
}

/** Key and a part of the reason. */
const WARNED: readonly (readonly [string, JsonObject, string, RegExp])[] = [
  ["names that change", withA({ entry: "doIt" }), "entry", /"doIt" is called "do_it"/],
  ["states that are called otherwise", config({ a: {}, "b c": {} }), "b c", /called "b_c"/],
  [
    "regions that are left and entered again",
    config({
      p: {
        type: "parallel",
        states: { x: { on: { GO: "#m.p.y.y2" } }, y: { initial: "y1", states: { y1: {}, y2: {} } } },
      },
    }),
    "target",
    /"p" is left/,
  ],
  [
    "handlers around a parallel that are not hidden",
    config({ p: { type: "parallel", states: { x: { on: { GO: "#m.b" } }, y: {} }, on: { "*": {} } }, b: {} }),
    "*",
    /runs also when a region of "p"/,
  ],
];

for (const [name, json, key, reason] of WARNED) {
  Deno.test(`importXState() warns of ${name}`, () => {
    const result = importXState(JSON.stringify(json));
    assert(result.ok, JSON.stringify(result));
    const found = result.warnings.filter(({ element }) => element === key);
    assert(found.some((warning) => reason.test(warning.reason)), JSON.stringify(result.warnings));
  });
}
