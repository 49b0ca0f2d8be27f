/** Rows of lanes as the port tells them. */
import { PARKED_PREFIX } from "../orchestrator/lane_hold.ts";
import { type DatabaseRow, number, numberOrNull, text, textOrNull } from "./columns.ts";
import type { LaneCounts, LaneRow, LaneStanding } from "./store.ts";

export function laneFrom(row: DatabaseRow): LaneRow {
  return {
    entityId: text(row, "entity_id"),
    machineName: textOrNull(row, "machine_name"),
    parkedReason: textOrNull(row, "parked_reason"),
    parkedAtMs: numberOrNull(row, "parked_at"),
    attempts: number(row, "attempts"),
    readyAtMs: numberOrNull(row, "ready_at"),
    waiting: number(row, "waiting"),
  };
}

export function laneCountsFrom(row: DatabaseRow): LaneCounts {
  return {
    parked: number(row, "parked"),
    blocked: number(row, "blocked"),
    ready: number(row, "ready"),
    lagMs: numberOrNull(row, "lag"),
  };
}

/** Condition on the columns of a lane; the index on held lanes answers all but `ready`. */
export const STANDING_CONDITIONS = {
  parked:
    `parked_reason is not null and substr(parked_reason, 1, ${PARKED_PREFIX.length}) = '${PARKED_PREFIX}'`,
  blocked:
    `parked_reason is not null and substr(parked_reason, 1, ${PARKED_PREFIX.length}) <> '${PARKED_PREFIX}'`,
  held: "parked_reason is not null",
  ready: "ready_at is not null",
} as const satisfies Record<LaneStanding, string>;
