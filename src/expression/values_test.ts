/** Truth, equality and order of values. */
import { strictEqual } from "node:assert/strict";
import { compare, equals, floatOf, kindOf, plain, truthy, type Value } from "./values.ts";

Deno.test("truthy() is false for nothing, zero and whatever is empty", () => {
  const rows: readonly (readonly [Value, boolean])[] = [
    [null, false],
    [false, false],
    [true, true],
    [0, false],
    [-0, false],
    [0.1, true],
    [floatOf(0), false],
    [floatOf(2), true],
    ["", false],
    ["0", true],
    [[], false],
    [[null], true],
    [{}, false],
    [{ a: null }, true],
  ];
  for (const [value, expected] of rows) strictEqual(truthy(value), expected, JSON.stringify(value));
});

Deno.test("equals() compares numbers by value, structures deeply, booleans only with booleans", () => {
  const rows: readonly (readonly [Value, Value, boolean])[] = [
    [1, floatOf(1), true],
    [floatOf(1), 1, true],
    [1, true, false],
    [0, false, false],
    [floatOf(1), true, false],
    [true, true, true],
    ["1", 1, false],
    ["a", "A", false],
    [null, null, true],
    [null, 0, false],
    [null, false, false],
    [[1, [2]], [floatOf(1), [2]], true],
    [[1], [1, 2], false],
    [[true], [1], false],
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: null }, { b: null }, false],
    [[], {}, false],
    [{}, floatOf(0), false],
    [JSON.parse('{"toString": 1}'), JSON.parse('{"x": 1}'), false],
  ];
  for (const [left, right, expected] of rows) {
    strictEqual(equals(left, right), expected, JSON.stringify([left, right]));
    strictEqual(equals(right, left), expected, JSON.stringify([right, left]));
  }
});

Deno.test("compare() orders numbers, texts and lists, and nothing else", () => {
  const rows: readonly (readonly [Value, Value, -1 | 0 | 1 | null])[] = [
    [1, 2, -1],
    [2.5, 2.5, 0],
    [floatOf(3), 2, 1],
    ["10", "9", -1],
    ["a", "B", 1],
    ["", "a", -1],
    ["a", "a", 0],
    ["\ufb00", "😀", -1],
    ["\ud7ff", "😀", -1],
    ["😀", "😁", -1],
    [[1, 2], [1, 3], -1],
    [[1], [1, 0], -1],
    [[], [], 0],
    [[2], [1, 9], 1],
    [[1, "a"], [1, 2], null],
    [[1, "a"], [2, 2], -1],
    [1, "1", null],
    [1, null, null],
    [null, null, null],
    [true, false, null],
    [true, 1, null],
    [{}, {}, null],
  ];
  for (const [left, right, expected] of rows) {
    strictEqual(compare(left, right), expected, JSON.stringify([left, right]));
  }
});

Deno.test("plain() removes marks and the sign of zero", () => {
  strictEqual(JSON.stringify(plain([floatOf(2), [floatOf(0)], { a: 1 }])), '[2,[0],{"a":1}]');
  strictEqual(Object.is(plain(floatOf(-0)), 0), true);
});

Deno.test("kindOf() tells integers from floats", () => {
  const values: readonly Value[] = [null, true, "x", 1, 1.5, floatOf(1), 1e300, [], {}];
  const kinds = ["null", "boolean", "text", "integer", "float", "float", "float", "list", "mapping"];
  values.forEach((value, place) => strictEqual(kindOf(value), kinds[place]));
});
