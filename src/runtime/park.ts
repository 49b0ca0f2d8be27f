/** Parks the lane of an entity and lets it go on, under the lock of the lane. */
import { keptLane, type LoadedLane } from "../orchestrator/lane.ts";
import { holdOf, type LaneHold, parkedReasonOf } from "../orchestrator/lane_hold.ts";
import type { TurnStore } from "../store/store.ts";

export type ParkResult =
  | { readonly type: "done" }
  /** Neither an entity nor anything waiting for one. */
  | { readonly type: "missing" }
  /** Held already, or, for a resume, by something that a person cannot wave through; null = not held. */
  | { readonly type: "refused"; readonly hold: LaneHold | null };

export interface ParkRequest {
  readonly entityId: string;
  readonly reason: string;
  readonly actor: string | null;
}

/** From now on events wait in the lane, and so do its timers, until somebody resumes it. */
export function parkLane(turns: TurnStore, request: ParkRequest): Promise<ParkResult> {
  const { entityId, actor, reason } = request;
  return changeHold(
    turns,
    entityId,
    (hold) => hold === null ? { parkedReason: parkedReasonOf({ type: "person", actor, reason }) } : null,
  );
}

/** What waits is processed in its order; a lane that waits for a dead letter is not resumed. */
export function resumeLane(turns: TurnStore, entityId: string): Promise<ParkResult> {
  return changeHold(turns, entityId, (hold) => hold?.type === "person" ? { parkedReason: null } : null);
}

async function changeHold(
  turns: TurnStore,
  entityId: string,
  change: (hold: LaneHold | null) => { readonly parkedReason: string | null } | null,
): Promise<ParkResult> {
  for (let round = 0; round < FENCED_MAX; round++) {
    const turn = await turns.lock({ entityIds: [entityId], keys: [], eventsPerLaneMax: 1 });
    const [lane] = turn.lanes;
    if (lane === undefined || isEmpty(lane)) {
      await turn.rollback();
      return { type: "missing" };
    }
    const hold = holdOf(lane.parkedReason);
    const changed = change(hold);
    if (changed === null) {
      await turn.rollback();
      return { type: "refused", hold };
    }
    const { type } = await turn.commit({
      answers: [],
      lanes: [{ ...keptLane(lane, changed.parkedReason === null ? turn.nowMs : null), ...changed }],
    });
    if (type === "committed") return { type: "done" };
  }
  return { type: "refused", hold: null };
}

/** Another process may change a lane of an embedded database between load and commit. */
const FENCED_MAX = 10;

function isEmpty(lane: LoadedLane): boolean {
  return lane.entity === null && lane.events.length === 0 && lane.nextScheduledAtMs === null;
}
