/** A machine document as a picture's parts: boxes inside boxes, and arrows with what stands on them. */
import { isMapping, type Mapping, mappingsOf, stringsOf, textOf } from "./document_values.ts";
import { countText, isStaying, labelOf, linesOf } from "./labels.ts";

export type ChartNodeKind =
  | "state"
  | "compound"
  | "submachine"
  | "parallel"
  | "region"
  | "terminal"
  | "error"
  | "choice"
  | "history"
  | "initial"
  /** The frame around all states that a wildcard stands for. */
  | "any";

/** One box. `kind` decides its outline. */
export interface ChartNode {
  readonly id: string;
  readonly label: string;
  readonly kind: ChartNodeKind;
  /** One of several that are active at the same time. */
  readonly isRegion: boolean;
  readonly description: string;
  /** Lines under the name: entry, exit and internal reactions. */
  readonly lines: readonly string[];
  readonly children: ChartNode[];
}

export interface ChartEdge {
  readonly source: string;
  readonly target: string;
  readonly label: string;
  readonly kind: "event" | "delay" | "eventless" | "done" | "initial" | "default";
  /** Named points on the borders that the arrow passes. */
  readonly gates: readonly ChartGate[];
}

export interface ChartGate {
  readonly owner: string;
  readonly side: "entry" | "exit";
}

export interface ChartGraph {
  readonly roots: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}

const ANY = "(any)";
const SUBMACHINE_SEPARATOR = "__";

/** Reads whatever of the document can be drawn; what is malformed is left out, never an error. */
export function graphOf(document: Mapping): ChartGraph {
  const states = mappingsOf(document.states).filter((state) => textOf(state.name) !== "");
  const transitions = [
    ...states.flatMap(alwaysOf),
    ...mappingsOf(document.transitions),
    ...states.flatMap(timeoutOf),
  ];
  const boxes = createBoxes(states, transitions);
  for (const state of states) boxes.place(state);
  if (transitions.some((transition) => stringsOf(transition.source).includes("*"))) boxes.frame();
  const edges = [
    ...startsOf(document, states).flatMap((start) => boxes.startEdge(start)),
    ...states.flatMap((state) => defaultEdges(boxes, state)),
    ...transitions.flatMap((transition) => edgesOf(boxes, transition)),
  ];
  return { roots: boxes.roots, edges: merged(edges) };
}

type Boxes = ReturnType<typeof createBoxes>;

function createBoxes(states: readonly Mapping[], transitions: readonly Mapping[]) {
  const byName = new Map(states.map((state) => [textOf(state.name), state]));
  const nodes = new Map<string, ChartNode>();
  const roots: ChartNode[] = [];
  const regionOf = regionsOf(states);

  /** The dot comes first: arrows lead away from it, as from earlier states to later ones. */
  const add = (node: ChartNode, siblings: ChartNode[]) => {
    nodes.set(node.id, node);
    if (node.kind === "initial") siblings.unshift(node);
    else siblings.push(node);
    return node;
  };
  const place = (state: Mapping, seen: ReadonlySet<string> = new Set()): ChartNode => {
    const name = textOf(state.name);
    const existing = nodes.get(name);
    if (existing !== undefined) return existing;
    const region = regionOf.get(name);
    const owner = region?.parallel ?? textOf(state.parent);
    const ownerState = byName.get(owner);
    const isRoot = ownerState === undefined || owner === name || seen.has(owner);
    const parent = isRoot ? null : place(ownerState, new Set([...seen, name]));
    const siblings = parent === null
      ? roots
      : (region === undefined ? parent : nodes.get(regionId(owner, region.name)) ?? parent).children;
    const node = add({
      id: name,
      label: labelOfState(state, parent),
      kind: kindOf(state, states),
      isRegion: parent?.kind === "parallel" && region === undefined && state.type !== "history",
      description: textOf(state.description),
      lines: linesOf(state, transitions),
      children: [],
    }, siblings);
    for (const entry of mappingsOf(state.regions)) {
      const description = textOf(entry.description);
      const label = textOf(entry.name);
      const id = regionId(name, label);
      add({ id, label, kind: "region", isRegion: true, description, lines: [], children: [] }, node.children);
    }
    return node;
  };

  const pseudo = (id: string, label: string, kind: ChartNodeKind, siblings: ChartNode[]) =>
    nodes.get(id) ??
      add({ id, label, kind, isRegion: false, description: "", lines: [], children: [] }, siblings);
  /** Draws a frame around the outermost states that a wildcard means. */
  const frame = (): void => {
    const inside = roots.filter((node) => node.kind !== "terminal" && node.kind !== "history");
    const outside = roots.filter((node) => !inside.includes(node));
    roots.splice(0, roots.length);
    pseudo(ANY, "any state", "any", roots).children.push(...inside);
    roots.push(...outside);
  };
  const startEdge = ({ owner, targets, label }: Start): ChartEdge[] => {
    const siblings = owner === "" ? roots : nodes.get(owner)?.children ?? roots;
    const known = targets.filter((target) => nodes.has(target));
    return known.map((target) => {
      const source = pseudo(`(start)${owner}`, "", "initial", siblings).id;
      return { source, target, label, kind: "initial" as const, gates: [] };
    });
  };
  /** The box that a `dest` means, and the point on a border when it names one; null when there is none. */
  const targetOf = (dest: string): End | null => {
    const history = /^H(\*?)\((.+)\)$/.exec(dest);
    if (history === null) return endOf(dest, "entry");
    const owner = nodes.get(history[2] ?? "");
    if (owner === undefined) return null;
    if (owner.children.length === 0) return { id: owner.id, gates: [] };
    return { id: pseudo(dest, `H${history[1]}`, "history", owner.children).id, gates: [] };
  };
  const endOf = (text: string, side: ChartGate["side"]): End | null => {
    if (nodes.has(text)) return { id: text, gates: [] };
    const [owner = "", point = ""] = text.split(":");
    return nodes.has(point) ? { id: point, gates: [{ owner, side }] } : null;
  };
  return {
    roots,
    place,
    frame,
    startEdge,
    targetOf,
    sourceOf: (source: string) => endOf(source === "*" ? ANY : source, "exit"),
  };
}

interface End {
  readonly id: string;
  readonly gates: readonly ChartGate[];
}

interface Start {
  /** Box that the dot stands in; empty for the whole machine. */
  readonly owner: string;
  readonly targets: readonly string[];
  readonly label: string;
}

function startsOf(document: Mapping, states: readonly Mapping[]): readonly Start[] {
  const meta = isMapping(document.meta) ? document.meta : {};
  const isScxml = meta.semantics === "scxml";
  const declared = stringsOf(meta.initial);
  const typed = states.filter((state) => state.type === "initial").slice(0, 1);
  const first = typed.length > 0 ? typed : states.slice(0, 1);
  const targets = declared.length > 0 ? declared : first.map((state) => textOf(state.name));
  const inner = states.flatMap((state): Start[] => {
    const name = textOf(state.name);
    const chosen = stringsOf(state.initial_child);
    const child = states.find((other) => other.parent === name && other.type !== "history");
    const isFirstChild = isScxml && chosen.length === 0 && state.type !== "parallel" && child !== undefined;
    const entry = isFirstChild ? [textOf(child.name)] : chosen;
    return [
      { owner: name, targets: entry, label: countText(state.initial_actions) },
      ...mappingsOf(state.regions).map((region) => ({
        owner: regionId(name, textOf(region.name)),
        targets: stringsOf(region.initial),
        label: "",
      })),
    ];
  });
  return [{ owner: "", targets, label: "" }, ...inner];
}

/** Where a history leads that remembers nothing. */
function defaultEdges(boxes: Boxes, state: Mapping): ChartEdge[] {
  if (state.type !== "history") return [];
  return stringsOf(state.default).flatMap((dest) => {
    const target = boxes.targetOf(dest);
    if (target === null) return [];
    const label = countText(state.default_actions);
    return [{
      source: textOf(state.name),
      target: target.id,
      label,
      kind: "default" as const,
      gates: target.gates,
    }];
  });
}

function edgesOf(boxes: Boxes, transition: Mapping): ChartEdge[] {
  if (isStaying(transition)) return [];
  const targets = stringsOf(transition.dest).map(boxes.targetOf).filter((target) => target !== null);
  const sources = stringsOf(transition.source).map(boxes.sourceOf).filter((source) => source !== null);
  return sources.flatMap((source) =>
    targets.map((target) => ({
      source: source.id,
      target: target.id,
      label: labelOf(transition),
      kind: edgeKind(transition),
      gates: [...source.gates, ...target.gates],
    }))
  );
}

interface RegionPlace {
  readonly parallel: string;
  readonly name: string;
}

/** The listed region of each member; without a list only its first state is known to be in it. */
function regionsOf(states: readonly Mapping[]): ReadonlyMap<string, RegionPlace> {
  const places = new Map<string, RegionPlace>();
  for (const state of states) {
    for (const region of mappingsOf(state.regions)) {
      const listed = stringsOf(region.states);
      for (const member of listed.length > 0 ? listed : stringsOf(region.initial)) {
        places.set(member, { parallel: textOf(state.name), name: textOf(region.name) });
      }
    }
  }
  return places;
}

function regionId(parallel: string, region: string): string {
  return `${parallel}/${region}`;
}

function labelOfState(state: Mapping, parent: ChartNode | null): string {
  if (state.type === "history") return state.history === "deep" ? "H*" : "H";
  const name = textOf(state.name);
  const prefix = parent === null ? "" : `${parent.id}${SUBMACHINE_SEPARATOR}`;
  return prefix !== "" && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

function kindOf(state: Mapping, states: readonly Mapping[]): ChartNodeKind {
  switch (state.type) {
    case "parallel":
    case "terminal":
    case "error":
    case "choice":
    case "history":
      return state.type;
  }
  if (state.submachine !== undefined && state.submachine !== null) return "submachine";
  const children = states.filter((other) => other.parent === state.name);
  const prefix = `${textOf(state.name)}${SUBMACHINE_SEPARATOR}`;
  const isLaidIn = children.length > 0 && children.every((child) => textOf(child.name).startsWith(prefix));
  if (isLaidIn) return "submachine";
  return state.initial_child !== undefined || children.length > 0 ? "compound" : "state";
}

function edgeKind(transition: Mapping): ChartEdge["kind"] {
  const { after } = transition;
  if (after !== undefined && after !== null && after !== 0) return "delay";
  if (transition.auto === true || after === 0) return "eventless";
  const triggers = stringsOf(transition.trigger);
  const isDone = triggers.some((name) => name.startsWith("_join_") || name.startsWith("done.state."));
  return isDone ? "done" : "event";
}

function alwaysOf(state: Mapping): Mapping[] {
  return mappingsOf(state.always).map((entry) => ({ ...entry, source: state.name, auto: true }));
}

function timeoutOf(state: Mapping): Mapping[] {
  if (!isMapping(state.timeout)) return [];
  return [{ source: state.name, dest: state.timeout.destination, after: `${state.timeout.seconds}s` }];
}

/**
 * Arrows of one kind between the same two boxes become one, with their labels below each other; so do all arrows from a
 * box to itself.
 */
function merged(edges: readonly ChartEdge[]): readonly ChartEdge[] {
  const byEnds = new Map<string, ChartEdge>();
  for (const edge of edges) {
    const isLoop = edge.source === edge.target;
    const key = [edge.source, edge.target, isLoop ? "" : edge.kind, JSON.stringify(edge.gates)].join(
      "\u0000",
    );
    const known = byEnds.get(key);
    if (known === undefined) byEnds.set(key, edge);
    else {
      const kind = known.kind === edge.kind ? edge.kind : "event";
      byEnds.set(key, { ...known, kind, label: `${known.label}\n${edge.label}` });
    }
  }
  return [...byEnds.values()];
}
