/** Texts, lists and mappings seen as sequences: length, items, index, slice, membership. Texts count in code points. */
import { allowList, allowText, type Call } from "./allowance.ts";
import { isFloatOperand, numeric } from "./arithmetic.ts";
import { ExpressionError } from "./expression_error.ts";
import { charge, equals, isList, isMapping, kindOf, textSteps, type Value } from "./values.ts";

const SURROGATE = /[\ud800-\udfff]/;

/** Number of characters, items or keys. */
export function lengthOf(value: Value, call: Call): number {
  if (isList(value)) return value.length;
  if (typeof value === "string") return charactersOf(value, call).length;
  if (isMapping(value)) {
    const { length } = Object.keys(value);
    charge(call.meter, length);
    return length;
  }
  throw new ExpressionError(
    "type",
    `Cannot measure ${kindOf(value)}: only text, list and mapping have a length`,
    call.at,
  );
}

/** Characters, items or keys, one step each. */
export function itemsOf(value: Value, call: Call): readonly Value[] {
  const items = isList(value)
    ? value
    : typeof value === "string"
    ? [...value]
    : isMapping(value)
    ? Object.keys(value)
    : null;
  if (items === null) {
    throw new ExpressionError("type", `Cannot go through ${kindOf(value)}: not a list`, call.at);
  }
  charge(call.meter, items.length);
  return items;
}

/** `object[index]`. A negative index counts from the end. Throws code `lookup` when nothing is there. */
export function itemAt(object: Value, index: Value, call: Call): Value {
  if (isMapping(object)) {
    if (typeof index === "string" && Object.hasOwn(object, index)) return object[index] ?? null;
    throw new ExpressionError(
      "lookup",
      `Cannot read key ${printed(index)}: the mapping has no such key`,
      call.at,
    );
  }
  if (!isList(object) && typeof object !== "string") {
    throw new ExpressionError(
      "type",
      `Cannot index ${kindOf(object)}: only text, list and mapping have parts`,
      call.at,
    );
  }
  const place = indexOf(index, call);
  const items = isList(object) ? object : charactersOf(object, call);
  const item = items[place < 0 ? items.length + place : place];
  if (item === undefined) {
    throw new ExpressionError("lookup", `Cannot read index ${place}: the length is ${items.length}`, call.at);
  }
  return item;
}

/** The parts between the brackets; null = left out. */
export interface SliceBounds {
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}

/** `object[start:stop:step]`; null = left out. Bounds beyond the ends are cut. */
export function sliceOf(object: Value, bounds: SliceBounds, call: Call): Value {
  if (!isList(object) && typeof object !== "string") {
    throw new ExpressionError(
      "type",
      `Cannot slice ${kindOf(object)}: only text and list can be cut`,
      call.at,
    );
  }
  const step = bounds.step === null ? 1 : indexOf(bounds.step, call);
  if (step === 0) throw new ExpressionError("value", "Cannot slice: the step is zero", call.at);
  const items = isList(object) ? object : charactersOf(object, call);
  const start = boundOf(bounds.start, step > 0 ? 0 : items.length - 1, { length: items.length, step, call });
  const stop = boundOf(bounds.stop, step > 0 ? items.length : -1, { length: items.length, step, call });
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (isList(object)) allowList(count, call);
  else allowText(count, call);
  if (isList(object)) {
    return Array.from({ length: count }, (_, place) => object[start + place * step] ?? null);
  }
  if (step === 1 && typeof items === "string") return items.slice(start, start + count);
  return Array.from({ length: count }, (_, place) => items[start + place * step]).join("");
}

/** `item in container`: a part of a text, an item of a list, a key of a mapping. */
export function isMember(item: Value, container: Value, call: Call): boolean {
  if (typeof container === "string") {
    if (typeof item === "string") {
      charge(call.meter, textSteps(container.length));
      return container.includes(item);
    }
    throw new ExpressionError(
      "type",
      `Cannot look for ${kindOf(item)} in text`,
      call.at,
      "Turn it into text with str()",
    );
  }
  if (isList(container)) {
    for (const member of container) {
      charge(call.meter, 1);
      if (equals(item, member, call.meter)) return true;
    }
    return false;
  }
  if (isMapping(container)) {
    if (typeof item === "string") return Object.hasOwn(container, item);
    if (isList(item) || isMapping(item)) {
      throw new ExpressionError("type", `Cannot look for ${kindOf(item)} among keys`, call.at);
    }
    return false;
  }
  throw new ExpressionError(
    "type",
    `Cannot look inside ${kindOf(container)}: "in" needs a text, list or mapping`,
    call.at,
  );
}

/** The text itself when each unit is a character, else the list of its characters. */
function charactersOf(text: string, call: Call): string | readonly string[] {
  charge(call.meter, textSteps(text.length));
  return SURROGATE.test(text) ? [...text] : text;
}

function indexOf(value: Value, call: Call): number {
  const index = numeric(value);
  if (index === null || isFloatOperand(value)) {
    throw new ExpressionError(
      "type",
      `Cannot use ${kindOf(value)} as an index: an integer is needed`,
      call.at,
    );
  }
  return index;
}

function boundOf(
  value: Value,
  missing: number,
  options: { readonly length: number; readonly step: number; readonly call: Call },
): number {
  if (value === null) return missing;
  const { length, step, call } = options;
  const index = indexOf(value, call);
  const fromStart = index < 0 ? index + length : index;
  return step > 0 ? Math.min(Math.max(fromStart, 0), length) : Math.min(Math.max(fromStart, -1), length - 1);
}

function printed(value: Value): string {
  return typeof value === "string" ? `"${value.slice(0, 100)}"` : kindOf(value);
}
