/** What the loader refuses, warns of and where it points, row by row. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { JsonObject, JsonValue } from "../json.ts";
import { loadSpec } from "./load_spec.ts";

const META = { machine_name: "probe", version: "1.0.0" };
const STATES: readonly JsonValue[] = [{ name: "a", type: "initial" }, { name: "b" }, {
  name: "z",
  type: "terminal",
}];
const GO: JsonObject = { trigger: "go", source: "a", dest: "b" };

/** A sound document with some keys replaced. */
function documentOf(more: JsonObject): JsonObject {
  return { meta: META, states: STATES, transitions: [GO], ...more };
}

function errorsOf(document: JsonObject): readonly string[] {
  const result = loadSpec({ document });
  return result.ok
    ? []
    : result.diagnostics.filter(({ severity }) => severity === "error").map(({ code, path }) =>
      `${code} ${path.join(".")}`
    );
}

function warningsOf(document: JsonObject): readonly string[] {
  const result = loadSpec({ document });
  return result.diagnostics.filter(({ severity }) => severity !== "error").map(({ code }) => code);
}

const go = (more: JsonObject): JsonObject => documentOf({ transitions: [{ ...GO, ...more }] });
const state = (more: JsonObject): JsonObject => documentOf({ states: [...STATES, { name: "c", ...more }] });

const REFUSED: readonly (readonly [name: string, document: JsonObject, errors: readonly string[]])[] = [
  ["nothing", {}, ["F01 states", "F01 transitions"]],
  [
    "several slips of form at once",
    documentOf({ meta: { ...META, version: 1 }, states: [{ name: "A" }, {}], groups: [] }),
    [
      "F02 meta.version",
      "F02 groups",
      "F03 states.0.name",
      "F01 states.1.name",
    ],
  ],
  ["a text as boolean", go({ internal: "no" }), ["F02 transitions.0.internal"]],
  ["a boolean as delay", go({ after: true }), ["F02 transitions.0.after"]],
  ["no destination and nothing to do", documentOf({ transitions: [{ trigger: "go", source: "a" }] }), [
    "F01 transitions.0.dest",
  ]],
  ["a number among guards", go({ guards: 5 }), ["F02 transitions.0.guards"]],
  ["two forms of one guard", go({ guards: [{ expr: "x", name: "y" }] }), ["B11 transitions.0.guards.0"]],
  ["a bad name deep inside guards", go({ guards: [{ not: { allOf: ["Not.A.Name"] } }] }), [
    "F09 transitions.0.guards.0.not.allOf.0",
  ]],
  ["two forms of one action", go({ actions: [{ set: { a: 1 }, clear: "b" }] }), [
    "B13 transitions.0.actions.0",
  ]],
  ["a bad action inside a loop", go({ actions: [{ foreach: { in: "items", do: [{ oops: 1 }] } }] }), [
    "F11 transitions.0.actions.0.foreach.do.0",
  ]],
  ["a bad expression", go({ guards: [{ expr: "x =" }] }), ["E01 transitions.0.guards.0.expr"]],
  ["a bad pattern", go({ guards: [{ check: { field: "x", op: "matches", value: "(a" } }] }), [
    "E02 transitions.0.guards.0.check.value",
  ]],
  ["text where in needs a list", go({ guards: [{ check: { field: "x", op: "in", values: "ab" } }] }), [
    "B10 transitions.0.guards.0.check.values",
  ]],
  [
    "names and building together",
    documentOf({ states: [...STATES, { name: "p", type: "parallel" }], transitions: [{ ...GO, dest: "q" }] }),
    [
      "V05 transitions.0.dest",
      "B02 states.3.type",
    ],
  ],
  ["* beside others", go({ source: ["*", "a"] }), ["V04 transitions.0.source.0"]],
  ["the history of nothing", go({ dest: "H(q)" }), ["V05 transitions.0.dest"]],
  ["the history of a leaf", go({ dest: "H(b)" }), ["H04 transitions.0.dest"]],
  ["a point that is not listed", go({ dest: "b:c" }), ["B28 transitions.0.dest"]],
  [
    "parents in a ring",
    documentOf({ states: [...STATES, { name: "k", parent: "l" }, { name: "l", parent: "k" }] }),
    ["B23 states.3.parent"],
  ],
  ["its own parent", state({ parent: "c" }), ["B23 states.3.parent"]],
  [
    "a parallel in its own region",
    documentOf({
      states: [...STATES, { name: "p", type: "parallel", regions: [{ name: "r", initial: "p" }] }],
    }),
    ["B23 states.3.parent"],
  ],
  [
    "two parallels in each other's regions",
    documentOf({
      states: [
        ...STATES,
        { name: "p", type: "parallel", regions: [{ name: "r", initial: "q", states: ["q"] }] },
        { name: "q", type: "parallel", regions: [{ name: "s", initial: "p", states: ["p"] }] },
      ],
    }),
    ["B23 states.3.parent"],
  ],
  [
    "a start inside another state",
    documentOf({ states: [{ name: "k" }, { name: "a", type: "initial", parent: "k" }, { name: "b" }] }),
    [
      "B25 states.1.type",
    ],
  ],
  ["a delay nobody can name", documentOf({ transitions: [{ source: ["a", "b"], dest: "z", after: "5s" }] }), [
    "B14 transitions.0.source",
  ]],
  ["no name", { states: STATES, transitions: [] }, ["P01 meta.machine_name"]],
  ["a bad namespace", documentOf({ meta: { ...META, namespace: "shop-eu" } }), ["P03 meta.namespace"]],
  ["a negative number of attempts", documentOf({ error_policy: { retry_attempts: -1 } }), [
    "F02 error_policy.retry_attempts",
  ]],
  ["an unknown type of variable", documentOf({ state_variables: [{ key: "k", type: "money" }] }), [
    "F04 state_variables.0.type",
  ]],
  [
    "an always that leaves a terminal",
    documentOf({ states: [...STATES, { name: "y", type: "terminal", always: [{ dest: "a" }] }] }),
    [
      "V08 states.3.always.0",
    ],
  ],
  ["101 actions", go({ actions: Array(101).fill("log") }), ["L01 transitions.0.actions"]],
  [
    "2001 states",
    documentOf({ states: Array.from({ length: 2001 }, (_, index) => ({ name: `s${index}` })) }),
    ["L01 states"],
  ],
  [
    "* on more than a process can keep",
    documentOf({
      states: [...STATES, ...Array.from({ length: 1500 }, (_, index) => ({ name: `s${index}` }))],
      transitions: Array.from(
        { length: 100 },
        (_, index) => ({ trigger: `t${index}`, source: "*", dest: "a" }),
      ),
    }),
    ["L01 transitions"],
  ],
  [
    "a history that leads to itself",
    documentOf({
      states: [...STATES, { name: "k" }, { name: "h", type: "history", parent: "k", default: "h" }],
    }),
    ["H02 states.4.default"],
  ],
  ["a history without parent", state({ type: "history" }), ["H01 states.3"]],
];

for (const [name, document, errors] of REFUSED) {
  Deno.test(`loadSpec() refuses ${name}`, () => deepStrictEqual(errorsOf(document), errors));
}

const WARNED: readonly (readonly [name: string, document: JsonObject, codes: readonly string[]])[] = [
  ["nothing in a sound machine", documentOf({}), []],
  ["a key near another", state({ on_entry: [] }), ["unknown_key"]],
  ["a key far from all", state({ colour_of_the_box: "red" }), ["unknown_key"]],
  ["an internal transition that names another state", go({ internal: true }), ["internal_dest"]],
  ["code", go({ actions: [{ code: "x = 1" }] }), ["code_disabled"]],
  ["a branch that cannot decide", go({ actions: [{ branch: { then: [] } }] }), ["branch_without_when"]],
  ["a boolean as fallback mode", documentOf({ meta: { ...META, orchestrator_default_fallback: true } }), [
    "W04",
    "W07",
  ]],
  [
    "keys of the policy",
    documentOf({ error_policy: { on_invalid_trigger: "x", strict_mode: true, foo: 1 } }),
    ["W01", "W02", "W03"],
  ],
];

for (const [name, document, codes] of WARNED) {
  Deno.test(`loadSpec() warns of ${name}`, () => {
    deepStrictEqual(errorsOf(document), []);
    deepStrictEqual(warningsOf(document), codes);
  });
}

Deno.test("loadSpec() gives line, column and the nearest name", () => {
  const text =
    "meta: { machine_name: m }\nstates:\n  - { name: draft, type: initial }\ntransitions:\n  - trigger: go\n    source: draft\n    dest: drfat\n";
  const result = loadSpec({ text });
  ok(!result.ok);
  const [finding] = result.diagnostics;
  strictEqual(finding?.code, "V05");
  deepStrictEqual([finding.line, finding.column, finding.hint], [7, 11, 'Did you mean "draft"?']);
});

Deno.test("loadSpec() wants a trigger where after is null", () => {
  deepStrictEqual(errorsOf(documentOf({ transitions: [{ source: "a", dest: "b", after: null }] })), [
    "F07 transitions.0",
  ]);
});

const FIXED: readonly (readonly [name: string, document: JsonObject, edits: readonly unknown[]])[] = [
  ["a destination", go({ dest: "bb" }), [{ op: "set", path: ["transitions", 0, "dest"], value: "b" }]],
  ["one of several sources", go({ source: ["a", "bb"] }), [{
    op: "set",
    path: ["transitions", 0, "source", 1],
    value: "b",
  }]],
  [
    "a history",
    documentOf({
      states: [...STATES, { name: "kk" }, { name: "c", parent: "kk" }],
      transitions: [{ ...GO, dest: "H(kl)" }],
    }),
    [
      { op: "set", path: ["transitions", 0, "dest"], value: "H(kk)" },
    ],
  ],
  ["a key", state({ on_entr: [] }), [{ op: "rename", path: ["states", 3, "on_entr"], value: "on_enter" }]],
  ["an operator", go({ guards: [{ check: { field: "x", op: "gtt" } }] }), [
    { op: "set", path: ["transitions", 0, "guards", 0, "check", "op"], value: "gt" },
  ]],
  ["a word", state({ type: "terminel" }), [{ op: "set", path: ["states", 3, "type"], value: "terminal" }]],
];

for (const [name, document, edits] of FIXED) {
  Deno.test(`loadSpec() says how to mend ${name}`, () => {
    const fixes = loadSpec({ document }).diagnostics.flatMap(({ data }) => {
      const fix = data?.["fix"];
      return typeof fix === "object" && fix !== null && "edits" in fix && Array.isArray(fix.edits)
        ? fix.edits
        : [];
    });
    deepStrictEqual(fixes, edits);
  });
}

Deno.test("loadSpec() points into an expression", () => {
  const text =
    'meta: { machine_name: m }\nstates:\n  - { name: a, type: initial }\ntransitions:\n  - { trigger: go, source: a, dest: a, guards: [{ expr: "x = 1" }] }\n';
  const result = loadSpec({ text });
  ok(!result.ok);
  deepStrictEqual(result.diagnostics.map(({ code, line, column }) => [code, line, column]), [["E01", 5, 60]]);
});

Deno.test("loadSpec() fills in operator files only when it is asked to", () => {
  const text = "meta: { machine_name: '${NAME}' }\nstates: [{ name: a, type: initial }]\ntransitions: []\n";
  ok(!loadSpec({ text }).ok);
  const result = loadSpec({ text, environment: { NAME: "filled" } });
  strictEqual(result.ok && result.spec.name, "filled");
});

const NOT_JSON: readonly unknown[] = [
  null,
  5,
  [],
  { states: new Map(), transitions: NaN },
  { a: () => 1 },
  { a: "\u0000" },
  { ["k".repeat(1001)]: 1 },
];

Deno.test("loadSpec() refuses values that JSON does not know", () => {
  for (const document of NOT_JSON) strictEqual(loadSpec({ document }).ok, false);
});

Deno.test("loadSpec() builds leniently what validation alone would refuse", () => {
  const document = documentOf({ transitions: [{ trigger: "go", source: "z", dest: "a" }] });
  strictEqual(loadSpec({ document }).ok, false);
  strictEqual(loadSpec({ document }, { rules: "lenient" }).ok, true);
});

Deno.test("loadSpec() keeps open the guards of a machine that is lenient about events only", () => {
  const result = loadSpec({ document: documentOf({ meta: { ...META, strict_mode: false } }) });
  ok(result.ok);
  deepStrictEqual([result.spec.isStrictEvents, result.spec.isStrictGuards], [false, true]);
});

Deno.test("loadSpec() quotes little of a text that an alias puts everywhere", () => {
  const rows = Array.from({ length: 500 }, () => "  - { trigger: go, source: a, dest: *x }").join("\n");
  const text = `x: &x ${
    "long".repeat(25_000)
  }\nmeta: { machine_name: m }\nstates: [{ name: a, type: initial }]\ntransitions:\n${rows}\n`;
  const result = loadSpec({ text });
  strictEqual(result.diagnostics.length, 501);
  ok(JSON.stringify(result.diagnostics).length < 2_000_000);
});
