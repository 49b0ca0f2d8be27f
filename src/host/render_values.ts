/** Templates whose values keep their type: `"{{ total }}"` alone is the number, `"total: {{ total }}"` is text. */
import { compileExpression } from "../expression/expression.ts";
import { ExpressionError } from "../expression/expression_error.ts";
import { renderTemplate } from "../expression/template.ts";
import type { Scope } from "../expression/scope.ts";
import type { JsonObject, JsonValue } from "../json.ts";

const DEPTH_MAX = 32;
const SOURCE_LENGTH_MAX = 1_024;

/** As `renderTemplate`, and a text that is one placeholder takes the value itself; without a value it stays as written. */
export function renderValues(value: JsonValue, scope: Scope, depth = 0): JsonValue {
  if (typeof value === "string") return valueOf(value, scope);
  if (typeof value !== "object" || value === null || depth >= DEPTH_MAX) return value;
  if (isList(value)) return value.map((item) => renderValues(item, scope, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, renderValues(item, scope, depth + 1)]),
  );
}

function valueOf(text: string, scope: Scope): JsonValue {
  const [, source] = /^\s*\{\{((?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}\s*$/.exec(text) ?? [];
  if (source === undefined || source.length > SOURCE_LENGTH_MAX) return renderTemplate(text, scope);
  try {
    return compileExpression(source.trim()).evaluate(scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return text;
  }
}

function isList(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value);
}
