/** What is written is read back as the same, and read back as the same by YAML 1.1 too. */
import { strict as assert } from "node:assert";
import type { JsonObject } from "../json.ts";
import { valueOf } from "./source_node.ts";
import { parseText } from "./yaml.ts";
import { yamlText } from "./yaml_text.ts";

const DOCUMENTS: readonly JsonObject[] = [
  {},
  { states: [], transitions: [] },
  { meta: { machine_name: "m", version: "1.0.0" }, states: [{ name: "a", type: "initial" }] },
  { a: { b: { c: [1, -2.5, true, null, { d: [] }, {}, [[1], []]] } } },
  ...[
    "on",
    "off",
    "Yes",
    "n",
    "null",
    "~",
    "1.0",
    "0x10",
    "1:30",
    "2026-01-02",
    "",
    " a",
    "a ",
    "a: b",
    "a #b",
    "- a",
    "*",
    "&a",
    "!a",
    "%",
    "@",
    "`",
    "{",
    "[",
    "a\nb",
    "é",
    "\u0085",
    "\u2028",
    "😀",
    '"',
    "'",
    "\\",
    "a, b",
    "a]",
    "x.*",
    "done.state.a",
    "H*(a)",
    "p:q",
    "a  b",
  ]
    .flatMap((text) => [{ key: text }, { [text]: [text, { [text]: text }] }]),
  { long: [{ name: "x".repeat(90), list: ["y".repeat(30), { inner: "z".repeat(90), more: [1, 2] }] }] },
];

for (const document of DOCUMENTS) {
  Deno.test(`yamlText() keeps ${JSON.stringify(document).slice(0, 60)}`, () => {
    const parsed = parseText(yamlText(document), { format: "yaml" });
    assert(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(valueOf(parsed.root), document);
    assert.deepEqual(parsed.warnings, []);
  });
}

Deno.test("yamlText() puts short mappings on one line and long ones below each other", () => {
  const text = yamlText({
    meta: { machine_name: "m" },
    states: [{ name: "a", on_enter: ["x"] }, { name: "b", description: "d".repeat(95) }],
  });
  assert.equal(
    text,
    `meta:\n  machine_name: m\n\nstates:\n  - { name: a, on_enter: [x] }\n  - name: b\n    description: ${
      "d".repeat(95)
    }\n`,
  );
});
