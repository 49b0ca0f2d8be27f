/** Entities of the predecessor become entities here: same state, context, labels and times, with their history before them. */
import { decodeStates } from "../engine/stored_text.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { historyIdOf, uuidV5 } from "./action_id.ts";
import type { Entity, EntityStatus, Labels } from "./entity.ts";
import type { HistoryRow } from "./history.ts";
import type { LaneWrite } from "./lane.ts";
import { type LoadedMachine, standingOf, stateTextOf } from "./loaded_machine.ts";
import { realign } from "./realign.ts";

/** A machine as the predecessor keeps it. */
export interface OldMachine {
  readonly name: string;
  readonly version: string;
  readonly config: JsonValue;
}

export interface OldEntity {
  readonly entityId: string;
  readonly machineName: string | null;
  readonly machineVersion: string | null;
  /** A leaf, or `parallel:a=x,b=y`. */
  readonly currentState: string;
  readonly context: JsonObject;
  readonly version: number;
  readonly status: EntityStatus;
  readonly labels: Labels;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly archivedAtMs: number | null;
  readonly deletedAtMs: number | null;
}

export interface OldTransition {
  /** UUID. */
  readonly id: string;
  readonly entityId: string;
  readonly trigger: string;
  readonly fromState: string;
  /** null = failed. */
  readonly toState: string | null;
  readonly isSuccess: boolean;
  readonly errorType: string | null;
  readonly errorMessage: string | null;
  readonly actionNames: readonly string[];
  readonly context: JsonObject | null;
  readonly createdAtMs: number;
  readonly durationMs: number;
}

export type Adopted =
  | { readonly type: "adopted"; readonly write: LaneWrite }
  | { readonly type: "misfit"; readonly message: string };

/** Trigger of the row that says where the entity came from; it follows the rows that came with it. */
export const ADOPTED_TRIGGER = "__entity_imported__";
const REASON = "imported";

/**
 * What a turn writes to bring the entity into an empty lane. Timers of the state it stands in count from the time of its
 * last change, so that one whose time came in between is due at once. `history` is in order, oldest first.
 */
export function adoptEntity(
  loaded: LoadedMachine,
  old: OldEntity,
  given: { readonly history: readonly OldTransition[]; readonly nowMs: number; readonly actor: string },
): Adopted {
  const decoded = decodeStates(loaded.machine, old.currentState);
  if ("code" in decoded) return { type: "misfit", message: decoded.message };
  const moved = { snapshot: decoded, context: old.context, isFresh: true };
  const realigned = realign(loaded, moved, old.updatedAtMs);
  if (realigned.type === "misfit") return realigned;

  const { snapshot, timers } = realigned;
  const rows = given.history.map((transition, index) => rowOf(loaded, transition, index + 1));
  const position = rows.length + 1;
  const currentState = stateTextOf(loaded, snapshot.states);
  const entity: Entity = {
    entityId: old.entityId,
    machineName: loaded.name,
    machineVersion: loaded.version,
    snapshot,
    context: old.context,
    currentState,
    ...standingOf(loaded, snapshot),
    version: Math.max(1, old.version),
    position,
    status: old.status,
    labels: old.labels,
    createdAtMs: old.createdAtMs,
    updatedAtMs: old.updatedAtMs,
    archivedAtMs: old.archivedAtMs,
    deletedAtMs: old.deletedAtMs,
  };
  const dueAtMs = entity.status === "active" ? timers.set.map((timer) => timer.dueAtMs) : [];
  return {
    type: "adopted",
    write: {
      entityId: entity.entityId,
      expectedVersion: 0,
      entity,
      isPurged: false,
      nextSeq: position + 1,
      attempts: 0,
      parkedReason: null,
      readyAtMs: dueAtMs.length === 0 ? null : Math.min(...dueAtMs),
      consumedEventIds: [],
      history: [...rows, arrivalOf(entity, given)],
      timersSet: timers.set,
      timersCancelled: [],
      outbox: [],
      deadLetters: [],
    },
  };
}

function rowOf(loaded: LoadedMachine, transition: OldTransition, position: number): HistoryRow {
  const { isSuccess, fromState, toState } = transition;
  return {
    id: historyIdOf(transition.entityId, position),
    entityId: transition.entityId,
    position,
    seq: position,
    eventId: transition.id,
    type: transition.trigger === "__entity_created__" ? "created" : "event",
    trigger: transition.trigger,
    payload: {},
    machineName: loaded.name,
    machineVersion: loaded.version,
    outcome: !isSuccess ? "refused" : fromState === toState ? "internal" : "transitioned",
    isSuccess,
    fromState,
    toState,
    reason: isSuccess ? null : transition.errorType ?? "unknown",
    errorMessage: transition.errorMessage,
    actions: transition.actionNames.map((name) => ({ name, status: "ok", phase: "transition" })),
    steps: [],
    context: transition.context,
    actor: null,
    durationMs: transition.durationMs,
    acceptedAtMs: transition.createdAtMs,
    createdAtMs: transition.createdAtMs,
  };
}

function arrivalOf(entity: Entity, given: { readonly nowMs: number; readonly actor: string }): HistoryRow {
  const { entityId, position, currentState } = entity;
  return {
    id: historyIdOf(entityId, position),
    entityId,
    position,
    seq: position,
    eventId: uuidV5(`imported:${entityId}`),
    type: "force",
    trigger: ADOPTED_TRIGGER,
    payload: {},
    machineName: entity.machineName,
    machineVersion: entity.machineVersion,
    outcome: "transitioned",
    isSuccess: true,
    fromState: currentState,
    toState: currentState,
    reason: REASON,
    errorMessage: null,
    actions: [],
    steps: [],
    context: entity.context,
    actor: given.actor,
    durationMs: 0,
    acceptedAtMs: given.nowMs,
    createdAtMs: given.nowMs,
  };
}
