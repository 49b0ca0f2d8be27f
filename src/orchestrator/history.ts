/** What happened: one immutable row for each consumed event. */
import type { JsonObject, JsonValue } from "../json.ts";

export type HistoryOutcome = "transitioned" | "internal" | "ignored" | "deferred" | "refused" | "failed";
export type HistoryType = "created" | "event" | "data" | "timer" | "status" | "labels" | "migrate" | "force";

/** One action as it stood when the row was written. */
export interface HistoryAction {
  readonly name: string;
  readonly params?: JsonObject;
  readonly status: "ok" | "failed" | "skipped" | "pending";
  readonly phase: "exit" | "transition" | "enter";
  readonly result?: JsonValue;
  readonly error?: string;
}

/** `position` runs from 1 without holes for each entity. */
export interface HistoryRow {
  /** UUID v5 of entity id and position: the `transition_id` of the API. */
  readonly id: string;
  readonly entityId: string;
  readonly position: number;
  readonly seq: number;
  readonly eventId: string;
  readonly type: HistoryType;
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly machineName: string;
  readonly machineVersion: string;
  readonly outcome: HistoryOutcome;
  readonly isSuccess: boolean;
  readonly fromState: string;
  /** null when refused or failed. */
  readonly toState: string | null;
  /** Machine-readable reason of a refusal or failure. */
  readonly reason: string | null;
  readonly errorMessage: string | null;
  readonly actions: readonly HistoryAction[];
  /** Steps of the call, for explain: [{trigger, from, to}], eventless ones included. */
  readonly steps: readonly { readonly trigger: string; readonly from: string; readonly to: string }[];
  /** Context after the event; null when nothing changed. */
  readonly context: JsonObject | null;
  readonly actor: string | null;
  readonly durationMs: number;
  readonly acceptedAtMs: number;
  readonly createdAtMs: number;
}
