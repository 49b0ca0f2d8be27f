/** What an operation may make and how much looking costs: the steps behind the limits. */
import { ExpressionError, type Span } from "./expression_error.ts";
import { RESULT_DEPTH_MAX, RESULT_LENGTH_MAX } from "./limits.ts";
import { charge, isList, isMapping, type Meter, textSteps, type Value } from "./values.ts";

/** Who asks: the place for error messages and the steps that are left. */
export interface Call {
  readonly at: Span;
  readonly meter: Meter;
}

/** Refuses a text that is longer than a result may be, and takes the steps for making it. */
export function allowText(length: number, call: Call): void {
  if (length > RESULT_LENGTH_MAX) {
    throw new ExpressionError(
      "limit",
      `Cannot make a text of ${length}: at most ${RESULT_LENGTH_MAX}`,
      call.at,
    );
  }
  charge(call.meter, textSteps(length));
}

/** Refuses a list that is longer than a result may be, and takes one step for each item. */
export function allowList(length: number, call: Call): void {
  if (length > RESULT_LENGTH_MAX) {
    throw new ExpressionError(
      "limit",
      `Cannot make a list of ${length}: at most ${RESULT_LENGTH_MAX}`,
      call.at,
    );
  }
  charge(call.meter, length);
}

/**
 * Takes the steps for everything inside `items`, `times` over. Without this a list of lists of lists, each repeated, would
 * be small here and beyond all memory as JSON.
 */
export function chargeContents(items: readonly Value[], times: number, call: Call): void {
  charge(call.meter, times * contentsOf(items, { most: call.meter.left, depth: 1 }, call));
}

/** Values below the items at all levels, long texts counted as several; stops counting beyond `most`. */
function contentsOf(
  value: Value,
  bound: { readonly most: number; readonly depth: number },
  call: Call,
): number {
  const { most, depth } = bound;
  if (typeof value === "string") return textSteps(value.length);
  if (!isList(value) && !isMapping(value)) return 0;
  if (depth > RESULT_DEPTH_MAX) {
    throw new ExpressionError(
      "limit",
      `Cannot make a list that nests deeper than ${RESULT_DEPTH_MAX}`,
      call.at,
    );
  }
  let count = 0;
  for (const item of isList(value) ? value : Object.values(value)) {
    count += (depth > 1 ? 1 : 0) + contentsOf(item, { most: most - count, depth: depth + 1 }, call);
    if (count > most) break;
  }
  return count;
}
