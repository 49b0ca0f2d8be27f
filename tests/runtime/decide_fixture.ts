/** Entities, events and inputs for tests of decisions. */
import { decide } from "../../src/orchestrator/decide.ts";
import type { DecideInput } from "../../src/orchestrator/decide_input.ts";
import type { Entity } from "../../src/orchestrator/entity.ts";
import type { Command, QueuedEvent } from "../../src/orchestrator/event.ts";
import type { JsonObject } from "../../src/json.ts";
import { orderMachine } from "./machines.ts";

export const NOW_MS = 1_700_000_000_000;
export const order = orderMachine();

export function queued(command: Command, more: Partial<QueuedEvent> = {}): QueuedEvent {
  return {
    eventId: "11111111-1111-4111-8111-111111111111",
    entityId: "o-1",
    machineName: "order",
    machineVersion: null,
    command,
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 5,
    traceparent: null,
    actor: "ann",
    seq: 7,
    attempts: 0,
    acceptedAtMs: NOW_MS - 5,
    ...more,
  };
}

export function trigger(name: string, payload: JsonObject = {}): Command {
  return { type: "event", trigger: name, payload };
}

export function input(
  command: Command,
  more: Partial<DecideInput> & { event?: QueuedEvent } = {},
): DecideInput {
  return { entity: null, event: queued(command), timer: null, isAwaited: false, nowMs: NOW_MS, ...more };
}

export function entityAfter(...commands: readonly Command[]): Entity {
  let entity: Entity | null = null;
  for (const command of commands) entity = decide(order, input(command, { entity })).entity;
  if (entity === null) throw new Error("the commands create no entity");
  return entity;
}
