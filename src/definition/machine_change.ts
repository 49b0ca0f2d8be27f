/** One difference between two versions of a machine, in words and with its weight. */

/**
 * `breaking`: entities that run may be stuck, or events that were taken are refused. `behaviour`: something else happens.
 * `neutral`: nothing does.
 */
export type Impact = "breaking" | "behaviour" | "neutral";

export interface MachineChange {
  readonly impact: Impact;
  readonly subject: "machine" | "state" | "transition" | "variable" | "invariant" | "schedule";
  /** The state, variable, invariant or schedule; the trigger of a transition; the key of `meta`. */
  readonly name: string;
  readonly message: string;
}
