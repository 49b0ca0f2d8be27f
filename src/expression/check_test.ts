/** Checks row by row. */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { JsonObject, JsonValue } from "../json.ts";
import { type CheckOperatorName, type CheckOutcome, compileCheck } from "./check.ts";

/** `undefined` = the field is missing. */
function check(value: JsonValue | undefined, op: CheckOperatorName, operand: JsonValue): CheckOutcome {
  const isMembership = op === "in" || op === "not_in";
  const values = isMembership && Array.isArray(operand) ? operand : [];
  const context: JsonObject = value === undefined ? {} : { f: value };
  return compileCheck({ field: "f", op, value: isMembership ? null : operand, values })({ values: context });
}

const ROWS: readonly (readonly [JsonValue | undefined, CheckOperatorName, JsonValue, boolean])[] = [
  ["open", "eq", "open", true],
  ["open", "eq", "Open", false],
  [1, "eq", 1.0, true],
  [undefined, "eq", null, true],
  [true, "eq", 1, false],
  [{ k: { m: 1 } }, "eq", { k: { m: 1 } }, true],
  [undefined, "neq", "a", true],
  [null, "neq", null, false],
  [5, "gt", 3, true],
  [undefined, "gt", 3, false],
  [null, "gt", null, false],
  ["10", "lt", "9", true],
  [[2], "gte", [1], true],
  [3, "lte", 3, true],
  [0, "is_set", null, true],
  [undefined, "is_set", null, false],
  [undefined, "is_null", null, true],
  [false, "is_null", null, false],
  ["a", "in", ["a", "b"], true],
  [undefined, "in", ["a", null], true],
  [true, "in", [1], false],
  ["c", "not_in", ["a"], true],
  [undefined, "not_in", [null], false],
  ["hard error", "contains", "err", true],
  [1234, "contains", "23", true],
  ["a12", "contains", 12, true],
  [["alpha"], "contains", "alph", false],
  [["alpha"], "contains", "alpha", true],
  [[10, 1], "contains", 1, true],
  [[null], "contains", null, true],
  [true, "contains", "ru", true],
  [{ k: 1 }, "contains", "k", false],
  [42, "starts_with", 4, true],
  [null, "starts_with", "", false],
  [["ERR"], "starts_with", "ERR", false],
  [2.0, "ends_with", ".0", false],
  ["a.csv", "ends_with", ".csv", true],
  ["an ERROR", "matches", "ERR", true],
  [404, "matches", "^4", true],
  [["4"], "matches", "4", false],
  [undefined, "matches", ".*", false],
];

Deno.test("a check passes or not", () => {
  for (const [value, op, operand, passed] of ROWS) {
    const outcome = check(value, op, operand);
    strictEqual(outcome.passed, passed, JSON.stringify([value, op, operand]));
    strictEqual(outcome.error, undefined, JSON.stringify([value, op, operand]));
  }
});

const UNDECIDED: readonly (readonly [JsonValue, CheckOperatorName, JsonValue])[] = [
  [5, "gt", "3"],
  ["5", "lt", 9],
  [5, "gt", null],
  [true, "gt", 0],
  [{ a: 1 }, "gte", {}],
  [[1, "a"], "lt", [1, 2]],
  ["text", "contains", ["t"]],
  ["text", "starts_with", null],
  ["text", "matches", null],
  ["x".repeat(10_001), "matches", "x"],
];

Deno.test("a check that cannot be decided does not pass and says why", () => {
  for (const [value, op, operand] of UNDECIDED) {
    const outcome = check(value, op, operand);
    strictEqual(outcome.passed, false, JSON.stringify([op, operand]));
    strictEqual(typeof outcome.error, "string", JSON.stringify([op, operand]));
  }
});

Deno.test("in and not_in take their list from value when values is empty, and nothing but a list", () => {
  const passes = (op: CheckOperatorName, value: JsonValue) =>
    compileCheck({ field: "f", op, value, values: [] })({ values: { f: "a" } });
  strictEqual(passes("in", ["a"]).passed, true);
  strictEqual(passes("not_in", ["a"]).passed, false);
  strictEqual(passes("in", null).passed, false);
  strictEqual(passes("not_in", null).passed, true);
  for (const op of ["in", "not_in"] as const) {
    const outcome = passes(op, "abc");
    deepStrictEqual([outcome.passed, typeof outcome.error], [false, "string"]);
  }
});

Deno.test("a field is a key first, then a path", () => {
  const read = (values: JsonObject) =>
    compileCheck({ field: "o.k", op: "eq", value: 1, values: [] })({ values });
  deepStrictEqual(read({ o: { k: 1 } }), { passed: true, values: { "o.k": 1 } });
  deepStrictEqual(read({ "o.k": 1, o: { k: 2 } }), { passed: true, values: { "o.k": 1 } });
  deepStrictEqual(read({ o: [1] }), { passed: false, values: {} });
  deepStrictEqual(read({}), { passed: false, values: {} });
});

Deno.test("compileCheck() refuses a bad pattern", () => {
  throws(() => compileCheck({ field: "f", op: "matches", value: "[", values: [] }), { code: "pattern" });
});
