/** What selected transitions together do to a configuration: who is left, who is entered, where it ends. */
import type { Configuration } from "./configuration.ts";
import { has, illegalityOf, leafNames } from "./configuration.ts";
import { type Machine, nodeAt } from "./machine.ts";
import { assert } from "../assert.ts";
import { setOwn } from "./own.ts";

/** Nodes in all moves that one machine remembers: some ten megabytes. */
export const REMEMBERED_NODES_MAX = 1_000_000;

export interface Move {
  /** Sorted; left in reverse. */
  readonly exits: readonly number[];
  /** Sorted; entered in this order. */
  readonly enters: readonly number[];
  /** Compounds whose default entry is taken. */
  readonly defaults: readonly number[];
  /** History nodes whose default is taken. */
  readonly historyDefaults: readonly number[];
  readonly after: Configuration;
  readonly exitedNames: readonly string[];
  readonly enteredNames: readonly string[];
  /** Leaves afterwards. */
  readonly names: readonly string[];
  readonly historyUpdates: { readonly [parent: string]: string };
  /** Whether any action stands on the way out or in. */
  readonly hasActions: boolean;
}

/** Whether there is room to remember the move; takes the room. */
export function reserve(machine: Machine, move: Move): boolean {
  const { memo } = machine;
  if (memo.nodes >= REMEMBERED_NODES_MAX) return false;
  memo.nodes += 1 + move.exits.length + move.enters.length + 2 * move.after.length;
  return true;
}

export interface MoveParts {
  readonly exits: readonly number[];
  /** Sorted nodes that must be active afterwards. */
  readonly needs: readonly number[];
  readonly defaults: readonly number[];
  readonly historyDefaults: readonly number[];
  /** Set where the configuration that is left may be one nobody can rest in. */
  readonly isUnchecked?: boolean;
}

const NO_UPDATES = {};

/** Puts the parts together. The configuration that results is legal, or this is a bug. */
export function moveOf(machine: Machine, active: Configuration, parts: MoveParts): Move {
  const { exits, needs, defaults, historyDefaults } = parts;
  const enters: number[] = [];
  const after: number[] = [];
  let place = 0;
  for (const node of needs) {
    for (; place < active.length; place++) {
      const other = active[place] ?? 0;
      if (other > node) break;
      if (other < node && !has(exits, other)) after.push(other);
      if (other === node) {
        if (has(exits, node)) enters.push(node);
        after.push(node);
      }
    }
    if (after.at(-1) !== node) {
      enters.push(node);
      after.push(node);
    }
  }
  for (; place < active.length; place++) {
    const other = active[place] ?? 0;
    if (!has(exits, other)) after.push(other);
  }
  if (!parts.isUnchecked) {
    const illegality = illegalityOf(machine, after);
    assert(illegality === null, `the configuration is legal: ${illegality}`);
  }
  return {
    exits,
    enters,
    defaults,
    historyDefaults,
    after,
    exitedNames: namesOf(machine, exits).reverse(),
    enteredNames: namesOf(machine, enters),
    names: leafNames(machine, after),
    historyUpdates: exits.length === 0 ? NO_UPDATES : updatesOf(machine, exits),
    hasActions: exits.some((node) => nodeAt(machine, node).onExit.length > 0) ||
      enters.some((node) => nodeAt(machine, node).onEnter.length > 0) ||
      defaults.some((node) => nodeAt(machine, node).initialActions.length > 0) ||
      historyDefaults.some((node) => nodeAt(machine, node).historyActions.length > 0),
  };
}

function namesOf(machine: Machine, nodes: readonly number[]): string[] {
  const names: string[] = [];
  for (const node of nodes) {
    const { name } = nodeAt(machine, node);
    if (name !== "") names.push(name);
  }
  return names;
}

/** Parent → child it was left from, inner ones first, the last one counts. */
function updatesOf(machine: Machine, exits: readonly number[]): { readonly [parent: string]: string } {
  const updates: Record<string, string> = {};
  for (let place = exits.length - 1; place >= 0; place--) {
    const node = nodeAt(machine, exits[place] ?? 0);
    if (node.name === "" || node.spec?.parent === null || node.spec === null) continue;
    setOwn(updates, node.spec.parent, node.name);
  }
  return updates;
}
