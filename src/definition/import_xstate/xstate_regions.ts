/** Where regions answer otherwise: in XState a region that takes an event hides handlers around the parallel. */
import type { JsonValue } from "../../json.ts";
import { isList, isObject, type XStateSource } from "./xstate_source.ts";
import { isInside, type XNode, type XTree } from "./xstate_tree.ts";

/**
 * Warns of events that are handled inside of a parallel and around it when one of the handlers leaves nothing: with the
 * rules of SCXML both run then. In all other cases the inner one wins here too.
 */
export function warnOfHiding(source: XStateSource, tree: XTree): void {
  const handlers = (node: XNode) => handlersOf(tree, node);
  const all = [tree.root, ...tree.nodes];
  for (const parallel of all.filter((node) => node.type === "parallel")) {
    const inner = tree.nodes.filter((node) => isInside(node, parallel)).flatMap(handlers);
    const around = all.filter((node) => node === parallel || isInside(parallel, node)).flatMap(handlers);
    for (const outer of around) {
      const isHidden = inner.some((one) =>
        meets(one.event, outer.event) && (one.isStaying || outer.isStaying)
      );
      if (isHidden) {
        source.warn(outer.path, `runs also when a region of "${tree.nameOf(parallel)}" takes the event`);
      }
    }
  }
}

interface Handler {
  readonly event: string;
  readonly path: readonly (string | number)[];
  /** One of its transitions has no target. */
  readonly isStaying: boolean;
}

function handlersOf(tree: XTree, node: XNode): readonly Handler[] {
  const { on } = node.value;
  if (!isObject(on)) return [];
  const isStaying = (value: JsonValue) => {
    const target = isObject(value) ? value.target ?? null : value;
    if (target === null) return true;
    const isReentering = isObject(value) && value.reenter === true;
    return !isReentering && typeof target === "string" && tree.resolve(target, node) === node;
  };
  return Object.entries(on).map(([event, value]) => ({
    event,
    path: [...node.path, "on", event],
    isStaying: (isList(value) ? value : [value]).some(isStaying),
  }));
}

function meets(one: string, other: string): boolean {
  if (one === other || one === "*" || other === "*") return true;
  return isPattern(one, other) || isPattern(other, one);
}

function isPattern(pattern: string, event: string): boolean {
  return pattern.endsWith(".*") && event.startsWith(pattern.slice(0, -1));
}
