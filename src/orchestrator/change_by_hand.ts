/** Changes of people that no event could make: another version of the machine, another state or context. */
import type { JsonObject } from "../json.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import { type DecideInput, nextPosition } from "./decide_input.ts";
import type { Entity } from "./entity.ts";
import type { Command } from "./event.ts";
import { type LoadedMachine, standingOf, stateTextOf } from "./loaded_machine.ts";
import type { Rejection } from "./rejection.ts";
import { NO_TIMER_CHANGES, type TimerChanges } from "./timers.ts";

export type ChangeByHand =
  | {
    readonly type: "changed";
    readonly historyType: "migrate" | "force";
    readonly entity: Entity;
    readonly timers: TimerChanges;
  }
  | { readonly type: "rejected"; readonly rejection: Rejection };

/**
 * Pins the entity to another machine or version. Every active state must exist there; timers that run stay, those of
 * transitions that are gone fire without effect.
 */
export function migrateEntity(target: LoadedMachine, entity: Entity, nowMs: number): ChangeByHand {
  const problem = problemOf(target, entity.snapshot.states);
  if (problem !== null) return rejected(`Cannot migrate "${entity.entityId}": ${problem}`);
  return {
    type: "changed",
    historyType: "migrate",
    entity: {
      ...entity,
      machineName: target.name,
      machineVersion: target.version,
      currentState: stateTextOf(target, entity.snapshot.states),
      ...standingOf(target, entity.snapshot),
      version: entity.version + 1,
      position: entity.position + 1,
      updatedAtMs: nowMs,
    },
    timers: NO_TIMER_CHANGES,
  };
}

/** Sets state or context as given; nothing is entered or left, and a new state has no timers. Creates a missing entity. */
export function forceEntity(
  loaded: LoadedMachine,
  input: DecideInput,
  command: Command & { readonly type: "force" },
): ChangeByHand {
  const { entity, nowMs, event } = input;
  const snapshot = command.snapshot ?? entity?.snapshot ?? null;
  if (snapshot === null) return rejected(`Cannot import "${event.entityId}": no state given`);
  const problem = problemOf(loaded, snapshot.states);
  if (problem !== null) return rejected(`Cannot change "${event.entityId}" by hand: ${problem}`);

  return {
    type: "changed",
    historyType: "force",
    entity: {
      entityId: event.entityId,
      machineName: loaded.name,
      machineVersion: loaded.version,
      snapshot,
      context: command.context ?? entity?.context ?? EMPTY_CONTEXT,
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
    timers: command.snapshot === null ? NO_TIMER_CHANGES : timersLeftBehind(entity?.snapshot ?? null),
  };
}

const EMPTY_CONTEXT: JsonObject = {};

/** null = every leaf exists and may be rested in. */
function problemOf(loaded: LoadedMachine, states: readonly string[]): string | null {
  if (states.length === 0) return "no active state";
  const unknown = states.find((state) => !loaded.stateTypes.has(state));
  return unknown === undefined
    ? null
    : `state "${unknown}" does not exist in machine "${loaded.name}" ${loaded.version}`;
}

function timersLeftBehind(before: Snapshot | null): TimerChanges {
  return { set: [], cancelled: Object.keys(before?.timers ?? {}) };
}

function rejected(message: string): ChangeByHand {
  return { type: "rejected", rejection: { reason: "undefined_state", message } };
}
