/** Guards that every machine knows; the host may replace them by name. */
import type { JsonObject, JsonValue } from "../json.ts";
import type { GuardFunction } from "./step.ts";

export const builtinGuards: ReadonlyMap<string, GuardFunction> = new Map<string, GuardFunction>([
  ["always", () => true],
  ["never", () => false],
  ["key_present", (context, params) => valueOf(context, params) !== null],
  ["key_missing", (context, params) => valueOf(context, params) === null],
]);

/** Value under the key that the parameter `key` names (default `key`); null when there is none. */
function valueOf(context: JsonObject, params: JsonObject): JsonValue {
  const key = typeof params["key"] === "string" ? params["key"] : "key";
  return Object.hasOwn(context, key) ? context[key] ?? null : null;
}
