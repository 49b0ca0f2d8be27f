/** Halves and exact doubles. */
import { strictEqual } from "node:assert/strict";
import { roundToDigits, roundToInteger } from "./rounding.ts";

Deno.test("roundToInteger() takes the even one of two neighbours", () => {
  const rows: readonly (readonly [number, number])[] = [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [2.4999999999999996, 2],
    [1e15 + 0.5, 1e15],
    [4503599627370497.5, 4503599627370498],
  ];
  for (const [value, expected] of rows) strictEqual(roundToInteger(value) + 0, expected, String(value));
});

Deno.test("roundToDigits() rounds the exact value of the double", () => {
  const rows: readonly (readonly [value: number, digits: number, expected: number])[] = [
    [2.567, 2, 2.57],
    [2.675, 2, 2.67],
    [0.125, 2, 0.12],
    [0.375, 2, 0.38],
    [1.005, 2, 1],
    [-2.5, 0, -2],
    [1250, -2, 1200],
    [1350, -2, 1400],
    [5e-324, 323, 0],
    [1.5, 400, 1.5],
    [1e300, 2, 1e300],
    [1e300, -400, 0],
    [123.456, -3, 0],
  ];
  for (const [value, digits, expected] of rows) {
    strictEqual(roundToDigits(value, digits), expected, `${value} ${digits}`);
  }
});
