/** Naive reading: which of several transitions run together. */
import { exitsOf, leadOf, targetsOf } from "./naive_lead.ts";
import { ancestors, type Arrow, isDescendant, stateChildren, type TreeNode } from "./naive_tree.ts";
import { type Wish, type World } from "./naive_world.ts";

export function resolve(world: World, wishes: readonly Wish[]): readonly Arrow[] {
  const kept = world.isScxml ? resolveScxml(world, wishes) : resolvePystator(world, wishes);
  return [...kept].sort((left, right) => left.place - right.place);
}

export function resolveScxml(world: World, wishes: readonly Wish[]): readonly Arrow[] {
  let kept: Arrow[] = [];
  for (const { arrow } of wishes) {
    const marked = new Set<Arrow>();
    let isDropped = false;
    for (const other of kept) {
      if (!meet(exitsOf(world, arrow), exitsOf(world, other))) continue;
      if (isDescendant(arrow.source, other.source)) marked.add(other);
      else {
        isDropped = true;
        break;
      }
    }
    if (isDropped) continue;
    kept = [...kept.filter((other) => !marked.has(other)), arrow];
  }
  return kept;
}

export function resolvePystator(world: World, wishes: readonly Wish[]): readonly Arrow[] {
  const inner = wishes.filter((wish) =>
    !wishes.some((other) => isDescendant(other.arrow.source, wish.arrow.source))
  );
  const rank = (wish: Wish): readonly number[] => {
    const depths = [...exitsOf(world, wish.arrow)].map((node) => ancestors(node).length);
    return [
      depths.length === 0 ? 10_000 : Math.min(...depths),
      wish.leaf.kind === "terminal" ? 1 : 0,
      wish.leaf.order,
    ];
  };
  const ranked = [...inner].sort((left, right) => compareLists(rank(left), rank(right)));
  const kept: Arrow[] = [];
  for (const { arrow } of ranked) if (!kept.some((other) => conflict(world, arrow, other))) kept.push(arrow);
  return kept;
}

export function conflict(world: World, left: Arrow, right: Arrow): boolean {
  if (targetsOf(world, left).length === 0 || targetsOf(world, right).length === 0) return false;
  const leftNeeds = leadOf(world, left)?.needs ?? new Set();
  const rightNeeds = leadOf(world, right)?.needs ?? new Set();
  if (meet(exitsOf(world, left), exitsOf(world, right))) return true;
  if (meet(exitsOf(world, left), rightNeeds) || meet(exitsOf(world, right), leftNeeds)) return true;
  return world.tree.all.some((node) => {
    if (node.kind === "parallel") return false;
    const one = stateChildren(node).find((child) => leftNeeds.has(child));
    const other = stateChildren(node).find((child) => rightNeeds.has(child));
    return one !== undefined && other !== undefined && one !== other;
  });
}

export function meet(left: ReadonlySet<TreeNode>, right: ReadonlySet<TreeNode>): boolean {
  return [...left].some((node) => right.has(node));
}

export function compareLists(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
