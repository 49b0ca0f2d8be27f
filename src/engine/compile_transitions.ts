/** Transitions as each of their sources has them, in the order in which they are candidates. */
import type { FindTarget } from "./compile.ts";
import { compileActions } from "./compiled_action.ts";
import { compileCondition, type CompiledGuard, compileGuard } from "./guard.ts";
import { type NodeTimer, NONE, ROOT, type Transition } from "./machine.ts";
import type { MachineSpec, TransitionSpec } from "./spec.ts";
import type { Branch } from "./tree.ts";
import { foldTrigger, isSystemTrigger, tokensOf } from "./trigger.ts";
import type { CompiledAction } from "./compiled_action.ts";

/** The tables of one source. */
export interface SourceLists {
  readonly transitions: readonly Transition[];
  readonly eventless: readonly Transition[];
  readonly routes: readonly Transition[];
  readonly branches: readonly Transition[];
  readonly eventful: readonly Transition[];
  readonly byTrigger: ReadonlyMap<string, readonly Transition[]>;
  readonly wildcards: readonly Transition[];
  readonly timers: readonly NodeTimer[];
}

export const NO_LISTS: SourceLists = {
  transitions: [],
  eventless: [],
  routes: [],
  branches: [],
  eventful: [],
  byTrigger: new Map(),
  wildcards: [],
  timers: [],
};

export interface CompiledTransitions {
  /** By index of the source. */
  readonly lists: readonly SourceLists[];
  readonly fallback: Transition | null;
  readonly triggers: readonly string[];
  readonly systemTriggers: ReadonlySet<string>;
}

export function compileTransitions(
  spec: MachineSpec,
  branches: readonly Branch[],
  findTarget: FindTarget,
): CompiledTransitions {
  const byName = new Map(branches.filter(({ name }) => name !== "").map((branch) => [branch.name, branch]));
  const shared = spec.transitions.map((transition, index) =>
    sharedOf(spec, branches, { transition, index, findTarget, byName })
  );
  const bySource: Shared[][] = branches.map(() => []);
  for (const one of shared) {
    for (const source of sourcesOf(branches, byName, one.spec)) bySource[source]?.push(one);
  }
  let place = 0;
  const lists = branches.map((branch) => {
    const own = (bySource[branch.index] ?? []).map((one) => entryOf(one, { source: branch, place: place++ }));
    return own.length === 0 ? NO_LISTS : listsOf(spec, branch, own);
  });
  const all = lists.flatMap((list) => list.transitions);
  return {
    lists,
    fallback: fallbackOf(spec, findTarget),
    triggers: [
      ...new Set(all.filter((one) => one.spec.origin !== "timeout").flatMap((one) => one.triggers)),
    ].sort(),
    systemTriggers: systemTriggersOf(spec, all),
  };
}

/** What all entries of one transition have in common. */
type Shared = Omit<Transition, "place" | "source" | "moves" | "triggers" | "label" | "tokens"> & {
  readonly triggers: readonly string[];
};

function sharedOf(
  spec: MachineSpec,
  branches: readonly Branch[],
  given: {
    readonly transition: TransitionSpec;
    readonly index: number;
    readonly findTarget: FindTarget;
    readonly byName: ReadonlyMap<string, Branch>;
  },
): Shared {
  const { transition, index, findTarget, byName } = given;
  const isScxml = spec.profile === "scxml";
  const hasNoTargets = transition.isInternal && !isScxml;
  const targets = hasNoTargets ? [] : transition.targets.map(findTarget);
  const [first] = transition.targets;
  const destination = first?.type === "state" ? byName.get(first.name)?.spec : undefined;
  return {
    index,
    spec: transition,
    triggers: transition.triggers.map((trigger) => foldTrigger(trigger, spec.eventNormalizer)),
    targets,
    guards: transition.guards.map(compileGuard),
    actions: compileActions(transition.actions),
    routeWhen: (destination?.when ?? []).map(compileCondition),
    isReentering: transition.isReentering && !isScxml,
    isInternal: transition.isInternal && isScxml,
    reaches: new Map(),
    parallelsAbove: parallelsAbove(branches, targets),
  };
}

function entryOf(shared: Shared, at: { readonly source: Branch; readonly place: number }): Transition {
  const { spec } = shared;
  const isUnnamedTimer = shared.triggers.length === 0 && (spec.afterMs ?? 0) > 0;
  const triggers = isUnnamedTimer ? [`after.${at.source.name}.${shared.index}`] : shared.triggers;
  return {
    ...shared,
    place: at.place,
    source: at.source.index,
    triggers,
    label: triggers[0] ?? `_auto_${at.source.name}`,
    tokens: triggers.map(tokensOf),
    moves: new Map(),
  };
}

function sourcesOf(
  branches: readonly Branch[],
  byName: ReadonlyMap<string, Branch>,
  spec: TransitionSpec,
): readonly number[] {
  const { source, region } = spec;
  const sources = source === "*"
    ? branches.filter(({ name, kind }) => name !== "" && (kind === "state" || kind === "parallel"))
    : [...new Set(source)].flatMap((name) => byName.get(name) ?? []);
  const inRegion = region === null
    ? sources
    : sources.filter((branch) => branch.path.some((around) => branches[around]?.region?.name === region));
  return inRegion.map(({ index }) => index);
}

function listsOf(spec: MachineSpec, source: Branch, own: readonly Transition[]): SourceLists {
  const isScxml = spec.profile === "scxml";
  const ordered = isScxml
    ? own
    : [...own].sort((left, right) =>
      (left.spec.priority ?? 0) - (right.spec.priority ?? 0) || left.place - right.place
    );
  if (source.kind === "choice") return { ...NO_LISTS, transitions: own, branches: ordered };
  const eventful = ordered.filter(isEventful);
  return {
    transitions: own,
    eventless: ordered.filter((one) => one.spec.isAuto),
    routes: spec.isAutoRouted ? ordered.filter(isRoute) : [],
    branches: [],
    eventful,
    ...tableOf(eventful),
    timers: timersOf(source, own),
  };
}

/** Whether an event may fire it; an eventless one only when it is delayed as well. */
function isEventful(transition: Transition): boolean {
  const { isAuto, afterMs } = transition.spec;
  return transition.triggers.length > 0 && (!isAuto || (afterMs ?? 0) > 0);
}

function isRoute({ spec, routeWhen }: Transition): boolean {
  return routeWhen.length > 0 && (spec.afterMs ?? 0) === 0 && spec.region === null && !spec.isInternal &&
    spec.targets.length === 1;
}

function tableOf(eventful: readonly Transition[]): Pick<SourceLists, "byTrigger" | "wildcards"> {
  const wildcards = eventful.filter((one) => one.triggers.includes("*"));
  const byTrigger = new Map<string, Transition[]>();
  for (const transition of eventful) {
    for (const name of new Set(transition.triggers)) {
      const list = byTrigger.get(name);
      if (list === undefined) byTrigger.set(name, [transition]);
      else list.push(transition);
    }
  }
  if (wildcards.length > 0) {
    const places = new Map(eventful.map((one, place) => [one, place]));
    for (const [name, list] of byTrigger) {
      if (isSystemTrigger(name) || name === "*") continue;
      const all = [...new Set([...list, ...wildcards])];
      byTrigger.set(name, all.sort((left, right) => (places.get(left) ?? 0) - (places.get(right) ?? 0)));
    }
  }
  return { byTrigger, wildcards };
}

function timersOf(source: Branch, own: readonly Transition[]): readonly NodeTimer[] {
  const timers: NodeTimer[] = [];
  const counts = new Map<string, number>();
  for (const { spec, label } of own) {
    if (spec.afterMs === null || spec.afterMs <= 0) continue;
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    const plain = `${source.name}/${label}`;
    timers.push({ key: count === 1 ? plain : `${plain}#${count}`, trigger: label, delayMs: spec.afterMs });
  }
  return timers;
}

/** Parallels around plain targets; null when a target is a history or a choice. */
function parallelsAbove(
  branches: readonly Branch[],
  targets: Transition["targets"],
): readonly number[] | null {
  const above = new Set<number>();
  for (const target of targets) {
    const branch = target.type === "node" ? branches[target.node] : undefined;
    if (branch === undefined || branch.kind === "choice") return null;
    for (const around of branch.path) {
      if (around !== branch.index && branches[around]?.kind === "parallel") above.add(around);
    }
  }
  return [...above];
}

/** Names that only the engine sends: generated ones and joins. */
function systemTriggersOf(spec: MachineSpec, all: readonly Transition[]): ReadonlySet<string> {
  const generated = all.filter((one) => one.spec.isTriggerGenerated || one.spec.origin === "timeout")
    .flatMap((one) => one.triggers);
  const joins = spec.states.filter((state) => state.regions.length > 0)
    .map((state) => foldTrigger(`_join_${state.name}`, spec.eventNormalizer));
  return new Set([...generated, ...joins]);
}

const NO_GUARDS: readonly CompiledGuard[] = [];
const NO_ACTIONS: readonly CompiledAction[] = [];

function fallbackOf(spec: MachineSpec, findTarget: FindTarget): Transition | null {
  const { mode, state } = spec.fallback;
  if (mode !== "persist" || state === null) return null;
  const target = { type: "state" as const, name: state };
  const transition: TransitionSpec = {
    origin: "transition",
    triggers: [],
    isTriggerGenerated: true,
    source: "*",
    targets: [target],
    dest: state,
    region: null,
    guards: [],
    actions: [],
    afterMs: null,
    isAuto: false,
    isInternal: false,
    isReentering: false,
    priority: null,
    description: "",
    refs: [],
    metadata: {},
  };
  return {
    place: 0,
    index: NONE,
    spec: transition,
    source: ROOT,
    triggers: [],
    label: "",
    tokens: [],
    targets: [findTarget(target)],
    guards: NO_GUARDS,
    actions: NO_ACTIONS,
    routeWhen: [],
    isReentering: false,
    isInternal: false,
    moves: new Map(),
    reaches: new Map(),
    parallelsAbove: null,
  };
}
