/** The JSON text of a machine configuration, and notes about places in it. */
import type { JsonArray, JsonObject, JsonValue } from "../../json.ts";
import type { Path } from "../findings.ts";
import type { ImportProblem } from "../import_problem.ts";
import { sourceMapOf, valueOf } from "../source_node.ts";
import { parseText } from "../yaml.ts";

/** A mapping under construction. */
export type Draft = Record<string, JsonValue>;

export interface XStateSource {
  readonly root: JsonObject;
  readonly problems: ImportProblem[];
  readonly warnings: ImportProblem[];
  /** The last key of `path` cannot be represented. */
  refuse(path: Path, reason: string): void;
  /** It can, but not exactly. */
  warn(path: Path, reason: string): void;
}

export type SourceResult =
  | { readonly ok: true; readonly source: XStateSource }
  | { readonly ok: false; readonly problems: readonly ImportProblem[] };

export function readXStateSource(text: string): SourceResult {
  const parsed = parseText(text, { format: "json" });
  if (!parsed.ok) {
    const problems = parsed.diagnostics.map(({ message, line }) => ({
      element: "json",
      line: line ?? 1,
      reason: message,
    }));
    return { ok: false, problems };
  }
  const root = valueOf(parsed.root);
  if (!isObject(root)) {
    return { ok: false, problems: [{ element: "json", line: 1, reason: "a mapping is expected" }] };
  }
  const map = sourceMapOf(parsed.root, text);
  const noteOf = (path: Path, reason: string): ImportProblem => {
    const key = path.findLast((part) => typeof part === "string") ?? "machine";
    return { element: String(key), line: map.placeOf(path).line, reason };
  };
  const problems: ImportProblem[] = [];
  const warnings: ImportProblem[] = [];
  return {
    ok: true,
    source: {
      root,
      problems,
      warnings,
      refuse: (path, reason) => void problems.push(noteOf(path, reason)),
      warn: (path, reason) => void warnings.push(noteOf(path, reason)),
    },
  };
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** One value or a list of values, each with its path; null and absent are none. */
export function itemsAt(object: JsonObject, key: string, path: Path): readonly Placed[] {
  const value = object[key];
  if (value === undefined || value === null) return [];
  if (!isList(value)) return [{ value, path: [...path, key] }];
  return value.map((item, index) => ({ value: item, path: [...path, key, index] }));
}

export interface Placed {
  readonly value: JsonValue;
  readonly path: Path;
}

/** `isReady` and `check card` become `is_ready` and `check_card`: names of guards and actions are lower case. */
export function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/\W+/g, "_").toLowerCase();
}
