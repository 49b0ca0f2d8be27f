/** A document as typed data, before anybody checked that its names fit together. */
import type {
  ActionSpec,
  ConditionSpec,
  GuardSpec,
  InvariantSpec,
  InvokeSpec,
  MachineSpec,
  PayloadSpec,
  Profile,
  RegionSpec,
  StateType,
  TargetPolicySpec,
  TransitionSpec,
  VariableSpec,
} from "../engine/spec.ts";
import type { ScheduleSpec } from "../engine/schedule_spec.ts";
import type { JsonObject } from "../json.ts";
import type { Path } from "./findings.ts";

export interface DocumentDraft {
  readonly meta: MetaDraft;
  readonly states: readonly StateDraft[];
  readonly transitions: readonly TransitionDraft[];
  readonly policy: { readonly defaultFallback: string | null };
  readonly variables: readonly VariableSpec[];
  readonly invariants: readonly InvariantSpec[];
  /** Names under `events`; empty when the file declares none. */
  readonly events: readonly string[];
  readonly schedules: readonly ScheduleSpec[];
}

export interface MetaDraft {
  readonly profile: Profile;
  readonly machineName: string | null;
  readonly version: string;
  readonly namespace: string | null;
  readonly description: string;
  readonly isStrictEvents: boolean;
  readonly isStrictGuards: boolean;
  readonly isContextValidated: boolean;
  readonly eventNormalizer: MachineSpec["eventNormalizer"];
  readonly fallbackMode: MachineSpec["fallback"]["mode"];
  readonly isAutoRouted: boolean;
  readonly initial: readonly string[];
  readonly microstepsMax: number | null;
  readonly targetPolicies: readonly TargetPolicySpec[];
  readonly raw: JsonObject;
}

export interface StateDraft {
  readonly path: Path;
  readonly name: string;
  readonly type: StateType;
  readonly description: string;
  readonly group: string | null;
  readonly parent: string | null;
  readonly initialChild: readonly string[];
  readonly initialActions: readonly ActionSpec[];
  readonly regions: readonly RegionDraft[];
  readonly onEnter: readonly ActionSpec[];
  readonly onExit: readonly ActionSpec[];
  readonly defer: readonly string[];
  readonly invoke: readonly InvokeSpec[];
  readonly when: readonly ConditionSpec[];
  readonly history: "shallow" | "deep" | null;
  readonly historyDefault: readonly string[];
  readonly historyActions: readonly ActionSpec[];
  readonly doneData: PayloadSpec;
  readonly timeout: { readonly ms: number; readonly destination: string } | null;
  readonly entryPoints: readonly string[];
  readonly exitPoints: readonly string[];
  readonly always: readonly TransitionDraft[];
  readonly metadata: JsonObject;
}

/** `states` as written; empty = not written. */
export type RegionDraft = RegionSpec & { readonly path: Path };

/** Names as written: nothing is resolved. */
export type TransitionDraft =
  & Pick<
    TransitionSpec,
    | "region"
    | "actions"
    | "isAuto"
    | "isInternal"
    | "isReentering"
    | "priority"
    | "description"
    | "refs"
    | "metadata"
  >
  & {
    readonly path: Path;
    readonly origin: "transition" | "always";
    /** How findings name it: its trigger, or `transition[3]`. */
    readonly label: string;
    readonly triggers: readonly string[];
    readonly source: readonly string[];
    /** null = absent. */
    readonly dest: readonly string[] | null;
    readonly guards: readonly GuardSpec[];
    readonly afterMs: number | null;
  };
