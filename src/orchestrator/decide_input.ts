/** What a decision is made from: the entity, the event, who waits, and the time. */
import type { EngineOptions, GuardFunction } from "../engine/step.ts";
import type { Entity } from "./entity.ts";
import type { QueuedEvent, Timer } from "./event.ts";

/** Named guards of the host. */
export type Guards = ReadonlyMap<string, GuardFunction>;

export interface DecideInput {
  /** null = there is none yet. */
  readonly entity: Entity | null;
  readonly event: QueuedEvent;
  /** The timer that is due; `event` then carries its trigger and payload. */
  readonly timer: Timer | null;
  /** Somebody waits for the answer: mistakes are told to them and leave no dead letter. */
  readonly isAwaited: boolean;
  /** Time of the store, ms since the epoch. */
  readonly nowMs: number;
  /** Guards of the host, beside the built-in ones. */
  readonly guards?: Guards;
}

/** Number of the history row this input will write. Before an entity exists its rows carry the numbers of the lane. */
export function nextPosition(input: Pick<DecideInput, "entity" | "event">): number {
  return input.entity === null ? input.event.seq : input.entity.position + 1;
}

/** What the engine is told besides the event. */
export function engineOptionsOf(input: DecideInput): EngineOptions {
  return {
    nowMs: input.nowMs,
    entityId: input.event.entityId,
    ...(input.guards === undefined ? {} : { guards: input.guards }),
  };
}
