/** Whether a context is what the machine declares: variables in file order, then invariants. */
import { unreachable } from "../assert.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { Machine } from "./machine.ts";
import { ownValue } from "./own.ts";
import type { VariableSpec } from "./spec.ts";

export interface ContextProblem {
  /** `invalid` = an invariant that cannot be decided. */
  readonly kind: "missing" | "null" | "type" | "invariant" | "invalid";
  /** Key of the variable or label of the invariant. */
  readonly name: string;
  /** Declared type; null unless `kind` is `type`. */
  readonly type: string | null;
  readonly message: string;
}

export function validateContext(machine: Machine, context: JsonObject): readonly ContextProblem[] {
  const problems: ContextProblem[] = [];
  for (const variable of machine.spec.variables) {
    const problem = variableProblem(variable, ownValue(context, variable.key));
    if (problem !== null) problems.push(problem);
  }
  for (const { label, condition } of machine.invariants) {
    const { passed, error } = condition({ values: context });
    if (passed) continue;
    problems.push(
      error === undefined
        ? { kind: "invariant", name: label, type: null, message: `Invariant "${label}" does not hold` }
        : { kind: "invalid", name: label, type: null, message: `Invariant "${label}" is invalid: ${error}` },
    );
  }
  return problems;
}

function variableProblem(variable: VariableSpec, value: JsonValue | undefined): ContextProblem | null {
  const { key, type, isRequired } = variable;
  if (value === undefined) {
    return isRequired
      ? { kind: "missing", name: key, type: null, message: `Variable "${key}" is missing` }
      : null;
  }
  if (value === null) {
    return isRequired ? { kind: "null", name: key, type: null, message: `Variable "${key}" is null` } : null;
  }
  if (type === null || isOfType(value, type)) return null;
  return {
    kind: "type",
    name: key,
    type,
    message: `Variable "${key}" is ${nameOf(value)}, expected ${type}`,
  };
}

function isOfType(value: JsonValue, type: NonNullable<VariableSpec["type"]>): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      return unreachable(type);
  }
}

function nameOf(value: JsonValue): string {
  return Array.isArray(value) ? "array" : typeof value;
}
