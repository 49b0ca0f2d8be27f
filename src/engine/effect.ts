/** Effects: pure changes of the context, all or nothing. */
import { unreachable } from "../assert.ts";
import { compileSafely } from "./compile_expression.ts";
import { ExpressionError } from "../expression/expression_error.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { ownValue } from "./own.ts";
import type { EffectType } from "./spec.ts";
import { isArray, isObject, isoOf, removeKey, scopeOf, viewOf, type Work, writeKey } from "./work.ts";

/** What an effect does; throws `EffectError` and then has changed nothing. */
export type Effect = (work: Work) => readonly Change[];

export interface Change {
  readonly key: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** An effect, or anything else inside the step, cannot be done. */
export class EffectError extends Error {
  override readonly name = "EffectError";
}

export function compileEffect(type: EffectType, params: JsonObject): Effect {
  switch (type) {
    case "set":
      return (work) => writeAll(work, Object.keys(params).map((key) => [key, params[key] ?? null]));
    case "timestamp":
      return (work) => writeAll(work, [[fieldOf(params), isoOf(work.options.nowMs)]]);
    case "increment":
      return (work) => add(work, fieldOf(params), 1);
    case "decrement":
      return (work) => add(work, fieldOf(params), -1);
    case "append":
      return (work) => append(work, fieldOf(params), params["value"] ?? null);
    case "clear":
      return (work) => clear(work, fieldOf(params));
    case "compute":
      return compileCompute(params);
    default:
      return unreachable(type);
  }
}

/** Writes keys in order and tells what changed. Profile `scxml` knows no variable that was not declared. */
export function writeAll(work: Work, entries: readonly (readonly [string, JsonValue])[]): readonly Change[] {
  for (const [key] of entries) assertDeclared(work, key);
  return entries.map(([key, after]) => {
    const before = ownValue(viewOf(work), key);
    writeKey(work, key, after);
    return before === undefined ? { key, after } : { key, before, after };
  });
}

function compileCompute(params: JsonObject): Effect {
  const entries = Object.keys(params).map((key) => [key, compileSafely(String(params[key]))] as const);
  return (work) => {
    const seen: Record<string, JsonValue> = { ...viewOf(work) };
    const scope = { ...scopeOf(work), values: seen };
    const computed: (readonly [string, JsonValue])[] = [];
    for (const [key, expression] of entries) {
      assertDeclared(work, key);
      const value = evaluateIn(() => expression.evaluate(scope), `Cannot compute "${key}"`);
      seen[key] = value;
      computed.push([key, value]);
    }
    return writeAll(work, computed);
  };
}

/** The value, or an `EffectError` that begins with `action`. */
export function evaluateIn(evaluate: () => JsonValue, action: string): JsonValue {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new EffectError(`${action}: ${error.message}`, { cause: error });
  }
}

function add(work: Work, key: string, amount: number): readonly Change[] {
  const value = ownValue(viewOf(work), key);
  if (value !== undefined && typeof value !== "number") {
    throw new EffectError(`Cannot count "${key}": it is ${kindOf(value)}`);
  }
  const sum = (value ?? 0) + amount;
  if (!Number.isFinite(sum) || (Number.isInteger(sum) && !Number.isSafeInteger(sum))) {
    throw new EffectError(`Cannot count "${key}": ${sum} is too large`);
  }
  return writeAll(work, [[key, sum]]);
}

function append(work: Work, key: string, item: JsonValue): readonly Change[] {
  const list = ownValue(viewOf(work), key);
  if (list === undefined) return writeAll(work, [[key, [item]]]);
  if (!isArray(list)) throw new EffectError(`Cannot append to "${key}": it is ${kindOf(list)}`);
  return writeAll(work, [[key, [...list, item]]]);
}

function clear(work: Work, key: string): readonly Change[] {
  const before = ownValue(viewOf(work), key);
  removeKey(work, key);
  return before === undefined ? [] : [{ key, before }];
}

function fieldOf(params: JsonObject): string {
  return String(params["field"]);
}

function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  if (isArray(value)) return "a list";
  if (isObject(value)) return "a mapping";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

function assertDeclared(work: Work, key: string): void {
  if (!work.machine.isScxml || work.machine.declared.has(key)) return;
  if (!Object.hasOwn(viewOf(work), key)) {
    throw new EffectError(`Cannot assign to "${key}": it is not declared`);
  }
}
