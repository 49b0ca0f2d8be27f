/** The ordered tree of a machine: who lies inside whom, and in which order. */
import { assert } from "../assert.ts";
import type { NodeKind } from "./machine.ts";
import type { MachineSpec, RegionSpec, StateSpec } from "./spec.ts";

/** A node before its tables are made. */
export interface Branch {
  readonly name: string;
  readonly kind: NodeKind;
  readonly spec: StateSpec | null;
  readonly region: RegionSpec | null;
  readonly index: number;
  readonly parent: number;
  readonly depth: number;
  readonly end: number;
  readonly path: readonly number[];
  /** All children in file order, pseudo nodes too. */
  readonly children: readonly number[];
}

/** Depth of nesting, unnamed regions included. */
const DEPTH_MAX = 128;

/**
 * All nodes in document order, the root first. Members of a `regions` list lie in an unnamed node for each entry; a state
 * that names the parallel as parent but is in none of its regions lies beside the parallel.
 */
export function treeOf(spec: MachineSpec): readonly Branch[] {
  const layout = layoutOf(spec);
  const branches: Branch[] = [];
  add({ name: "", kind: "root", spec: null, region: null }, layout.roots, []);
  assert(
    branches.length - 1 - layout.regions === spec.states.length,
    "every state has its place in the tree",
  );
  return branches;

  function add(
    head: Pick<Branch, "name" | "kind" | "spec" | "region">,
    inner: readonly Placed[],
    around: readonly number[],
  ): number {
    assert(around.length < DEPTH_MAX, `states nest at most ${DEPTH_MAX} deep`);
    const index = branches.length;
    const path = [...around, index];
    const children: number[] = [];
    branches.push({
      ...head,
      index,
      parent: around.at(-1) ?? -1,
      depth: around.length,
      end: 0,
      path,
      children,
    });
    for (const placed of inner) {
      children.push(placed.type === "region" ? addRegion(placed, path) : addState(placed.spec, path));
    }
    const branch = branches[index];
    assert(branch !== undefined, "the branch was added");
    branches[index] = { ...branch, end: branches.length };
    return index;
  }

  function addRegion(
    { region, members }: Placed & { readonly type: "region" },
    path: readonly number[],
  ): number {
    const inner = members.map((member): Placed => ({ type: "state", spec: member }));
    return add({ name: "", kind: "region", spec: null, region }, inner, path);
  }

  function addState(state: StateSpec, path: readonly number[]): number {
    const head = { name: state.name, kind: kindOf(state), spec: state, region: null };
    return add(head, layout.inside.get(state.name) ?? [], path);
  }
}

type Placed =
  | { readonly type: "state"; readonly spec: StateSpec }
  | { readonly type: "region"; readonly region: RegionSpec; readonly members: readonly StateSpec[] };

interface Layout {
  readonly roots: readonly Placed[];
  readonly inside: ReadonlyMap<string, readonly Placed[]>;
  readonly regions: number;
}

function layoutOf(spec: MachineSpec): Layout {
  const byName = new Map(spec.states.map((state) => [state.name, state]));
  const roots: Placed[] = [];
  const inside = new Map<string, Placed[]>();
  const placed = new Set<string>();
  let regions = 0;
  for (const state of spec.states) {
    for (const region of state.regions) {
      const members: StateSpec[] = [];
      for (const name of region.states) {
        const member = byName.get(name);
        assert(member !== undefined, `region member "${name}" is a state`);
        if (placed.has(name)) continue;
        placed.add(name);
        members.push(member);
      }
      push(inside, state.name, { type: "region", region, members });
      regions++;
    }
  }
  for (const state of spec.states) {
    if (placed.has(state.name)) continue;
    const around = parentOf(byName, state);
    if (around === null) roots.push({ type: "state", spec: state });
    else push(inside, around, { type: "state", spec: state });
  }
  return { roots, inside, regions };
}

/** The parent to lie in: not a parallel with a `regions` list, unless the state is a history. */
function parentOf(byName: ReadonlyMap<string, StateSpec>, state: StateSpec): string | null {
  const { parent } = state;
  if (parent === null) return null;
  const around = byName.get(parent);
  assert(around !== undefined, `parent "${parent}" is a state`);
  const isOutside = around.regions.length > 0 && state.type !== "history" && state.type !== "choice";
  return isOutside ? parentOf(byName, around) : parent;
}

function kindOf(state: StateSpec): NodeKind {
  switch (state.type) {
    case "parallel":
    case "terminal":
    case "choice":
    case "history":
      return state.type;
    default:
      return "state";
  }
}

function push<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
