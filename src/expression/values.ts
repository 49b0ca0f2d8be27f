/** The values of the language: which are true, which are equal, how they are ordered. */
import type { JsonObject, JsonValue } from "../json.ts";
import { ExpressionError, NOWHERE } from "./expression_error.ts";
import { STEPS_MAX, VALUE_DEPTH_MAX } from "./limits.ts";

const FLOAT: unique symbol = Symbol("float");
/** Characters that count as one step. */
const CHARACTERS_PER_STEP = 64;

/** A float without fraction, such as `2.0`: it counts like 2 and prints as `2.0`. */
export interface WholeFloat {
  readonly [FLOAT]: number;
}

/**
 * A value during evaluation. A plain number is an integer when it is a safe integer, else a float; a float that would look
 * like an integer is marked. The mark lives inside one evaluation only, because JSON has no place for it.
 */
export type Value = null | boolean | number | string | WholeFloat | readonly Value[] | JsonObject;

/** Steps that an evaluation has left; whoever walks over elements takes them. */
export interface Meter {
  left: number;
}

/** A meter for comparisons outside an expression. */
export function unmetered(): Meter {
  return { left: Number.MAX_SAFE_INTEGER };
}

/** Takes `count` steps. Throws code `limit` when there are not that many. */
export function charge(meter: Meter, count: number): void {
  meter.left -= count;
  if (meter.left < 0) {
    throw new ExpressionError("limit", `Cannot evaluate: more than ${STEPS_MAX} steps`, NOWHERE);
  }
}

/** Steps for looking through a text of `length`; short texts cost nothing. */
export function textSteps(length: number): number {
  return Math.floor(length / CHARACTERS_PER_STEP);
}

/** Whether `value` is a float that carries a mark. */
export function isWholeFloat(value: Value): value is WholeFloat {
  return typeof value === "object" && value !== null && FLOAT in value;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMapping(value: Value): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(FLOAT in value);
}

/** The float `value` as a value of the language. `value` must be finite. */
export function floatOf(value: number): number | WholeFloat {
  return Number.isSafeInteger(value) ? { [FLOAT]: value } : value;
}

/** The number in `value`; null when it is none. Booleans are no numbers here. */
export function numberOf(value: Value): number | null {
  if (typeof value === "number") return value;
  return isWholeFloat(value) ? value[FLOAT] : null;
}

/** Whether `value` counts as an integer. */
export function isInteger(value: Value): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

/** The value as plain JSON: marks of floats removed. What holds none comes back as it is, not as a copy. */
export function plain(value: Value): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (isWholeFloat(value)) return value[FLOAT] === 0 ? 0 : value[FLOAT];
  if (!isList(value)) return value;
  return isPlainList(value) ? value : value.map(plain);
}

function isPlainList(list: readonly Value[]): list is readonly JsonValue[] {
  return list.every((item) => isList(item) ? isPlainList(item) : !isWholeFloat(item));
}

/** False for null, false, zero, and empty text, list or mapping; true for the rest. */
export function truthy(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value === null || value === 0 || value === "") return false;
  if (typeof value !== "object") return true;
  if (isWholeFloat(value)) return value[FLOAT] !== 0;
  if (isList(value)) return value.length > 0;
  return !isEmpty(value);
}

/** Numbers by value, text by characters, lists and mappings deeply; a boolean equals only the same boolean. */
export function equals(left: Value, right: Value, meter: Meter = unmetered()): boolean {
  return equalsAt(left, right, meter, 0);
}

/**
 * -1, 0 or 1 for two numbers, two texts (by code point) or two lists (first difference decides); null for everything else:
 * such values have no order. Booleans have none either.
 */
export function compare(left: Value, right: Value, meter: Meter = unmetered()): -1 | 0 | 1 | null {
  if (typeof left === "string" || typeof right === "string") {
    if (typeof left !== "string" || typeof right !== "string") return null;
    charge(meter, textSteps(Math.min(left.length, right.length)));
    return compareText(left, right);
  }
  const leftNumber = numberOf(left);
  const rightNumber = numberOf(right);
  if (leftNumber !== null && rightNumber !== null) {
    return leftNumber < rightNumber ? -1 : leftNumber > rightNumber ? 1 : 0;
  }
  if (!isList(left) || !isList(right)) return null;
  const shorter = Math.min(left.length, right.length);
  for (let place = 0; place < shorter; place++) {
    charge(meter, 1);
    const leftItem = left[place] ?? null;
    const rightItem = right[place] ?? null;
    if (!equals(leftItem, rightItem, meter)) return compare(leftItem, rightItem, meter);
  }
  return left.length < right.length ? -1 : left.length > right.length ? 1 : 0;
}

/** How messages call the kind of a value. */
export function kindOf(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "text";
  if (isInteger(value)) return "integer";
  if (typeof value === "number" || isWholeFloat(value)) return "float";
  return isList(value) ? "list" : "mapping";
}

function isEmpty(value: JsonObject): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

function equalsAt(left: Value, right: Value, meter: Meter, depth: number): boolean {
  if (left === right) return true;
  if (typeof left !== "object" && typeof right !== "object") return false;
  if (left === null || right === null) return false;
  const leftNumber = numberOf(left);
  if (leftNumber !== null) return leftNumber === numberOf(right);
  if (typeof left !== "object" || typeof right !== "object" || isWholeFloat(right)) return false;
  if (depth >= VALUE_DEPTH_MAX) {
    throw new ExpressionError("limit", `Cannot compare: values nest deeper than ${VALUE_DEPTH_MAX}`, NOWHERE);
  }
  if (isList(left)) return isList(right) && equalLists(left, right, meter, depth);
  return isMapping(left) && isMapping(right) && equalMappings(left, right, meter, depth);
}

function equalLists(left: readonly Value[], right: readonly Value[], meter: Meter, depth: number): boolean {
  if (left.length !== right.length) return false;
  for (let place = 0; place < left.length; place++) {
    charge(meter, 1);
    if (!equalsAt(left[place] ?? null, right[place] ?? null, meter, depth + 1)) return false;
  }
  return true;
}

function equalMappings(left: JsonObject, right: JsonObject, meter: Meter, depth: number): boolean {
  const keys = Object.keys(left);
  charge(meter, keys.length);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(right, key)) return false;
    if (!equalsAt(left[key] ?? null, right[key] ?? null, meter, depth + 1)) return false;
  }
  return true;
}

/** UTF-16 order differs from code point order only where a surrogate meets a unit above the surrogates. */
function compareText(left: string, right: string): -1 | 0 | 1 {
  if (left === right) return 0;
  const shorter = Math.min(left.length, right.length);
  for (let place = 0; place < shorter; place++) {
    const leftUnit = left.charCodeAt(place);
    const rightUnit = right.charCodeAt(place);
    if (leftUnit === rightUnit) continue;
    return rankOf(leftUnit) < rankOf(rightUnit) ? -1 : 1;
  }
  return left.length < right.length ? -1 : 1;
}

function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
