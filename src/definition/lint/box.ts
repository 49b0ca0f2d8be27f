/** What plain checks ask of the context, field by field, so that two sets of them can be compared. */
import type { CheckSpec } from "../../engine/spec.ts";
import type { JsonValue } from "../../json.ts";

/** Field to what its value must be; every field must fit. */
export type Box = ReadonlyMap<string, Side>;

interface Side {
  readonly low: number;
  readonly isLowOpen: boolean;
  readonly high: number;
  readonly isHighOpen: boolean;
  /** JSON of the only values allowed; null = any. */
  readonly values: ReadonlySet<string> | null;
  /** Operators that are compared by their text alone. */
  readonly others: ReadonlySet<string>;
  /** A number is needed. */
  readonly isNumeric: boolean;
}

const ANY: Side = {
  low: -Infinity,
  isLowOpen: false,
  high: Infinity,
  isHighOpen: false,
  values: null,
  others: new Set(),
  isNumeric: false,
};

export function boxOf(checks: readonly CheckSpec[]): Box {
  const box = new Map<string, Side>();
  for (const check of checks) box.set(check.field, narrowed(box.get(check.field) ?? ANY, check));
  return box;
}

/** No value fits one of the fields. */
export function isEmpty(box: Box): boolean {
  return [...box.values()].some(({ low, high, isLowOpen, isHighOpen, values, isNumeric }) => {
    if (low > high || (low === high && (isLowOpen || isHighOpen))) return true;
    if (values === null) return false;
    if (values.size === 0) return true;
    return isNumeric && ![...values].some((text) => fits(Number(text), { low, high, isLowOpen, isHighOpen }));
  });
}

/** Whatever fits `inner` fits `outer`. */
export function isWithin(inner: Box, outer: Box): boolean {
  return [...outer].every(([field, wide]) => {
    const narrow = inner.get(field);
    return narrow !== undefined && isSideWithin(narrow, wide);
  });
}

function isSideWithin(narrow: Side, wide: Side): boolean {
  if (![...wide.others].every((text) => narrow.others.has(text))) return false;
  const { values } = narrow;
  if (wide.values !== null && (values === null || [...values].some((text) => !wide.values?.has(text)))) {
    return false;
  }
  if (!wide.isNumeric) return true;
  if (values !== null) return [...values].every((text) => isNumberText(text) && fits(Number(text), wide));
  if (!narrow.isNumeric) return false;
  const isLowInside = narrow.low > wide.low ||
    (narrow.low === wide.low && (!wide.isLowOpen || narrow.isLowOpen));
  const isHighInside = narrow.high < wide.high ||
    (narrow.high === wide.high && (!wide.isHighOpen || narrow.isHighOpen));
  return isLowInside && isHighInside;
}

type Bounds = Pick<Side, "low" | "high" | "isLowOpen" | "isHighOpen">;

function fits(value: number, { low, high, isLowOpen, isHighOpen }: Bounds): boolean {
  if (Number.isNaN(value)) return false;
  return (isLowOpen ? value > low : value >= low) && (isHighOpen ? value < high : value <= high);
}

function isNumberText(text: string): boolean {
  return /^-?[0-9]/.test(text);
}

function narrowed(side: Side, check: CheckSpec): Side {
  const { op, value } = check;
  if (typeof value === "number") {
    switch (op) {
      case "gt":
        return { ...side, isNumeric: true, ...(value >= side.low ? { low: value, isLowOpen: true } : {}) };
      case "gte":
        return { ...side, isNumeric: true, ...(value > side.low ? { low: value, isLowOpen: false } : {}) };
      case "lt":
        return { ...side, isNumeric: true, ...(value <= side.high ? { high: value, isHighOpen: true } : {}) };
      case "lte":
        return { ...side, isNumeric: true, ...(value < side.high ? { high: value, isHighOpen: false } : {}) };
    }
  }
  if (op === "eq" && isScalar(value)) return withValues(side, [value]);
  if (op === "in" && check.values.every(isScalar)) return withValues(side, check.values);
  return { ...side, others: new Set([...side.others, JSON.stringify([op, value, check.values])]) };
}

function withValues(side: Side, list: readonly JsonValue[]): Side {
  const texts = list.map((item) => JSON.stringify(item));
  const { values } = side;
  return { ...side, values: new Set(values === null ? texts : texts.filter((text) => values.has(text))) };
}

function isScalar(value: JsonValue): boolean {
  return value === null || typeof value !== "object";
}
