/** What a sound document becomes. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { MachineSpec } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { loadSpec } from "./load_spec.ts";

function specOf(document: JsonObject): MachineSpec {
  const result = loadSpec({ document: { meta: { machine_name: " Order_X " }, ...document } });
  ok(result.ok, JSON.stringify(result.diagnostics));
  return result.spec;
}

const STATES: readonly JsonValue[] = [{ name: "a", type: "initial" }, { name: "b" }];

Deno.test("buildSpec() fills in what the file leaves out", () => {
  const { name, version, isStrictEvents, microstepsMax, initial, profile } = specOf({
    states: STATES,
    transitions: [],
  });
  deepStrictEqual({ name, version, isStrictEvents, microstepsMax, initial, profile }, {
    name: "order_x",
    version: "1.0.0",
    isStrictEvents: true,
    microstepsMax: 100,
    initial: ["a"],
    profile: "pystator",
  });
});

const NAMED:
  readonly (readonly [name: string, transition: JsonObject, triggers: readonly string[], isAuto: boolean])[] =
    [
      ["a delay", { source: "a", dest: "b", after: "5s" }, ["_after_a_5000_ms"], false],
      ["no delay", { source: "a", dest: "b", after: 0 }, ["_after_a_0_ms"], true],
      ["nothing to wait for", { source: "a", dest: "b", auto: true }, ["_auto_a"], true],
      [
        "a delay that is eventless",
        { source: "a", dest: "b", auto: true, after: 5 },
        ["_after_a_5_ms"],
        true,
      ],
      ["a delay everywhere", { source: "*", dest: "b", after: "1s" }, ["_after_*_1000_ms"], false],
      ["its own name", { source: "a", dest: "b", auto: true, trigger: "slip" }, ["slip"], true],
      ["several names", { source: "a", dest: "b", trigger: ["x", "done.state.a", "x"] }, [
        "x",
        "done.state.a",
      ], false],
    ];

for (const [name, transition, triggers, isAuto] of NAMED) {
  Deno.test(`buildSpec() names a transition with ${name}`, () => {
    const [found] = specOf({ states: STATES, transitions: [transition] }).transitions;
    deepStrictEqual([found?.triggers, found?.isAuto], [triggers, isAuto]);
  });
}

Deno.test("buildSpec() puts always first and timeouts last", () => {
  const { transitions } = specOf({
    states: [
      { name: "a", type: "initial", timeout: { seconds: 1.5, destination: "b" } },
      { name: "b", always: [{ dest: "a", guards: ["ready"] }] },
    ],
    transitions: [{ trigger: "go", source: "a", dest: "b" }],
  });
  deepStrictEqual(transitions.map(({ origin, triggers, afterMs }) => [origin, triggers[0], afterMs]), [
    ["always", "_auto_b", null],
    ["transition", "go", null],
    ["timeout", "_timeout_a", 1500],
  ]);
});

Deno.test("buildSpec() resolves points and histories", () => {
  const { transitions } = specOf({
    states: [
      { name: "a", type: "initial" },
      { name: "k", initial_child: "x", entry_points: ["y"], exit_points: ["x"] },
      { name: "x", parent: "k" },
      { name: "y", parent: "k" },
    ],
    transitions: [
      { trigger: "go", source: "a", dest: "k:y" },
      { trigger: "out", source: "k:x", dest: "a" },
      { trigger: "back", source: "a", dest: "H*(k)" },
    ],
  });
  deepStrictEqual(transitions.map(({ source, dest, targets }) => [source, dest, targets]), [
    [["a"], "y", [{ type: "state", name: "y" }]],
    [["x"], "a", [{ type: "state", name: "a" }]],
    [["a"], "H*(k)", [{ type: "history", of: "k", isDeep: true }]],
  ]);
});

const REGIONS: readonly (readonly [
  name: string,
  regions: readonly JsonObject[],
  members: readonly (readonly string[])[],
])[] = [
  ["as they are listed", [{ name: "r", initial: "x", states: ["x", "y"] }, {
    name: "s",
    initial: "v",
    states: ["v"],
  }], [["x", "y"], ["v"]]],
  ["what is left for one without a list", [{ name: "r", initial: "x", states: ["x", "y"] }, {
    name: "s",
    initial: "v",
  }], [["x", "y"], ["v", "w"]]],
  [
    "what can be reached when nothing is listed",
    [{ name: "r", initial: "x" }, { name: "s", initial: "v" }],
    [["x", "y"], ["v", "w"]],
  ],
];

for (const [name, regions, members] of REGIONS) {
  Deno.test(`buildSpec() gives regions their states: ${name}`, () => {
    const { states } = specOf({
      states: [
        { name: "a", type: "initial" },
        { name: "p", type: "parallel", regions },
        ...["x", "y", "v", "w"].map((child) => ({ name: child, parent: "p" })),
      ],
      transitions: [
        { trigger: "go", source: "a", dest: "p" },
        { trigger: "n", source: "x", dest: "y" },
        { trigger: "n", source: "v", dest: "w" },
      ],
    });
    deepStrictEqual(states[1]?.regions.map((region) => region.states), members);
  });
}

Deno.test("buildSpec() keeps unknown keys of states and transitions as metadata", () => {
  const { states, transitions } = specOf({
    states: [{ name: "a", type: "initial", x_pos: 3, metadata: { x_pos: 1, y: 2 } }],
    transitions: [{ trigger: "go", source: "a", dest: "a", x_note: "n" }],
  });
  deepStrictEqual([states[0]?.metadata, transitions[0]?.metadata], [{ x_pos: 3, y: 2 }, { x_note: "n" }]);
});

Deno.test("buildSpec() follows the names of SCXML when asked to", () => {
  const spec = specOf({
    meta: { machine_name: "m", semantics: "scxml", initial: "P.one" },
    states: [{ name: "P.one" }, { name: "h-2", type: "history", parent: "P.one", default: "c" }, {
      name: "c",
      parent: "P.one",
    }],
    transitions: [{ source: "c", after: "1s", dest: "h-2" }, { source: "c", auto: true }, {
      trigger: "a.b.*",
      source: "c",
    }],
  });
  deepStrictEqual(spec.transitions.map(({ triggers }) => triggers), [[], [], ["a.b.*"]]);
  deepStrictEqual([spec.microstepsMax, spec.initial], [1000, ["P.one"]]);
});

Deno.test("buildSpec() starts an SCXML machine in its first state", () => {
  const { initial } = specOf({
    meta: { machine_name: "m", semantics: "scxml" },
    states: [{ name: "b", parent: "a" }, { name: "a" }, { name: "c" }],
    transitions: [{ auto: true, source: ["b", "c"], dest: "a" }],
  });
  deepStrictEqual(initial, ["a"]);
});
