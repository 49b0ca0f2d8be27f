/** The states of a configuration as a tree, the names they get, and what a target text leads to. */
import type { JsonObject } from "../../json.ts";
import type { Path } from "../findings.ts";
import { isObject, type XStateSource } from "./xstate_source.ts";

export interface XNode {
  readonly key: string;
  readonly path: Path;
  readonly value: JsonObject;
  readonly parent: XNode | null;
  readonly children: XNode[];
  readonly type: "atomic" | "compound" | "parallel" | "final" | "history";
}

export interface XTree {
  readonly root: XNode;
  /** All nodes but the root, parents before children. */
  readonly nodes: readonly XNode[];
  nameOf(node: XNode): string;
  /** null when nothing is there. */
  resolve(target: string, from: XNode): XNode | null;
}

const DEPTH_MAX = 32;
const TYPES: readonly XNode["type"][] = ["atomic", "compound", "parallel", "final", "history"];

export function readTree(source: XStateSource): XTree {
  const id = source.root.id;
  const rootKey = typeof id === "string" ? id : "machine";
  const root = readNode(source, { key: rootKey, path: [], value: source.root, parent: null });
  const nodes = descendantsOf(root);
  const names = namesOf(source, root, nodes);
  return {
    root,
    nodes,
    nameOf: (node) => names.get(node) ?? node.key,
    resolve: (target, from) => resolve(target, from, root),
  };
}

export function isInside(node: XNode, outer: XNode): boolean {
  for (let at = node.parent; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}

/** The innermost node around all of them that is none of them; null outside of the machine. */
export function commonOuter(nodes: readonly XNode[]): XNode | null {
  const [first, ...rest] = nodes;
  let outer = first?.parent ?? null;
  while (outer !== null) {
    const candidate: XNode = outer;
    if (rest.every((node) => isInside(node, candidate))) break;
    outer = outer.parent;
  }
  return outer;
}

interface NodeInput {
  readonly key: string;
  readonly path: Path;
  readonly value: JsonObject;
  readonly parent: XNode | null;
}

function readNode(source: XStateSource, input: NodeInput): XNode {
  const { value, path } = input;
  const node: XNode = { ...input, children: [], type: typeOf(source, input) };
  const states = value.states;
  if (states === undefined || states === null) return node;
  if (!isObject(states)) source.refuse([...path, "states"], "a mapping is expected");
  else if (path.length / 2 >= DEPTH_MAX) {
    source.refuse([...path, "states"], `nested deeper than ${DEPTH_MAX} levels`);
  } else {
    for (const [key, child] of Object.entries(states)) {
      const place = [...path, "states", key];
      if (isObject(child)) {
        node.children.push(readNode(source, { key, path: place, value: child, parent: node }));
      } else source.refuse(place, "a mapping is expected");
    }
  }
  return node;
}

function typeOf(source: XStateSource, { value, path, parent }: NodeInput): XNode["type"] {
  const isParent = isObject(value.states) && Object.keys(value.states).length > 0;
  if (value.type === undefined) {
    if (value.history !== undefined) return "history";
    return isParent ? "compound" : "atomic";
  }
  const type = TYPES.find((known) => known === value.type);
  if (type === "final" && parent?.type === "parallel") {
    source.refuse(
      [...path, "type"],
      "a region that is final itself: write a compound with a final state in it",
    );
  }
  if (type === undefined) source.refuse([...path, "type"], `no type ${JSON.stringify(value.type)} is known`);
  return type ?? "atomic";
}

function descendantsOf(node: XNode): readonly XNode[] {
  return node.children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** A key that is the only one of its kind stays a name; others get the keys around them in front. */
function namesOf(source: XStateSource, root: XNode, nodes: readonly XNode[]): ReadonlyMap<XNode, string> {
  const counts = new Map<string, number>();
  const all = [root, ...nodes];
  for (const node of all) counts.set(clean(node.key), (counts.get(clean(node.key)) ?? 0) + 1);
  const names = new Map<XNode, string>();
  const taken = new Set<string>();
  for (const node of all) {
    const isUnique = counts.get(clean(node.key)) === 1;
    const name = isUnique || node === root ? clean(node.key) : `${pathOf(node).map(clean).join(".")}`;
    if (taken.has(name) && node !== root) {
      source.refuse(node.path, `a second state would be called "${name}"`);
    }
    if (name !== node.key && node !== root) source.warn(node.path, `the state is called "${name}"`);
    taken.add(name);
    names.set(node, name);
  }
  return names;
}

function clean(key: string): string {
  const word = key.replaceAll(/[^\w-]+/g, "_");
  return /^[A-Za-z_]/.test(word) ? word : `_${word}`;
}

function pathOf(node: XNode): readonly string[] {
  return node.parent === null ? [] : [...pathOf(node.parent), node.key];
}

function resolve(target: string, from: XNode, root: XNode): XNode | null {
  if (target.startsWith("#")) return byId(target.slice(1), root);
  if (target.startsWith(".")) return descend(from, target.slice(1));
  return descend(from.parent ?? from, target);
}

/** An id, or an id and keys below it; without an own id a node is called by the keys from the machine on. */
function byId(text: string, root: XNode): XNode | null {
  const parts = text.split(".");
  for (let length = parts.length; length > 0; length--) {
    const id = parts.slice(0, length).join(".");
    const node = [root, ...descendantsOf(root)].find((one) =>
      one.value.id === id || [root.key, ...pathOf(one)].join(".") === id
    );
    if (node === undefined) continue;
    const rest = parts.slice(length).join(".");
    return rest === "" ? node : descend(node, rest);
  }
  return null;
}

function descend(from: XNode, text: string): XNode | null {
  let node: XNode | undefined = from;
  for (const key of text.split(".")) node = node?.children.find((child) => child.key === key);
  return node ?? null;
}
