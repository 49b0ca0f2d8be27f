/** What can happen to one entity: everything that enters a lane, whatever the way it came. */
import type { JsonObject } from "../json.ts";
import type { EntityStatus, Labels } from "./entity.ts";
import type { Snapshot } from "../engine/snapshot.ts";

/** `event` a trigger; `data` apply-data; the others are commands of people, which travel the same lane. */
export type Command =
  | {
    readonly type: "event";
    readonly trigger: string;
    readonly payload: JsonObject;
    /** Set on the result of an invoked service: the stay in a state that invoked it. When it is over, the result is dropped. */
    readonly invokedBy?: { readonly state: string; readonly generation: number };
    /** What the entity begins with when this event creates it. */
    readonly birth?: { readonly context: JsonObject; readonly labels: Labels };
  }
  | { readonly type: "data"; readonly data: JsonObject }
  | {
    readonly type: "create";
    readonly context: JsonObject;
    readonly labels: Labels;
    /** An entity of this machine that is there already stays as it is, and nothing is wrong. */
    readonly isIfAbsent?: true;
  }
  | { readonly type: "status"; readonly status: EntityStatus }
  | {
    readonly type: "labels";
    readonly set: Labels;
    readonly remove: readonly string[];
    readonly isReplace: boolean;
  }
  | { readonly type: "migrate"; readonly machineName: string; readonly machineVersion: string }
  | {
    /** Sets state or context by hand; also the import of an exported entity. */
    readonly type: "force";
    readonly snapshot: Snapshot | null;
    readonly context: JsonObject | null;
    /** `context` only sets the keys that it names. */
    readonly isMerged?: boolean;
    readonly reason: string;
  };

/** What a producer hands in. */
export interface NewEvent {
  /** UUID. */
  readonly eventId: string;
  readonly entityId: string;
  /** null = the entity must exist already. */
  readonly machineName: string | null;
  readonly machineVersion: string | null;
  readonly command: Command;
  /** Not before this time; null = now. */
  readonly notBeforeMs: number | null;
  readonly idempotency: IdempotencyKey | null;
  /** Attempts before the dead letter, 1–100. */
  readonly attemptsMax: number;
  /** W3C trace context of the producer. */
  readonly traceparent: string | null;
  readonly actor: string | null;
}

export interface IdempotencyKey {
  /** Who and what the key is scoped to, for example `user:ann|entity:o-1` or `machine:order`. */
  readonly scope: string;
  readonly key: string;
  /** SHA-256 (hex) of the canonical request: the same key with another hash is a conflict. */
  readonly requestHash: string;
}

/** An accepted event in its lane. */
export interface QueuedEvent extends NewEvent {
  /** Order in the lane, from 1 without holes. */
  readonly seq: number;
  /** Attempts that failed so far. */
  readonly attempts: number;
  readonly acceptedAtMs: number;
}

/** A timer of one entity; it is set and cancelled only inside a turn. */
export interface Timer {
  readonly key: string;
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly dueAtMs: number;
  readonly generation: number;
}
