/** Checks: one context value, one operator, one operand; never an exception, only a reason. */
import { unreachable } from "../assert.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { ExpressionError } from "./expression_error.ts";
import { STEPS_MAX } from "./limits.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import { lookUp, type Scope } from "./scope.ts";
import { jsonText } from "./text.ts";
import { compare, equals, kindOf, type Meter } from "./values.ts";

/** Every operator that a check may name. */
export const CHECK_OPERATORS = [
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "not_in",
  "is_set",
  "is_null",
  "contains",
  "starts_with",
  "ends_with",
  "matches",
] as const;

export type CheckOperatorName = typeof CHECK_OPERATORS[number];

/** A check as written, with what was left out filled in: null and `[]`. */
export interface CheckSource {
  /** A key of the context, spelled exactly; else a path of keys with dots. */
  readonly field: string;
  readonly op: CheckOperatorName;
  readonly value: JsonValue;
  /** Operand of `in` and `not_in`; when it is empty a list in `value` counts. */
  readonly values: readonly JsonValue[];
}

export interface CheckOutcome {
  readonly passed: boolean;
  /** Why the check could not be decided; it has not passed then. */
  readonly error?: string;
  /** What was read: the field and its value; empty when the field is missing. */
  readonly values: JsonObject;
}

/** Throws `ExpressionError` for a pattern that is no pattern; evaluation itself never throws. */
export function compileCheck(check: CheckSource): (scope: Scope) => CheckOutcome {
  const test = testOf(check);
  return ({ values }) => {
    const found = lookUp(values, check.field);
    const read = found === undefined ? {} : { [check.field]: found };
    try {
      return { passed: test(found ?? null, { left: STEPS_MAX }), values: read };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return {
        passed: false,
        error: `Cannot check "${check.field}" with ${check.op}: ${error.message}`,
        values: read,
      };
    }
  };
}

type Test = (value: JsonValue, meter: Meter) => boolean;

function testOf({ op, value: operand, values }: CheckSource): Test {
  switch (op) {
    case "eq":
      return (value, meter) => equals(value, operand, meter);
    case "neq":
      return (value, meter) => !equals(value, operand, meter);
    case "gt":
      return (value, meter) => value !== null && orderOf(value, operand, meter) > 0;
    case "gte":
      return (value, meter) => value !== null && orderOf(value, operand, meter) >= 0;
    case "lt":
      return (value, meter) => value !== null && orderOf(value, operand, meter) < 0;
    case "lte":
      return (value, meter) => value !== null && orderOf(value, operand, meter) <= 0;
    case "in":
      return membershipTest(operand, values);
    case "not_in": {
      const isIn = membershipTest(operand, values);
      return (value, meter) => !isIn(value, meter);
    }
    case "is_set":
      return (value) => value !== null;
    case "is_null":
      return (value) => value === null;
    case "contains":
      return containsTest(operand);
    case "starts_with":
      return textTest(operand, (text, part) => text.startsWith(part));
    case "ends_with":
      return textTest(operand, (text, part) => text.endsWith(part));
    case "matches":
      return matchesTest(operand);
    default:
      return unreachable(op);
  }
}

function orderOf(value: JsonValue, operand: JsonValue, meter: Meter): number {
  const order = compare(value, operand, meter);
  if (order !== null) return order;
  throw bad(`${kindOf(value)} and ${kindOf(operand)} have no order`);
}

function membershipTest(operand: JsonValue, values: readonly JsonValue[]): Test {
  const listed = values.length === 0 && operand !== null ? operand : values;
  return (value, meter) => {
    if (Array.isArray(listed)) return listed.some((member: JsonValue) => equals(value, member, meter));
    throw bad("the operand is not a list");
  };
}

/** A list contains its members, a text its parts. */
function containsTest(operand: JsonValue): Test {
  const isPart = textTest(operand, (text, part) => text.includes(part));
  return (value, meter) => {
    if (!Array.isArray(value)) return isPart(value, meter);
    return value.some((member: JsonValue) => equals(member, operand, meter));
  };
}

/** Scalars are compared as JSON writes them; lists and mappings have no text, so they never pass. */
function textTest(operand: JsonValue, isHit: (text: string, part: string) => boolean): Test {
  const part = operand === null ? null : jsonText(operand);
  return (value) => {
    if (value === null) return false;
    if (part === null) throw bad(`the operand is ${kindOf(operand)}, not a text`);
    const text = jsonText(value);
    return text !== null && isHit(text, part);
  };
}

function matchesTest(operand: JsonValue): Test {
  const source = operand === null ? null : jsonText(operand);
  const pattern: Pattern | null = source === null ? null : compilePattern(source);
  return (value) => {
    if (value === null) return false;
    if (pattern === null) throw bad(`the operand is ${kindOf(operand)}, not a pattern`);
    const text = jsonText(value);
    return text !== null && pattern.isFoundIn(text);
  };
}

function bad(message: string): ExpressionError {
  return new ExpressionError("type", message, { offset: 0, length: 0 });
}
