/** Naive reading: one microstep, and what is finished by it. */
import { type PayloadSpec } from "../../src/engine/spec.ts";
import { type JsonValue } from "../../src/json.ts";
import { evaluate, raise, runBlock } from "./naive_action.ts";
import { domainOf, exitsOf, leadFor, leadOf, targetsOf } from "./naive_lead.ts";
import { type Arrow, isDescendant, stateChildren, type TreeNode } from "./naive_tree.ts";
import { type Lead, leavesOf, Refusal, sorted, type World } from "./naive_world.ts";

export function microstep(world: World, arrows: readonly Arrow[]): void {
  if (++world.microsteps > world.tree.spec.microstepsMax) throw new Refusal("livelock");
  world.steps++;
  if (arrows.some((arrow) => targetsOf(world, arrow).length > 0)) world.targetless = false;
  const leads = world.isScxml ? [] : arrows.map((arrow) => leadOf(world, arrow));
  const exits = new Set(arrows.flatMap((arrow) => [...exitsOf(world, arrow)]));
  remember(world, exits);
  for (const node of sorted(exits).reverse()) {
    runBlock(world, node.state?.onExit ?? []);
    world.state.active.delete(node);
    world.state.timers = world.state.timers.filter((timer) => timer.owner !== node);
  }
  for (const [index, arrow] of arrows.entries()) {
    runBlock(world, arrow.spec.actions);
    for (const branch of leads[index]?.branches ?? []) runBlock(world, branch.spec.actions);
  }
  const entered = world.isScxml ? arrows.map((arrow) => entryLead(world, arrow)) : leads;
  enter(world, unite(entered));
}

export function entryLead(world: World, arrow: Arrow): Lead | null {
  if (targetsOf(world, arrow).length === 0) return null;
  return leadFor(world, targetsOf(world, arrow), { floor: domainOf(world, arrow), isExempt: () => false });
}

export function remember(world: World, exits: ReadonlySet<TreeNode>): void {
  const { active, history } = world.state;
  const leaves = leavesOf(world);
  for (const node of exits) {
    if (node.name === "") continue;
    const children = stateChildren(node).filter((child) => active.has(child))
      .flatMap((child) =>
        child.region === null ? [child] : stateChildren(child).filter((one) => active.has(one))
      );
    const inside = leaves.filter((leaf) => isDescendant(leaf, node));
    if (children.length === 0) continue;
    history.set(node.name, children);
    history.set(`${node.name}*`, inside);
    for (const child of node.children) {
      if (child.kind === "history") {
        history.set(child.name, child.state?.history === "deep" ? inside : children);
      }
    }
  }
}

export function enter(world: World, lead: Lead): void {
  const { active } = world.state;
  let isOver = false;
  for (const node of sorted(lead.needs)) {
    if (active.has(node)) continue;
    active.add(node);
    runBlock(world, node.state?.onEnter ?? []);
    if (lead.defaults.has(node)) runBlock(world, node.state?.initialActions ?? []);
    for (const history of sorted(lead.historyDefaults)) {
      if (history.parent === node) runBlock(world, history.state?.historyActions ?? []);
    }
    startTimers(world, node);
    if (announce(world, node)) isOver = true;
  }
  if (!isOver) return;
  for (const node of sorted(active).reverse()) runBlock(world, node.state?.onExit ?? []);
  endOf(world);
}

export function startTimers(world: World, node: TreeNode): void {
  for (const { spec, specIndex } of node.arrows) {
    if (spec.afterMs === null || spec.afterMs === 0) continue;
    const trigger = spec.triggers[0] ?? `after.${node.name}.${specIndex}`;
    world.state.timers.push({ owner: node, id: null, trigger, serial: ++world.state.serial, payload: {} });
  }
}

export function announce(world: World, node: TreeNode): boolean {
  const { parent } = node;
  let isOver = false;
  if (node.kind === "terminal" && parent !== null) {
    const data = doneData(world, node.state?.doneData ?? null);
    if (parent === world.tree.root) isOver = world.isScxml;
    else {
      if (parent.name !== "") raise(world, `done.state.${parent.name}`, data);
      if (parent.parent?.kind === "parallel" && isFinished(world, parent.parent)) {
        raise(world, `done.state.${parent.parent.name}`, {});
      }
    }
  }
  if (parent?.region?.final === node.name && node.name !== "" && parent.parent !== null) {
    const finals = parent.parent.children.flatMap((child) => child.region?.final ?? []);
    const isJoined = finals.every((final) => [...world.state.active].some((one) => one.name === final));
    if (isJoined) raise(world, `_join_${parent.parent.name}`, {});
  }
  return isOver;
}

export function isFinished(world: World, node: TreeNode): boolean {
  if (node.kind === "parallel") return stateChildren(node).every((child) => isFinished(world, child));
  return stateChildren(node).some((child) => child.kind === "terminal" && world.state.active.has(child));
}

export function doneData(world: World, spec: PayloadSpec): JsonValue {
  if (spec === null || typeof spec === "string") return {};
  return Object.fromEntries(Object.entries(spec).map(([key, source]) => [key, evaluate(world, source)]));
}

export function endOf(world: World): void {
  world.state.isDone = true;
  world.state.timers = [];
  world.state.deferred = [];
  world.internal = [];
  world.external = [];
}

export function unite(leads: readonly (Lead | null)[]): Lead {
  const present = leads.filter((lead) => lead !== null);
  return {
    needs: new Set(present.flatMap((lead) => [...lead.needs])),
    defaults: new Set(present.flatMap((lead) => [...lead.defaults])),
    historyDefaults: new Set(present.flatMap((lead) => [...lead.historyDefaults])),
    branches: [],
    targets: new Set(),
  };
}
