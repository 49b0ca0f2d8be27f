/** Values, refusals and places of texts. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { sourceMapOf, valueOf } from "./source_node.ts";
import { parseText } from "./yaml.ts";

function check(text: string, format: "yaml" | "json" = "yaml") {
  const result = parseText(text, { format });
  return result.ok
    ? { value: valueOf(result.root), codes: result.warnings.map(({ code }) => code) }
    : { value: null, codes: result.diagnostics.map(({ code }) => code) };
}

const VALUES: readonly (readonly [name: string, text: string, value: unknown])[] = [
  ["words of YAML 1.1 stay texts", "[on, off, yes, no, 1:30, 2024-01-01]", [
    "on",
    "off",
    "yes",
    "no",
    "1:30",
    "2024-01-01",
  ]],
  ["core types", "[1, -2, 1.5, .5, 1e3, 0x1F, 0o17, true, False, null, ~, '1', \"x\\n\"]", [
    1,
    -2,
    1.5,
    0.5,
    1000,
    31,
    15,
    true,
    false,
    null,
    null,
    "1",
    "x\n",
  ]],
  ["core tags", "[!!str 5, !!float 5, !!int 5]", ["5", 5, 5]],
  ["anchors", "a: &x {k: 1}\nb: *x", { a: { k: 1 }, b: { k: 1 } }],
  [
    "own keys win over merged ones, earlier merges over later",
    "a: &a {k: 1, m: 1}\nb: &b {k: 2, n: 2}\nc: {<<: [*a, *b], k: 3}",
    {
      a: { k: 1, m: 1 },
      b: { k: 2, n: 2 },
      c: { k: 3, m: 1, n: 2 },
    },
  ],
  ["a quoted << is a key", "{'<<': {a: 1}}", { "<<": { a: 1 } }],
  ["block texts", "a: |\n  one\n  two\nb: >-\n  one\n  two\n", { a: "one\ntwo\n", b: "one two" }],
];

for (const [name, text, value] of VALUES) {
  Deno.test(`parseText() reads ${name}`, () => deepStrictEqual(check(text).value, value));
}

const REFUSED: readonly (readonly [name: string, text: string, code: string])[] = [
  ["nothing", "", "Y01"],
  ["an open list", "a: [1", "Y01"],
  ["a duplicate key", "a: 1\nb: 2\na: 3", "Y03"],
  ["infinity", "a: .inf", "Y04"],
  ["an integer that is not exact", "a: 9007199254740993", "Y04"],
  ["a foreign tag", "a: !!python/object:os.system x", "Y05"],
  ["a foreign tag on a list", "a: !set [x]", "Y05"],
  ["%TAG", "%TAG !e! tag:x,2000:\n---\na: 1", "Y05"],
  ["two documents", "a: 1\n---\nb: 2", "Y06"],
  ["an unknown alias", "a: *x", "Y07"],
  ["a ring", "a: &x [*x]", "Y07"],
  ["a number as key", "1: a", "F16"],
  ["a list as key", "[a]: b", "F16"],
  ["U+0000", 'a: "\\0"', "Y08"],
  ["65 levels", "[".repeat(65) + "]".repeat(65), "Y02"],
  ["256 KiB and a byte", `a: ${"x".repeat(256 * 1024)}`, "Y02"],
  ["a bomb", billion(), "Y02"],
  [
    "too deep through aliases",
    "a: &a " + "[".repeat(40) + "]".repeat(40) + "\nb: " + "[".repeat(40) + "*a" + "]".repeat(40),
    "Y02",
  ],
];

for (const [name, text, code] of REFUSED) {
  Deno.test(`parseText() refuses ${name}`, () => deepStrictEqual(check(text).codes, [code]));
}

function billion(): string {
  const lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [index, name] of [..."bcdefgh"].entries()) {
    lines.push(`${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[index]}`).join(", ")}]`);
  }
  return lines.join("\n");
}

Deno.test("parseText() warns of words that older YAML reads differently, at their place", () => {
  const result = parseText("a: 1\nb: [x, on]\nc: 010\n", { format: "yaml" });
  ok(result.ok);
  deepStrictEqual(result.warnings.map(({ code, line, column }) => [code, line, column]), [
    ["yaml_1_1", 2, 8],
    ["yaml_1_1", 3, 4],
  ]);
});

Deno.test("parseText() lists all duplicate keys", () => {
  deepStrictEqual(check("a: 1\na: 2\nb: {c: 1, c: 2}").codes, ["Y03", "Y03"]);
});

Deno.test("parseText() stops after many findings", () => {
  strictEqual(check("a: 1\n".repeat(10_000)).codes.length, 201);
});

Deno.test("parseText() reads JSON strictly", () => {
  deepStrictEqual(check('{"a": [1, "\\u00e4", null]}', "json").value, { a: [1, "ä", null] });
  deepStrictEqual(check("{a: 1}", "json").codes, ["Y01"]);
  deepStrictEqual(check('{"a": 1, "a": 2}', "json").codes, ["Y03"]);
  deepStrictEqual(check('{"on": "no"}', "json").codes, []);
});

Deno.test("parseText() keeps a key named __proto__ as a key", () => {
  const { value } = check("__proto__: {polluted: true}");
  ok(typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__"));
  strictEqual(Reflect.get({}, "polluted"), undefined);
});

Deno.test("parseText() fills in texts before their type is decided", () => {
  const result = parseText("a: ${N}\nb: '${N}'\n", { format: "yaml", substitute: () => "5" });
  ok(result.ok);
  deepStrictEqual(valueOf(result.root), { a: 5, b: "5" });
});

const PLACES:
  readonly (readonly [path: readonly (string | number)[], inside: number, line: number, column: number])[] = [
    [["states", 1, "name"], 0, 3, 11],
    [["states", 1], 0, 3, 5],
    [["states"], 0, 1, 1],
    [["expr"], 4, 4, 12],
    [["expr", "nothing"], 0, 4, 8],
    [["missing", 3], 0, 1, 1],
  ];

Deno.test("placeOf() finds lines and columns", () => {
  const text = 'states:\n  - name: a\n  - name: b\nexpr: "x > y"\n';
  const result = parseText(text, { format: "yaml" });
  ok(result.ok);
  const map = sourceMapOf(result.root, text);
  for (const [path, inside, line, column] of PLACES) {
    deepStrictEqual(map.placeOf(path, inside), { line, column }, path.join("."));
  }
});
