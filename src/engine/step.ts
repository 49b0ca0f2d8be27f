/** What one call of the engine answers: every step with its reasons, and what the world must do about it. */
import type { JsonObject, JsonValue } from "../json.ts";
import type { ActionOptions, TargetSpec } from "./spec.ts";
import type { Instance } from "./snapshot.ts";

/** An event as the engine sees it. */
export interface EngineEvent {
  readonly trigger: string;
  readonly payload: JsonObject;
  /** Laid under the payload and over the stored context (profile `pystator`). */
  readonly context?: JsonObject;
  readonly id?: string;
  readonly source?: string;
  /** Set when a timer fires; an old generation is a no-op. */
  readonly timer?: { readonly key: string; readonly generation: number };
}

/** A guard implemented by the host: pure and synchronous; a throw counts as an error of the guard. */
export type GuardFunction = (context: JsonObject, params: JsonObject) => unknown;

export interface EngineOptions {
  /** Wall time in ms since the epoch, for `timestamp` and `_event`. */
  readonly nowMs: number;
  readonly entityId?: string;
  /** Named guards beside the built-in ones. */
  readonly guards?: ReadonlyMap<string, GuardFunction>;
}

export type Outcome = "transitioned" | "internal" | "ignored" | "deferred" | "refused";

export type RefusalCode =
  | "invalid_trigger"
  | "guard_rejected"
  | "guard_error"
  | "guard_not_found"
  | "terminal_state"
  | "undefined_state"
  | "validation_failed"
  | "action_failed"
  | "livelock"
  | "deferred_full"
  | "context_too_large";

export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** Machine-readable facts: reason, current_state, trigger, available_triggers, candidate_count, problems, cycle, … */
  readonly details: JsonObject;
}

/** One node of a guard that was evaluated; children come before their composite. */
export interface GuardRow {
  readonly name: string;
  readonly kind: "check" | "expr" | "name" | "composite";
  readonly passed: boolean;
  readonly error?: string;
  /** Context values that it read. */
  readonly values?: JsonObject;
}

/** One transition that was looked at, in order. */
export interface CandidateRow {
  /** Place in `MachineSpec.transitions`. */
  readonly transition: number;
  readonly source: string;
  readonly trigger: string | null;
  readonly dest: string | null;
  readonly verdict: "selected" | "rejected" | "error" | "preempted" | "missing_guard";
  readonly guards: readonly GuardRow[];
}

/** One action in the order it ran or is to be run. `name` and `params` are PyStator's data form. */
export interface ActionRow {
  readonly name: string;
  readonly params: JsonObject;
  readonly isCustom: boolean;
  readonly phase: "exit" | "transition" | "enter";
  /** State (exit, enter) or source of the transition it belongs to. */
  readonly owner: string;
  /** `ok`, `failed`, `skipped`: done inside the engine; `pending`: to be delivered after the commit. */
  readonly status: "ok" | "failed" | "skipped" | "pending";
  readonly result?: JsonValue;
  readonly error?: string;
  /** Set when it stands inside a branch, a loop or a block, whose own row comes before it. */
  readonly isNested?: true;
  /** Context keys changed: before and after; `before` absent when the key was new, `after` when it was removed. */
  readonly changes?: readonly {
    readonly key: string;
    readonly before?: JsonValue;
    readonly after?: JsonValue;
  }[];
}

/** An action for the world; the position in `Run.actions` is its ordinal. */
export interface ActionRequest {
  readonly kind:
    | "named"
    | "http"
    | "celery"
    | "send"
    | "send_event"
    | "create_entity"
    | "invoke_start"
    | "invoke_stop";
  readonly name: string;
  readonly params: JsonObject;
  readonly options: ActionOptions;
  /** Context as it was when the action was reached, without keys that begin with `_`. */
  readonly context: JsonObject;
}

/** One transition as it was taken. */
export interface TakenTransition {
  readonly transition: number;
  readonly trigger: string;
  readonly source: string;
  readonly targets: readonly TargetSpec[];
  readonly description: string;
  readonly region: string | null;
  readonly isInternal: boolean;
  readonly guards: readonly GuardRow[];
}

export interface Microstep {
  /** Event that caused it; null = eventless. */
  readonly trigger: string | null;
  readonly transitions: readonly TakenTransition[];
  /** State names in the order they were left and entered. */
  readonly exited: readonly string[];
  readonly entered: readonly string[];
  readonly actions: readonly ActionRow[];
  /** Leaves afterwards. */
  readonly states: readonly string[];
  /** compound → child it was left from, as PyStator reports it. */
  readonly historyUpdates: { readonly [parent: string]: string };
}

/** One macrostep: one event run to rest. */
export interface Step {
  /** null for the initial entry and for apply-data. */
  readonly event: EngineEvent | null;
  readonly outcome: Outcome;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly microsteps: readonly Microstep[];
  readonly candidates: readonly CandidateRow[];
  /** Indexes of transitions that wanted to run and lost a conflict. */
  readonly preempted: readonly number[];
  readonly refusal: Refusal | null;
  /** Set when nothing took the event and the machine has a fallback: `refusal` is what would have been answered. */
  readonly fallback?: {
    readonly mode: "hint" | "persist";
    readonly state: string;
    readonly refusal: Refusal;
  };
  readonly context: JsonObject;
  readonly isDone: boolean;
  readonly doneData: JsonValue | null;
  /** Internal events raised, in order (`done.state.x`, `_join_x`, raised ones). */
  readonly raised: readonly string[];
  /** Triggers of events sent to itself without delay. */
  readonly sent: readonly string[];
}

export interface TimerStart {
  readonly key: string;
  readonly trigger: string;
  readonly delayMs: number;
  readonly generation: number;
  readonly payload: JsonObject;
  /** State whose entry started it; null for a delayed `send`. */
  readonly source: string | null;
}

/** One call of the engine: all or nothing. When the first step is refused the instance is the one that was given. */
export interface Run {
  readonly instance: Instance;
  /** At least one; more when events were sent to itself or recalled. */
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  readonly refusal: Refusal | null;
  readonly actions: readonly ActionRequest[];
  /** Net timer changes of the call. */
  readonly timersStarted: readonly TimerStart[];
  readonly timersCancelled: readonly string[];
}
