/** Data-routed steps: which transitions the data of an instance opens, and when a state keeps it. */
import { holds } from "./guard.ts";
import { type Machine, type Node, nodeAt, type Transition } from "./machine.ts";
import { scopeOf, type Work } from "./work.ts";

/** The routes of `node` whose destination fits the data, in candidate order, without those that lead to `visited`. */
export function openRoutes(
  work: Work,
  node: Node,
  at: { readonly leaf: number; readonly visited: ReadonlySet<number> },
): readonly Transition[] {
  if (node.routes.length === 0) return NO_ROUTES;
  const { machine } = work;
  const { leaf, visited } = at;
  const isHome = isAtHome(work, leaf);
  return node.routes.filter((route) =>
    route.targets.every((target) => target.type !== "node" || !visited.has(target.node)) &&
    !(isHome && leadsBack(machine, route, leaf)) &&
    holds(route.routeWhen, scopeOf(work))
  );
}

const NO_ROUTES: readonly Transition[] = [];

/** Whether the own conditions of the leaf hold still. */
function isAtHome(work: Work, leaf: number): boolean {
  const { when } = nodeAt(work.machine, leaf);
  return when.length > 0 && holds(when, scopeOf(work));
}

/**
 * Whether data could move an instance from the destination straight back to the leaf. Two such states may fit the same
 * data; the one that an instance is in keeps it then.
 */
function leadsBack(machine: Machine, route: Transition, leaf: number): boolean {
  const home = nodeAt(machine, leaf).path;
  return route.targets.some((target) =>
    target.type === "node" &&
    nodeAt(machine, target.node).path.some((place) =>
      nodeAt(machine, place).routes.some((back) =>
        back.targets.some((one) => one.type === "node" && one.node !== target.node && home.includes(one.node))
      )
    )
  );
}
