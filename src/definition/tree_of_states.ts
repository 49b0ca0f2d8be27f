/** The tree of a finished machine: parents, members of regions, and what entering a state brings with it. */
import type { MachineSpec, StateSpec, TargetSpec, TransitionSpec } from "../engine/spec.ts";
import { HIERARCHY_MAX } from "./limits.ts";

export interface StateTree {
  readonly spec: MachineSpec;
  readonly byName: ReadonlyMap<string, StateSpec>;
  /** The state around it; a member of a region lies in the parallel. */
  parentOf(name: string): string | null;
  childrenOf(name: string): readonly string[];
  /** From the nearest outwards. */
  ancestorsOf(name: string): readonly string[];
  /** The region of `parallel` that `name` lies in, at any depth; null when in none. */
  regionOf(name: string): { readonly parallel: string; readonly region: string } | null;
  /** What `*` means: every state that is not terminal, history or choice. */
  readonly everywhere: readonly string[];
  /** `*` unfolded: every state that is not terminal, history or choice. */
  sourcesOf(transition: TransitionSpec): readonly string[];
  /** Own transitions of a state, `*` included, in file order; indexes into `spec.transitions`. */
  transitionsOf(name: string): readonly number[];
  /** What a target is entered as, without following choices. */
  targetsOf(target: TargetSpec): readonly string[];
}

export function treeOfStates(spec: MachineSpec): StateTree {
  const byName = new Map(spec.states.map((state) => [state.name, state]));
  const parents = new Map<string, string | null>();
  const regions = new Map<string, { parallel: string; region: string }>();
  for (const state of spec.states) parents.set(state.name, state.parent);
  for (const state of spec.states) {
    for (const region of state.regions) {
      for (const member of region.states) {
        if (regions.has(member) || !byName.has(member)) continue;
        parents.set(member, state.name);
        regions.set(member, { parallel: state.name, region: region.name });
      }
    }
  }
  // Children of a parallel without a list of regions are regions themselves.
  for (const state of spec.states) {
    const around = state.parent === null ? undefined : byName.get(state.parent);
    if (around?.type !== "parallel" || around.regions.length > 0 || state.type === "history") continue;
    regions.set(state.name, { parallel: around.name, region: state.name });
  }
  const children = new Map<string, string[]>();
  for (const [name, parent] of parents) if (parent !== null) push(children, parent, name);
  const everywhere = spec.states
    .filter(({ type }) => type !== "terminal" && type !== "history" && type !== "choice")
    .map(({ name }) => name);
  const bySource = new Map<string, number[]>();
  for (const [index, transition] of spec.transitions.entries()) {
    const sources = transition.source === "*" ? everywhere : transition.source;
    for (const source of new Set(sources)) push(bySource, source, index);
  }

  return {
    spec,
    byName,
    everywhere,
    parentOf: (name) => parents.get(name) ?? null,
    childrenOf: (name) => children.get(name) ?? [],
    ancestorsOf,
    regionOf(name) {
      for (const around of [name, ...ancestorsOf(name)]) {
        const region = regions.get(around);
        if (region !== undefined) return region;
      }
      return null;
    },
    sourcesOf: ({ source }) => source === "*" ? everywhere : source,
    transitionsOf: (name) => bySource.get(name) ?? [],
    targetsOf(target) {
      if (target.type === "state") return [target.name];
      return [target.of];
    },
  };

  function ancestorsOf(name: string): readonly string[] {
    const chain: string[] = [];
    let around = parents.get(name) ?? null;
    while (around !== null && chain.length < HIERARCHY_MAX && !chain.includes(around)) {
      chain.push(around);
      around = parents.get(around) ?? null;
    }
    return chain;
  }
}

/** Priority first, then file order: the order in which candidates are tried. */
export function inCandidateOrder(spec: MachineSpec, indexes: readonly number[]): readonly number[] {
  if (spec.profile === "scxml") return indexes;
  const rank = (index: number) => spec.transitions[index]?.priority ?? 0;
  if (indexes.every((index) => rank(index) === 0)) return indexes;
  return [...indexes].sort((left, right) => rank(left) - rank(right) || left - right);
}

function push<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
