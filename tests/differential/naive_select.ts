/** Naive reading: which transitions each leaf finds. */
import { type GuardSpec } from "../../src/engine/spec.ts";
import { truthy } from "../../src/expression/values.ts";
import { evaluate, raise } from "./naive_action.ts";
import { effective, leadOf, targetsOf } from "./naive_lead.ts";
import { ancestors, type Arrow, type TreeNode } from "./naive_tree.ts";
import { leavesOf, type NaiveEvent, type Wish, type World } from "./naive_world.ts";

export function wishesFor(world: World, event: NaiveEvent | null) {
  const wishes: Wish[] = [];
  let isDeferred = false;
  const tried = new Set<Arrow>();
  const errors = new Set<Arrow>();
  for (const leaf of leavesOf(world)) {
    walk: for (const node of [leaf, ...ancestors(leaf)]) {
      for (const arrow of candidates(world, node, event)) {
        tried.add(arrow);
        const verdict = guardsOf(world, arrow);
        if (verdict === "error") errors.add(arrow);
        if (verdict !== true) continue;
        if (effective(world, targetsOf(world, arrow)) === null) continue;
        if (!world.isScxml && leadOf(world, arrow) === null) continue;
        if (!wishes.some((wish) => wish.arrow === arrow)) wishes.push({ arrow, leaf });
        break walk;
      }
      if (
        event !== null && event.origin !== "timer" && event.origin !== "internal" &&
        defers(world, node, event)
      ) {
        isDeferred = true;
        break walk;
      }
    }
  }
  const isPutOff = wishes.length === 0 && isDeferred;
  if (world.isScxml && !isPutOff) announceErrors(world, errors);
  if (wishes.length > 0) world.erred.clear();
  return { wishes, isDeferred, tried: tried.size, errors: errors.size };
}

export function announceErrors(world: World, errors: ReadonlySet<Arrow>): void {
  for (const { specIndex } of errors) {
    if (world.erred.has(specIndex)) continue;
    world.erred.add(specIndex);
    raise(world, "error.execution", {});
  }
}

export function defers(world: World, node: TreeNode, event: NaiveEvent): boolean {
  return (node.state?.defer ?? []).some((text) =>
    world.isScxml ? matchesPrefix(text, event.trigger) : text === event.trigger
  );
}

export function candidates(world: World, node: TreeNode, event: NaiveEvent | null): readonly Arrow[] {
  const fitting = node.arrows.filter(({ spec, source, specIndex }) => {
    if (event === null) return spec.isAuto;
    const isDelayed = spec.afterMs !== null && spec.afterMs > 0;
    if (spec.isAuto && !isDelayed) return false;
    if (event.origin === "outside" && spec.isTriggerGenerated) return false;
    if (event.origin === "outside" && isJoin(world, event.trigger)) return false;
    if (spec.triggers.length === 0) return event.trigger === `after.${source.name}.${specIndex}`;
    return spec.triggers.some((text) => matches(world, text, event.trigger));
  });
  if (world.isScxml) return fitting;
  return [...fitting].sort((left, right) =>
    (left.spec.priority ?? 0) - (right.spec.priority ?? 0) || left.place - right.place
  );
}

export function isJoin(world: World, trigger: string): boolean {
  return world.tree.spec.states.some((state) =>
    state.regions.length > 0 && `_join_${state.name}` === trigger
  );
}

export function matches(world: World, text: string, trigger: string): boolean {
  if (world.isScxml) return matchesPrefix(text, trigger);
  if (text === "*") return !["_", "done.", "error.", "after."].some((prefix) => trigger.startsWith(prefix));
  return text === trigger;
}

export function guardsOf(world: World, arrow: Arrow): boolean | "error" {
  for (const guard of arrow.spec.guards) {
    const verdict = guardOf(world, guard);
    if (verdict !== true) return verdict;
  }
  return true;
}

export function guardOf(world: World, guard: GuardSpec): boolean | "error" {
  if (guard.type !== "expr") throw new Error("only expressions are made");
  try {
    return truthy(evaluate(world, guard.source));
  } catch {
    return "error";
  }
}

export function choiceOrder(node: TreeNode): readonly Arrow[] {
  return [...node.arrows].sort((left, right) =>
    (left.spec.priority ?? 0) - (right.spec.priority ?? 0) || left.place - right.place
  );
}

export function matchesPrefix(text: string, trigger: string): boolean {
  if (text === "*") return true;
  const tokens = text.replace(/\.\*$/, "").replace(/\.$/, "").split(".");
  const given = trigger.split(".");
  return tokens.every((token, index) => token === given[index]);
}
