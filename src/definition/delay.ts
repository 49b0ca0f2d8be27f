/** Delays as people write them: whole milliseconds, or a number with a unit. */
import type { JsonValue } from "../json.ts";

export type DelayResult =
  | { readonly type: "delay"; readonly ms: number }
  /** Not a whole number and not a text. */
  | { readonly type: "kind" }
  | { readonly type: "unreadable" }
  | { readonly type: "negative" }
  | { readonly type: "too_long" };

/** Ten years of 365 days. */
export const DELAY_MS_MAX = 10 * 365 * 86_400_000;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
const DELAY = /^([-+]?)([0-9](?:_?[0-9])*)(\.[0-9]+)?[ \t]*(ms|s|m|h|d)?$/;

/** `5000`, `"5000"`, `"500ms"`, `"1.5s"`, `"10m"`, `"1h"`, `"1d"`; a decimal needs a unit. Result in whole ms. */
export function parseDelay(value: JsonValue): DelayResult {
  if (typeof value === "number") return Number.isInteger(value) ? inRange(value) : { type: "kind" };
  if (typeof value !== "string") return { type: "kind" };
  const match = DELAY.exec(value.trim());
  if (match === null) return { type: "unreadable" };
  const [, sign = "", whole = "", fraction = "", unit] = match;
  if (fraction !== "" && unit === undefined) return { type: "unreadable" };
  const amount = Number(`${whole.replaceAll("_", "")}${fraction}`);
  const ms = Math.round(amount * (UNIT_MS.get(unit ?? "ms") ?? 1));
  return inRange(sign === "-" && ms !== 0 ? -ms : ms);
}

function inRange(ms: number): DelayResult {
  if (ms < 0) return { type: "negative" };
  return ms > DELAY_MS_MAX ? { type: "too_long" } : { type: "delay", ms };
}
