/** Guards and conditions as closures: true, false, or an error that is neither, with a row for each node looked at. */
import { unreachable } from "../assert.ts";
import { messageOf } from "../errors.ts";
import { compileCheck } from "../expression/check.ts";
import type { Expression } from "../expression/expression.ts";
import { ExpressionError } from "../expression/expression_error.ts";
import type { Scope } from "../expression/scope.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { builtinGuards } from "./builtin_guards.ts";
import { compileSafely } from "./compile_expression.ts";
import { truthy } from "../expression/values.ts";
import type { CheckSpec, ConditionSpec, GuardSpec } from "./spec.ts";
import type { GuardFunction, GuardRow } from "./step.ts";
import { TransientGuardError } from "./transient_guard.ts";

/** `missing` = a named guard without implementation; it fails closed and outweighs `error`. */
export type Verdict = "true" | "false" | "error" | "missing";

export interface GuardScope extends Scope {
  readonly guards: ReadonlyMap<string, GuardFunction> | undefined;
  readonly isStrictGuards: boolean;
}

export type CompiledGuard = (scope: GuardScope, rows: GuardRow[]) => Verdict;

/** A data condition: an error counts as not holding and is reported. */
export type Condition = (scope: Scope) => { readonly passed: boolean; readonly error?: string };

export function compileGuard(spec: GuardSpec): CompiledGuard {
  switch (spec.type) {
    case "check":
      return checkGuard(spec);
    case "expr":
      return expressionGuard(compileSafely(spec.source));
    case "named":
      return namedGuard(spec.name, spec.params);
    case "allOf":
      return compositeGuard("allOf", spec.guards.map(compileGuard));
    case "anyOf":
      return compositeGuard("anyOf", spec.guards.map(compileGuard));
    case "not":
      return notGuard(compileGuard(spec.guard));
    default:
      return unreachable(spec);
  }
}

/** All guards in order; stops at the first that is not true. */
export function evaluateGuards(
  guards: readonly CompiledGuard[],
  scope: GuardScope,
  rows: GuardRow[],
): Verdict {
  for (const guard of guards) {
    const verdict = guard(scope, rows);
    if (verdict !== "true") return verdict;
  }
  return "true";
}

export function compileCondition(spec: ConditionSpec): Condition {
  switch (spec.type) {
    case "check":
      return safeCheck(spec);
    case "allOf": {
      const conditions = spec.conditions.map(compileCondition);
      return (scope) => {
        for (const condition of conditions) {
          const outcome = condition(scope);
          if (!outcome.passed) return outcome;
        }
        return { passed: true };
      };
    }
    case "anyOf": {
      const conditions = spec.conditions.map(compileCondition);
      return (scope) => {
        let failed: { readonly passed: boolean; readonly error?: string } = { passed: false };
        for (const condition of conditions) {
          const outcome = condition(scope);
          if (outcome.passed) return outcome;
          if (outcome.error !== undefined) failed = outcome;
        }
        return failed;
      };
    }
    case "negate": {
      const condition = compileCondition(spec.condition);
      return (scope) => {
        const outcome = condition(scope);
        return outcome.error === undefined ? { passed: !outcome.passed } : outcome;
      };
    }
    default:
      return unreachable(spec);
  }
}

/** True when every condition holds; an error does not. */
export function holds(conditions: readonly Condition[], scope: Scope): boolean {
  return conditions.every((condition) => condition(scope).passed);
}

/** A check whose pattern may be bad: such a check always errs. */
export function safeCheck(spec: CheckSpec): ReturnType<typeof compileCheck> {
  try {
    return compileCheck(spec);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return () => ({ passed: false, error: error.message, values: {} });
  }
}

function checkGuard(spec: CheckSpec): CompiledGuard {
  const check = safeCheck(spec);
  const name = `check:${spec.field} ${spec.op}`;
  return (scope, rows) => {
    const { passed, error, values } = check(scope);
    if (error !== undefined) {
      rows.push({ name, kind: "check", passed: false, error, values });
      return "error";
    }
    rows.push({ name, kind: "check", passed, values });
    return passed ? "true" : "false";
  };
}

function expressionGuard(expression: Expression): CompiledGuard {
  const name = `expr:${expression.source}`;
  return (scope, rows) => {
    const values = valuesRead(expression, scope.values);
    try {
      const passed = truthy(expression.evaluate(scope));
      rows.push({ name, kind: "expr", passed, values });
      return passed ? "true" : "false";
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      rows.push({ name, kind: "expr", passed: false, error: error.message, values });
      return "error";
    }
  };
}

function namedGuard(name: string, params: JsonObject): CompiledGuard {
  const builtin = builtinGuards.get(name);
  return (scope, rows) => {
    const guard = scope.guards?.get(name) ?? builtin;
    if (guard === undefined) {
      if (!scope.isStrictGuards) {
        rows.push({ name, kind: "name", passed: true });
        return "true";
      }
      rows.push({ name, kind: "name", passed: false, error: `No guard "${name}"` });
      return "missing";
    }
    try {
      const passed = isTruthy(guard(scope.values, params));
      rows.push({ name, kind: "name", passed });
      return passed ? "true" : "false";
    } catch (error) {
      if (error instanceof TransientGuardError) throw error;
      rows.push({ name, kind: "name", passed: false, error: messageOf(error) });
      return "error";
    }
  };
}

function compositeGuard(name: "allOf" | "anyOf", guards: readonly CompiledGuard[]): CompiledGuard {
  const stop = name === "allOf" ? "false" : "true";
  return (scope, rows) => {
    let verdict: Verdict = name === "allOf" ? "true" : "false";
    for (const guard of guards) {
      const found = guard(scope, rows);
      if (found === stop || (name === "allOf" && found !== "true")) {
        verdict = found;
        break;
      }
      if (name === "anyOf" && found !== "false") verdict = worse(verdict, found);
    }
    rows.push(compositeRow(name, verdict));
    return verdict;
  };
}

function notGuard(guard: CompiledGuard): CompiledGuard {
  return (scope, rows) => {
    const found = guard(scope, rows);
    const verdict = found === "true" ? "false" : found === "false" ? "true" : found;
    rows.push(compositeRow("not", verdict));
    return verdict;
  };
}

function compositeRow(name: string, verdict: Verdict): GuardRow {
  const row = { name, kind: "composite" as const, passed: verdict === "true" };
  if (verdict === "true" || verdict === "false") return row;
  return { ...row, error: verdict === "error" ? "a guard inside has an error" : "a guard inside is missing" };
}

function worse(left: Verdict, right: Verdict): Verdict {
  return left === "missing" || right === "missing" ? "missing" : "error";
}

function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** What the expression could see, without what the engine lays into the scope. */
function valuesRead(expression: Expression, values: JsonObject): JsonObject {
  const read: Record<string, JsonValue> = {};
  for (const name of expression.names) {
    const value = name.startsWith("_") || !Object.hasOwn(values, name) ? undefined : values[name];
    if (value !== undefined) read[name] = value;
  }
  return read;
}
