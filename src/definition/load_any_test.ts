/** Whatever an author sends, the loader answers: a machine that compiles, or findings. */
import fc from "fast-check";
import { ok } from "node:assert/strict";
import type { JsonObject, JsonValue } from "../json.ts";
import { EMPTY_REGISTRY, lintMachine } from "./lint.ts";
import { loadMachine } from "./load.ts";

const BASE: JsonObject = {
  meta: { machine_name: "m" },
  states: [
    { name: "a", type: "initial", timeout: { seconds: 1, destination: "k" } },
    { name: "k", initial_child: "b", entry_points: ["c"] },
    { name: "b", parent: "k", always: [{ dest: "c", guards: ["g"] }] },
    { name: "c", parent: "k", on_enter: [{ branch: { when: "x > 1", then: ["log"] } }] },
    { name: "h", type: "history", parent: "k", default: "c" },
    {
      name: "p",
      type: "parallel",
      regions: [{ name: "r", initial: "x", final: "x" }, { name: "s", initial: "y" }],
    },
    { name: "x", parent: "p" },
    { name: "y", parent: "p" },
    { name: "z", type: "terminal" },
  ],
  transitions: [
    { trigger: "go", source: ["a", "k"], dest: "p", guards: [{ check: { field: "n", op: "gt", value: 1 } }] },
    { trigger: "back", source: "p", dest: "H*(k)" },
    { trigger: "_join_p", source: "p", dest: "z" },
    { after: "5s", source: "c", dest: "k:c", actions: [{ set: { n: 1 } }] },
    { trigger: "stop", source: "*", dest: "z" },
  ],
};

const WORDS = [
  "a",
  "k",
  "b",
  "p",
  "r",
  "z",
  "*",
  "H(k)",
  "k:c",
  "x =",
  "5s",
  "history",
  "parallel",
  "choice",
  "terminal",
  "__proto__",
  "",
];
const KEYS = [
  "name",
  "type",
  "parent",
  "initial_child",
  "regions",
  "source",
  "dest",
  "trigger",
  "after",
  "auto",
  "guards",
  "actions",
  "default",
  "states",
];

/** One place of the document and what comes to stand there. */
const change = fc.record({
  steps: fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
  key: fc.option(fc.constantFrom(...KEYS)),
  value: fc.oneof(
    fc.constantFrom<JsonValue>(...WORDS, null, true, 0, -1),
    fc.array(fc.constantFrom(...WORDS)),
    fc.constant({}),
    fc.jsonValue({ maxDepth: 2 }),
  ),
});

/** `steps` choose a way down; the value replaces what is there, or comes under `key`. */
function changed(
  value: JsonValue,
  { steps, key, value: put }: { steps: readonly number[]; key: string | null; value: unknown },
): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== "object" || value === null) {
    return JSON.parse(JSON.stringify(put ?? null));
  }
  const names = Object.keys(value);
  const name = rest.length === 0 && key !== null && !Array.isArray(value)
    ? key
    : names[step % Math.max(1, names.length)];
  if (name === undefined) return value;
  const inner = Reflect.get(value, name) ?? null;
  const next = changed(inner, { steps: rest, key, value: put });
  if (Array.isArray(value)) return value.map((item, index) => String(index) === name ? next : item);
  return { ...value, [name]: next };
}

Deno.test("loadMachine() answers every change of a machine", () => {
  let loaded = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const document = changes.reduce<JsonValue>((before, one) => changed(before, one), BASE);
      const result = loadMachine({ document });
      if (!result.ok) return result.diagnostics.some(({ severity }) => severity === "error");
      loaded++;
      lintMachine(result, EMPTY_REGISTRY);
      return true;
    }),
    { numRuns: 500, seed: 1 },
  );
  ok(loaded > 20, "some of the changed machines are sound");
});

Deno.test("loadMachine() answers every text", () => {
  const piece = fc.constantFrom(
    "a",
    ": ",
    "- ",
    "\n",
    "  ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "&x ",
    "*x",
    "!!str ",
    "#",
    "|\n",
    ">-\n",
    "---\n",
    "<<",
    "\t",
    "${A}",
    "\u2028",
    "\ufeff",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const result = loadMachine({ text: pieces.join("") });
      return result.ok || result.diagnostics.length > 0;
    }),
    { numRuns: 1000, seed: 1 },
  );
});
