/** Why an event would or would not be taken by an entity as it is now. */
import { allowedTriggers, explain, type Explanation } from "../engine/explain.ts";
import type { EngineOptions } from "../engine/step.ts";
import type { JsonObject } from "../json.ts";
import type { Guards } from "./decide_input.ts";
import type { Entity } from "./entity.ts";
import type { LoadedMachine } from "./loaded_machine.ts";

export type { Explanation };

export interface Moment {
  readonly nowMs: number;
  readonly guards: Guards | null;
}

export function explainEvent(
  known: { readonly loaded: LoadedMachine; readonly entity: Entity },
  event: { readonly trigger: string; readonly payload: JsonObject },
  moment: Moment,
): Explanation {
  return explain(known.loaded.machine, known.entity, event, optionsOf(known.entity, moment));
}

/** Triggers that would be taken now, sorted. */
export function triggersNow(
  known: { readonly loaded: LoadedMachine; readonly entity: Entity },
  moment: Moment,
): readonly string[] {
  return allowedTriggers(known.loaded.machine, known.entity, optionsOf(known.entity, moment));
}

function optionsOf(entity: Entity, { nowMs, guards }: Moment): EngineOptions {
  return { nowMs, entityId: entity.entityId, ...(guards === null ? {} : { guards }) };
}
