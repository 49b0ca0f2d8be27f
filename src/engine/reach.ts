/** Where a transition leads: effective targets, what must be active for them, and what is left for it. */
import { type Configuration, has } from "./configuration.ts";
import { evaluateGuards } from "./guard.ts";
import { isInside, type Machine, nodeAt, NONE, ROOT, type Target, type Transition } from "./machine.ts";
import { rememberedNodes } from "./memory.ts";
import { ownValue } from "./own.ts";
import { scopeOf, type Work } from "./work.ts";

/** Histories and choices that may lead to each other. */
const HOPS_DEPTH_MAX = 64;
/** Histories and choices in one resolution. */
const HOPS_MAX = 20_000;

/** Targets with all that entering them brings about. */
export interface Reach {
  readonly targets: readonly number[];
  /** Sorted: the targets, everything around and everything by default inside. */
  readonly needs: readonly number[];
  readonly defaults: readonly number[];
  readonly historyDefaults: readonly number[];
  /** Branches of choices that were taken, in order. */
  readonly branches: readonly Transition[];
  /** Whether the answer would be the same for every history and context. */
  readonly isStatic: boolean;
}

export const EMPTY_REACH: Reach = {
  targets: [],
  needs: [],
  defaults: [],
  historyDefaults: [],
  branches: [],
  isStatic: true,
};

interface Resolving {
  readonly work: Work;
  readonly historyDefaults: number[];
  readonly branches: Transition[];
  isStatic: boolean;
  hops: number;
  depth: number;
}

/** Effective targets; null when a choice on the way has no branch that holds. */
export function resolve(work: Work, targets: readonly Target[]): Omit<Reach, "needs" | "defaults"> | null {
  const resolving = resolvingOf(work);
  const nodes = resolveAll(resolving, targets);
  return nodes === null ? null : { ...resolving, targets: nodes };
}

/**
 * Everything needed for `targets`. A parallel that `isOpened` refuses keeps its other regions as they are.
 * `floor` is the node below which ancestors count (`NONE` = all). Null when a choice has no branch that holds.
 */
export function reachOf(
  work: Work,
  targets: readonly Target[],
  options: {
    readonly floor: number;
    readonly isOpened: (parallel: number, targets: readonly number[]) => boolean;
  },
): Reach | null {
  const { machine } = work;
  const resolving = resolvingOf(work);
  const roots = resolveAll(resolving, targets);
  if (roots === null) return null;
  const needs = new Set<number>();
  const filled = new Set<number>();
  const defaults: number[] = [];
  const queue: number[] = [];
  for (const root of roots) add(root, options.floor);
  for (const index of queue) {
    const node = nodeAt(machine, index);
    if (node.kind === "parallel") {
      if (!options.isOpened(index, roots)) continue;
      for (const child of node.children) if (!needs.has(child)) add(child, index);
    } else if (node.isCompound && !filled.has(index)) {
      defaults.push(index);
      const inner = resolveAll(resolving, node.initial);
      if (inner === null) return null;
      // A history that is its own default entry would lead nowhere: the first child stands in.
      for (const target of inner) add(target === index ? node.children[0] ?? index : target, index);
    }
  }
  return {
    targets: roots,
    needs: [...needs].sort((left, right) => left - right),
    defaults: defaults.sort((left, right) => left - right),
    historyDefaults: [...new Set(resolving.historyDefaults)].sort((left, right) => left - right),
    branches: resolving.branches,
    isStatic: resolving.isStatic,
  };

  /** Adds the node and what lies around it, up to and without `floor`. */
  function add(index: number, floor: number): void {
    for (let at = index; at !== floor && at !== NONE && !needs.has(at);) {
      needs.add(at);
      queue.push(at);
      at = nodeAt(machine, at).parent;
      if (at !== NONE) filled.add(at);
    }
  }
}

/** Active nodes that a minimal change leaves: not needed, and not in another region of a parallel that stays. */
export function exitsBesides(
  work: Work,
  needs: readonly number[],
  forced: readonly number[],
): readonly number[] {
  const { machine, active } = work;
  const exits: number[] = [];
  for (const index of active) {
    if (isForced(machine, index, forced) || (!has(needs, index) && !isSpared(machine, index, needs))) {
      exits.push(index);
    }
  }
  return exits;
}

/** Nodes that `reenter` leaves with everything inside. */
export function forcedBy(
  work: Work,
  transition: Transition,
  targets: readonly number[],
): readonly number[] {
  if (!transition.isReentering) return [];
  const { machine, active } = work;
  const forced = targets.filter((target) => has(active, target));
  const { source } = transition;
  if (has(active, source) && targets.some((target) => isInside(machine, target, source))) forced.push(source);
  return forced;
}

export function isForced(machine: Machine, index: number, forced: readonly number[]): boolean {
  return forced.some((root) => index === root || isInside(machine, index, root));
}

/** The node whose active descendants profile `scxml` leaves for these targets; `NONE` without targets. */
export function domainOf(work: Work, transition: Transition, targets: readonly number[]): number {
  if (transition.targets.length === 0 || targets.length === 0) return NONE;
  const { machine } = work;
  const { source } = transition;
  const isWithin = (outer: number) => targets.every((target) => isInside(machine, target, outer));
  if (transition.isInternal && nodeAt(machine, source).isCompound && isWithin(source)) return source;
  for (let at = nodeAt(machine, source).parent; at !== NONE; at = nodeAt(machine, at).parent) {
    if ((at === ROOT || nodeAt(machine, at).isCompound) && isWithin(at)) return at;
  }
  return ROOT;
}

export function exitsBelow(machine: Machine, active: Configuration, domain: number): readonly number[] {
  return domain === NONE ? [] : active.filter((index) => isInside(machine, index, domain));
}

function resolvingOf(work: Work): Resolving {
  return { work, historyDefaults: [], branches: [], isStatic: true, hops: 0, depth: 0 };
}

function resolveAll(resolving: Resolving, targets: readonly Target[]): readonly number[] | null {
  if (resolving.depth > HOPS_DEPTH_MAX || resolving.hops > HOPS_MAX) return null;
  const nodes: number[] = [];
  resolving.depth++;
  for (const target of targets) {
    const found = target.type === "history"
      ? throughHistory(resolving, target)
      : throughNode(resolving, target.node);
    if (found === null) return null;
    for (const node of found) if (!nodes.includes(node)) nodes.push(node);
  }
  resolving.depth--;
  return nodes;
}

function throughNode(resolving: Resolving, index: number): readonly number[] | null {
  const { work } = resolving;
  const node = nodeAt(work.machine, index);
  if (node.kind !== "choice") return [index];
  resolving.isStatic = false;
  resolving.hops++;
  for (const branch of node.branches) {
    if (evaluateGuards(branch.guards, scopeOf(work), []) !== "true") continue;
    resolving.branches.push(branch);
    return resolveAll(resolving, branch.targets);
  }
  return null;
}

function throughHistory(
  resolving: Resolving,
  target: Target & { readonly type: "history" },
): readonly number[] | null {
  resolving.isStatic = false;
  resolving.hops++;
  const { work } = resolving;
  const remembered = rememberedNodes(work.machine, ownValue(work.history, target.key), target.owner);
  if (remembered !== null) return remembered;
  const history = target.node === NONE ? null : nodeAt(work.machine, target.node);
  if (history === null || history.historyDefault.length === 0) return byDefault(resolving, target.owner);
  resolving.historyDefaults.push(target.node);
  return resolveAll(resolving, history.historyDefault);
}

/**
 * The default entry of a node whose history is empty. Profile `scxml` wants targets inside it, so that what is left does
 * not depend on the memory that leaving makes.
 */
function byDefault(resolving: Resolving, owner: number): readonly number[] | null {
  const { machine } = resolving.work;
  const { initial } = nodeAt(machine, owner);
  return machine.isScxml && initial.length > 0 ? resolveAll(resolving, initial) : [owner];
}

/** Whether the nearest needed node around it is a parallel, which keeps its other regions. */
function isSpared(machine: Machine, index: number, needs: readonly number[]): boolean {
  for (let at = nodeAt(machine, index).parent; at !== NONE; at = nodeAt(machine, at).parent) {
    if (has(needs, at)) return nodeAt(machine, at).kind === "parallel";
  }
  return false;
}
