/** How values are explained. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { lineOf } from "./explain.ts";
import { compileExpression } from "./expression.ts";

function linesOf(source: string, values: { [key: string]: number | string }): readonly string[] {
  return compileExpression(source).explain({ values }).map((row) => "  ".repeat(row.depth) + lineOf(row));
}

Deno.test("explain() shows every part with its value, outer parts first", () => {
  deepStrictEqual(linesOf('total >= 100 and kind == "vip"', { total: 120, kind: "std" }), [
    'total >= 100 and kind == "vip" → false',
    "  total >= 100 → true",
    "    total → 120",
    '  kind == "vip" → false',
    '    kind → "std"',
  ]);
});

Deno.test("explain() marks what was not needed and what failed", () => {
  deepStrictEqual(linesOf("a > 1 and b / c > 2", { a: 0 }), [
    "a > 1 and b / c > 2 → false",
    "  a > 1 → false",
    "    a → 0",
    "  b / c > 2 → not needed",
    "    b / c → not needed",
    "      b → not needed",
    "      c → not needed",
  ]);
  deepStrictEqual(linesOf("a + nme", { a: 1 }), [
    'a + nme → error: Cannot read "nme": no such name',
    "  a → 1",
    '  nme → error: Cannot read "nme": no such name',
  ]);
});

Deno.test("explain() of a constant is one row with its place", () => {
  const [row, ...others] = compileExpression(" 4 / 2 ").explain({ values: {} });
  deepStrictEqual(row, { offset: 1, length: 5, source: "4 / 2", depth: 0, type: "value", value: 2 });
  strictEqual(others.length, 0);
});
