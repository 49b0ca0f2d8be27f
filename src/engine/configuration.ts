/** A configuration: the active nodes as a sorted list of indexes, and what can be asked of it. */
import { type Machine, nodeAt, NONE, ROOT } from "./machine.ts";

/** Length up to which a scan beats halving. */
const SCAN_MAX = 12;

export type Configuration = readonly number[];

/** Whether the sorted list holds `node`. */
export function has(list: readonly number[], node: number): boolean {
  const { length } = list;
  if (length <= SCAN_MAX) {
    for (let place = 0; place < length; place++) if (list[place] === node) return true;
    return false;
  }
  let low = 0;
  let high = length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = list[middle] ?? NONE;
    if (found === node) return true;
    if (found < node) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** The configuration whose leaves have these names; null when one is unknown or cannot be active. */
export function configurationOf(machine: Machine, names: readonly string[]): Configuration | null {
  if (names.length === 1) {
    const index = machine.indexOfName.get(names[0] ?? "");
    if (index === undefined) return null;
    const node = nodeAt(machine, index);
    return isPseudo(node.kind) ? null : node.path;
  }
  if (names.length === 0) return null;
  const leaves: number[] = [];
  for (const name of names) {
    const index = machine.indexOfName.get(name);
    if (index === undefined || isPseudo(nodeAt(machine, index).kind)) return null;
    leaves.push(index);
  }
  if (!isSorted(leaves)) leaves.sort((left, right) => left - right);
  return joinPaths(machine, leaves);
}

/** The paths of sorted nodes as one sorted list. */
export function joinPaths(machine: Machine, nodes: readonly number[]): Configuration {
  const active: number[] = [];
  let previous: readonly number[] = [];
  for (const index of nodes) {
    const { path } = nodeAt(machine, index);
    let place = 0;
    while (place < path.length && path[place] === previous[place]) place++;
    for (; place < path.length; place++) active.push(path[place] ?? ROOT);
    previous = path;
  }
  return active.length === 0 ? [ROOT] : active;
}

/** Active nodes without an active child, in document order: in preorder a child follows its parent at once. */
export function leavesOf(machine: Machine, active: Configuration): readonly number[] {
  const { length } = active;
  const leaves: number[] = [];
  for (let place = 0; place < length; place++) {
    const index = active[place] ?? ROOT;
    if (place + 1 < length && nodeAt(machine, active[place + 1] ?? ROOT).parent === index) continue;
    leaves.push(index);
  }
  return leaves;
}

/** Names of the leaves; `active` with one leaf costs nothing. A leaf without a name stands for its parent. */
export function leafNames(machine: Machine, active: Configuration): readonly string[] {
  const last = nodeAt(machine, active[active.length - 1] ?? ROOT);
  if (last.depth === active.length - 1) return last.names;
  return leavesOf(machine, active).map((leaf) => shownName(machine, leaf));
}

/** Name of the node, or of the nearest one around it that has a name. */
export function shownName(machine: Machine, index: number): string {
  const node = nodeAt(machine, index);
  return node.name === "" && node.parent !== NONE ? shownName(machine, node.parent) : node.name;
}

/** Why the configuration is not legal; null when it is: one child in a compound, every region in a parallel. */
export function illegalityOf(machine: Machine, active: Configuration): string | null {
  if (active[0] !== ROOT) return "the root is not active";
  const counts: number[] = [];
  const open: number[] = [];
  for (let place = 0; place < active.length; place++) {
    const { parent } = nodeAt(machine, active[place] ?? ROOT);
    counts.push(0);
    while (open.length > 0 && active[open[open.length - 1] ?? 0] !== parent) open.pop();
    const around = open[open.length - 1];
    if (around === undefined && place > 0) {
      return `the parent of "${shownName(machine, active[place] ?? ROOT)}" is not active`;
    }
    if (around !== undefined) counts[around] = (counts[around] ?? 0) + 1;
    open.push(place);
  }
  for (let place = 0; place < active.length; place++) {
    const node = nodeAt(machine, active[place] ?? ROOT);
    const count = counts[place] ?? 0;
    const isRight = node.kind === "parallel"
      ? count === node.children.length
      : node.isCompound
      ? count === 1
      : count <= 1;
    if (!isRight) return `"${shownName(machine, node.index) || machine.name}" has ${count} active children`;
  }
  return null;
}

function isPseudo(kind: string): boolean {
  return kind === "history" || kind === "choice";
}

function isSorted(list: readonly number[]): boolean {
  for (let place = 1; place < list.length; place++) {
    if ((list[place - 1] ?? 0) > (list[place] ?? 0)) return false;
  }
  return true;
}
