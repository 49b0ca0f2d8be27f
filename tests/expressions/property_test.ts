/** What holds for every expression and every value. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { compileExpression, type Expression } from "../../src/expression/expression.ts";
import { ExpressionError } from "../../src/expression/expression_error.ts";
import type { Scope } from "../../src/expression/scope.ts";
import { compare, equals, truthy } from "../../src/expression/values.ts";
import type { JsonObject, JsonValue } from "../../src/json.ts";
import { FUZZ_CONTEXT } from "./fuzz.ts";
import { randomOf, randomSource } from "./grammar.ts";

const RUNS = 3_000;

function check(holds: (seed: number) => void): void {
  fc.assert(fc.property(fc.nat(), holds), { numRuns: RUNS, seed: 1 });
}

function compiled(source: string): Expression | null {
  try {
    return compileExpression(source);
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

type Outcome = { readonly value: JsonValue } | { readonly code: string; readonly message: string };

function outcomeOf(expression: Expression, scope: Scope): Outcome {
  try {
    return { value: expression.evaluate(scope) };
  } catch (error) {
    if (error instanceof ExpressionError) return { code: error.code, message: error.message };
    throw error;
  }
}

Deno.test("the first row of explain() is the outcome of evaluate()", () => {
  check((seed) => {
    const expression = compiled(randomSource(randomOf(seed)));
    if (expression === null) return;
    const outcome = outcomeOf(expression, { values: FUZZ_CONTEXT });
    const [root] = expression.explain({ values: FUZZ_CONTEXT });
    if (root?.type === "value") deepStrictEqual({ value: root.value }, outcome);
    else if (root?.type === "error") {
      deepStrictEqual({ code: root.error.code, message: root.error.message }, outcome);
    } else throw new Error("the root is always evaluated");
  });
});

Deno.test("every row of explain() that has a value gives it alone, too", () => {
  check((seed) => {
    const expression = compiled(randomSource(randomOf(seed)));
    for (const row of expression?.explain({ values: FUZZ_CONTEXT }) ?? []) {
      if (row.type !== "value" || row.source.length > 200) continue;
      deepStrictEqual(
        compileExpression(row.source).evaluate({ values: FUZZ_CONTEXT }),
        row.value,
        row.source,
      );
    }
  });
});

Deno.test("names lists all that an expression reads", () => {
  check((seed) => {
    const expression = compiled(randomSource(randomOf(seed)));
    if (expression === null || expression.source.includes("defined(")) return;
    const values: Record<string, JsonValue> = {};
    for (const name of expression.names) {
      if (Object.hasOwn(FUZZ_CONTEXT, name)) values[name] = FUZZ_CONTEXT[name] ?? null;
    }
    deepStrictEqual(outcomeOf(expression, { values }), outcomeOf(expression, { values: FUZZ_CONTEXT }));
  });
});

Deno.test("evaluation is repeatable and changes nothing", () => {
  const before = JSON.stringify(FUZZ_CONTEXT);
  check((seed) => {
    const expression = compiled(randomSource(randomOf(seed)));
    if (expression === null) return;
    const scope = { values: FUZZ_CONTEXT };
    deepStrictEqual(outcomeOf(expression, scope), outcomeOf(expression, scope));
  });
  strictEqual(JSON.stringify(FUZZ_CONTEXT), before);
});

const value = fc.jsonValue({ maxDepth: 2 }).map((generated): JsonValue =>
  JSON.parse(JSON.stringify(generated))
);

Deno.test("equality is symmetric and agrees with order and with a copy", () => {
  fc.assert(
    fc.property(value, value, (left, right) => {
      strictEqual(equals(left, right), equals(right, left));
      strictEqual(equals(left, JSON.parse(JSON.stringify(left))), true);
      const order = compare(left, right);
      const reverse = compare(right, left);
      strictEqual(order === null, reverse === null);
      if (order !== null) strictEqual(order + (reverse ?? 0), 0);
      if (order !== null) strictEqual(order === 0, equals(left, right));
    }),
    { numRuns: RUNS, seed: 1 },
  );
});

Deno.test("not, and, or and == agree with truthy() and equals()", () => {
  fc.assert(
    fc.property(value, value, (left, right) => {
      const values: JsonObject = { left, right };
      const evaluate = (source: string): JsonValue => compileExpression(source).evaluate({ values });
      strictEqual(evaluate("not left"), !truthy(left));
      deepStrictEqual(evaluate("left and right"), truthy(left) ? right : left);
      deepStrictEqual(evaluate("left or right"), truthy(left) ? left : right);
      strictEqual(evaluate("left == right"), equals(left, right));
      strictEqual(evaluate("left != right"), !equals(left, right));
    }),
    { numRuns: RUNS, seed: 1 },
  );
});
