/** What is written out of a machine file of PyStator, and what is said about it. */
import { strict as assert } from "node:assert";
import { importPystator } from "./import_pystator.ts";

const STATES = "states: [{ name: a, type: initial }, { name: b }]\n";
const OPTIONS = { format: "yaml", name: "from_file" } as const;

Deno.test("importPystator() names a machine by its file and makes its version a text", () => {
  const result = importPystator(`meta:\n  version: 1.0\n${STATES}transitions: []\n`, OPTIONS);
  assert(result.ok);
  assert.deepEqual(result.document["meta"], { version: "1.0", machine_name: "from_file" });
  assert.deepEqual(result.warnings, [
    { element: "meta", line: 1, reason: 'the machine is called "from_file", as its file' },
    { element: "meta.version", line: 2, reason: 'the version is a text: "1.0"' },
  ]);
});

/** Text of the transitions, element, line and a part of the reason. */
const REFUSED: readonly (readonly [string, string, number, RegExp])[] = [
  ["  - { trigger: go, source: a, dest: c }", "transitions.0.dest", 4, /"c"/],
  ["  - { trigger: Go, source: a, dest: b }", "transitions.0.trigger", 4, /"Go"/],
  [
    "  - { trigger: go, source: a, dest: b, guards: [{ expr: 'a = 5' }] }",
    "transitions.0.guards.0.expr",
    4,
    /=/,
  ],
  [
    "  - { trigger: go, source: a, dest: b, actions: [{ nothing: 1 }] }",
    "transitions.0.actions.0",
    4,
    /no key/,
  ],
];

for (const [transition, element, line, reason] of REFUSED) {
  Deno.test(`importPystator() refuses ${transition.trim()}`, () => {
    const result = importPystator(
      `meta: { machine_name: m }\n${STATES}transitions:\n${transition}\n`,
      OPTIONS,
    );
    assert(!result.ok);
    const found = result.problems.filter((problem) => problem.element === element && problem.line === line);
    assert(found.some((problem) => reason.test(problem.reason)), JSON.stringify(result.problems));
  });
}

Deno.test("importPystator() tells what a file may not hold at all", () => {
  for (const text of ["", "- 1", "a: [", "a: 1\na: 2"]) {
    const result = importPystator(text, OPTIONS);
    assert(!result.ok, text);
    assert(result.problems.length > 0);
  }
});

Deno.test("importPystator() reads JSON", () => {
  const text = JSON.stringify({
    meta: { machine_name: "m" },
    states: [{ name: "a", type: "initial" }],
    transitions: [],
  });
  assert(importPystator(text, { ...OPTIONS, format: "json" }).ok);
});
