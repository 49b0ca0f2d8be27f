/** One case of a vector set: an operation, its input and what must come out, as data in a JSON file. */
import type { JsonObject, JsonValue } from "../../src/json.ts";

export interface VectorCase {
  readonly id: string;
  readonly op: string;
  /** Stem of a file in `machines/`; null when the case carries its own document or needs none. */
  readonly machine: string | null;
  readonly config: JsonObject | null;
  readonly input: JsonObject;
  readonly expect: JsonValue;
  /** `compat`: must be met; `hole`: observed of the predecessor, where this engine may have its own answer. */
  readonly class: "compat" | "hole";
  /** Dotted paths in `expect` whose value does not count. */
  readonly soft: readonly string[];
}

/** Reads one entry of a case file; throws with the reason when it is not a case. */
export function caseOf(value: unknown): VectorCase {
  const entry = asObject(value, "a case");
  const id = asText(entry["id"], "id");
  const place = `case "${id}"`;
  const kind = asText(entry["class"], `class of ${place}`);
  if (kind !== "compat" && kind !== "hole") throw new Error(`Cannot read ${place}: class "${kind}"`);
  if (!("expect" in entry)) throw new Error(`Cannot read ${place}: no "expect"`);
  const { machine, config, soft } = entry;
  return {
    id,
    op: asText(entry["op"], `op of ${place}`),
    machine: machine === undefined ? null : asText(machine, `machine of ${place}`),
    config: config === undefined ? null : asObject(config, `config of ${place}`),
    input: entry["input"] === undefined ? {} : asObject(entry["input"], `input of ${place}`),
    expect: entry["expect"] ?? null,
    class: kind,
    soft: soft === undefined ? [] : Object.keys(asObject(soft, `soft of ${place}`)),
  };
}

/** `value` as a mapping; case files are JSON, so whatever is inside is JSON too. */
export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`Cannot read ${what}: not a mapping`);
  }
  return value as JsonObject;
}

export function asText(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Error(`Cannot read ${what}: not a text`);
  return value;
}

export function asList(value: unknown, what: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new Error(`Cannot read ${what}: not a list`);
  return value;
}

/** A member of `input` that may be left out. */
export function optionalObject(input: JsonObject, key: string): JsonObject {
  const value = input[key];
  return value === undefined || value === null ? {} : asObject(value, key);
}

export function optionalText(input: JsonObject, key: string): string | null {
  const value = input[key];
  return value === undefined || value === null ? null : asText(value, key);
}
