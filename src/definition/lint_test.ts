/** One row for each thing the linter finds, and for what it must leave alone. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { JsonObject, JsonValue } from "../json.ts";
import { EMPTY_REGISTRY, lintMachine, type LintRegistry } from "./lint.ts";
import { loadSpec } from "./load_spec.ts";

const META = { machine_name: "probe" };
const A: JsonValue = { name: "a", type: "initial" };
const B: JsonValue = { name: "b" };
const Z: JsonValue = { name: "z", type: "terminal" };
const GO: JsonObject = { trigger: "go", source: "a", dest: "b" };
const END: JsonObject = { trigger: "end", source: "b", dest: "z" };

function lint(document: JsonObject, registry: LintRegistry = EMPTY_REGISTRY) {
  const result = loadSpec({ document: { meta: META, ...document } }, { rules: "lenient" });
  ok(result.ok, JSON.stringify(result.diagnostics));
  return lintMachine(result, registry);
}

function check(document: JsonObject): readonly string[] {
  return lint(document).map(({ code, path }) => `${code} ${path.join(".")}`);
}

const machine = (
  states: readonly JsonValue[],
  transitions: readonly JsonValue[],
  more: JsonObject = {},
): JsonObject => ({
  states,
  transitions,
  ...more,
});
const guarded = (check: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...GO,
  guards: [{ check }],
  ...more,
});

const CASES: readonly (readonly [name: string, document: JsonObject, found: readonly string[]])[] = [
  ["nothing in a sound machine", machine([A, B, Z], [GO, END]), []],
  [
    "a state nobody enters",
    machine([A, B, Z, { name: "x" }], [GO, END, { trigger: "t", source: "x", dest: "a" }]),
    ["unreachable_state states.3"],
  ],
  [
    "no state inside another that is entered",
    machine([A, { name: "k", initial_child: "c" }, { name: "c", parent: "k" }, Z], [
      { ...GO, dest: "k" },
      { trigger: "end", source: "k", dest: "z" },
    ]),
    [],
  ],
  [
    "regions are entered together",
    machine([
      A,
      { name: "p", type: "parallel", regions: [{ name: "r", initial: "x" }, { name: "s", initial: "y" }] },
      { name: "x", parent: "p" },
      { name: "y", parent: "p" },
      Z,
    ], [{ ...GO, dest: "p" }, { trigger: "end", source: "p", dest: "z" }]),
    [],
  ],
  [
    "a timeout leads on",
    machine([{ name: "a", type: "initial", timeout: { seconds: 1, destination: "z" } }, Z], []),
    [],
  ],
  ["a state nobody leaves", machine([A, B, Z], [GO, { trigger: "end", source: "a", dest: "z" }]), [
    "dead_end states.1",
  ]],
  [
    "what leaves a terminal state",
    machine([A, Z], [{ ...GO, dest: "z" }, { trigger: "t", source: "z", dest: "a" }]),
    ["dead_transition transitions.1"],
  ],
  ["an unguarded transition with another behind it", machine([A, B, Z], [GO, { ...GO, dest: "z" }, END]), [
    "nondeterministic transitions.1",
  ]],
  [
    "no default that comes last",
    machine([A, B, Z], [guarded({ field: "x", op: "gt", value: 1 }), { ...GO, dest: "z" }, END]),
    [],
  ],
  [
    "priority before file order",
    machine([A, B, Z], [
      { ...GO, priority: 2 },
      guarded({ field: "x", op: "gt", value: 1 }, { dest: "z", priority: 1 }),
      END,
    ]),
    [],
  ],
  [
    "an eventless transition behind another",
    machine([A, B, Z], [{ source: "a", dest: "b", auto: true, trigger: "one" }, {
      source: "a",
      dest: "z",
      auto: true,
      trigger: "two",
    }, END]),
    [
      "shadowed_transition transitions.1",
    ],
  ],
  [
    "a narrower check behind a wider one",
    machine([A, B, Z], [
      guarded({ field: "x", op: "gte", value: 1 }),
      guarded({ field: "x", op: "gt", value: 5 }, { dest: "z" }),
      END,
    ]),
    ["shadowed_transition transitions.1"],
  ],
  [
    "no wider check behind a narrower one",
    machine([A, B, Z], [
      guarded({ field: "x", op: "gt", value: 5 }),
      guarded({ field: "x", op: "gte", value: 1 }, { dest: "z" }),
      END,
    ]),
    [],
  ],
  [
    "no check of another field",
    machine([A, B, Z], [
      guarded({ field: "x", op: "gte", value: 1 }),
      guarded({ field: "y", op: "gte", value: 5 }, { dest: "z" }),
      END,
    ]),
    [],
  ],
  [
    "one of the values of a list",
    machine([A, B, Z], [
      guarded({ field: "x", op: "in", values: ["p", "q"] }),
      guarded({ field: "x", op: "eq", value: "p" }, { dest: "z" }),
      END,
    ]),
    ["shadowed_transition transitions.1"],
  ],
  [
    "guards that contradict each other",
    machine([A, B, Z], [
      {
        ...GO,
        guards: [{ check: { field: "x", op: "gt", value: 5 } }, {
          check: { field: "x", op: "lte", value: 5 },
        }],
      },
      END,
    ]),
    ["never_true transitions.0.guards"],
  ],
  ["a guard that is a constant", machine([A, B, Z], [{ ...GO, guards: [{ expr: "1 > 2" }] }, END]), [
    "never_true transitions.0.guards",
  ]],
  ["a guard that says nothing", machine([A, B, Z], [{ ...GO, guards: ["always"] }, END]), [
    "always_true transitions.0.guards",
  ]],
  [
    "a choice that may not know where to go",
    machine([A, { name: "c", type: "choice" }, B, Z], [
      { ...GO, dest: "c" },
      { source: "c", dest: "b", auto: true, guards: [{ check: { field: "x", op: "eq", value: 1 } }] },
      END,
    ]),
    ["choice_without_default states.1"],
  ],
  [
    "a trap",
    machine([A, B, { name: "c" }, Z], [GO, { trigger: "x", source: "b", dest: "c" }, {
      trigger: "y",
      source: "c",
      dest: "b",
    }, {
      trigger: "end",
      source: "a",
      dest: "z",
    }]),
    ["trap_state states.1", "trap_state states.2"],
  ],
  [
    "a ring without events",
    machine([A, B, Z], [{ source: "a", dest: "b", auto: true }, { source: "b", dest: "a", auto: true }, END]),
    [
      "eventless_loop states.0",
    ],
  ],
  [
    "a ring of choices",
    machine([A, { name: "c", type: "choice" }, { name: "d", type: "choice" }, B, Z], [
      { ...GO, dest: "c" },
      { trigger: "n", source: "c", dest: "d" },
      { trigger: "n", source: "d", dest: "c" },
      { trigger: "x", source: "a", dest: "b" },
      END,
    ]),
    ["trap_state states.1", "trap_state states.2", "eventless_loop states.1"],
  ],
  [
    "no ring that something guards",
    machine([A, B, Z], [{ source: "a", dest: "b", auto: true }, {
      source: "b",
      dest: "a",
      auto: true,
      guards: [{ expr: "n < 3" }],
    }, END]),
    [],
  ],
  [
    "an end inside another state",
    machine([A, { name: "k", initial_child: "c" }, { name: "c", parent: "k" }, {
      name: "f",
      parent: "k",
      type: "terminal",
    }, Z], [
      { ...GO, dest: "k" },
      { trigger: "x", source: "c", dest: "f" },
      { trigger: "end", source: "k", dest: "z" },
    ]),
    ["nested_terminal states.3"],
  ],
  [
    "a history with nowhere to go",
    machine([A, { name: "k" }, { name: "c", parent: "k" }, Z], [
      { ...GO, dest: "H(k)" },
      { trigger: "t", source: "a", dest: "c" },
      { trigger: "end", source: "k", dest: "z" },
    ]),
    ["history_without_default transitions.0.dest"],
  ],
  [
    "a jump between regions",
    machine([
      A,
      {
        name: "p",
        type: "parallel",
        regions: [{ name: "r", initial: "x", states: ["x"] }, { name: "s", initial: "y", states: ["y"] }],
      },
      { name: "x", parent: "p" },
      { name: "y", parent: "p" },
      Z,
    ], [{ ...GO, dest: "p" }, { trigger: "jump", source: "x", dest: "y" }, {
      trigger: "end",
      source: "p",
      dest: "z",
    }]),
    ["crosses_regions transitions.1"],
  ],
  [
    "events that are not declared and not used",
    machine([A, B, Z], [GO, END], { events: [{ name: "end" }, { name: "goo" }] }),
    [
      "undeclared_event transitions.0.trigger",
      "unused_event events.1",
    ],
  ],
  ["an event that nothing takes", machine([A, B, Z], [{ ...GO, actions: [{ raise: "nothing" }] }, END]), [
    "unhandled_event transitions.0.actions",
  ]],
  [
    "a deferred event that nothing takes",
    machine([{ name: "a", type: "initial", defer: ["later"] }, B, Z], [GO, END]),
    ["unhandled_event states.0.defer.0"],
  ],
  [
    "a key that was misspelt",
    machine([A, B, Z], [{ ...GO, guards: [{ expr: "totl > 3" }] }, END], {
      state_variables: [{ key: "total" }],
    }),
    [
      "undeclared_key transitions.0.guards",
    ],
  ],
  [
    "no key that may come with the event",
    machine([A, B, Z], [{ ...GO, guards: [{ expr: "amount > 3" }] }, END], {
      state_variables: [{ key: "total" }],
    }),
    [],
  ],
  [
    "values of the wrong type",
    machine([A, B, Z], [{ ...GO, guards: [{ expr: "name > 3" }] }, END], {
      state_variables: [{ key: "name", type: "string" }],
    }),
    [
      "type_mismatch transitions.0.guards",
    ],
  ],
  ["a state that In() cannot find", machine([A, B, Z], [{ ...GO, guards: [{ expr: "In('bb')" }] }, END]), [
    "unknown_state transitions.0.guards",
  ]],
  [
    "calls that cannot work",
    machine([A, B, Z], [{ ...GO, actions: [{ http: { body: "{{ 1 + }}" } }] }, END]),
    [
      "http_without_url transitions.0.actions",
      "bad_placeholder transitions.0.actions",
    ],
  ],
];

for (const [name, document, found] of CASES) {
  Deno.test(`lintMachine() finds ${name}`, () => deepStrictEqual(check(document), found));
}

Deno.test("lintMachine() asks the registry for names, inside branches too", () => {
  const document = machine([{ name: "a", type: "initial", on_exit: ["x"] }, B, Z], [
    {
      ...GO,
      guards: ["g", { not: "h" }],
      actions: ["t", { branch: { when: "1 > n", then: ["u"], else: [{ set: { a: 1 } }] } }],
    },
    END,
  ]);
  const facts = (registry: LintRegistry) =>
    lint(document, registry).map(({ data }) => data?.["guard"] ?? data?.["action"]);
  deepStrictEqual(facts(EMPTY_REGISTRY), ["g", "h", "t", "u", "x"]);
  deepStrictEqual(facts({ guards: ["g"], actions: ["u", "x"] }), ["h", "t"]);
});

Deno.test("lintMachine() says how to mend a finding", () => {
  const [finding] = lint(machine([A, B, Z], [GO, { trigger: "end", source: "a", dest: "z" }]));
  deepStrictEqual(finding?.data, {
    state: "b",
    fix: {
      title: 'Make "b" terminal',
      edits: [{ op: "set", path: ["states", 1, "type"], value: "terminal" }],
    },
  });
});

Deno.test("lintMachine() gives lines when the machine came from text", () => {
  const result = loadSpec({
    text:
      "meta: { machine_name: m }\nstates:\n  - { name: a, type: initial }\n  - name: b\ntransitions: []\n",
  });
  ok(result.ok);
  deepStrictEqual(lintMachine(result, EMPTY_REGISTRY).map(({ code, line }) => [code, line]), [
    ["unreachable_state", 4],
    ["dead_end", 3],
    ["dead_end", 4],
  ]);
});

Deno.test("lintMachine() stays quick on the largest machines", () => {
  const states = Array.from(
    { length: 1000 },
    (_, index) => ({ name: `s${index}`, ...(index === 0 ? { type: "initial" } : {}) }),
  );
  const transitions = Array.from(
    { length: 5000 },
    (_, index) => ({ trigger: `t${index % 50}`, source: `s${index % 1000}`, dest: `s${index * 7 % 1000}` }),
  );
  const start = performance.now();
  lint(machine(states, transitions));
  // A hundred times what it takes on a quiet machine; a rule that compares all with all takes longer.
  strictEqual(performance.now() - start < 20_000, true);
});

Deno.test("lintMachine() doubts machines that are not published, where it knows which are", () => {
  const elsewhere = machine([A, B, Z], [{
    ...GO,
    actions: [
      { send_event: { entity: "i-1", machine: "invoise", trigger: "paid" } },
      { create_entity: { entity: "s-1", machine: "shipment" } },
      { create_entity: { entity: "p-1", machine: "probe" } },
      { send: { trigger: "paid", target: "machine:ledger/l-1" } },
      { send: { trigger: "paid", target: "entity:l-1" } },
    ],
  }, END]);
  const machines = ["invoice", "shipment"];
  deepStrictEqual(
    lint(elsewhere, { ...EMPTY_REGISTRY, machines }).map((
      { code, severity, data },
    ) => [code, severity, data?.machine]),
    [["unknown_machine", "warning", "invoise"], ["unknown_machine", "warning", "ledger"]],
  );
  deepStrictEqual(check(elsewhere), []);
});
