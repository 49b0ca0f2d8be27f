/** History rows: how a run, a refusal or a change by hand is written down. */
import type { Run, Step } from "../engine/step.ts";
import type { JsonObject } from "../json.ts";
import { historyIdOf } from "./action_id.ts";
import { type DecideInput, nextPosition } from "./decide_input.ts";
import type { Entity } from "./entity.ts";
import type { QueuedEvent } from "./event.ts";
import type { HistoryAction, HistoryRow, HistoryType } from "./history.ts";
import { type LoadedMachine, stateTextOf } from "./loaded_machine.ts";

/** Trigger of the first row of every entity. */
export const CREATED_TRIGGER = "__entity_created__";
/** A row keeps this many actions and steps; a run may have more (events to itself). */
const ROW_ITEMS_MAX = 500;

/** The row of a run that was not refused; `entity` is the entity afterwards. */
export function runRow(
  loaded: LoadedMachine,
  input: DecideInput,
  change: {
    readonly type: HistoryType;
    readonly trigger: string;
    readonly entity: Entity;
    readonly run: Run;
  },
): HistoryRow {
  const { type, trigger, entity, run } = change;
  const before = type === "created" ? null : input.entity;
  const row = baseRow(input, { type, trigger }, entity.position);
  return {
    ...row,
    // The row that precedes the first event needs an id of its own: event ids are unique in history.
    eventId: type === "created" && input.event.command.type !== "create" ? row.id : input.event.eventId,
    machineName: entity.machineName,
    machineVersion: entity.machineVersion,
    payload: type === "created" && input.event.command.type !== "create" ? {} : payloadOf(input.event),
    // Data that nothing follows from were still laid over the context.
    outcome: type === "data" && run.outcome === "ignored" ? "internal" : run.outcome,
    isSuccess: true,
    fromState: before === null ? entity.currentState : before.currentState,
    toState: entity.currentState,
    actions: historyActionsOf(run.steps),
    steps: stepsOf(loaded, run.steps),
    context: before !== null && isSameContext(before.context, entity.context) ? null : entity.context,
  };
}

/** The row of an event that was consumed without effect. */
export function failedRow(
  input: DecideInput,
  failure: {
    readonly outcome: "refused" | "failed";
    readonly reason: string;
    readonly message: string;
    readonly run: Run | null;
    /** Where the entity would have started, when there is none. */
    readonly fromState?: string;
  },
): HistoryRow {
  const { event, timer } = input;
  const type = timer !== null ? "timer" : event.command.type === "create" ? "created" : event.command.type;
  return {
    ...baseRow(input, { type, trigger: triggerOf(event) }),
    outcome: failure.outcome,
    isSuccess: false,
    fromState: input.entity?.currentState ?? failure.fromState ?? "",
    toState: null,
    reason: failure.reason,
    errorMessage: failure.message,
    actions: failure.run === null ? [] : historyActionsOf(failure.run.steps),
  };
}

/** The row of a change that asks no engine. */
export function changeRow(
  input: DecideInput,
  change: { readonly type: HistoryType; readonly trigger: string; readonly entity: Entity },
): HistoryRow {
  const { type, trigger, entity } = change;
  const before = input.entity;
  return {
    ...baseRow(input, { type, trigger }),
    machineName: entity.machineName,
    machineVersion: entity.machineVersion,
    fromState: before?.currentState ?? entity.currentState,
    toState: entity.currentState,
    context: before !== null && isSameContext(before.context, entity.context) ? null : entity.context,
  };
}

function baseRow(
  input: DecideInput,
  names: { readonly type: HistoryType; readonly trigger: string },
  position: number = nextPosition(input),
): HistoryRow {
  const { event, entity, nowMs } = input;
  return {
    id: historyIdOf(event.entityId, position),
    entityId: event.entityId,
    position,
    seq: event.seq,
    eventId: event.eventId,
    type: names.type,
    trigger: names.trigger,
    payload: payloadOf(event),
    machineName: entity?.machineName ?? event.machineName ?? "",
    machineVersion: entity?.machineVersion ?? event.machineVersion ?? "",
    outcome: "internal",
    isSuccess: true,
    fromState: entity?.currentState ?? "",
    toState: null,
    reason: null,
    errorMessage: null,
    actions: [],
    steps: [],
    context: null,
    actor: event.actor,
    durationMs: 0,
    acceptedAtMs: event.acceptedAtMs,
    createdAtMs: nowMs,
  };
}

function triggerOf(event: QueuedEvent): string {
  switch (event.command.type) {
    case "event":
      return event.command.trigger;
    case "create":
      return CREATED_TRIGGER;
    case "data":
      return "__apply_data";
    default:
      return `__${event.command.type}`;
  }
}

function payloadOf(event: QueuedEvent): JsonObject {
  const { command } = event;
  switch (command.type) {
    case "event":
      return command.payload;
    case "data":
      return command.data;
    case "create":
      return command.context;
    case "status":
      return { status: command.status };
    case "labels":
      return { set: { ...command.set }, remove: [...command.remove] };
    case "migrate":
      return { machine_name: command.machineName, machine_version: command.machineVersion };
    case "force":
      return {
        reason: command.reason,
        states: command.snapshot === null ? null : [...command.snapshot.states],
      };
  }
}

function historyActionsOf(steps: readonly Step[]): readonly HistoryAction[] {
  return steps.flatMap((step) => step.microsteps).flatMap((microstep) => microstep.actions).slice(
    0,
    ROW_ITEMS_MAX,
  )
    .map((action) => ({
      name: action.name,
      ...(Object.keys(action.params).length === 0 ? {} : { params: action.params }),
      status: action.status,
      phase: action.phase,
      ...(action.result === undefined ? {} : { result: action.result }),
      ...(action.error === undefined ? {} : { error: action.error }),
    }));
}

function stepsOf(loaded: LoadedMachine, steps: readonly Step[]): HistoryRow["steps"] {
  const rows: { trigger: string; from: string; to: string }[] = [];
  for (const step of steps) {
    let from = stateTextOf(loaded, step.before);
    for (const microstep of step.microsteps) {
      if (rows.length === ROW_ITEMS_MAX) return rows;
      const to = stateTextOf(loaded, microstep.states);
      rows.push({ trigger: microstep.trigger ?? microstep.transitions[0]?.trigger ?? "", from, to });
      from = to;
    }
  }
  return rows;
}

/** Contexts are never changed in place: equal values of every key, by identity, mean that nothing was written. */
function isSameContext(before: JsonObject, after: JsonObject): boolean {
  if (before === after) return true;
  const keys = Object.keys(after);
  return keys.length === Object.keys(before).length &&
    keys.every((key) => Object.hasOwn(before, key) && before[key] === after[key]);
}
