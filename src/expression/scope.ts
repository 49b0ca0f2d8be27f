/** What an expression can see: the context, and which states are active. */
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";

/** The surroundings of one evaluation. */
export interface Scope {
  /** Only own keys count, never those of a prototype. */
  readonly values: JsonObject;
  /** Answers `In("state")`; without it such a call is an error. */
  readonly isActive?: (state: string) => boolean;
}

/**
 * The value of `path`: the key spelled exactly so, else the parts between dots as keys of mappings inside each other.
 * `undefined` when there is none.
 */
export function lookUp(values: JsonObject, path: string): JsonValue | undefined {
  if (Object.hasOwn(values, path)) return values[path];
  if (!path.includes(".")) return undefined;
  let value: JsonValue | undefined = values;
  for (const key of path.split(".")) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
