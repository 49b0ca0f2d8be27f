/** Numbers about a machine, under PyStator's names. */
import type { MachineSpec, TransitionSpec } from "../../engine/spec.ts";
import { treeOfStates } from "../tree_of_states.ts";

export interface MachineStatistics {
  readonly total_states: number;
  readonly initial_states: number;
  readonly terminal_states: number;
  /** All others. */
  readonly stable_states: number;
  readonly total_transitions: number;
  readonly guarded_transitions: number;
  readonly actioned_transitions: number;
  readonly unique_triggers: number;
  /** Sorted by code unit. */
  readonly triggers: readonly string[];
  readonly states_with_timeouts: number;
  readonly max_fan_out: number;
  /** Transitions that may leave a state, those of the states around it included. */
  readonly fan_out_by_state: Readonly<Record<string, number>>;
}

/** Transitions made from timeouts are not counted: nobody wrote them. */
export function statisticsOf(spec: MachineSpec): MachineStatistics {
  const tree = treeOfStates(spec);
  const isWritten = ({ origin }: TransitionSpec) => origin !== "timeout";
  const written = spec.transitions.filter(isWritten);
  const triggers = [...new Set(written.flatMap((transition) => transition.triggers))].sort();
  const fanOut = spec.states.map(({ name }) => {
    const own = tree.transitionsOf(name);
    const inherited = tree.ancestorsOf(name).flatMap((around) => tree.transitionsOf(around));
    const indexes = new Set([...own, ...inherited]);
    const count = [...indexes].filter((index) => spec.transitions[index]?.origin !== "timeout").length;
    return [name, count] as const;
  });
  const count = (type: string) => spec.states.filter((state) => state.type === type).length;
  const initial = count("initial");
  const terminal = count("terminal");
  return {
    total_states: spec.states.length,
    initial_states: initial,
    terminal_states: terminal,
    stable_states: spec.states.length - initial - terminal,
    total_transitions: written.length,
    guarded_transitions: written.filter((transition) => transition.guards.length > 0).length,
    actioned_transitions: written.filter((transition) => transition.actions.length > 0).length,
    unique_triggers: triggers.length,
    triggers,
    states_with_timeouts: spec.states.filter((state) => state.timeout !== null).length,
    max_fan_out: Math.max(0, ...fanOut.map(([, out]) => out)),
    fan_out_by_state: Object.fromEntries(fanOut),
  };
}
