/** Compares what came out with what a case expects, in full: every key, every place in a list, every placeholder. */
import type { JsonObject, JsonValue } from "../../src/json.ts";

export interface Difference {
  /** Dotted place in the expectation; empty = the whole. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** Lists whose order does not count, by operation and key; `isOpen` lets further entries be there. */
const MULTISETS: Readonly<Record<string, { readonly key: string; readonly isOpen: boolean }>> = {
  lint: { key: "findings", isOpen: false },
  validate: { key: "warnings", isOpen: true },
};

const DIFFERENCES_MAX = 20;
const TEXT_MAX = 300;

/**
 * All differences, at most 20. Objects compare without key order and lists in order, but for the multisets of the
 * operation; numbers by value; `<timestamp>` and `<uuid>` stand for any such text. Paths in `soft` are left out.
 */
export function compare(
  expected: JsonValue,
  actual: JsonValue,
  rules: { readonly op: string; readonly soft: readonly string[] },
): readonly Difference[] {
  const found: Difference[] = [];
  const softPaths = new Set(rules.soft);
  walk("", expected, actual);
  return found.slice(0, DIFFERENCES_MAX);

  function walk(path: string, want: JsonValue | undefined, have: JsonValue | undefined): void {
    if (found.length >= DIFFERENCES_MAX || softPaths.has(path)) return;
    if (isList(want) && isList(have)) return walkList(path, want, have);
    if (isObject(want) && isObject(have)) return walkObject(path, want, have);
    if (!isSameScalar(want, have)) add(path, want, have);
  }

  function walkObject(path: string, want: JsonObject, have: JsonObject): void {
    for (const key of new Set([...Object.keys(want), ...Object.keys(have)])) {
      walk(path === "" ? key : `${path}.${key}`, memberOf(want, key), memberOf(have, key));
    }
  }

  function walkList(path: string, want: readonly JsonValue[], have: readonly JsonValue[]): void {
    const multiset = MULTISETS[rules.op];
    if (multiset !== undefined && multiset.key === path) return walkMultiset(path, want, have);
    for (let index = 0; index < Math.max(want.length, have.length); index++) {
      walk(`${path}${path === "" ? "" : "."}${index}`, want[index], have[index]);
    }
  }

  function walkMultiset(path: string, want: readonly JsonValue[], have: readonly JsonValue[]): void {
    const rest = [...have];
    for (const [index, item] of want.entries()) {
      const match = rest.findIndex((other) => compare(item, other, { op: "", soft: [] }).length === 0);
      if (match === -1) add(`${path}.${index}`, item, undefined);
      else rest.splice(match, 1);
    }
    if (MULTISETS[rules.op]?.isOpen === true) return;
    for (const item of rest) add(`${path}.+`, undefined, item);
  }

  function add(path: string, want: JsonValue | undefined, have: JsonValue | undefined): void {
    found.push({ path, expected: textOf(want), actual: textOf(have) });
  }
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function isSameScalar(want: JsonValue | undefined, have: JsonValue | undefined): boolean {
  if (want === "<timestamp>") return typeof have === "string" && TIMESTAMP.test(have);
  if (want === "<uuid>") return typeof have === "string" && UUID.test(have);
  return want === have;
}

function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return "(absent)";
  const text = JSON.stringify(value);
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
}
