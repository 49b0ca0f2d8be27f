/** How values are printed. */
import { strictEqual, throws } from "node:assert/strict";
import { jsonText, textOf } from "./text.ts";
import { floatOf, type Value } from "./values.ts";

Deno.test("textOf() prints like the predecessor", () => {
  const rows: readonly (readonly [Value, string])[] = [
    [null, "None"],
    [true, "True"],
    [false, "False"],
    [5, "5"],
    [-0, "0"],
    [floatOf(5), "5.0"],
    [floatOf(-0), "-0.0"],
    [2.5, "2.5"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e16, "1e+16"],
    [floatOf(1e15), "1000000000000000.0"],
    [1.5e300, "1.5e+300"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [-1.25e-7, "-1.25e-07"],
    ["it's", "it's"],
    [["a", 1, null], "['a', 1, None]"],
    [["it's", 'say "x"', "'\""], `["it's", 'say "x"', '\\'"']`],
    [["a\n\t\\\u0000\u00a0\u2028😀é"], "['a\\n\\t\\\\\\x00\\xa0\\u2028😀é']"],
    [{ k: 1, l: [{}] }, "{'k': 1, 'l': [{}]}"],
  ];
  for (const [value, expected] of rows) strictEqual(textOf(value), expected);
});

Deno.test("textOf() refuses to print more than a result may hold", () => {
  throws(() => textOf(Array.from({ length: 5000 }, () => 100)), { code: "limit" });
});

Deno.test("jsonText() has a text for scalars only", () => {
  const rows: readonly (readonly [Value, string | null])[] = [
    ["x", "x"],
    [5, "5"],
    [floatOf(2), "2"],
    [true, "true"],
    [null, "null"],
    [[1], null],
    [{}, null],
  ];
  for (const [value, expected] of rows) strictEqual(jsonText(value), expected);
});
