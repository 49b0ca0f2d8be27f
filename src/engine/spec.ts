/**
 * What a machine says, as typed plain data: names resolved and validated, nothing compiled.
 *
 * `definition` produces it from text, `compileMachine` consumes it. Every list is in file order.
 */
import type { JsonObject, JsonValue } from "../json.ts";
import type { ScheduleSpec } from "./schedule_spec.ts";

/** Which rules apply: `pystator` leaves and enters as little as possible, `scxml` follows the W3C recommendation. */
export type Profile = "pystator" | "scxml";

export interface MachineSpec {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly profile: Profile;
  /** An event that nothing takes is refused (true) or a no-op (false). */
  readonly isStrictEvents: boolean;
  /** A named guard without implementation refuses (true) or, when switched off on purpose, passes (false). */
  readonly isStrictGuards: boolean;
  readonly isContextValidated: boolean;
  readonly eventNormalizer: "lower" | "upper" | null;
  readonly microstepsMax: number;
  /** `meta.classification.auto_route`. */
  readonly isAutoRouted: boolean;
  readonly fallback: { readonly mode: "off" | "hint" | "persist"; readonly state: string | null };
  /** Nodes entered first; usually the one state of type `initial`. */
  readonly initial: readonly string[];
  readonly states: readonly StateSpec[];
  /** `always` entries come first, then `transitions`, then one delayed transition for each state `timeout`. */
  readonly transitions: readonly TransitionSpec[];
  readonly variables: readonly VariableSpec[];
  readonly invariants: readonly InvariantSpec[];
  /** `meta.targets`; absent = none. */
  readonly targetPolicies?: readonly TargetPolicySpec[];
  /** `schedules`; absent = none. The engine knows nothing of them. */
  readonly schedules?: readonly ScheduleSpec[];
  /** The whole `meta` mapping as written. */
  readonly meta: JsonObject;
}

/** How gently one receiver of actions is treated; null = as by default. */
export interface TargetPolicySpec {
  /** `host`, `host:port`, `*.domain`, or a kind or name of actions. */
  readonly pattern: string;
  readonly concurrency: number | null;
  readonly rateLimit: { readonly count: number; readonly perMs: number } | null;
  readonly breaker: { readonly failures: number; readonly openForMs: number } | null;
}

export type StateType = "initial" | "stable" | "terminal" | "error" | "parallel" | "choice" | "history";

export interface StateSpec {
  readonly name: string;
  readonly type: StateType;
  readonly description: string;
  readonly group: string | null;
  readonly parent: string | null;
  /** Default entry of a compound; empty = none (a leaf, or a bare parent). Several only in profile `scxml`. */
  readonly initialChild: readonly string[];
  readonly initialActions: readonly ActionSpec[];
  readonly regions: readonly RegionSpec[];
  readonly onEnter: readonly ActionSpec[];
  readonly onExit: readonly ActionSpec[];
  readonly defer: readonly string[];
  readonly invoke: readonly InvokeSpec[];
  readonly when: readonly ConditionSpec[];
  /** Only for type `history`. */
  readonly history: "shallow" | "deep" | null;
  readonly historyDefault: readonly TargetSpec[];
  readonly historyActions: readonly ActionSpec[];
  /** Only for type `terminal`: mapping of key to expression text, or one expression text. */
  readonly doneData: string | { readonly [key: string]: string } | null;
  readonly timeout: { readonly ms: number; readonly destination: string } | null;
  readonly entryPoints: readonly string[];
  readonly exitPoints: readonly string[];
  readonly metadata: JsonObject;
}

export interface RegionSpec {
  readonly name: string;
  readonly initial: string;
  /** Members, resolved: the list as written, else the children of the parallel by `parent`. */
  readonly states: readonly string[];
  readonly final: string | null;
  readonly description: string;
}

export interface InvokeSpec {
  readonly id: string;
  readonly src: string;
  readonly onDone: string | null;
  readonly onError: string | null;
}

export type TargetSpec =
  | { readonly type: "state"; readonly name: string }
  | { readonly type: "history"; readonly of: string; readonly isDeep: boolean };

export interface TransitionSpec {
  /** Where it comes from; `timeout` ones are made from a state's `timeout` and hidden from listings. */
  readonly origin: "transition" | "always" | "timeout";
  /** Explicit or generated names; `[]` only for an eventless transition of profile `scxml` without a name. */
  readonly triggers: readonly string[];
  readonly isTriggerGenerated: boolean;
  /** `*` = every non-terminal state. Points (`p:q`) are resolved. */
  readonly source: readonly string[] | "*";
  /** Empty = leaves nothing. */
  readonly targets: readonly TargetSpec[];
  /** The text of `dest` as written, points resolved; null when absent. */
  readonly dest: string | null;
  readonly region: string | null;
  readonly guards: readonly GuardSpec[];
  readonly actions: readonly ActionSpec[];
  /** Delay in ms; null or 0 = none (0 is eventless, and `isAuto` is then set). */
  readonly afterMs: number | null;
  /** Eventless: taken as soon as its guards hold. */
  readonly isAuto: boolean;
  readonly isInternal: boolean;
  readonly isReentering: boolean;
  readonly priority: number | null;
  readonly description: string;
  readonly refs: readonly string[];
  readonly metadata: JsonObject;
}

export type CheckOperator =
  | "eq"
  | "neq"
  | "gt"
  | "gte"
  | "lt"
  | "lte"
  | "in"
  | "not_in"
  | "is_set"
  | "is_null"
  | "contains"
  | "starts_with"
  | "ends_with"
  | "matches";

export interface CheckSpec {
  readonly type: "check";
  readonly field: string;
  readonly op: CheckOperator;
  /** null when absent. */
  readonly value: JsonValue;
  /** Only for `in` and `not_in`; `[]` otherwise. */
  readonly values: readonly JsonValue[];
}

export type GuardSpec =
  | CheckSpec
  | { readonly type: "named"; readonly name: string; readonly params: JsonObject }
  | { readonly type: "expr"; readonly source: string }
  | { readonly type: "allOf"; readonly guards: readonly GuardSpec[] }
  | { readonly type: "anyOf"; readonly guards: readonly GuardSpec[] }
  | { readonly type: "not"; readonly guard: GuardSpec };

/** A data condition of states and invariants (`when`, `context_invariants`). */
export type ConditionSpec =
  | CheckSpec
  | { readonly type: "anyOf"; readonly conditions: readonly ConditionSpec[] }
  | { readonly type: "allOf"; readonly conditions: readonly ConditionSpec[] }
  | { readonly type: "negate"; readonly condition: ConditionSpec };

/** `when` of an action or a branch: a check or an expression. */
export type WhenSpec = CheckSpec | { readonly type: "expr"; readonly source: string };

export type EffectType = "set" | "timestamp" | "increment" | "decrement" | "append" | "clear" | "compute";

export interface ActionOptions {
  readonly when: WhenSpec | null;
  readonly timeoutS: number | null;
  /** Extra attempts after the first; null = the delivery default. */
  readonly retry: number | null;
  readonly retryBackoffS: number | null;
  /** Neither waits for earlier actions of its entity nor holds later ones up. */
  readonly isParallel?: true;
}

export type ActionSpec =
  & { readonly options: ActionOptions }
  & (
    | {
      readonly type: "named";
      readonly name: string;
      readonly params: JsonObject;
      readonly isCustom: boolean;
    }
    /** `params` in PyStator's data form: set/compute → the mapping, append → {field, value}, others → {field}. */
    | { readonly type: "effect"; readonly effect: EffectType; readonly params: JsonObject }
    | { readonly type: "http"; readonly params: JsonObject }
    | { readonly type: "celery"; readonly params: JsonObject }
    /** Templates are filled at delivery; shapes are checked when the machine is read. */
    | { readonly type: "send_event"; readonly params: JsonObject }
    | { readonly type: "create_entity"; readonly params: JsonObject }
    | { readonly type: "code"; readonly params: JsonObject }
    | {
      readonly type: "branch";
      readonly condition: WhenSpec;
      readonly then: readonly ActionSpec[];
      readonly else: readonly ActionSpec[];
      /** The mapping as written, for listings. */
      readonly params: JsonObject;
    }
    | { readonly type: "raise"; readonly trigger: string; readonly payload: PayloadSpec }
    | {
      readonly type: "send";
      readonly trigger: string | null;
      readonly triggerExpr: string | null;
      readonly payload: PayloadSpec;
      readonly afterMs: number;
      readonly id: string | null;
      /** null = to itself; otherwise an outside target, delivered as an action. */
      readonly target: string | null;
    }
    | { readonly type: "cancel"; readonly id: string }
    | {
      readonly type: "foreach";
      readonly in: string;
      readonly as: string;
      readonly index: string | null;
      readonly do: readonly ActionSpec[];
    }
    | { readonly type: "block"; readonly actions: readonly ActionSpec[] }
    | { readonly type: "fail"; readonly message: string }
  );

/** Mapping of key to expression text, or one expression text, or nothing. */
export type PayloadSpec = string | { readonly [key: string]: string } | null;

export interface VariableSpec {
  readonly key: string;
  readonly type: "string" | "number" | "integer" | "boolean" | "object" | "array" | null;
  readonly isRequired: boolean;
  /** Absent when no default was written; null is a default. */
  readonly default?: JsonValue;
  readonly defaultExpr: string | null;
  readonly description: string;
}

export interface InvariantSpec {
  readonly label: string;
  readonly condition: ConditionSpec;
}
