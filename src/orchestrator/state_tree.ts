/** Who is inside whom in a machine, by name, with the regions of a parallel as places of their own. */
import type { MachineSpec, StateSpec } from "../engine/spec.ts";

export interface StateTree {
  /** From the state itself up to its root; a region stands between a member and its parallel as `parallel/region`. */
  pathOf(name: string): readonly string[];
  isInside(name: string, ancestor: string): boolean;
  stateOf(name: string): StateSpec | undefined;
  /** From `name` down along the active states to a leaf; a parallel ends the way. */
  restingIn(name: string, leaves: readonly string[]): string;
}

const trees = new WeakMap<MachineSpec, StateTree>();

/** The tree of `spec`, built once for each machine. */
export function stateTreeOf(spec: MachineSpec): StateTree {
  const known = trees.get(spec);
  if (known !== undefined) return known;
  const tree = createStateTree(spec);
  trees.set(spec, tree);
  return tree;
}

function createStateTree(spec: MachineSpec): StateTree {
  const states = new Map(spec.states.map((state) => [state.name, state]));
  const holders = holdersOf(spec);
  const paths = new Map<string, readonly string[]>();

  return { pathOf, isInside, stateOf: (name) => states.get(name), restingIn };

  function pathOf(name: string): readonly string[] {
    const known = paths.get(name);
    if (known !== undefined) return known;
    const path: string[] = [];
    const seen = new Set<string>();
    for (let at: string | undefined = name; at !== undefined && !seen.has(at); at = holders.get(at)) {
      seen.add(at);
      path.push(at);
    }
    paths.set(name, path);
    return path;
  }

  function isInside(name: string, ancestor: string): boolean {
    return pathOf(name).includes(ancestor);
  }

  function restingIn(name: string, leaves: readonly string[]): string {
    const inside = leaves.filter((leaf) => isInside(leaf, name));
    const first = inside[0];
    if (first === undefined) return name;
    const down = pathOf(first).slice(0, pathOf(first).indexOf(name) + 1).reverse();
    return down.find((place) => states.get(place)?.type === "parallel") ?? first;
  }
}

/** State or region → what holds it. A region's members are those it lists. */
function holdersOf(spec: MachineSpec): ReadonlyMap<string, string> {
  const holders = new Map<string, string>();
  for (const state of spec.states) {
    if (state.parent !== null) holders.set(state.name, state.parent);
  }
  for (const state of spec.states) {
    for (const region of state.regions) {
      const place = `${state.name}/${region.name}`;
      holders.set(place, state.name);
      for (const member of region.states) holders.set(member, place);
    }
  }
  return holders;
}
