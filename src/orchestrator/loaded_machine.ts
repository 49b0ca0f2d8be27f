/** A machine that is ready to decide: compiled, with what a decision asks about its states and its author's wishes. */
import { type Machine } from "../engine/machine.ts";
import { compileMachine } from "../engine/compile.ts";
import { encodeStates } from "../engine/stored_text.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import type { MachineSpec, StateType } from "../engine/spec.ts";
import type { WorkflowStatus } from "./entity.ts";
import { type MachinePolicy, policyOf } from "./machine_policy.ts";

export interface LoadedMachine {
  readonly name: string;
  readonly version: string;
  readonly spec: MachineSpec;
  readonly machine: Machine;
  readonly policy: MachinePolicy;
  readonly stateTypes: ReadonlyMap<string, StateType>;
  readonly hasParallel: boolean;
}

/** Looks up a compiled machine; `version` null = the newest. Null = there is none. */
export type MachineLookup = (name: string, version: string | null) => LoadedMachine | null;

/** Compiles a machine once; the result is immutable and may be kept as long as its version exists. */
export function loadedMachineOf(spec: MachineSpec): LoadedMachine {
  return {
    name: spec.name,
    version: spec.version,
    spec,
    machine: compileMachine(spec),
    policy: policyOf(spec.meta),
    stateTypes: new Map(spec.states.map((state) => [state.name, state.type])),
    hasParallel: spec.states.some((state) => state.type === "parallel" || state.regions.length > 0),
  };
}

/** PyStator's text of a configuration: a leaf, or `parallel:a=x,b=y`. */
export function stateTextOf(loaded: LoadedMachine, states: readonly string[]): string {
  const [leaf] = states;
  if (leaf !== undefined && states.length === 1 && !loaded.hasParallel) return leaf;
  return encodeStates(loaded.machine, states);
}

/** Whether the entity has ended, and how: `complete` in a terminal, `failed` in an error state. */
export function standingOf(
  loaded: LoadedMachine,
  snapshot: Snapshot,
): { readonly isTerminal: boolean; readonly workflowStatus: WorkflowStatus } {
  const [leaf, ...others] = snapshot.states;
  const type = leaf === undefined || others.length > 0 ? undefined : loaded.stateTypes.get(leaf);
  const isTerminal = snapshot.isDone === true || type === "terminal";
  return { isTerminal, workflowStatus: isTerminal ? "complete" : type === "error" ? "failed" : "active" };
}
