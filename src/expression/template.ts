/** Texts with `{{ expression }}` in them: every placeholder that has a value is replaced, the others stay. */
import type { JsonValue } from "../json.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { ExpressionError } from "./expression_error.ts";
import { SOURCE_LENGTH_MAX, TEMPLATE_DEPTH_MAX, TEMPLATE_LENGTH_MAX } from "./limits.ts";
import type { Scope } from "./scope.ts";
import { textOf } from "./text.ts";

const CACHE_MAX = 1000;
const cache = new Map<string, Expression | null>();

/** Renders every text in `value`, also inside lists and the values of mappings. Never throws `ExpressionError`. */
export function renderTemplate(value: JsonValue, scope: Scope): JsonValue {
  return renderAt(value, scope, 0);
}

/** The expressions in the placeholders of `text`, trimmed, in order. */
export function placeholdersOf(text: string): readonly string[] {
  const sources: string[] = [];
  eachPlaceholder(text, (source) => {
    sources.push(source.trim());
    return null;
  });
  return sources;
}

function renderAt(value: JsonValue, scope: Scope, depth: number): JsonValue {
  if (typeof value === "string") return renderText(value, scope);
  if (typeof value !== "object" || value === null || depth >= TEMPLATE_DEPTH_MAX) return value;
  if (isList(value)) return value.map((item) => renderAt(item, scope, depth + 1));
  const entries = Object.entries(value).map(([key, item]) =>
    [key, renderAt(item, scope, depth + 1)] as const
  );
  return Object.fromEntries(entries);
}

function renderText(text: string, scope: Scope): string {
  return eachPlaceholder(text, (source) => {
    const expression = cached(source.trim());
    if (expression === null) return null;
    try {
      return textOf(expression.evaluateMarked(scope));
    } catch (error) {
      if (error instanceof ExpressionError) return null;
      throw error;
    }
  });
}

/** Copies `text` with each `{{…}}` replaced by what `replace` makes of its inside; null keeps it. One pass, no backtracking. */
function eachPlaceholder(text: string, replace: (source: string) => string | null): string {
  if (text.length > TEMPLATE_LENGTH_MAX || !text.includes("{{")) return text;
  const parts: string[] = [];
  let done = 0;
  for (let open = text.indexOf("{{"); open >= 0;) {
    const close = text.indexOf("}}", open + 2);
    if (close < 0) break;
    const source = text.slice(open + 2, close);
    const replaced = source === "" ? null : replace(source);
    if (replaced !== null) {
      parts.push(text.slice(done, open), replaced);
      done = close + 2;
    }
    open = text.indexOf("{{", close + 2);
  }
  parts.push(text.slice(done));
  return parts.join("");
}

/** null = not an expression. */
function cached(source: string): Expression | null {
  if (source.length > SOURCE_LENGTH_MAX) return null;
  const known = cache.get(source);
  if (known !== undefined) return known;
  const expression = compiled(source);
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(source, expression);
  return expression;
}

function compiled(source: string): Expression | null {
  try {
    return compileExpression(source);
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
