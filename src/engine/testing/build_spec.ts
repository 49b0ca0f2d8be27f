/** Machines for tests, written briefly: everything left out takes its default. */
import type {
  ActionOptions,
  ActionSpec,
  EffectType,
  GuardSpec,
  InvokeSpec,
  MachineSpec,
  RegionSpec,
  StateSpec,
  TargetSpec,
  TransitionSpec,
} from "../spec.ts";
import type { JsonObject } from "../../json.ts";

export interface BriefTransition {
  readonly on?: string | readonly string[];
  readonly from: string | readonly string[];
  /** State, `H(x)`, `H*(x)`; several only under profile `scxml`. Absent = leaves nothing. */
  readonly to?: string | readonly string[];
  /** An expression, or guards as they are. */
  readonly if?: string | readonly GuardSpec[];
  readonly do?: readonly ActionSpec[];
  readonly after?: number;
  readonly isAuto?: boolean;
  readonly isReentering?: boolean;
  readonly isInternal?: boolean;
  readonly priority?: number;
  readonly region?: string;
  readonly description?: string;
}

export interface BriefMachine {
  readonly profile?: MachineSpec["profile"];
  readonly initial?: readonly string[];
  /** A name, or a state with what differs from a plain one. */
  readonly states: readonly (string | BriefState)[];
  readonly transitions?: readonly BriefTransition[];
  readonly more?: Partial<MachineSpec>;
}

export type BriefState =
  & Partial<Omit<StateSpec, "initialChild" | "regions" | "historyDefault">>
  & {
    readonly name: string;
    readonly initialChild?: string | readonly string[];
    readonly regions?: readonly (Partial<RegionSpec> & Pick<RegionSpec, "name" | "initial" | "states">)[];
    readonly historyDefault?: string;
  };

export function buildSpec(brief: BriefMachine): MachineSpec {
  const profile = brief.profile ?? "pystator";
  const states = brief.states.map((state) => stateOf(typeof state === "string" ? { name: state } : state));
  const [first] = states;
  return {
    name: "sample",
    version: "1.0.0",
    description: "",
    profile,
    isStrictEvents: true,
    isStrictGuards: true,
    isContextValidated: false,
    eventNormalizer: null,
    microstepsMax: profile === "scxml" ? 1000 : 100,
    isAutoRouted: false,
    fallback: { mode: "off", state: null },
    initial: brief.initial ?? (first === undefined ? [] : [first.name]),
    states,
    transitions: (brief.transitions ?? []).map((transition) => transitionOf(transition, profile)),
    variables: [],
    invariants: [],
    meta: {},
    ...brief.more,
  };
}

export const NO_OPTIONS: ActionOptions = { when: null, timeoutS: null, retry: null, retryBackoffS: null };

export function named(name: string, params: JsonObject = {}): ActionSpec {
  return { type: "named", name, params, isCustom: false, options: NO_OPTIONS };
}

export function effect(type: EffectType, params: JsonObject): ActionSpec {
  return { type: "effect", effect: type, params, options: NO_OPTIONS };
}

/** Appends `text` to the context list `log`. */
export function log(text: string): ActionSpec {
  return effect("append", { field: "log", value: text });
}

export function raise(trigger: string): ActionSpec {
  return { type: "raise", trigger, payload: null, options: NO_OPTIONS };
}

export function send(
  trigger: string,
  more: { readonly afterMs?: number; readonly id?: string; readonly target?: string } = {},
): ActionSpec {
  const { afterMs = 0, id = null, target = null } = more;
  return {
    type: "send",
    trigger,
    triggerExpr: null,
    payload: null,
    afterMs,
    id,
    target,
    options: NO_OPTIONS,
  };
}

export function expr(source: string): GuardSpec {
  return { type: "expr", source };
}

export function invoke(id: string): InvokeSpec {
  return { id, src: `service_${id}`, onDone: null, onError: null };
}

/** A state that logs its entry and exit. */
export function logging(state: string | BriefState): BriefState {
  const brief = typeof state === "string" ? { name: state } : state;
  return {
    ...brief,
    onEnter: [log(`+${brief.name}`), ...brief.onEnter ?? []],
    onExit: [log(`-${brief.name}`), ...brief.onExit ?? []],
  };
}

function stateOf(brief: BriefState): StateSpec {
  const { initialChild = [], regions = [], historyDefault, ...more } = brief;
  return {
    type: "stable",
    description: "",
    group: null,
    parent: null,
    initialActions: [],
    onEnter: [],
    onExit: [],
    defer: [],
    invoke: [],
    when: [],
    history: null,
    historyActions: [],
    doneData: null,
    timeout: null,
    entryPoints: [],
    exitPoints: [],
    metadata: {},
    ...more,
    initialChild: typeof initialChild === "string" ? [initialChild] : initialChild,
    regions: regions.map((region) => ({ final: null, description: "", ...region })),
    historyDefault: historyDefault === undefined ? [] : [{ type: "state", name: historyDefault }],
  };
}

function transitionOf(brief: BriefTransition, profile: MachineSpec["profile"]): TransitionSpec {
  const source = brief.from === "*" ? "*" as const : listOf(brief.from);
  const targets = brief.to === undefined ? [] : listOf(brief.to).map(targetOf);
  const isAuto = brief.isAuto ?? brief.after === 0;
  const named = brief.on === undefined ? [] : listOf(brief.on);
  const generated = generatedName(brief, source);
  const triggers = named.length > 0 || (profile === "scxml" && isAuto) ? named : [generated];
  return {
    origin: "transition",
    triggers,
    isTriggerGenerated: named.length === 0,
    source,
    targets,
    dest: brief.to === undefined ? null : listOf(brief.to).join(" "),
    region: brief.region ?? null,
    guards: brief.if === undefined ? [] : typeof brief.if === "string" ? [expr(brief.if)] : brief.if,
    actions: brief.do ?? [],
    afterMs: brief.after ?? null,
    isAuto,
    isInternal: brief.isInternal ?? false,
    isReentering: brief.isReentering ?? false,
    priority: brief.priority ?? null,
    description: brief.description ?? "",
    refs: [],
    metadata: {},
  };
}

function generatedName(brief: BriefTransition, source: "*" | readonly string[]): string {
  const name = source === "*" ? "*" : source[0] ?? "";
  return (brief.after ?? 0) > 0 ? `_after_${name}_${brief.after}_ms` : `_auto_${name}`;
}

function targetOf(text: string): TargetSpec {
  const history = /^H(\*?)\((.+)\)$/.exec(text);
  if (history === null) return { type: "state", name: text };
  return { type: "history", of: history[2] ?? "", isDeep: history[1] === "*" };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
