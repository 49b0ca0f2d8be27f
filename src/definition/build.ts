/** From a sound draft to what the engine compiles: names resolved, generated names filled in. */
import type { MachineSpec, RegionSpec, StateSpec, TargetSpec, TransitionSpec } from "../engine/spec.ts";
import type { DocumentDraft, RegionDraft, StateDraft, TransitionDraft } from "./draft.ts";
import type { Identity } from "./identity.ts";
import { MICROSTEPS_DEFAULT, MICROSTEPS_DEFAULT_SCXML } from "./limits.ts";
import { historyOf, pointOf, resolvePoint } from "./points.ts";
import type { StatesIndex } from "./states_index.ts";

export interface BuildInput {
  readonly draft: DocumentDraft;
  readonly states: StatesIndex;
  readonly identity: Identity;
}

export function buildSpec(input: BuildInput): MachineSpec {
  const { draft, identity } = input;
  const { meta } = draft;
  const inside = draft.states.flatMap((state) => state.always);
  const delayed = draft.states.flatMap(timeoutTransition);
  return {
    name: identity.name === "" ? "unnamed" : identity.name,
    version: meta.version,
    description: meta.description,
    profile: meta.profile,
    isStrictEvents: meta.isStrictEvents,
    isStrictGuards: meta.isStrictGuards,
    isContextValidated: meta.isContextValidated,
    eventNormalizer: meta.eventNormalizer,
    microstepsMax: meta.microstepsMax ??
      (meta.profile === "scxml" ? MICROSTEPS_DEFAULT_SCXML : MICROSTEPS_DEFAULT),
    isAutoRouted: meta.isAutoRouted,
    fallback: { mode: meta.fallbackMode, state: draft.policy.defaultFallback },
    initial: initialOf(draft),
    states: draft.states.map((state) => stateOf(input, state)),
    transitions: [
      ...inside.map((transition) => transitionOf(input, transition)),
      ...draft.transitions.map((transition) => transitionOf(input, transition)),
      ...delayed,
    ],
    variables: draft.variables,
    invariants: draft.invariants,
    ...(meta.targetPolicies.length === 0 ? {} : { targetPolicies: meta.targetPolicies }),
    ...(draft.schedules.length === 0 ? {} : { schedules: draft.schedules }),
    meta: meta.raw,
  };
}

function initialOf({ meta, states }: DocumentDraft): readonly string[] {
  if (meta.initial.length > 0) return meta.initial;
  const [initial] = states.filter((state) => state.type === "initial");
  // SCXML starts in the first state unless the file says otherwise.
  const first = initial ?? states.find(({ type, parent }) => type !== "history" && parent === null);
  return first === undefined ? [] : [first.name];
}

function stateOf({ states }: BuildInput, draft: StateDraft): StateSpec {
  const { path: _path, regions, always: _always, historyDefault, ...rest } = draft;
  return {
    ...rest,
    regions: regions.map((region) => regionOf(states, draft, region)),
    historyDefault: historyDefault.map((name) => targetOf(states, name)),
  };
}

function regionOf(states: StatesIndex, parallel: StateDraft, region: RegionDraft): RegionSpec {
  const { path: _path, ...rest } = region;
  return { ...rest, states: states.membersOf(parallel, region) };
}

function targetOf(states: StatesIndex, name: string): TargetSpec {
  const history = historyOf(name);
  if (history !== null) return { type: "history", of: history.of, isDeep: history.isDeep };
  return { type: "state", name: resolved(states, name, "entry") };
}

/** A point by its state; every other name as it is. */
function resolved(states: StatesIndex, name: string, kind: "entry" | "exit"): string {
  if (states.byName.has(name) || pointOf(name) === null) return name;
  const found = resolvePoint(name, kind, states.byName);
  return "name" in found ? found.name : name;
}

function transitionOf({ draft, states }: BuildInput, transition: TransitionDraft): TransitionSpec {
  const { path: _path, label: _label, source, dest, triggers, ...rest } = transition;
  const generated = triggers.length === 0 && draft.meta.profile === "pystator"
    ? generatedTrigger(transition)
    : null;
  const targets = (dest ?? []).map((name) => targetOf(states, name));
  return {
    ...rest,
    triggers: generated === null ? triggers : [generated],
    isTriggerGenerated: triggers.length === 0,
    source: source[0] === "*" ? "*" : source.map((name) => resolved(states, name, "exit")),
    targets,
    dest: dest === null ? null : dest.map((name) => resolved(states, name, "entry")).join(" "),
  };
}

function generatedTrigger({ source, afterMs }: TransitionDraft): string {
  const [name = ""] = source;
  return afterMs === null ? `_auto_${name}` : `_after_${name}_${afterMs}_ms`;
}

function timeoutTransition({ name, timeout }: StateDraft): readonly TransitionSpec[] {
  if (timeout === null) return [];
  return [{
    origin: "timeout",
    triggers: [`_timeout_${name}`],
    isTriggerGenerated: true,
    source: [name],
    targets: [{ type: "state", name: timeout.destination }],
    dest: timeout.destination,
    region: null,
    guards: [],
    actions: [],
    afterMs: timeout.ms,
    isAuto: false,
    isInternal: false,
    isReentering: false,
    priority: null,
    description: "",
    refs: [],
    metadata: {},
  }];
}
