/** Texts with `{{ expression }}` in them: every placeholder that has a value is replaced, the others stay. */
import type { JsonValue } from "../json.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { ExpressionError } from "./expression_error.ts";
import {
  PLACEHOLDERS_MAX,
  RENDERED_LENGTH_MAX,
  SOURCE_LENGTH_MAX,
  TEMPLATE_DEPTH_MAX,
  TEMPLATE_LENGTH_MAX,
} from "./limits.ts";
import type { Scope } from "./scope.ts";
import { textOf } from "./text.ts";

const CACHE_MAX = 1000;
const cache = new Map<string, Expression | null>();

/** One rendering: what it sees and what it may still do. */
interface Rendering {
  readonly scope: Scope;
  placeholders: number;
  characters: number;
}

/**
 * Renders every text in `value`, also inside lists and the values of mappings. Never throws `ExpressionError`. Placeholders
 * beyond the limits (1,000 of them, 1,000,000 characters put in) stay as they are.
 */
export function renderTemplate(value: JsonValue, scope: Scope): JsonValue {
  return renderAt(value, { scope, placeholders: PLACEHOLDERS_MAX, characters: RENDERED_LENGTH_MAX }, 0);
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

function renderAt(value: JsonValue, rendering: Rendering, depth: number): JsonValue {
  if (typeof value === "string") return renderText(value, rendering);
  if (typeof value !== "object" || value === null || depth >= TEMPLATE_DEPTH_MAX) return value;
  if (isList(value)) return value.map((item) => renderAt(item, rendering, depth + 1));
  const entries = Object.entries(value).map(([key, item]) =>
    [key, renderAt(item, rendering, depth + 1)] as const
  );
  return Object.fromEntries(entries);
}

function renderText(text: string, rendering: Rendering): string {
  return eachPlaceholder(text, (source) => {
    if (rendering.placeholders <= 0) return null;
    rendering.placeholders -= 1;
    const expression = cached(source.trim());
    if (expression === null) return null;
    try {
      const rendered = textOf(expression.evaluateMarked(rendering.scope));
      if (rendered.length > rendering.characters) return null;
      rendering.characters -= rendered.length;
      return rendered;
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
