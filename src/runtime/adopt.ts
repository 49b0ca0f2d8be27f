/** An entity that comes with its own history into an empty lane, in a turn of its own. */
import type { LoadedMachine } from "../orchestrator/loaded_machine.ts";
import { adoptEntity, type OldEntity, type OldTransition } from "../orchestrator/predecessor.ts";
import type { Store } from "../store/store.ts";

export interface AdoptRequest {
  readonly loaded: LoadedMachine;
  readonly entity: OldEntity;
  /** Oldest first. */
  readonly history: readonly OldTransition[];
  readonly actor: string;
}

export type AdoptResult =
  | { readonly type: "adopted" }
  /** The id is taken, or events wait for it. */
  | { readonly type: "taken" }
  | { readonly type: "misfit"; readonly message: string };

export async function adopt(turns: Store["turns"], request: AdoptRequest): Promise<AdoptResult> {
  const { loaded, entity, history, actor } = request;
  const turn = await turns.lock({ entityIds: [entity.entityId], keys: [], eventsPerLaneMax: 1 });
  const lane = turn.lanes.find((one) => one.entityId === entity.entityId);
  if (lane === undefined || lane.entity !== null || lane.nextSeq > 1) {
    await turn.rollback();
    return { type: "taken" };
  }
  const adopted = adoptEntity(loaded, entity, { history, nowMs: turn.nowMs, actor });
  if (adopted.type === "misfit") {
    await turn.rollback();
    return adopted;
  }
  const { type } = await turn.commit({ lanes: [adopted.write], answers: [] });
  return type === "fenced" ? { type: "taken" } : { type: "adopted" };
}
