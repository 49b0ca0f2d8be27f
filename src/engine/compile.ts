/** From the plain words of a machine to its tables. */
import { assert } from "../assert.ts";
import { compileActions, compilePayload } from "./compiled_action.ts";
import { compileSafely } from "./compile_expression.ts";
import { compileCondition } from "./guard.ts";
import { compileTransitions, NO_LISTS, type SourceLists } from "./compile_transitions.ts";
import { type Machine, type Memory, type Node, NONE, type Target } from "./machine.ts";
import type { MachineSpec, TargetSpec } from "./spec.ts";
import { type Branch, treeOf } from "./tree.ts";
import { foldTrigger, tokensOf } from "./trigger.ts";

/** Compiles a machine that was found sound. The result is immutable but for what it remembers of its own work. */
export function compileMachine(spec: MachineSpec): Machine {
  const isScxml = spec.profile === "scxml";
  const branches = treeOf(spec);
  const indexOfName = new Map(
    branches.filter(({ name }) => name !== "").map(({ name, index }) => [name, index]),
  );
  const findTarget = targetFinder(branches, indexOfName);
  const { lists, fallback, triggers, systemTriggers } = compileTransitions(spec, branches, findTarget);
  const memories = memoriesOf(spec, branches, findTarget);
  const nodes = branches.map((branch) =>
    nodeOf(branch, {
      spec,
      branches,
      findTarget,
      lists: lists[branch.index] ?? NO_LISTS,
      memories: memories.get(branch.index) ?? NO_MEMORIES,
    })
  );
  return {
    spec,
    name: spec.name,
    version: spec.version,
    isScxml,
    nodes,
    indexOfName,
    triggers,
    triggerSet: new Set(triggers),
    systemTriggers,
    declared: new Set(spec.variables.map(({ key }) => key)),
    variables: spec.variables.map(({ key, defaultExpr }) => ({
      key,
      defaultExpression: defaultExpr === null ? null : compileSafely(defaultExpr),
    })),
    invariants: spec.invariants.map(({ label, condition }) => ({
      label,
      condition: compileCondition(condition),
    })),
    hasEventless: spec.transitions.some((transition) => transition.isAuto),
    hasChoices: spec.states.some((state) => state.type === "choice"),
    initial: spec.initial.map((name) => findTarget({ type: "state", name })),
    fallback,
    memo: { nodes: 0, movesByKey: new Map(), standings: new WeakMap() },
  };
}

export type FindTarget = (target: TargetSpec) => Target;

const NO_MEMORIES: readonly Memory[] = [];

function targetFinder(branches: readonly Branch[], indexOfName: ReadonlyMap<string, number>): FindTarget {
  return (target) => {
    const name = target.type === "state" ? target.name : target.of;
    const index = indexOfName.get(name);
    const branch = index === undefined ? undefined : branches[index];
    assert(index !== undefined && branch !== undefined, `target "${name}" is a state`);
    if (target.type === "history") {
      return { type: "history", owner: index, node: NONE, key: target.isDeep ? `${name}*` : name };
    }
    if (branch.kind === "history") return { type: "history", owner: branch.parent, node: index, key: name };
    return { type: "node", node: index };
  };
}

/** What each node must remember when it is left: its history nodes, and histories that somebody names. */
function memoriesOf(
  spec: MachineSpec,
  branches: readonly Branch[],
  findTarget: FindTarget,
): ReadonlyMap<number, readonly Memory[]> {
  const memories = new Map<number, Memory[]>();
  for (const branch of branches) {
    if (branch.kind === "history") {
      remember(branch.parent, { key: branch.name, isDeep: branch.spec?.history === "deep" });
    }
  }
  const named = [
    ...spec.transitions.flatMap((transition) => transition.targets),
    ...spec.states.flatMap((state) => state.historyDefault),
  ];
  for (const target of named) {
    if (target.type !== "history") continue;
    const found = findTarget(target);
    if (found.type === "history") remember(found.owner, { key: found.key, isDeep: target.isDeep });
  }
  return memories;

  function remember(owner: number, memory: Memory): void {
    const known = memories.get(owner) ?? [];
    if (!known.some(({ key }) => key === memory.key)) memories.set(owner, [...known, memory]);
  }
}

interface NodeParts {
  readonly spec: MachineSpec;
  readonly branches: readonly Branch[];
  readonly findTarget: FindTarget;
  readonly lists: SourceLists;
  readonly memories: readonly Memory[];
}

function nodeOf(branch: Branch, parts: NodeParts): Node {
  const { index, name, kind, parent, depth, end, path, spec } = branch;
  const { branches, findTarget, lists, memories } = parts;
  const children = branch.children.filter((child) => isStateNode(branches, child));
  const initial = initialOf(branch, children, parts);
  const { eventNormalizer } = parts.spec;
  const defer = spec?.defer ?? [];
  return {
    index,
    name,
    kind,
    parent,
    depth,
    end,
    path,
    children,
    isCompound: initial.length > 0,
    initial,
    initialActions: compileActions(spec?.initialActions ?? []),
    onEnter: compileActions(spec?.onEnter ?? []),
    onExit: compileActions(spec?.onExit ?? []),
    memories,
    historyDefault: (spec?.historyDefault ?? []).map(findTarget),
    historyActions: compileActions(spec?.historyActions ?? []),
    ...lists,
    defers: new Set(defer.map((trigger) => foldTrigger(trigger, eventNormalizer))),
    deferTokens: defer.map(tokensOf),
    invokes: spec?.invoke ?? [],
    when: (spec?.when ?? []).map(compileCondition),
    doneData: compilePayload(spec?.doneData ?? null),
    joinOf: joinOf(branch, branches),
    joinNodes: joinNodesOf(branch, branches),
    regionName: branch.region?.name ?? null,
    spec,
    names: [name],
    isRestable: initial.length === 0 && kind !== "parallel" &&
      path.every((around) => branches[around]?.kind !== "parallel" || regionsIn(branches, around) === 1),
  };
}

/** Default entry; a node with one is compound. Profile `scxml` gives every parent one. */
function initialOf(branch: Branch, children: readonly number[], parts: NodeParts): readonly Target[] {
  const { kind, spec, region } = branch;
  const { findTarget, branches } = parts;
  if (kind === "root") return parts.spec.initial.map((name) => findTarget({ type: "state", name }));
  if (region !== null) return [findTarget({ type: "state", name: region.initial })];
  if (kind !== "state" || spec === null || children.length === 0) return NO_TARGETS;
  if (spec.initialChild.length > 0) {
    return spec.initialChild.map((name) => findTarget({ type: "state", name }));
  }
  const [first] = children;
  const name = first === undefined ? undefined : branches[first]?.name;
  if (parts.spec.profile !== "scxml" || name === undefined) return NO_TARGETS;
  return [findTarget({ type: "state", name })];
}

const NO_TARGETS: readonly Target[] = [];

function isStateNode(branches: readonly Branch[], index: number): boolean {
  const kind = branches[index]?.kind;
  return kind !== "history" && kind !== "choice";
}

function regionsIn(branches: readonly Branch[], parallel: number): number {
  return branches[parallel]?.children.filter((child) => isStateNode(branches, child)).length ?? 0;
}

/** The parallel of whose `regions` list this node is a `final`. */
function joinOf(branch: Branch, branches: readonly Branch[]): number {
  for (const around of [...branch.path].reverse()) {
    const region = branches[around]?.region;
    if (region !== null && region !== undefined && branch.name !== "" && region.final === branch.name) {
      return branches[around]?.parent ?? NONE;
    }
  }
  return NONE;
}

function joinNodesOf(branch: Branch, branches: readonly Branch[]): readonly number[] {
  if (branch.kind !== "parallel") return [];
  return branch.children.flatMap((child) => {
    const final = branches[child]?.region?.final ?? null;
    if (final === null) return [];
    const node = branches.find(({ name }) => name === final);
    return node === undefined ? [] : [node.index];
  });
}
