/** History: what is remembered of a node when it is left, and what that means when it is asked for. */
import { type Configuration, has, leavesOf } from "./configuration.ts";
import { isInside, type Machine, type Node, nodeAt } from "./machine.ts";
import { setOwn } from "./own.ts";
import type { Snapshot } from "./snapshot.ts";

export type HistoryMemory = NonNullable<Snapshot["history"]>;

export const NO_HISTORY: HistoryMemory = {};

/** The memory after `exits` were left out of `active`; the same object when nothing has to be remembered. */
export function remember(
  machine: Machine,
  memory: HistoryMemory,
  left: { readonly exits: readonly number[]; readonly active: Configuration },
): HistoryMemory {
  let updated: Record<string, readonly string[]> | null = null;
  for (const index of left.exits) {
    const node = nodeAt(machine, index);
    for (const { key, isDeep } of node.memories) {
      const names = isDeep
        ? leavesInside(machine, left.active, node)
        : childrenOf(machine, left.active, node);
      if (names.length === 0) continue;
      updated ??= { ...memory };
      setOwn(updated, key, names);
    }
  }
  return updated ?? memory;
}

/** The remembered nodes; null when nothing is remembered, or a name is not inside `owner` any more. */
export function rememberedNodes(
  machine: Machine,
  names: readonly string[] | undefined,
  owner: number,
): readonly number[] | null {
  if (names === undefined || names.length === 0) return null;
  const nodes: number[] = [];
  for (const name of names) {
    const index = machine.indexOfName.get(name);
    if (index === undefined || !isInside(machine, index, owner)) return null;
    nodes.push(index);
  }
  return nodes;
}

/** Active children; an unnamed region is stood for by what is active in it. */
function childrenOf(machine: Machine, active: Configuration, node: Node): readonly string[] {
  return node.children.filter((child) => has(active, child)).flatMap((child) => {
    const { name } = nodeAt(machine, child);
    return name === "" ? childrenOf(machine, active, nodeAt(machine, child)) : [name];
  });
}

function leavesInside(machine: Machine, active: Configuration, node: Node): readonly string[] {
  return leavesOf(machine, active)
    .filter((leaf) => isInside(machine, leaf, node.index))
    .map((leaf) => nodeAt(machine, leaf).name)
    .filter((name) => name !== "");
}
