/** A machine configuration of XState 5, as JSON, as a machine document with the rules of profile `scxml`. */
import type { JsonValue } from "../../json.ts";
import type { ImportResult } from "../import_problem.ts";
import { oneOrList } from "../import_scxml/context.ts";
import { warnOfHiding } from "./xstate_regions.ts";
import { delayOf, transitionsAt, type TransitionWriter } from "./xstate_transitions.ts";
import { actionsAt, expressionsOf, refuseOthers, variablesOf } from "./xstate_parts.ts";
import { type Draft, isObject, itemsAt, readXStateSource, type XStateSource } from "./xstate_source.ts";
import { readTree, type XNode, type XTree } from "./xstate_tree.ts";

const STATE_KEYS = [
  "id",
  "type",
  "initial",
  "states",
  "on",
  "always",
  "after",
  "entry",
  "exit",
  "invoke",
  "onDone",
  "history",
  "target",
  "output",
  "description",
  "tags",
  "meta",
  "order",
];
const ROOT_KEYS = [...STATE_KEYS, "context", "version", "types", "$schema", "key"];
/** What only a state can have: a machine that has it becomes a state around all others. */
const WRAPPING_KEYS = ["on", "always", "after", "entry", "exit", "invoke", "onDone"];

/**
 * Reads the argument of `createMachine` as JSON text (at most 256 KiB). What has no counterpart is a problem with key and
 * line, all of them; what differs a little is a warning. The result still has to pass `loadMachine`.
 */
export function importXState(text: string): ImportResult {
  const read = readXStateSource(text);
  if (!read.ok) return read;
  const { source } = read;
  const tree = readTree(source);
  const document = createWriter(source, tree).document();
  warnOfHiding(source, tree);
  if (source.problems.length > 0) return { ok: false, problems: source.problems };
  return { ok: true, document, warnings: source.warnings };
}

function createWriter(source: XStateSource, tree: XTree) {
  const states: Draft[] = [];
  const transitions: Draft[] = [];
  const { root } = tree;
  const isWrapped = root.type === "parallel" ||
    WRAPPING_KEYS.some((key) => (root.value[key] ?? null) !== null);
  const writer: TransitionWriter = { source, tree, isWrapped, initialOf };

  return { document };

  function document() {
    refuseOthers(source, { object: root.value, path: root.path, known: ROOT_KEYS });
    if (tree.nodes.length === 0) source.refuse(["states"], "a machine needs states");
    if (isWrapped) writeWrapper();
    for (const node of tree.nodes) writeState(node);
    const variables = variablesOf(source);
    const { description, version } = root.value;
    return {
      meta: {
        machine_name: tree.nameOf(root).toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_"),
        version: typeof version === "string" ? version : "1.0.0",
        ...(typeof description === "string" ? { description } : {}),
        semantics: "scxml",
        initial: isWrapped ? [tree.nameOf(root)] : initialOf(root).map(tree.nameOf),
      },
      ...(variables.length === 0 ? {} : { state_variables: variables }),
      states,
      transitions,
    };
  }

  /** The machine as a state; when it is done, a final state beside it ends the entity. */
  function writeWrapper(): void {
    const name = tree.nameOf(root);
    const isEnding = root.type === "parallel" || root.children.some((child) => child.type === "final");
    writeState(root);
    if (!isEnding) return;
    states.push({ name: `${name}.done`, type: "terminal" });
    transitions.push({ trigger: `done.state.${name}`, source: name, dest: `${name}.done` });
  }

  function writeState(node: XNode): void {
    const { value, path } = node;
    if (node !== root) refuseOthers(source, { object: value, path, known: STATE_KEYS });
    const parent = node.parent === root && !isWrapped ? null : node.parent;
    const state: Draft = {
      name: tree.nameOf(node),
      ...typeOf(node),
      ...(typeof value.description === "string" && node !== root ? { description: value.description } : {}),
      ...(parent === null ? {} : { parent: tree.nameOf(parent) }),
    };
    states.push(state);
    if (node.type === "history") return writeHistory(node, state);
    if (node.type === "compound") writeInitial(node, state);
    const entry = actionsAt(source, value, "entry", path);
    const exit = actionsAt(source, value, "exit", path);
    if (entry.length > 0) state.on_enter = entry;
    if (exit.length > 0) state.on_exit = exit;
    if (value.output !== undefined && value.output !== null) {
      state.done_data = expressionsOf(source, { value: value.output, path: [...path, "output"] });
    }
    writeInvokes(node, state);
    const metadata = { ...part("tags", value.tags), ...part("meta", value.meta) };
    if (Object.keys(metadata).length > 0) state.metadata = metadata;
    writeTransitions(node);
  }

  function writeHistory(node: XNode, state: Draft): void {
    state.history = node.value.history === "deep" ? "deep" : "shallow";
    const { target } = node.value;
    const from = node.parent ?? root;
    const chosen = typeof target === "string" ? tree.resolve(target, node) : null;
    if (typeof target === "string" && chosen === null) {
      source.refuse([...node.path, "target"], `no state "${target}" is there`);
    }
    const targets = chosen === null ? initialOf(from) : [chosen];
    state.default = oneOrList(targets.map(tree.nameOf));
  }

  function writeInitial(node: XNode, state: Draft): void {
    const { initial } = node.value;
    state.initial_child = oneOrList(initialOf(node).map(tree.nameOf));
    if (!isObject(initial)) return;
    const actions = actionsAt(source, initial, "actions", [...node.path, "initial"]);
    if (actions.length > 0) state.initial_actions = actions;
  }

  /** States that are entered first; all regions of a parallel. */
  function initialOf(node: XNode): readonly XNode[] {
    if (node.type === "parallel") return node.children.filter((child) => child.type !== "history");
    const { initial } = node.value;
    const target = isObject(initial) ? initial.target : initial;
    const [first] = node.children;
    if (typeof target !== "string") {
      if (node.type === "compound") source.refuse(node.path, "the first state is not named: write initial");
      return first === undefined ? [] : [first];
    }
    const child = first === undefined ? null : tree.resolve(target.replace(/^\./, ""), first);
    if (child === null) source.refuse([...node.path, "initial"], `no state "${target}" is inside`);
    return child === null ? [] : [child];
  }

  function writeInvokes(node: XNode, state: Draft): void {
    const invokes: Draft[] = [];
    for (const [index, { value, path }] of itemsAt(node.value, "invoke", node.path).entries()) {
      if (!isObject(value) || typeof value.src !== "string") {
        source.refuse(path, "a service is named by a text under src");
        continue;
      }
      refuseOthers(source, { object: value, path, known: ["id", "src", "onDone", "onError"] });
      const id = typeof value.id === "string" ? value.id : `${tree.nameOf(node)}.${index}`;
      invokes.push({ id, src: value.src });
      for (
        const [key, trigger] of [["onDone", `done.invoke.${id}`], ["onError", `error.invoke.${id}`]] as const
      ) {
        transitions.push(...transitionsAt(writer, node, { object: value, key, path, head: { trigger } }));
      }
    }
    if (invokes.length > 0) state.invoke = invokes;
  }

  function writeTransitions(node: XNode): void {
    const { value, path } = node;
    const name = tree.nameOf(node);
    transitions.push(
      ...transitionsAt(writer, node, { object: value, key: "always", path, head: { auto: true } }),
    );
    for (const { event, object, at } of eventsOf(node)) {
      transitions.push(
        ...transitionsAt(writer, node, { object, key: event, path: at, head: triggerOf(event, at) }),
      );
    }
    if (node.type !== "final") {
      const head = { trigger: `done.state.${name}` };
      transitions.push(...transitionsAt(writer, node, { object: value, key: "onDone", path, head }));
    }
    const delays = value.after;
    if (delays === undefined || delays === null) return;
    if (!isObject(delays)) return source.refuse([...path, "after"], "a mapping of delays is expected");
    for (const key of Object.keys(delays)) {
      const at = [...path, "after"];
      const after = delayOf(source, key, [...at, key]);
      transitions.push(...transitionsAt(writer, node, { object: delays, key, path: at, head: { after } }));
    }
  }

  /** Whole names before patterns, long patterns before short ones: that is the order XState looks in. */
  function eventsOf({ value, path }: XNode) {
    if (value.on === undefined || value.on === null) return [];
    const object = value.on;
    const at = [...path, "on"];
    if (!isObject(object)) {
      source.refuse(at, "a mapping of events is expected");
      return [];
    }
    const rank = (event: string) => event.includes("*") ? 1_000 - event.length : 0;
    return Object.keys(object).toSorted((a, b) => rank(a) - rank(b)).map((event) => ({ event, object, at }));
  }

  function triggerOf(event: string, path: readonly (string | number)[]): Draft {
    if (event === "") source.refuse([...path, event], "an event without a name: write always");
    const known = event.replace(/^xstate\.(done|error)\.actor\./, "$1.invoke.").replace(
      /^xstate\.done\.state\./,
      "done.state.",
    );
    if (known.startsWith("xstate.")) source.refuse([...path, event], "this event of XState itself");
    return { trigger: known };
  }
}

function typeOf(node: XNode): Draft {
  switch (node.type) {
    case "parallel":
      return { type: "parallel" };
    case "final":
      return { type: "terminal" };
    case "history":
      return { type: "history" };
    default:
      return {};
  }
}

function part(key: string, value: JsonValue | undefined): Draft {
  return value === undefined || value === null ? {} : { [key]: value };
}
