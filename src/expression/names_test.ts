/** What is found before an expression runs. */
import { deepStrictEqual } from "node:assert/strict";
import { compileExpression } from "./expression.ts";
import { checkExpression, type DeclaredType } from "./names.ts";

const TYPES = new Map<string, DeclaredType>([
  ["total", "number"],
  ["count", "integer"],
  ["kind", "string"],
  ["is_paid", "boolean"],
  ["tags", "array"],
  ["order", "object"],
]);
const KNOWN = { names: new Set([...TYPES.keys(), "anything"]), types: TYPES };

function codesOf(source: string): readonly string[] {
  return checkExpression(compileExpression(source), KNOWN).map((problem) => problem.code);
}

Deno.test("checkExpression() finds nothing wrong with sound expressions", () => {
  const sources = [
    "total >= 100 and kind == 'vip'",
    "kind in ['a', 'b'] and 'x' in kind and 1 in tags and 'k' in order",
    "total == None or kind is None",
    "_event.payload.amount > 3 and _entity_id != 'x'",
    "anything > 3 and anything < 'x'",
    "is_paid == True and not is_paid + 1 == 2",
    "kind + 'x' < 'y' and kind * 2 == 'aa' and tags + [1] == tags[1:]",
    "order.total > 3 and order['x'].lower() == kind.lower()",
    "defined('misspelt') or In('any_state')",
    "(is_paid & 1) > 0 and (total | count) > 0",
    "(kind or 1) > 1 and (1 if is_paid else 'x') > 1",
    "max(total, count) > 3 and round(total) == count",
  ];
  for (const source of sources) deepStrictEqual(codesOf(source), [], source);
});

Deno.test("checkExpression() finds what fails or says nothing", () => {
  const rows: readonly (readonly [source: string, codes: readonly string[]])[] = [
    ["totl > 1", ["unknown_name"]],
    ["totl > knd", ["unknown_name", "unknown_name"]],
    ["min > 3", ["function_as_value"]],
    ["rand() > 3", ["unknown_function"]],
    ["tags.append(1)", ["unknown_function", "type_mismatch"]],
    ["len(kind, 1) > 3", ["bad_call"]],
    ["total > '3'", ["type_mismatch"]],
    ["is_paid > 0", ["type_mismatch"]],
    ["total > None", ["type_mismatch"]],
    ["kind == 3", ["type_mismatch"]],
    ["is_paid == 1", ["type_mismatch"]],
    ["total + kind", ["type_mismatch"]],
    ["tags * tags", ["type_mismatch"]],
    ["1 in kind", ["type_mismatch"]],
    ["1 in total", ["type_mismatch"]],
    ["total.lower()", ["type_mismatch"]],
    ["0 < total < 'x'", ["type_mismatch"]],
    ["-total == kind", ["type_mismatch"]],
    ["(not total) + 'x'", ["type_mismatch"]],
    ["kind[1:] == total", ["type_mismatch"]],
    ["kind[0] > total", ["type_mismatch"]],
    ["tags[1:] > kind", ["type_mismatch"]],
    ["(is_paid & is_paid) > 1", ["type_mismatch"]],
    ["(is_paid ^ is_paid) > 1", ["type_mismatch"]],
    ["2.5 == kind", ["type_mismatch"]],
    ["(kind if is_paid else 'x') > 1", ["type_mismatch"]],
    ["(kind or 'x') > 1", ["type_mismatch"]],
  ];
  for (const [source, codes] of rows) deepStrictEqual(codesOf(source), codes, source);
});

Deno.test("checkExpression() says where and what was probably meant", () => {
  const [problem] = checkExpression(compileExpression("1 < totla"), KNOWN);
  deepStrictEqual(problem, {
    code: "unknown_name",
    severity: "warning",
    message: 'Name "totla" is not known',
    hint: 'Did you mean "total"?',
    name: "totla",
    nearest: "total",
    offset: 4,
    length: 5,
  });
});

Deno.test("checkExpression() leaves names alone when none are declared", () => {
  const problems = checkExpression(compileExpression("anything + max > 1 and rnd(2) > 1"), { names: null });
  deepStrictEqual(problems.map(({ code, severity }) => [code, severity]), [
    ["function_as_value", "warning"],
    ["unknown_function", "error"],
  ]);
});
