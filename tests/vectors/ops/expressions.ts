/** Operations on expressions and texts alone: no machine around them. */
import { compileExpression } from "../../../src/expression/expression.ts";
import { ExpressionError } from "../../../src/expression/expression_error.ts";
import { renderTemplate } from "../../../src/expression/template.ts";
import { truthy } from "../../../src/expression/values.ts";
import type { JsonObject } from "../../../src/json.ts";
import { asText, optionalObject, type VectorCase } from "../case.ts";

/** `expr`: value and truth of an expression. */
export function runExpression({ input }: VectorCase): JsonObject {
  const source = asText(input["expr"], "expr");
  try {
    const value = compileExpression(source).evaluate({ values: optionalObject(input, "context") });
    return { value, truthy: truthy(value) };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: true };
    throw error;
  }
}

/** `template`: a text with its placeholders filled in. */
export function runTemplate({ input }: VectorCase): JsonObject {
  const text = asText(input["text"], "text");
  return { text: renderTemplate(text, { values: optionalObject(input, "context") }) };
}
