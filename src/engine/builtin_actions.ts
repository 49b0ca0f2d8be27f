/** Named actions that only change the context: they run inside the step, like effects. */
import { type Change, writeAll } from "./effect.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { ownValue } from "./own.ts";
import { contextToShow, isArray, isoOf, viewOf, type Work } from "./work.ts";

export type BuiltinAction = (work: Work, params: JsonObject) => readonly Change[];

/** Named actions that are never carried out, because they would reach for the host. */
export const DISABLED_ACTIONS: ReadonlySet<string> = new Set(["write_local_file"]);

export const builtinActions: ReadonlyMap<string, BuiltinAction> = new Map<string, BuiltinAction>([
  ["noop", () => []],
  ["set_context", (work, params) => writeAll(work, entriesOf(params))],
  ["snapshot", snapshot],
  ["copy_key", copyKey],
  ["validate_keys", validateKeys],
  ["trace", trace],
]);

function snapshot(work: Work, params: JsonObject): readonly Change[] {
  const timestamp = isoOf(work.options.nowMs);
  const label = params["label"] ?? timestamp;
  return appendTo(work, "_snapshots", [{ label, timestamp, data: { ...contextToShow(work) } }]);
}

function copyKey(work: Work, params: JsonObject): readonly Change[] {
  const from = params["key_from"] ?? params["from"];
  const to = params["key_to"] ?? params["to"];
  if (typeof from !== "string" || typeof to !== "string") return [];
  const value = ownValue(viewOf(work), from);
  return value === undefined ? [] : writeAll(work, [[to, value]]);
}

function validateKeys(work: Work, params: JsonObject): readonly Change[] {
  const required = params["required"];
  if (!isArray(required)) return [];
  const view = viewOf(work);
  const missing = required.filter((key) => typeof key !== "string" || (ownValue(view, key) ?? null) === null);
  return missing.length === 0 ? [] : appendTo(work, "_validation_errors", missing);
}

function trace(work: Work): readonly Change[] {
  const view = viewOf(work);
  const state = ownValue(view, "state") ?? null;
  const trigger = ownValue(view, "trigger") ?? null;
  return appendTo(work, "_trace", [{
    action: "trace",
    state,
    trigger,
    timestamp: isoOf(work.options.nowMs),
  }]);
}

function appendTo(work: Work, key: string, items: readonly JsonValue[]): readonly Change[] {
  const list = ownValue(viewOf(work), key);
  return writeAll(work, [[key, isArray(list) ? [...list, ...items] : items]]);
}

function entriesOf(params: JsonObject): readonly (readonly [string, JsonValue])[] {
  return Object.keys(params).map((key) => [key, params[key] ?? null]);
}
