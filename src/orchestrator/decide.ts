/** What one event does to one entity: the same arguments always give the same decision. */
import { applyData } from "../engine/apply_data.ts";
import { dispatch } from "../engine/dispatch.ts";
import { ownValue } from "../engine/own.ts";
import { assert, unreachable } from "../assert.ts";
import type { Run } from "../engine/step.ts";
import type { Instance } from "../engine/snapshot.ts";
import type { JsonObject } from "../json.ts";
import { birthOf } from "./birth.ts";
import { changeLabels } from "./labels.ts";
import { forceEntity, migrateEntity } from "./change_by_hand.ts";
import { reasonOf, refusedLetter, rejectedLetter } from "./dead_letters.ts";
import type { Decision } from "./decision.ts";
import type { Entity, EntityStatus } from "./entity.ts";
import { type DecideInput, engineOptionsOf } from "./decide_input.ts";
import type { Command } from "./event.ts";
import { changeRow, failedRow, runRow } from "./history_rows.ts";
import { type LoadedMachine, standingOf, stateTextOf } from "./loaded_machine.ts";
import { outboxRowsOf } from "./outbox_rows.ts";
import { type Rejection, rejectionOf } from "./rejection.ts";
import { joinTimerChanges, NO_TIMER_CHANGES, timerChangesOf } from "./timers.ts";

/**
 * Decides one command. `loaded` is the machine of the entity, or of the event when there is no entity yet, or the
 * target of a migration; null = it does not exist.
 *
 * Never answers `retry`: that is the lane's answer to something thrown here.
 */
export function decide(loaded: LoadedMachine | null, input: DecideInput): Decision {
  const rejection = rejectionOf(loaded, input);
  if (rejection !== null) return reject(input, rejection);

  const command = input.event.command;
  switch (command.type) {
    case "event":
      return decideEvent(known(loaded), input, command);
    case "data":
      return decideData(known(loaded), input, command.data);
    case "create":
      return decideCreate(known(loaded), input, command);
    case "status":
      return decideStatus(input, command.status);
    case "labels":
      return decideLabels(input, command);
    case "migrate":
      return decideByHand(input, migrateEntity(known(loaded), existing(input.entity), input.nowMs));
    case "force":
      return decideByHand(input, forceEntity(known(loaded), input, command));
    default:
      return unreachable(command);
  }
}

function decideEvent(
  loaded: LoadedMachine,
  input: DecideInput,
  command: Command & { readonly type: "event" },
): Decision {
  const { birth = { context: {}, labels: {} } } = command;
  const labels = changeLabels({}, { set: birth.labels, remove: [], isReplace: true });
  if (typeof labels === "string") return reject(input, { reason: "validation_failed", message: labels });
  const born = input.entity === null ? birthOf(loaded, input, birth.context) : null;
  if (born !== null && born.type === "refused") return refuse(loaded, input, born.run);

  const entity = born === null ? existing(input.entity) : { ...born.entity, labels };
  const { invokedBy } = command;
  if (
    invokedBy !== undefined &&
    ownValue(entity.snapshot.invokes ?? {}, invokedBy.state) !== invokedBy.generation
  ) {
    return dropResult(input, invokedBy.state);
  }
  const run = dispatch(loaded.machine, instanceOf(entity), {
    trigger: command.trigger,
    payload: command.payload,
    id: input.event.eventId,
    ...(input.timer === null ? {} : { timer: { key: input.timer.key, generation: input.timer.generation } }),
  }, engineOptionsOf(input));
  if (run.outcome === "refused") return refuse(loaded, input, run);

  const decision = accept(loaded, { ...input, entity }, run);
  if (born === null) return decision;
  const timers = joinTimerChanges(born.timers, {
    set: decision.timersSet,
    cancelled: decision.timersCancelled,
  });
  return {
    ...decision,
    created: born.row,
    outbox: [...born.outbox, ...decision.outbox],
    timersSet: timers.set,
    timersCancelled: timers.cancelled,
  };
}

function decideData(loaded: LoadedMachine, input: DecideInput, data: JsonObject): Decision {
  const run = applyData(loaded.machine, instanceOf(existing(input.entity)), data, engineOptionsOf(input));
  return run.outcome === "refused" ? refuse(loaded, input, run) : accept(loaded, input, run);
}

function decideCreate(
  loaded: LoadedMachine,
  input: DecideInput,
  command: Command & { readonly type: "create" },
): Decision {
  if (input.entity !== null) return leaveAsItIs(input);
  const labels = changeLabels({}, { set: command.labels, remove: [], isReplace: true });
  if (typeof labels === "string") return reject(input, { reason: "validation_failed", message: labels });
  const born = birthOf(loaded, input, command.context);
  if (born.type === "refused") return refuse(loaded, input, born.run);
  return {
    ...NOTHING,
    entity: { ...born.entity, labels },
    history: born.row,
    timersSet: born.timers.set,
    outbox: born.outbox,
    run: born.run,
  };
}

function decideStatus(input: DecideInput, status: EntityStatus): Decision {
  const before = existing(input.entity);
  const entity: Entity = {
    ...changed(before, input.nowMs),
    status,
    archivedAtMs: status === "archived" ? input.nowMs : null,
    deletedAtMs: status === "deleted" ? input.nowMs : null,
  };
  return {
    ...NOTHING,
    entity,
    history: changeRow(input, { type: "status", trigger: STATUS_TRIGGERS[status], entity }),
  };
}

function decideLabels(input: DecideInput, command: Command & { readonly type: "labels" }): Decision {
  const before = existing(input.entity);
  const labels = changeLabels(before.labels, command);
  if (typeof labels === "string") return reject(input, { reason: "validation_failed", message: labels });
  const entity: Entity = { ...changed(before, input.nowMs), labels };
  return { ...NOTHING, entity, history: changeRow(input, { type: "labels", trigger: "__labels", entity }) };
}

function decideByHand(input: DecideInput, outcome: ReturnType<typeof migrateEntity>): Decision {
  if (outcome.type === "rejected") return reject(input, outcome.rejection);
  const { entity, timers, historyType, requests } = outcome;
  const { nowMs, event } = input;
  return {
    ...NOTHING,
    entity,
    history: changeRow(input, { type: historyType, trigger: `__${historyType}`, entity }),
    timersSet: timers.set,
    timersCancelled: timers.cancelled,
    outbox: outboxRowsOf({ actions: requests }, {
      entity,
      position: entity.position,
      traceparent: event.traceparent,
      nowMs,
    }),
  };
}

function accept(loaded: LoadedMachine, input: DecideInput, run: Run): Decision {
  const before = existing(input.entity);
  const { nowMs, event, timer } = input;
  const isData = event.command.type === "data";
  const isChanged = isData || timer !== null || run.outcome !== "ignored";
  const entity: Entity = {
    ...(isChanged ? changed(before, nowMs) : { ...before, position: before.position + 1 }),
    snapshot: run.instance.snapshot,
    context: run.instance.context,
    currentState: stateTextOf(loaded, run.instance.snapshot.states),
    ...standingOf(loaded, run.instance.snapshot),
  };
  const timers = timerChangesOf(run, { nowMs, fired: timer });
  return {
    ...NOTHING,
    entity,
    history: runRow(loaded, input, {
      type: timer !== null ? "timer" : isData ? "data" : "event",
      trigger: event.command.type === "event" ? event.command.trigger : DATA_TRIGGER,
      entity,
      run,
    }),
    timersSet: timers.set,
    timersCancelled: timers.cancelled,
    outbox: outboxRowsOf(run, { entity, position: entity.position, traceparent: event.traceparent, nowMs }),
    run,
  };
}

/** The engine said no: history tells it; so does a dead letter when nobody waits and the machine does not wish otherwise. */
function refuse(loaded: LoadedMachine, input: DecideInput, run: Run): Decision {
  assert(run.refusal !== null, "a refused run says why");
  const reason = reasonOf(run.refusal.code);
  const { isAwaited, timer } = input;
  const policy = isAwaited ? "record" : loaded.policy.onRefused;
  const row = failedRow(input, {
    outcome: "refused",
    reason: run.refusal.code,
    message: run.refusal.message,
    run,
    fromState: stateTextOf(loaded, run.steps[0]?.before ?? []),
  });
  return {
    ...NOTHING,
    ...(policy === "drop" && input.entity !== null
      ? { entity: input.entity, history: null }
      : { entity: passed(input.entity), history: row }),
    timersCancelled: timer === null ? [] : [timer.key],
    deadLetter: policy === "dead_letter" ? refusedLetter(input, run.refusal) : null,
    reason,
    message: run.refusal.message,
    run,
  };
}

/** The service belonged to a state that was left in the meantime: nobody wants to know any more. */
function dropResult(input: DecideInput, state: string): Decision {
  const message = `The state "${state}" that invoked the service was left`;
  return {
    ...NOTHING,
    entity: passed(input.entity),
    history: {
      ...failedRow(input, { outcome: "failed", reason: "invoke_stopped", message, run: null }),
      outcome: "ignored",
    },
    message,
  };
}

/** It was to be created unless it is there, and it is. */
function leaveAsItIs(input: DecideInput): Decision {
  const message = `Entity "${input.event.entityId}" exists`;
  return {
    ...NOTHING,
    entity: passed(input.entity),
    history: {
      ...failedRow(input, { outcome: "failed", reason: "entity_exists", message, run: null }),
      outcome: "ignored",
    },
    message,
  };
}

/** The command makes no sense here. Somebody who waits is told, and nothing is kept. */
function reject(input: DecideInput, rejection: Rejection): Decision {
  const { reason, message } = rejection;
  if (input.isAwaited) return { ...NOTHING, type: "rejected", entity: input.entity, reason, message };
  return {
    ...NOTHING,
    entity: passed(input.entity),
    history: failedRow(input, { outcome: "failed", reason, message, run: null }),
    timersCancelled: input.timer === null ? [] : [input.timer.key],
    deadLetter: rejectedLetter(input, rejection),
    reason,
    message,
  };
}

const DATA_TRIGGER = "__apply_data";

const STATUS_TRIGGERS = {
  active: "__restore",
  archived: "__archive",
  deleted: "__delete",
} as const satisfies Record<EntityStatus, string>;

/** A consumed event that changed nothing yet. */
const NOTHING: Decision = {
  type: "consumed",
  entity: null,
  history: null,
  created: null,
  timersSet: NO_TIMER_CHANGES.set,
  timersCancelled: NO_TIMER_CHANGES.cancelled,
  outbox: [],
  deadLetter: null,
  reason: null,
  message: null,
  run: null,
  retryAtMs: null,
};

function changed(entity: Entity, nowMs: number): Entity {
  return { ...entity, version: entity.version + 1, position: entity.position + 1, updatedAtMs: nowMs };
}

/** The event was consumed and left the entity as it was. */
function passed(entity: Entity | null): Entity | null {
  return entity === null ? null : { ...entity, position: entity.position + 1 };
}

function instanceOf(entity: Entity): Instance {
  return { snapshot: entity.snapshot, context: entity.context };
}

function known(loaded: LoadedMachine | null): LoadedMachine {
  assert(loaded !== null, "a missing machine was rejected");
  return loaded;
}

function existing(entity: Entity | null): Entity {
  assert(entity !== null, "a missing entity was rejected");
  return entity;
}
