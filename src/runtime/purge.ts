/** Removes an entity for good, under the lock of its lane. */
import { keptLane } from "../orchestrator/lane.ts";
import type { TurnStore } from "../store/store.ts";

/** False = there was neither an entity nor anything waiting for one. */
export async function purgeEntity(turns: TurnStore, entityId: string): Promise<boolean> {
  const turn = await turns.lock({ entityIds: [entityId], keys: [], eventsPerLaneMax: 1 });
  const lane = turn.lanes[0];
  if (lane === undefined || (lane.entity === null && lane.events.length === 0)) {
    await turn.rollback();
    return false;
  }
  const outcome = await turn.commit({
    answers: [],
    lanes: [{ ...keptLane(lane, null), isPurged: true, attempts: 0, parkedReason: null }],
  });
  return outcome.type === "committed";
}
