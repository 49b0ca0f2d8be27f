/** The tree of a machine as linked objects, for the naive interpreter. */
import type { MachineSpec, StateSpec, TargetSpec, TransitionSpec } from "../../src/engine/spec.ts";

export interface Tree {
  readonly spec: MachineSpec;
  readonly root: TreeNode;
  readonly byName: ReadonlyMap<string, TreeNode>;
  /** Document order. */
  readonly all: readonly TreeNode[];
}

export interface TreeNode {
  readonly name: string;
  readonly kind: "root" | "state" | "parallel" | "terminal" | "history" | "choice";
  readonly state: StateSpec | null;
  parent: TreeNode | null;
  readonly children: TreeNode[];
  order: number;
  readonly initial: readonly TargetSpec[];
  /** Name of the `regions` entry that the unnamed node stands for, and its `final`. */
  readonly region: { readonly name: string; readonly final: string | null } | null;
  readonly arrows: Arrow[];
}

/** A transition as one source has it. */
export interface Arrow {
  readonly spec: TransitionSpec;
  readonly specIndex: number;
  readonly source: TreeNode;
  place: number;
}

export function growTree(spec: MachineSpec): Tree {
  const byName = new Map<string, TreeNode>();
  for (const state of spec.states) byName.set(state.name, nodeOf(state));
  const root: TreeNode = {
    ...emptyNode("root"),
    initial: spec.initial.map((name) => ({ type: "state", name })),
  };
  const placed = new Set<string>();
  for (const state of spec.states) {
    const parallel = byName.get(state.name);
    if (parallel === undefined) continue;
    for (const region of state.regions) {
      const node: TreeNode = {
        ...emptyNode("state"),
        region: { name: region.name, final: region.final },
        initial: [{ type: "state", name: region.initial }],
        parent: parallel,
      };
      parallel.children.push(node);
      for (const name of region.states) {
        placed.add(name);
        attach(byName.get(name), node);
      }
    }
  }
  for (const state of spec.states) {
    if (placed.has(state.name)) continue;
    attach(byName.get(state.name), state.parent === null ? root : byName.get(state.parent) ?? root);
  }
  const all: TreeNode[] = [];
  number(root, all);
  const tree = { spec, root, byName, all };
  addDefaults(tree);
  addArrows(tree);
  return tree;
}

export function ancestors(node: TreeNode): readonly TreeNode[] {
  return node.parent === null ? [] : [node.parent, ...ancestors(node.parent)];
}

export function isDescendant(node: TreeNode, outer: TreeNode): boolean {
  return ancestors(node).includes(outer);
}

export function stateChildren(node: TreeNode): readonly TreeNode[] {
  return node.children.filter((child) => child.kind !== "history" && child.kind !== "choice");
}

export function isCompound(node: TreeNode): boolean {
  return node.initial.length > 0;
}

function attach(node: TreeNode | undefined, parent: TreeNode): void {
  if (node === undefined) return;
  node.parent = parent;
  parent.children.push(node);
}

function nodeOf(state: StateSpec): TreeNode {
  const { type } = state;
  const kind = type === "parallel" || type === "terminal" || type === "history" || type === "choice"
    ? type
    : "state";
  return {
    ...emptyNode(kind),
    name: state.name,
    state,
    initial: kind === "state" ? state.initialChild.map((name) => ({ type: "state" as const, name })) : [],
  };
}

function emptyNode(kind: TreeNode["kind"]): TreeNode {
  return {
    name: "",
    kind,
    state: null,
    parent: null,
    children: [],
    order: 0,
    initial: [],
    region: null,
    arrows: [],
  };
}

function number(node: TreeNode, all: TreeNode[]): void {
  node.order = all.length;
  all.push(node);
  for (const child of node.children) number(child, all);
}

/** Profile `scxml`: a parent without initial enters its first child. */
function addDefaults(tree: Tree): void {
  if (tree.spec.profile !== "scxml") return;
  for (const node of tree.all) {
    const [first] = stateChildren(node);
    if (node.kind !== "state" || isCompound(node) || first === undefined) continue;
    Object.assign(node, { initial: [{ type: "state", name: first.name }] });
  }
}

function addArrows(tree: Tree): void {
  let place = 0;
  for (const source of tree.all) {
    for (const [specIndex, spec] of tree.spec.transitions.entries()) {
      const isSource = spec.source === "*"
        ? source.name !== "" && (source.kind === "state" || source.kind === "parallel")
        : spec.source.includes(source.name) && source.name !== "";
      if (!isSource) continue;
      const isInRegion = spec.region === null ||
        ancestors(source).some((around) => around.region?.name === spec.region);
      if (isInRegion) source.arrows.push({ spec, specIndex, source, place: place++ });
    }
  }
}
