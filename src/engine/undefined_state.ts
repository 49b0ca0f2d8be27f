/** The refusal of a state that the machine does not have, or in which nobody can stand. */
import type { Refusal } from "./step.ts";

export function undefinedState(states: readonly string[], cause: string): Refusal {
  const state = states.join(",");
  return {
    code: "undefined_state",
    message: `Cannot stand in "${state}": ${cause}`,
    details: { current_state: state, reason: "undefined_state" },
  };
}
