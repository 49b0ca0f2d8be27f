/** Expressions with the answers of Python, whose syntax the language borrows: value, printed form or failure. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compileExpression } from "../../src/expression/expression.ts";
import { ExpressionError } from "../../src/expression/expression_error.ts";
import { textOf } from "../../src/expression/text.ts";
import type { JsonObject, JsonValue } from "../../src/json.ts";
import corpus from "./corpus.json" with { type: "json" };

const CASES_MIN = 300;

interface Answer {
  readonly value?: JsonValue;
  readonly text?: string;
  readonly error?: boolean;
}

function answerOf(source: string, values: JsonObject): Answer {
  try {
    const expression = compileExpression(source);
    return { value: expression.evaluate({ values }), text: textOf(expression.evaluateMarked({ values })) };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: true };
    throw error;
  }
}

Deno.test("expressions mean what they mean in Python", () => {
  ok(corpus.cases.length >= CASES_MIN);
  for (const { source, ...expected } of corpus.cases) {
    deepStrictEqual(unsigned(answerOf(source, corpus.context)), unsigned(expected), source);
  }
});

Deno.test("the corpus tells a wrong answer from a right one", () => {
  const isFailing = corpus.cases.filter((entry) => "error" in entry).length;
  ok(isFailing > 50 && corpus.cases.length - isFailing > 200);
  strictEqual(answerOf("7 // -2", {}).value, -4);
});

/** JSON keeps no sign of zero. */
function unsigned(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer));
}
