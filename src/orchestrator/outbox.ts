/** Actions for the world, written in the transaction of their turn and delivered afterwards. */
import type { JsonObject, JsonValue } from "../json.ts";
import type { ActionOptions } from "../engine/spec.ts";
import type { ActionRequest } from "../engine/step.ts";

export interface OutboxRow {
  /** UUID v5 of entity, position and ordinal: the idempotency key that the receiver sees. */
  readonly actionId: string;
  readonly entityId: string;
  readonly machineName: string;
  readonly machineVersion: string;
  readonly position: number;
  readonly ordinal: number;
  readonly kind: ActionRequest["kind"];
  readonly name: string;
  readonly params: JsonObject;
  readonly options: ActionOptions;
  readonly context: JsonObject;
  readonly traceparent: string | null;
  readonly dueAtMs: number;
  readonly attemptsMax: number;
  readonly createdAtMs: number;
}

/** A row that one dispatcher holds until `leaseUntilMs`; only the same `leaseNo` may acknowledge it. */
export interface LeasedAction extends OutboxRow {
  readonly leaseNo: number;
  readonly leaseUntilMs: number;
  /** Attempts that failed before this one. */
  readonly attempts: number;
  /** Whoever held it before did not come back. */
  readonly isTakenOver?: true;
}

/** What became of one delivery. */
export type ActionResult =
  | {
    readonly type: "done";
    readonly output: JsonValue;
    readonly receiver?: ReceiverState;
    /** It failed, and its author wants to go on: what went wrong. */
    readonly forgiven?: string;
  }
  | { readonly type: "skipped"; readonly reason: string }
  | {
    readonly receiver?: ReceiverState;
    readonly type: "failed";
    readonly error: string;
    readonly isFinal: boolean;
    readonly retryAfterMs: number | null;
  };

/** What a delivery says about its receiver. Absent: done = well, a failure that may pass = broken. */
export type ReceiverState = "well" | "broken" | "unknown";
