/** Changes of people that no event could make: another version of the machine, another state or context. */
import type { JsonObject } from "../json.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import type { ActionRequest } from "../engine/step.ts";
import { type DecideInput, nextPosition } from "./decide_input.ts";
import type { Entity } from "./entity.ts";
import type { Command } from "./event.ts";
import { type LoadedMachine, standingOf, stateTextOf } from "./loaded_machine.ts";
import type { Rejection } from "./rejection.ts";
import { realign } from "./realign.ts";
import type { TimerChanges } from "./timers.ts";

export type ChangeByHand =
  | {
    readonly type: "changed";
    readonly historyType: "migrate" | "force";
    readonly entity: Entity;
    readonly timers: TimerChanges;
    /** Services to stop and to start; no other action runs. */
    readonly requests: readonly ActionRequest[];
  }
  | { readonly type: "rejected"; readonly rejection: Rejection };

/**
 * Pins the entity to another machine or version, where its states must be legal. Timers that run go on; timers that
 * only the new version has start now, those that it does not have are cancelled.
 */
export function migrateEntity(target: LoadedMachine, entity: Entity, nowMs: number): ChangeByHand {
  const { snapshot, context } = entity;
  const realigned = realign(target, { snapshot, context, isFresh: false }, nowMs);
  if (realigned.type === "misfit") {
    return rejected(`Cannot migrate "${entity.entityId}": ${realigned.message}`);
  }
  return {
    type: "changed",
    historyType: "migrate",
    entity: {
      ...entity,
      machineName: target.name,
      machineVersion: target.version,
      snapshot: realigned.snapshot,
      currentState: stateTextOf(target, realigned.snapshot.states),
      ...standingOf(target, realigned.snapshot),
      version: entity.version + 1,
      position: entity.position + 1,
      updatedAtMs: nowMs,
    },
    timers: realigned.timers,
    requests: realigned.requests,
  };
}

/**
 * Sets state or context as given: no action runs, but the timers and services of a state that is set start now, and
 * those of the state before it are cancelled, although it is the same state. What histories remember and what was put
 * off stays. Creates a missing entity.
 */
export function forceEntity(
  loaded: LoadedMachine,
  input: DecideInput,
  command: Command & { readonly type: "force" },
): ChangeByHand {
  const { entity, nowMs, event } = input;
  const wanted = wantedSnapshot(command, entity);
  const context = wantedContext(command, entity);
  if (wanted === null) return rejected(`Cannot import "${event.entityId}": no state given`);
  const realigned = realign(loaded, { snapshot: wanted, context, isFresh: command.snapshot !== null }, nowMs);
  if (realigned.type === "misfit") {
    return rejected(`Cannot change "${event.entityId}" by hand: ${realigned.message}`);
  }
  const { snapshot, timers, requests } = realigned;

  return {
    type: "changed",
    historyType: "force",
    entity: {
      entityId: event.entityId,
      machineName: loaded.name,
      machineVersion: loaded.version,
      snapshot,
      context,
      currentState: stateTextOf(loaded, snapshot.states),
      ...standingOf(loaded, snapshot),
      version: (entity?.version ?? 0) + 1,
      position: nextPosition(input),
      status: entity?.status ?? "active",
      labels: entity?.labels ?? {},
      createdAtMs: entity?.createdAtMs ?? nowMs,
      updatedAtMs: nowMs,
      archivedAtMs: entity?.archivedAtMs ?? null,
      deletedAtMs: entity?.deletedAtMs ?? null,
    },
    timers,
    requests,
  };
}

/** Keys that begin with `_` belong to the engine and stay. */
function wantedContext(command: Command & { readonly type: "force" }, entity: Entity | null): JsonObject {
  const before = entity?.context ?? EMPTY_CONTEXT;
  if (command.context === null) return before;
  if (command.isMerged === true) return { ...before, ...command.context };
  const own = Object.entries(before).filter(([key]) => key.startsWith("_"));
  return { ...Object.fromEntries(own), ...command.context };
}

const EMPTY_CONTEXT: JsonObject = {};

/** The given state with the timers that run now and their generation, so that none is mistaken for a new one. */
function wantedSnapshot(
  command: Command & { readonly type: "force" },
  entity: Entity | null,
): Snapshot | null {
  const before = entity?.snapshot ?? null;
  if (command.snapshot === null || before === null) return command.snapshot ?? before;
  return {
    ...(before.history === undefined ? {} : { history: before.history }),
    ...(before.deferred === undefined ? {} : { deferred: before.deferred }),
    ...command.snapshot,
    timers: before.timers ?? {},
    invokes: before.invokes ?? {},
    generation: Math.max(before.generation ?? 0, command.snapshot.generation ?? 0),
  };
}

function rejected(message: string): ChangeByHand {
  return { type: "rejected", rejection: { reason: "undefined_state", message } };
}
