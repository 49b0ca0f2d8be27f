/** Looking at lanes in memory. */
import { PARKED_PREFIX } from "../../orchestrator/lane_hold.ts";
import { cursorScope } from "../cursor.ts";
import { LANE_WAITING_MAX } from "../limits.ts";
import type { LaneRow, LaneStanding, LaneStore } from "../store.ts";
import { pageOf } from "./paging.ts";
import { type MemoryState, nowMsOf } from "./state.ts";

export function createMemoryLanes(state: MemoryState): LaneStore {
  return {
    get: (entityId) => Promise.resolve(rowOf(state, entityId)),
    list(query) {
      const rows = rowsOf(state, query.standing).filter((row) =>
        query.machineName === undefined || row.machineName === query.machineName
      );
      const { items, nextCursor } = pageOf(rows, {
        scope: cursorScope("lanes", query),
        keyOf: (row) => [(query.standing === "ready" ? row.readyAtMs : row.parkedAtMs) ?? 0, row.entityId],
        descending: [false, false],
        query,
      });
      return Promise.resolve({ items, nextCursor });
    },
    counts(countMax) {
      const count = (standing: LaneStanding) => Math.min(countMax, rowsOf(state, standing).length);
      return Promise.resolve({
        parked: count("parked"),
        blocked: count("blocked"),
        ready: count("ready"),
        lagMs: lagMsOf(state),
      });
    },
    load(countMax) {
      let waiting = 0;
      for (const lane of state.lanes.values()) waiting += lane.numbered.length + lane.scheduled.length;
      return Promise.resolve({ waiting: Math.min(countMax, waiting), lagMs: lagMsOf(state) });
    },
  };
}

function rowOf(state: MemoryState, entityId: string): LaneRow | null {
  const lane = state.lanes.get(entityId);
  if (lane === undefined) return null;
  return {
    entityId,
    machineName: state.entities.get(entityId)?.machineName ?? null,
    parkedReason: lane.parkedReason,
    parkedAtMs: lane.parkedAtMs,
    attempts: lane.attempts,
    readyAtMs: lane.readyAtMs,
    waiting: Math.min(LANE_WAITING_MAX, lane.numbered.length + lane.scheduled.length),
  };
}

function rowsOf(state: MemoryState, standing: LaneStanding): readonly LaneRow[] {
  const nowMs = nowMsOf(state);
  const isOf = ({ parkedReason, readyAtMs }: LaneRow): boolean => {
    switch (standing) {
      case "held":
        return parkedReason !== null;
      case "parked":
        return parkedReason?.startsWith(PARKED_PREFIX) === true;
      case "blocked":
        return parkedReason?.startsWith(PARKED_PREFIX) === false;
      case "ready":
        return readyAtMs !== null && readyAtMs <= nowMs;
    }
  };
  return [...state.lanes.keys()].map((entityId) => rowOf(state, entityId)).filter((row) => row !== null)
    .filter(isOf);
}

function lagMsOf(state: MemoryState): number | null {
  const times = rowsOf(state, "ready").map((row) => row.readyAtMs ?? 0);
  return times.length === 0 ? null : nowMsOf(state) - Math.min(...times);
}
