/** Naive reading: where a transition leads, what it needs and what it leaves. */
import { type TargetSpec } from "../../src/engine/spec.ts";
import { choiceOrder, guardsOf } from "./naive_select.ts";
import {
  ancestors,
  type Arrow,
  isCompound,
  isDescendant,
  stateChildren,
  type TreeNode,
} from "./naive_tree.ts";
import { type Lead, sorted, type World } from "./naive_world.ts";

export function targetsOf(world: World, arrow: Arrow): readonly TargetSpec[] {
  return !world.isScxml && arrow.spec.isInternal ? [] : arrow.spec.targets;
}

export function effective(
  world: World,
  targets: readonly TargetSpec[],
  found: { historyDefaults: Set<TreeNode>; branches: Arrow[] } = {
    historyDefaults: new Set(),
    branches: [],
  },
  hops = 0,
): Set<TreeNode> | null {
  const nodes = new Set<TreeNode>();
  if (hops > 40) return null;
  for (const target of targets) {
    const node = world.tree.byName.get(target.type === "state" ? target.name : target.of);
    if (node === undefined) throw new Error("unknown target");
    let inner: Set<TreeNode> | null;
    if (target.type === "history" || node.kind === "history") {
      const key = target.type === "state" ? target.name : target.isDeep ? `${target.of}*` : target.of;
      const memory = world.state.history.get(key);
      if (memory !== undefined) inner = new Set(memory);
      else if (target.type === "history") {
        inner = world.isScxml ? effective(world, node.initial, found, hops + 1) : new Set([node]);
      } else {
        found.historyDefaults.add(node);
        inner = effective(world, node.state?.historyDefault ?? [], found, hops + 1);
      }
    } else if (node.kind === "choice") {
      const branch = choiceOrder(node).find((arrow) => guardsOf(world, arrow) === true);
      if (branch === undefined) return null;
      found.branches.push(branch);
      inner = effective(world, branch.spec.targets, found, hops + 1);
    } else inner = new Set([node]);
    if (inner === null) return null;
    for (const one of inner) nodes.add(one);
  }
  return nodes;
}

export function leadFor(
  world: World,
  targets: readonly TargetSpec[],
  options: { readonly floor: TreeNode | null; isExempt(node: TreeNode, targets: Set<TreeNode>): boolean },
): Lead | null {
  const historyDefaults = new Set<TreeNode>();
  const branches: Arrow[] = [];
  const roots = effective(world, targets, { historyDefaults, branches });
  if (roots === null) return null;
  const needs = new Set<TreeNode>();
  const defaults = new Set<TreeNode>();
  for (const node of roots) {
    needs.add(node);
    for (const around of ancestors(node)) {
      if (around === options.floor) break;
      needs.add(around);
    }
  }
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const node of sorted(needs)) {
      const hasChild = stateChildren(node).some((child) => needs.has(child));
      if (node.kind === "parallel" && !options.isExempt(node, roots)) {
        for (const region of stateChildren(node)) {
          if (needs.has(region)) continue;
          needs.add(region);
          isChanged = true;
        }
      } else if (isCompound(node) && !hasChild) {
        const inner = effective(world, node.initial, { historyDefaults, branches });
        if (inner === null) return null;
        defaults.add(node);
        isChanged = true;
        for (const target of inner) {
          needs.add(target);
          for (const around of ancestors(target)) {
            if (around === node) break;
            needs.add(around);
          }
        }
      }
    }
  }
  return { needs, defaults, historyDefaults, branches, targets: roots };
}

export function leadOf(world: World, arrow: Arrow): Lead | null {
  if (targetsOf(world, arrow).length === 0) {
    return {
      needs: new Set(),
      defaults: new Set(),
      historyDefaults: new Set(),
      branches: [],
      targets: new Set(),
    };
  }
  const roots = effective(world, targetsOf(world, arrow));
  if (roots === null) return null;
  const forced = forcedOut(world, arrow, roots);
  return leadFor(world, targetsOf(world, arrow), {
    floor: null,
    isExempt: (node, targets) =>
      world.state.active.has(node) && !forced.has(node) &&
      [...targets].some((target) => isDescendant(target, node)),
  });
}

export function forcedOut(world: World, arrow: Arrow, targets: Set<TreeNode>): Set<TreeNode> {
  const forced = new Set<TreeNode>();
  if (world.isScxml || !arrow.spec.isReentering) return forced;
  const { active } = world.state;
  const roots = [...targets].filter((target) => active.has(target));
  if ([...targets].some((target) => isDescendant(target, arrow.source))) roots.push(arrow.source);
  for (const node of active) {
    if (roots.some((root) => node === root || isDescendant(node, root))) forced.add(node);
  }
  return forced;
}

export function exitsOf(world: World, arrow: Arrow): Set<TreeNode> {
  const { active } = world.state;
  if (targetsOf(world, arrow).length === 0) return new Set();
  if (world.isScxml) {
    const domain = domainOf(world, arrow);
    return new Set([...active].filter((node) => isDescendant(node, domain)));
  }
  const lead = leadOf(world, arrow);
  if (lead === null) throw new Error("an enabled transition leads somewhere");
  const exits = forcedOut(world, arrow, lead.targets);
  for (const node of active) {
    if (lead.needs.has(node)) continue;
    const nearest = ancestors(node).find((around) => lead.needs.has(around));
    if (nearest?.kind !== "parallel") exits.add(node);
  }
  return exits;
}

export function domainOf(world: World, arrow: Arrow): TreeNode {
  const targets = [...effective(world, targetsOf(world, arrow)) ?? []];
  const { source } = arrow;
  const contains = (node: TreeNode) => targets.every((target) => isDescendant(target, node));
  if (arrow.spec.isInternal && isCompound(source) && contains(source)) return source;
  const found = ancestors(source).find((node) =>
    (node === world.tree.root || isCompound(node)) && contains(node)
  );
  return found ?? world.tree.root;
}
