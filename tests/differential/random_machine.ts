/** Random sound machines of either profile: every feature of the algorithm, few states, many conflicts. */
import {
  type BriefState,
  type BriefTransition,
  buildSpec,
  effect,
  log,
  NO_OPTIONS,
  raise,
  send,
} from "../../src/engine/testing/build_spec.ts";
import type { ActionSpec, MachineSpec, Profile, VariableSpec } from "../../src/engine/spec.ts";
import type { Random } from "./random.ts";

export const EVENTS = ["a", "b", "c", "d.x"];
const STATES_MAX = 16;

interface Draft {
  readonly random: Random;
  readonly profile: Profile;
  readonly states: BriefState[];
  /** State nodes that may be left. */
  readonly sources: string[];
  readonly compounds: string[];
  readonly choices: string[];
  /** All that may be a target. */
  readonly targets: string[];
  /** Region name → members. */
  readonly regions: Map<string, readonly string[]>;
  readonly parallels: string[];
  left: number;
}

export function randomMachine(random: Random, profile: Profile): MachineSpec {
  const draft: Draft = {
    random,
    profile,
    states: [],
    sources: [],
    compounds: [],
    choices: [],
    targets: [],
    regions: new Map(),
    parallels: [],
    left: 3 + random.below(STATES_MAX - 3),
  };
  const roots: string[] = [];
  while (draft.left > 0 || roots.length < 2) roots.push(addNode(draft, null, 0));
  const initial = roots.find((root) => draft.sources.includes(root)) ?? roots[0] ?? "";
  const transitions = Array.from(
    { length: 2 + random.below(draft.states.length * 2) },
    () => randomTransition(draft),
  );
  return buildSpec({
    profile,
    initial: [random.chance(0.2) ? random.pick(stateTargets(draft)) : initial],
    states: draft.states,
    transitions: [...branches(draft), ...transitions],
    more: {
      microstepsMax: 12,
      isStrictEvents: random.chance(0.7),
      variables: [variable("n", 0), variable("log", []), variable("t", "text")],
    },
  });
}

function variable(key: string, value: number | string | readonly string[]): VariableSpec {
  return { key, type: null, isRequired: false, default: value, defaultExpr: null, description: "" };
}

/** Adds a state with everything inside; returns its name. */
function addNode(draft: Draft, parent: string | null, depth: number): string {
  const { random, profile } = draft;
  const roll = random.next();
  const isDeep = depth >= 3 || draft.left <= 1;
  if (isDeep || roll < 0.35) return addLeaf(draft, parent, depth > 0 && random.chance(0.3));
  if (roll < 0.62) return addCompound(draft, parent, depth);
  if (profile === "pystator" && roll < 0.7) return addRegions(draft, parent);
  if (roll < 0.95) return addParallel(draft, parent, depth);
  return addLeaf(draft, parent, random.chance(0.5));
}

function addLeaf(draft: Draft, parent: string | null, isTerminal: boolean): string {
  const name = newName(draft);
  draft.targets.push(name);
  if (!isTerminal) draft.sources.push(name);
  draft.states.push({
    ...decorated(draft, name),
    parent,
    ...(isTerminal
      ? { type: "terminal" as const, doneData: draft.random.chance(0.5) ? { v: "n" } : null }
      : {}),
  });
  return name;
}

function addCompound(draft: Draft, parent: string | null, depth: number): string {
  const { random, profile } = draft;
  const name = newName(draft);
  const place = draft.states.length;
  draft.states.push({ name });
  draft.targets.push(name);
  draft.sources.push(name);
  const from = draft.targets.length;
  const children = Array.from({ length: 2 + random.below(2) }, () => addNode(draft, name, depth + 1));
  const inside = draft.targets.slice(from).filter((target) =>
    draft.states.some((one) => one.name === target)
  );
  const isBare = profile === "pystator" && random.chance(0.2);
  const history = random.chance(0.3) ? addHistory(draft, name, { children, inside }) : null;
  if (!isBare) draft.compounds.push(name);
  const choice = profile === "pystator" && random.chance(0.15) ? addChoice(draft, name) : null;
  const initial = random.chance(0.15) && choice !== null
    ? choice
    : random.chance(0.15) && history !== null
    ? history
    : random.chance(0.25)
    ? random.pick(inside.filter((one) => !isPseudo(draft, one)))
    : children[0] ?? "";
  const initialActions = random.chance(0.3) ? [log(`initial ${name}`)] : [];
  draft.states[place] = {
    ...decorated(draft, name),
    parent,
    ...(isBare ? {} : { initialChild: initial, initialActions }),
  };
  return name;
}

function addParallel(draft: Draft, parent: string | null, depth: number): string {
  const name = newName(draft);
  const place = draft.states.length;
  draft.states.push({ name });
  draft.targets.push(name);
  draft.sources.push(name);
  draft.parallels.push(name);
  const from = draft.targets.length;
  const { random } = draft;
  const children = Array.from(
    { length: 2 + random.below(2) },
    () => random.chance(0.7) ? addCompound(draft, name, depth + 1) : addLeaf(draft, name, false),
  );
  const inside = draft.targets.slice(from);
  if (random.chance(0.2)) addHistory(draft, name, { children, inside });
  draft.states[place] = { ...decorated(draft, name), parent, type: "parallel" };
  return name;
}

/** A parallel with a `regions` list; members have no parent or the parallel as parent. */
function addRegions(draft: Draft, parent: string | null): string {
  const { random } = draft;
  const name = newName(draft);
  const place = draft.states.length;
  draft.states.push({ name });
  draft.targets.push(name);
  draft.sources.push(name);
  draft.parallels.push(name);
  const regions = Array.from({ length: 2 }, (_, index) => {
    const members = Array.from(
      { length: 2 },
      () => {
        const around = random.chance(0.5) ? name : null;
        return random.chance(0.25)
          ? addCompound(draft, around, 2)
          : addLeaf(draft, around, random.chance(0.2));
      },
    );
    const region = `${name}_r${index}`;
    draft.regions.set(region, members);
    const final = random.chance(0.6) ? members[1] ?? null : null;
    return { name: region, initial: members[0] ?? "", states: members, final };
  });
  draft.states[place] = { ...decorated(draft, name), parent, type: "parallel", regions };
  return name;
}

function addHistory(
  draft: Draft,
  parent: string,
  given: { readonly children: readonly string[]; readonly inside: readonly string[] },
): string {
  const { random } = draft;
  const name = newName(draft, "h");
  const isDeep = random.chance(0.5);
  const within = isDeep ? given.inside.filter((one) => !isPseudo(draft, one)) : given.children;
  draft.states.push({
    name,
    parent,
    type: "history",
    history: isDeep ? "deep" : "shallow",
    historyDefault: random.pick(within),
    historyActions: random.chance(0.5) ? [log(`default ${name}`)] : [],
  });
  draft.targets.push(name);
  return name;
}

function addChoice(draft: Draft, parent: string): string {
  const name = newName(draft, "c");
  draft.states.push({ name, parent, type: "choice" });
  draft.choices.push(name);
  draft.targets.push(name);
  return name;
}

/** What leads out of choices; those inside a compound stay inside it, so that they may be its default entry. */
function branches(draft: Draft): readonly BriefTransition[] {
  const { random } = draft;
  return draft.choices.flatMap((name) => {
    const parent = draft.states.find((state) => state.name === name)?.parent ?? "";
    const inside = draft.states.filter((state) =>
      isWithin(draft, state.name, parent) && state.type !== "history"
    );
    const to = () => random.pick(inside.filter((state) => state.name !== name)).name;
    return [
      { from: name, to: to(), if: randomGuard(draft), do: [log(`branch ${name}`)] },
      { from: name, to: to(), ...(random.chance(0.8) ? {} : { if: randomGuard(draft) }) },
    ];
  });
}

function isWithin(draft: Draft, name: string, outer: string): boolean {
  const parent = draft.states.find((state) => state.name === name)?.parent ?? null;
  return parent !== null && (parent === outer || isWithin(draft, parent, outer));
}

function randomTransition(draft: Draft): BriefTransition {
  const { random, profile } = draft;
  const isScxml = profile === "scxml";
  const from = !isScxml && random.chance(0.06)
    ? "*"
    : random.chance(0.12)
    ? [...new Set([random.pick(draft.sources), random.pick(draft.sources)])]
    : random.pick(draft.sources);
  const to = randomTargets(draft);
  return {
    from,
    ...(to.length === 0 ? {} : { to }),
    ...randomCause(draft, from),
    ...(random.chance(0.35) ? { if: randomGuard(draft) } : {}),
    do: randomActions(draft, "transition"),
    ...(isScxml ? { isInternal: random.chance(0.2) } : {
      isReentering: random.chance(0.2),
      isInternal: random.chance(0.05),
      ...(random.chance(0.2) ? { priority: random.below(3) - 1 } : {}),
      ...(draft.regions.size > 0 && random.chance(0.15)
        ? { region: random.pick([...draft.regions.keys()]) }
        : {}),
    }),
  };
}

function randomTargets(draft: Draft): readonly string[] {
  const { random, profile } = draft;
  if (random.chance(0.08)) return [];
  if (draft.compounds.length > 0 && random.chance(0.1)) {
    return [`H${random.chance(0.5) ? "*" : ""}(${random.pick(draft.compounds)})`];
  }
  if (profile === "scxml" && random.chance(0.1)) {
    const pair = orthogonalPair(draft);
    if (pair !== null) return pair;
  }
  return [random.pick(draft.targets)];
}

/** Two states in different regions of one parallel. */
function orthogonalPair(draft: Draft): readonly string[] | null {
  const { random } = draft;
  if (draft.parallels.length === 0) return null;
  const parallel = random.pick(draft.parallels);
  const regions = draft.states.filter((state) => state.parent === parallel && state.type !== "history");
  if (regions.length < 2) return null;
  return regions.slice(0, 2).map((region) =>
    random.pick([
      region.name,
      ...draft.states.filter((state) => isWithin(draft, state.name, region.name)).map(({ name }) => name),
    ])
  );
}

function randomCause(draft: Draft, from: string | readonly string[]): Partial<BriefTransition> {
  const { random, profile } = draft;
  const roll = random.next();
  if (roll < 0.12) return { isAuto: true };
  if (roll < 0.22) {
    return { after: 10 * (1 + random.below(2)), ...(typeof from === "string" ? {} : { on: "late" }) };
  }
  if (roll < 0.3) return { on: `done.state.${random.pick(draft.sources)}` };
  if (roll < 0.33 && draft.parallels.length > 0) return { on: `_join_${random.pick(draft.parallels)}` };
  if (roll < 0.37) return { on: "error.execution" };
  if (roll < 0.41) return { on: "*" };
  if (roll < 0.46) return { on: profile === "scxml" ? "d" : "d.x" };
  if (roll < 0.5) return { on: "i" };
  return { on: random.chance(0.1) ? [random.pick(EVENTS), random.pick(EVENTS)] : random.pick(EVENTS) };
}

function randomGuard(draft: Draft): string {
  const { random } = draft;
  const state = random.pick(draft.targets);
  return random.pick([
    `n % 2 == ${random.below(2)}`,
    `n > ${random.below(6)}`,
    `In('${state}')`,
    `not In('${state}')`,
    "unknown_name",
    "not unknown_name",
    "_event.trigger == 'a'",
  ]);
}

function randomActions(draft: Draft, label: string): readonly ActionSpec[] {
  const { random } = draft;
  const actions: ActionSpec[] = [log(label)];
  if (random.chance(0.4)) actions.push(effect("increment", { field: "n" }));
  if (random.chance(0.06)) actions.push(raise(random.pick(["i", ...EVENTS])));
  if (random.chance(0.06)) actions.push(bounded(send(random.pick(EVENTS))));
  if (random.chance(0.04)) {
    actions.push(bounded(send(random.pick(EVENTS), { afterMs: 5, id: random.pick(["x", "y"]) })));
  }
  if (random.chance(0.04)) actions.push({ type: "cancel", id: "x", options: NO_OPTIONS });
  if (random.chance(0.03)) actions.push(effect("increment", { field: "t" }));
  if (random.chance(0.03)) actions.push(effect("set", { undeclared: 1 }));
  if (random.chance(0.05)) actions.push(branch(draft));
  if (random.chance(0.3)) actions.push(log(`${label} end`));
  return actions;
}

/** Keeps events that send themselves from going on for ever. */
function bounded(action: ActionSpec): ActionSpec {
  return {
    type: "branch",
    condition: { type: "expr", source: "n < 60" },
    then: [effect("increment", { field: "n" }), action],
    else: [],
    params: {},
    options: NO_OPTIONS,
  };
}

function branch(draft: Draft): ActionSpec {
  const { random } = draft;
  return {
    type: "branch",
    condition: { type: "expr", source: `In('${random.pick(draft.targets)}') or n > 3` },
    then: [log("then")],
    else: [log("else"), ...(random.chance(0.1) ? [effect("increment", { field: "t" })] : [])],
    params: {},
    options: NO_OPTIONS,
  };
}

function decorated(draft: Draft, name: string): BriefState {
  const { random } = draft;
  return {
    name,
    onEnter: random.chance(0.7) ? randomActions(draft, `+${name}`) : [],
    onExit: random.chance(0.6) ? [log(`-${name}`)] : [],
    defer: random.chance(0.08) ? [random.pick(EVENTS)] : [],
  };
}

function stateTargets(draft: Draft): readonly string[] {
  return draft.targets.filter((target) => !isPseudo(draft, target));
}

function isPseudo(draft: Draft, name: string): boolean {
  const type = draft.states.find((state) => state.name === name)?.type;
  return type === "history" || type === "choice";
}

function newName(draft: Draft, prefix = "s"): string {
  draft.left--;
  return `${prefix}${draft.states.length}`;
}
