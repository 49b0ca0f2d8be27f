/** The functions of the language beside `In` and `defined`: what each takes and gives. */
import { allowText, type Call } from "./allowance.ts";
import { binary, isFloatOperand, numeric, result } from "./arithmetic.ts";
import { ExpressionError } from "./expression_error.ts";
import { roundToDigits, roundToInteger } from "./rounding.ts";
import { itemsOf, lengthOf } from "./sequence.ts";
import { textOf } from "./text.ts";
import { TEXT_FUNCTIONS, type TextFunction } from "./text_functions.ts";
import { charge, compare, floatOf, kindOf, truthy, type Value } from "./values.ts";

/** Kind of a result, as far as it is known before evaluation. */
export type ResultKind = "text" | "boolean" | "number" | "list" | "any";

/** A function of values alone. */
export interface LanguageFunction {
  readonly argsMin: number;
  readonly argsMax: number;
  readonly result: ResultKind;
  run(args: readonly Value[], call: Call): Value;
}

/** More arguments than a source of 1 KiB holds. */
const ARGS_UNBOUNDED = 1024;
const INTEGER_TEXT = /^[+-]?\d+(?:_\d+)*$/;
/** Without ambiguity: a pattern that could read the same digits in two ways would take quadratic time. */
const FLOAT_TEXT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;

/** By name; the text functions are among them. */
export const FUNCTIONS: ReadonlyMap<string, LanguageFunction> = new Map<string, LanguageFunction>([
  ["len", { argsMin: 1, argsMax: 1, result: "number", run: ([value = null], call) => lengthOf(value, call) }],
  ["min", {
    argsMin: 1,
    argsMax: ARGS_UNBOUNDED,
    result: "any",
    run: (args, call) => extreme("min", args, call),
  }],
  ["max", {
    argsMin: 1,
    argsMax: ARGS_UNBOUNDED,
    result: "any",
    run: (args, call) => extreme("max", args, call),
  }],
  ["abs", { argsMin: 1, argsMax: 1, result: "number", run: absolute }],
  ["sum", { argsMin: 1, argsMax: 2, result: "any", run: sum }],
  ["round", { argsMin: 1, argsMax: 2, result: "number", run: round }],
  ["str", { argsMin: 0, argsMax: 1, result: "text", run: text }],
  ["int", { argsMin: 0, argsMax: 1, result: "number", run: integer }],
  ["float", { argsMin: 0, argsMax: 1, result: "number", run: float }],
  ["bool", { argsMin: 0, argsMax: 1, result: "boolean", run: ([value = false]) => truthy(value) }],
  ["any", {
    argsMin: 1,
    argsMax: 1,
    result: "boolean",
    run: ([value = null], call) => itemsOf(value, call).some(truthy),
  }],
  ["all", {
    argsMin: 1,
    argsMax: 1,
    result: "boolean",
    run: ([value = null], call) => itemsOf(value, call).every(truthy),
  }],
  ...[...TEXT_FUNCTIONS].map((
    [name, method],
  ): [string, LanguageFunction] => [name, asFunction(name, method)]),
]);

/** Answered by the scope, not by values: `In("state")`, `defined("name")`. Both take one text literal. */
export const SCOPE_FUNCTIONS: ReadonlySet<string> = new Set(["In", "defined"]);

/** Whether `name` can be called. */
export function isFunctionName(name: string): boolean {
  return FUNCTIONS.has(name) || SCOPE_FUNCTIONS.has(name);
}

function asFunction(name: string, method: TextFunction): LanguageFunction {
  return {
    argsMin: method.argsMin + 1,
    argsMax: method.argsMax + 1,
    result: method.result,
    run: ([value = null, ...args], call) => {
      if (typeof value === "string") return method.run(value, args, call);
      throw new ExpressionError(
        "type",
        `Cannot call ${name}() on ${kindOf(value)}: a text is needed`,
        call.at,
      );
    },
  };
}

/** Of one list, or of the arguments; the first one when several are equal. */
function extreme(name: "min" | "max", args: readonly Value[], call: Call): Value {
  const items = args.length === 1 ? itemsOf(args[0] ?? null, call) : args;
  const wanted = name === "min" ? -1 : 1;
  let best = items[0];
  if (best === undefined) {
    throw new ExpressionError("value", `Cannot compute ${name}(): nothing to choose from`, call.at);
  }
  for (const item of items.slice(1)) {
    charge(call.meter, 1);
    const order = compare(item, best, call.meter);
    if (order === null) {
      const kinds = `${kindOf(item)} and ${kindOf(best)}`;
      throw new ExpressionError("type", `Cannot compute ${name}(): ${kinds} have no order`, call.at);
    }
    if (order === wanted) best = item;
  }
  return best;
}

function absolute([value = null]: readonly Value[], call: Call): Value {
  return result(Math.abs(numberIn("abs", value, call)), isFloatOperand(value), call);
}

/** Adds from left to right, numbers only unless a start of another kind is given. */
function sum([list = null, start = 0]: readonly Value[], call: Call): Value {
  if (typeof start === "string") {
    throw new ExpressionError("type", "Cannot add texts with sum(): join them with +", call.at);
  }
  return itemsOf(list, call).reduce<Value>((total, item) => binary("+", total, item, call), start);
}

/** Halves go to the even neighbour. Without digits the result is an integer. */
function round([value = null, digits = null]: readonly Value[], call: Call): Value {
  const number = numberIn("round", value, call);
  if (digits === null) return result(roundToInteger(number), false, call);
  const count = numeric(digits);
  if (count === null || isFloatOperand(digits)) {
    throw new ExpressionError(
      "type",
      `Cannot round to ${kindOf(digits)} digits: an integer is needed`,
      call.at,
    );
  }
  if (isFloatOperand(value)) return result(roundToDigits(number, count), true, call);
  return count >= 0 ? result(number, false, call) : result(roundToDigits(number, count), false, call);
}

function text([value = ""]: readonly Value[], call: Call): Value {
  const printed = textOf(value);
  allowText(printed.length, call);
  return printed;
}

/** Cuts the fraction; a text must hold an integer. */
function integer([value = 0]: readonly Value[], call: Call): Value {
  if (typeof value === "string") {
    const trimmed = trimBlanks(value, call);
    if (!INTEGER_TEXT.test(trimmed)) throw unreadable("int", value, call);
    return result(Number(trimmed.replaceAll("_", "")), false, call);
  }
  return result(Math.trunc(numberIn("int", value, call)), false, call);
}

function float([value = floatOf(0)]: readonly Value[], call: Call): Value {
  if (typeof value === "string") {
    const trimmed = trimBlanks(value, call);
    if (!FLOAT_TEXT.test(trimmed)) throw unreadable("float", value, call);
    return result(Number(trimmed.replaceAll("_", "")), true, call);
  }
  return result(numberIn("float", value, call), true, call);
}

function trimBlanks(value: string, call: Call): string {
  allowText(value.length, call);
  const trimmed = TEXT_FUNCTIONS.get("strip")?.run(value, [], call);
  return typeof trimmed === "string" ? trimmed : value;
}

function numberIn(name: string, value: Value, call: Call): number {
  const number = numeric(value);
  if (number !== null) return number;
  throw new ExpressionError("type", `Cannot call ${name}() on ${kindOf(value)}: a number is needed`, call.at);
}

function unreadable(name: string, value: string, call: Call): ExpressionError {
  const what = name === "int" ? "an integer" : "a finite number";
  return new ExpressionError(
    "value",
    `Cannot read "${value.slice(0, 100)}" with ${name}(): not ${what}`,
    call.at,
  );
}
