/** Names of events: folding, the names of the system, and which trigger text means which event. */
import type { MachineSpec } from "./spec.ts";

const SYSTEM_PREFIXES = ["_", "done.", "error.", "after."];

export function foldTrigger(trigger: string, normalizer: MachineSpec["eventNormalizer"]): string {
  if (normalizer === null) return trigger;
  return normalizer === "lower" ? trigger.toLowerCase() : trigger.toUpperCase();
}

/** Whether the wildcard of profile `pystator` leaves this event alone. */
export function isSystemTrigger(trigger: string): boolean {
  const folded = trigger.toLowerCase();
  return SYSTEM_PREFIXES.some((prefix) => folded.startsWith(prefix));
}

/** A trigger text of profile `scxml` as the tokens an event must begin with; null = every event. */
export function tokensOf(trigger: string): string | null {
  const trimmed = trigger.replace(/\.\*?$/, "");
  return trigger === "*" || trimmed === "" ? null : trimmed;
}

/** Whether the event begins with these whole tokens. */
export function beginsWith(trigger: string, tokens: string | null): boolean {
  if (tokens === null || trigger === tokens) return true;
  return trigger.length > tokens.length && trigger.startsWith(tokens) && trigger[tokens.length] === ".";
}
