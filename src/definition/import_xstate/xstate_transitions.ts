/** Transitions of a configuration: targets as names, and which of them leave their source. */
import type { JsonObject, JsonValue } from "../../json.ts";
import type { Path } from "../findings.ts";
import { oneOrList } from "../import_scxml/context.ts";
import { actionsAt, guardOf, refuseOthers } from "./xstate_parts.ts";
import { type Draft, isList, isObject, itemsAt, type Placed, type XStateSource } from "./xstate_source.ts";
import { commonOuter, isInside, type XNode, type XTree } from "./xstate_tree.ts";

export interface TransitionWriter {
  readonly source: XStateSource;
  readonly tree: XTree;
  /** The machine itself is a state, and can be a target. */
  readonly isWrapped: boolean;
  initialOf(node: XNode): readonly XNode[];
}

export interface TransitionPlace {
  readonly object: JsonObject;
  readonly key: string;
  readonly path: Path;
  /** Trigger, delay or `auto`. */
  readonly head: Draft;
}

const KEYS = ["target", "guard", "actions", "reenter", "description", "meta"];

/** All transitions under one key: a target, a mapping, or a list of them. */
export function transitionsAt(
  writer: TransitionWriter,
  node: XNode,
  place: TransitionPlace,
): readonly Draft[] {
  const { object, key, path, head } = place;
  return itemsAt(object, key, path).map((placed) => transitionOf(writer, node, { ...placed, head }));
}

/** Digits are ms; named delays are functions of the program. */
export function delayOf(source: XStateSource, key: string, path: Path): number {
  if (/^\d{1,12}$/.test(key)) return Number(key);
  source.refuse(path, "a delay that only the program knows: write ms");
  return 0;
}

function transitionOf(
  writer: TransitionWriter,
  node: XNode,
  { value, path, head }: Placed & { readonly head: Draft },
): Draft {
  const { source, tree } = writer;
  const object = isObject(value) ? value : { target: value };
  refuseOthers(source, { object, path, known: KEYS });
  const targets = targetsOf(writer, node, { value: object.target, path });
  const guard = object.guard;
  const actions = actionsAt(source, object, "actions", path);
  return {
    ...head,
    source: tree.nameOf(node),
    ...destOf(writer, { node, targets, isReentering: object.reenter === true, path }),
    ...(guard === undefined || guard === null
      ? {}
      : { guards: [guardOf(source, { value: guard, path: [...path, "guard"] })] }),
    ...(actions.length === 0 ? {} : { actions }),
    ...(typeof object.description === "string" ? { description: object.description } : {}),
  };
}

function targetsOf(
  { source, tree, isWrapped }: TransitionWriter,
  node: XNode,
  { value, path }: { readonly value: JsonValue | undefined; readonly path: Path },
): readonly XNode[] {
  if (value === undefined || value === null) return [];
  const texts = isList(value) ? value : [value];
  return texts.flatMap((text) => {
    const target = typeof text === "string" ? tree.resolve(text, node) : null;
    if (target !== null && (isWrapped || target !== tree.root)) return [target];
    source.refuse([...path, "target"], `no state ${JSON.stringify(text)} is there`);
    return [];
  });
}

interface Leading {
  readonly node: XNode;
  readonly targets: readonly XNode[];
  readonly isReentering: boolean;
  readonly path: Path;
}

/**
 * Without `reenter` XState leaves only what is inside of the source when all targets lie in it. The rules of SCXML have
 * `internal` for that; a source that is its own target and holds nothing is not left at all.
 */
function destOf({ source, tree, initialOf }: TransitionWriter, leading: Leading): Draft {
  const { node, targets, isReentering, path } = leading;
  if (targets.length === 0) return {};
  const [only] = targets;
  const isSelf = targets.length === 1 && only === node && !isReentering;
  if (isSelf && node.type === "parallel") {
    source.refuse([...path, "target"], "regions that start again while the parallel around them stays");
    return {};
  }
  if (isSelf && node.type === "atomic") return {};
  if (isSelf) return { dest: oneOrList(initialOf(node).map(tree.nameOf)), internal: true };
  const dest = oneOrList(targets.map(tree.nameOf));
  const isInner = !isReentering && targets.every((target) => isInside(target, node));
  const outer = isInner ? node : commonOuter([node, ...targets]);
  if (outer?.type === "parallel") {
    source.warn(
      [...path, "target"],
      `"${tree.nameOf(outer)}" is left and entered again, with all its regions`,
    );
  }
  return isInner && node.type === "compound" ? { dest, internal: true } : { dest };
}
