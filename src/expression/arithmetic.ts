/** Numbers as the language counts: exact integers up to 2^53 − 1, floats, floor division, and what `+` and `*` do to texts and lists. */
import { unreachable } from "../assert.ts";
import { allowList, allowText, type Call, chargeContents } from "./allowance.ts";
import type { BinaryOperator } from "./ast.ts";
import { ExpressionError } from "./expression_error.ts";
import { floatOf, isList, kindOf, numberOf, type Value } from "./values.ts";

/** The value of `left operator right`. Throws `ExpressionError` when the operator does not take such values. */
export function binary(operator: BinaryOperator, left: Value, right: Value, call: Call): Value {
  const leftNumber = numeric(left);
  const rightNumber = numeric(right);
  if (leftNumber === null || rightNumber === null) return sequenceOperation(operator, left, right, call);
  const isFloat = isFloatOperand(left) || isFloatOperand(right);
  switch (operator) {
    case "+":
      return result(leftNumber + rightNumber, isFloat, call);
    case "-":
      return result(leftNumber - rightNumber, isFloat, call);
    case "*":
      return result(leftNumber * rightNumber, isFloat, call);
    case "/":
      refuseZero(rightNumber, call);
      return result(leftNumber / rightNumber, true, call);
    case "//":
      refuseZero(rightNumber, call);
      return result(
        isFloat ? floorFloat(leftNumber, rightNumber) : floorInteger(leftNumber, rightNumber),
        isFloat,
        call,
      );
    case "%":
      refuseZero(rightNumber, call);
      return result(modulo(leftNumber, rightNumber), isFloat, call);
    case "**":
      return power(leftNumber, rightNumber, isFloat, call);
    case "&":
    case "|":
    case "^":
    case "<<":
    case ">>":
      if (isFloat) throw noOperation(operator, left, right, call);
      if (typeof left === "boolean" && typeof right === "boolean" && operator !== "<<" && operator !== ">>") {
        return bits(operator, leftNumber, rightNumber) !== 0;
      }
      return bitOperation(operator, leftNumber, rightNumber, call);
    default:
      return unreachable(operator);
  }
}

/** `-value` */
export function negate(value: Value, call: Call): Value {
  const number = numeric(value);
  if (number === null) throw noUnary("-", value, call);
  return result(-number, isFloatOperand(value), call);
}

/** `+value` */
export function positive(value: Value, call: Call): Value {
  const number = numeric(value);
  if (number === null) throw noUnary("+", value, call);
  return result(number, isFloatOperand(value), call);
}

/** `~value`: all bits turned over. */
export function invert(value: Value, call: Call): Value {
  const number = numeric(value);
  if (number === null || isFloatOperand(value)) throw noUnary("~", value, call);
  return result(-number - 1, false, call);
}

/** A number for arithmetic; booleans count as 1 and 0 there. */
export function numeric(value: Value): number | null {
  return typeof value === "boolean" ? Number(value) : numberOf(value);
}

/** Whether `value` counts as a float. `value` must be a number or a boolean. */
export function isFloatOperand(value: Value): boolean {
  return typeof value === "number" ? !Number.isSafeInteger(value) : typeof value === "object";
}

/** `value` as a result of the language. Throws code `overflow` for integers beyond ±(2^53 − 1) and for infinite floats. */
export function result(value: number, isFloat: boolean, call: Call): Value {
  if (isFloat) {
    if (!Number.isFinite(value)) {
      throw new ExpressionError("overflow", "Cannot compute: not a finite number", call.at);
    }
    return floatOf(value);
  }
  if (!Number.isSafeInteger(value)) {
    throw new ExpressionError("overflow", "Cannot compute: integer beyond ±(2^53 - 1)", call.at);
  }
  return value === 0 ? 0 : value;
}

function sequenceOperation(operator: BinaryOperator, left: Value, right: Value, call: Call): Value {
  if (operator === "+") {
    if (typeof left === "string" && typeof right === "string") {
      allowText(left.length + right.length, call);
      return left + right;
    }
    if (isList(left) && isList(right)) {
      allowList(left.length + right.length, call);
      chargeContents(left, 1, call);
      chargeContents(right, 1, call);
      return [...left, ...right];
    }
  }
  if (operator === "*") {
    const repeated = repeat(left, right, call) ?? repeat(right, left, call);
    if (repeated !== null) return repeated;
  }
  throw noOperation(operator, left, right, call);
}

function repeat(sequence: Value, count: Value, call: Call): Value {
  const number = numeric(count);
  if (number === null || isFloatOperand(count)) return null;
  const times = Math.max(0, number);
  if (typeof sequence === "string") {
    allowText(sequence.length * times, call);
    return sequence === "" ? "" : sequence.repeat(times);
  }
  if (!isList(sequence)) return null;
  allowList(sequence.length * times, call);
  if (times > 0) chargeContents(sequence, times, call);
  return sequence.length === 0 ? [] : Array.from({ length: times }, () => sequence).flat();
}

function refuseZero(divisor: number, call: Call): void {
  if (divisor === 0) {
    throw new ExpressionError("zero_division", "Cannot divide: the divisor is zero", call.at);
  }
}

/** The remainder has the sign of the divisor. */
function modulo(left: number, right: number): number {
  const remainder = left % right;
  if (remainder === 0) return right < 0 ? -0 : 0;
  return (remainder < 0) === (right < 0) ? remainder : remainder + right;
}

/** Exact: the quotient of a multiple is an integer without rounding. */
function floorInteger(left: number, right: number): number {
  const remainder = left % right;
  const quotient = (left - remainder) / right;
  return remainder !== 0 && (remainder < 0) !== (right < 0) ? quotient - 1 : quotient;
}

/** Floor of the true quotient, also where `left / right` would round up to the next integer. */
function floorFloat(left: number, right: number): number {
  const remainder = left % right;
  let quotient = (left - remainder) / right;
  if (remainder !== 0 && (remainder < 0) !== (right < 0)) quotient -= 1;
  if (quotient === 0) return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function power(base: number, exponent: number, isFloat: boolean, call: Call): Value {
  if (base === 0 && exponent < 0) {
    throw new ExpressionError("zero_division", "Cannot compute: zero to a negative power", call.at);
  }
  if (!isFloat && exponent >= 0) return result(integerPower(base, exponent), false, call);
  if (base < 0 && !Number.isInteger(exponent)) {
    throw new ExpressionError("value", "Cannot compute: a fractional power of a negative number", call.at);
  }
  return result(base ** exponent, true, call);
}

/** Exact while the result is a safe integer: more than 53 factors are only needed for bases 0, 1 and -1. */
function integerPower(base: number, exponent: number): number {
  if (base === 0) return exponent === 0 ? 1 : 0;
  if (base === 1) return 1;
  if (base === -1) return exponent % 2 === 0 ? 1 : -1;
  let product = 1;
  for (let factor = 0; factor < Math.min(exponent, 54); factor++) product *= base;
  return product;
}

function bitOperation(
  operator: "&" | "|" | "^" | "<<" | ">>",
  left: number,
  right: number,
  call: Call,
): Value {
  if (operator === "&" || operator === "|" || operator === "^") {
    return result(bits(operator, left, right), false, call);
  }
  if (right < 0) throw new ExpressionError("value", "Cannot shift: negative count", call.at);
  if (operator === ">>") return result(Math.floor(left / 2 ** Math.min(right, 1000)), false, call);
  return result(left === 0 ? 0 : left * 2 ** Math.min(right, 1000), false, call);
}

/** Big integers, because the host's bit operators work on 32 bits. */
function bits(operator: "&" | "|" | "^", left: number, right: number): number {
  const [leftBits, rightBits] = [BigInt(left), BigInt(right)];
  switch (operator) {
    case "&":
      return Number(leftBits & rightBits);
    case "|":
      return Number(leftBits | rightBits);
    case "^":
      return Number(leftBits ^ rightBits);
    default:
      return unreachable(operator);
  }
}

function noOperation(operator: string, left: Value, right: Value, call: Call): ExpressionError {
  const kinds = `${kindOf(left)} and ${kindOf(right)}`;
  const hint = operator === "+" && (typeof left === "string" || typeof right === "string")
    ? "Turn the other value into text with str()"
    : null;
  return new ExpressionError("type", `Cannot use "${operator}" on ${kinds}`, call.at, hint);
}

function noUnary(operator: string, value: Value, call: Call): ExpressionError {
  return new ExpressionError("type", `Cannot use "${operator}" on ${kindOf(value)}`, call.at);
}
