/** A machine document as a picture's parts: boxes inside boxes, and arrows with what stands on them. */

/** One box. `kind` decides its outline. */
export interface ChartNode {
  readonly id: string;
  readonly label: string;
  readonly kind:
    | "state"
    | "compound"
    | "parallel"
    | "region"
    | "terminal"
    | "error"
    | "choice"
    | "history"
    | "initial"
    | "any";
  /** Lines under the name: entry, exit and internal reactions. */
  readonly lines: readonly string[];
  readonly children: ChartNode[];
}

export interface ChartEdge {
  readonly source: string;
  readonly target: string;
  readonly label: string;
  readonly kind: "event" | "delay" | "eventless" | "initial";
}

export interface ChartGraph {
  readonly roots: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}

type Mapping = Readonly<Record<string, unknown>>;

const LABEL_CHARS_MAX = 48;
const LINES_MAX = 6;

/** Reads whatever of the document can be drawn; what is malformed is left out, never an error. */
export function graphOf(document: Mapping): ChartGraph {
  const states = mappings(document.states).filter((state) => text(state.name) !== "");
  const transitions = [
    ...states.flatMap(alwaysOf),
    ...mappings(document.transitions),
    ...states.flatMap(timeoutOf),
  ];
  const builder = createBuilder(states, transitions);
  for (const state of states) builder.place(state);
  const edges = [
    ...builder.initialEdges(document),
    ...transitions.flatMap((transition) => builder.edgesOf(transition)),
  ];
  return { roots: builder.roots, edges: merged(edges) };
}

function createBuilder(states: readonly Mapping[], transitions: readonly Mapping[]) {
  const byName = new Map(states.map((state) => [text(state.name), state]));
  const nodes = new Map<string, ChartNode>();
  const roots: ChartNode[] = [];
  const regionOf = new Map<string, string>();
  for (const state of states) {
    for (const region of mappings(state.regions)) {
      for (const member of strings(region.states)) {
        regionOf.set(member, regionId(text(state.name), text(region.name)));
      }
    }
  }

  const add = (node: ChartNode, siblings: ChartNode[]) => {
    nodes.set(node.id, node);
    siblings.push(node);
    return node;
  };
  const place = (state: Mapping, seen: ReadonlySet<string> = new Set()): ChartNode => {
    const name = text(state.name);
    const existing = nodes.get(name);
    if (existing !== undefined) return existing;
    const region = regionOf.get(name);
    const owner = region === undefined ? text(state.parent) : region.slice(0, region.indexOf("/"));
    const ownerState = byName.get(owner);
    const isRoot = ownerState === undefined || seen.has(owner);
    const parent = isRoot ? null : place(ownerState, new Set([...seen, name]));
    const siblings = parent === null
      ? roots
      : (region === undefined ? parent : nodes.get(region) ?? parent).children;
    const node = add({
      id: name,
      label: name,
      kind: kindOf(state, states),
      lines: linesOf(state, transitions),
      children: [],
    }, siblings);
    for (const entry of mappings(state.regions)) {
      const id = regionId(name, text(entry.name));
      add({ id, label: text(entry.name), kind: "region", lines: [], children: [] }, node.children);
    }
    return node;
  };

  const pseudo = (id: string, label: string, kind: ChartNode["kind"], siblings: ChartNode[]) =>
    nodes.get(id) ?? add({ id, label, kind, lines: [], children: [] }, siblings);
  const targetOf = (dest: string): string | null => {
    const history = /^H(\*?)\((\w+)\)$/.exec(dest);
    if (history !== null) {
      const owner = nodes.get(history[2] ?? "");
      return owner === undefined
        ? null
        : pseudo(dest, history[1] === "*" ? "H*" : "H", "history", owner.children).id;
    }
    const name = dest.includes(":") ? dest.slice(dest.indexOf(":") + 1) : dest;
    return nodes.has(name) ? name : null;
  };
  const initialEdges = (document: Mapping): ChartEdge[] => {
    const meta = isMapping(document.meta) ? document.meta : {};
    const first = strings(meta.initial)[0] ?? text(states.find((state) => state.type === "initial")?.name);
    const starts: [ChartNode[], string, string][] = [[roots, "", first]];
    for (const state of states) {
      const name = text(state.name);
      const child = strings(state.initial_child)[0];
      if (child !== undefined) starts.push([nodes.get(name)?.children ?? roots, name, child]);
      for (const region of mappings(state.regions)) {
        const id = regionId(name, text(region.name));
        starts.push([nodes.get(id)?.children ?? roots, id, text(region.initial)]);
      }
    }
    return starts.filter(([, , target]) => nodes.has(target)).map(([siblings, owner, target]) => ({
      source: pseudo(`(start)${owner}`, "", "initial", siblings).id,
      target,
      label: "",
      kind: "initial" as const,
    }));
  };
  const edgesOf = (transition: Mapping): ChartEdge[] => {
    const targets = strings(transition.dest).map(targetOf).filter((target) => target !== null);
    if (transition.internal === true) return [];
    return sourcesOf(transition).flatMap((source) => {
      const from = source === "*"
        ? pseudo("(any)", "any state", "any", roots).id
        : source.split(":").at(-1) ?? source;
      if (!nodes.has(from)) return [];
      return targets.map((target) => ({
        source: from,
        target,
        label: labelOf(transition),
        kind: edgeKind(transition),
      }));
    });
  };
  return { roots, place, initialEdges, edgesOf };
}

function regionId(parallel: string, region: string): string {
  return `${parallel}/${region}`;
}

function kindOf(state: Mapping, states: readonly Mapping[]): ChartNode["kind"] {
  const type = text(state.type);
  if (
    type === "parallel" || type === "terminal" || type === "error" || type === "choice" || type === "history"
  ) return type;
  const isParent = state.initial_child !== undefined || states.some((other) => other.parent === state.name);
  return isParent ? "compound" : "state";
}

function linesOf(state: Mapping, transitions: readonly Mapping[]): readonly string[] {
  const entry = actionNames(state.on_enter).map((name) => `entry / ${name}`);
  const exit = actionNames(state.on_exit).map((name) => `exit / ${name}`);
  const inner = transitions
    .filter((transition) => transition.internal === true || transition.dest === undefined)
    .filter((transition) => sourcesOf(transition).includes(text(state.name)))
    .map((transition) => `${labelOf(transition).replaceAll("\n", " ")} (internal)`);
  const lines = [...entry, ...exit, ...inner].map(cut);
  return lines.length <= LINES_MAX
    ? lines
    : [...lines.slice(0, LINES_MAX - 1), `… ${lines.length - LINES_MAX + 1} more`];
}

function labelOf(transition: Mapping): string {
  const trigger = strings(transition.trigger).filter((name) => !name.startsWith("_after_")).join(", ");
  const after = transition.after === undefined || transition.after === null
    ? ""
    : `after ${transition.after}`;
  const head = [trigger, after].filter((part) => part !== "").join(" ") || "ε";
  const guards = listOf(transition.guards).map(guardText).filter((guard) => guard !== "");
  const actions = actionNames(transition.actions).length;
  const lines = [
    head,
    guards.length === 0 ? "" : `[${guards.join(" and ")}]`,
    actions === 0 ? "" : `/ ${actions} action${actions === 1 ? "" : "s"}`,
  ];
  return lines.filter((line) => line !== "").map(cut).join("\n");
}

function guardText(guard: unknown): string {
  if (typeof guard === "string") return guard;
  if (!isMapping(guard)) return "";
  if (guard.expr !== undefined) return text(guard.expr);
  if (guard.name !== undefined) return text(guard.name);
  if (isMapping(guard.check)) return checkText(guard.check);
  if (guard.not !== undefined) return `not ${guardText(guard.not)}`;
  const children = listOf(guard.allOf ?? guard.anyOf).map(guardText);
  return `(${children.join(guard.allOf === undefined ? " or " : " and ")})`;
}

function checkText(check: Mapping): string {
  const operand = check.value ?? check.values;
  return `${text(check.field)} ${text(check.op)}${
    operand === undefined ? "" : ` ${JSON.stringify(operand)}`
  }`;
}

function edgeKind(transition: Mapping): ChartEdge["kind"] {
  if (transition.after !== undefined && transition.after !== null) return "delay";
  return transition.auto === true ? "eventless" : "event";
}

function alwaysOf(state: Mapping): Mapping[] {
  return mappings(state.always).map((entry) => ({ ...entry, source: state.name, auto: true }));
}

function timeoutOf(state: Mapping): Mapping[] {
  if (!isMapping(state.timeout)) return [];
  return [{ source: state.name, dest: state.timeout.destination, after: `${state.timeout.seconds} s` }];
}

/** Arrows between the same two boxes become one, with their labels below each other. */
function merged(edges: readonly ChartEdge[]): readonly ChartEdge[] {
  const byEnds = new Map<string, ChartEdge>();
  for (const edge of edges) {
    const key = `${edge.source}\u0000${edge.target}\u0000${edge.kind}`;
    const known = byEnds.get(key);
    byEnds.set(key, known === undefined ? edge : { ...known, label: `${known.label}\n${edge.label}` });
  }
  return [...byEnds.values()];
}

function actionNames(value: unknown): string[] {
  return listOf(value).map((action) => {
    if (typeof action === "string") return action;
    if (!isMapping(action)) return "";
    return text(action.name) || text(Object.keys(action).find((key) => key !== "when"));
  }).filter((name) => name !== "");
}

function sourcesOf(transition: Mapping): readonly string[] {
  return strings(transition.source);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function strings(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

function mappings(value: unknown): Mapping[] {
  return listOf(value).filter(isMapping);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cut(line: string): string {
  return line.length <= LABEL_CHARS_MAX ? line : `${line.slice(0, LABEL_CHARS_MAX - 1)}…`;
}
