/** What the author of a machine wants done with events that are refused and events that fail. */
import type { JsonObject } from "../json.ts";

export interface MachinePolicy {
  /**
   * A refused event that nobody waits for. `dead_letter`: visible in history and as a dead letter, as producers that
   * insert rows expect; `record`: only in history; `drop`: no trace.
   */
  readonly onRefused: "dead_letter" | "record" | "drop";
  /** An event that failed at its last attempt. `skip`: the lane goes on; `block`: it waits for a person. */
  readonly onFailure: "skip" | "block";
}

export const DEFAULT_POLICY: MachinePolicy = { onRefused: "dead_letter", onFailure: "skip" };

/** Reads `meta.on_refused` and `meta.on_failure`; other words mean the default. */
export function policyOf(meta: JsonObject): MachinePolicy {
  const { on_refused: onRefused, on_failure: onFailure } = meta;
  return {
    onRefused: onRefused === "record" || onRefused === "drop" ? onRefused : DEFAULT_POLICY.onRefused,
    onFailure: onFailure === "block" ? onFailure : DEFAULT_POLICY.onFailure,
  };
}
