/** Looking at lanes in PostgreSQL. */
import { assert } from "../../assert.ts";
import { number, numberOrNull } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { laneCountsFrom, laneFrom, STANDING_CONDITIONS } from "../lane_rows.ts";
import { LANE_WAITING_MAX } from "../limits.ts";
import type { LaneStore } from "../store.ts";
import type { PostgresDatabase } from "./connect.ts";
import { pageFrom } from "./paging.ts";

/** Lanes with the machine of their entity. */
const LANES =
  "(select l.*, e.machine_name from stator.lane l left join stator.entity e using (shard, entity_id)) as lanes";
const WAITING = "(select count(*) from (select 1 from stator.inbox i where i.shard = lanes.shard " +
  `and i.entity_id = lanes.entity_id limit ${LANE_WAITING_MAX}) w) as waiting`;
const LAG = "(select greatest(0, stator.now_ms() - ready_at) from stator.lane " +
  "where ready_at <= stator.now_ms() order by ready_at limit 1) as lag";
/** Below this many rows a count costs no more than the estimate. */
const COUNTED_MAX = 10_000;

export function createPostgresLanes(database: PostgresDatabase): LaneStore {
  return {
    async get(entityId) {
      const row = await database.get(
        `select *, ${WAITING} from ${LANES} where shard = stator.shard_of($1) and entity_id = $1`,
        entityId,
      );
      return row === null ? null : laneFrom(row);
    },
    async list(query) {
      const isReady = query.standing === "ready";
      const page = await pageFrom(database, {
        columns: `*, ${WAITING}`,
        from: LANES,
        filters: [
          [STANDING_CONDITIONS[query.standing]],
          ...(isReady ? [["ready_at <= stator.now_ms()"] as const] : []),
          ["machine_name = $", query.machineName],
        ],
        scope: cursorScope("lanes", query),
        order: [
          { column: isReady ? "ready_at" : "parked_at", isDescending: false, type: "bigint" },
          { column: "entity_id", isDescending: false, type: "text" },
        ],
        query,
        isCounted: false,
      });
      return { items: page.items.map(laneFrom), nextCursor: page.nextCursor };
    },
    async counts(countMax) {
      const counted = (condition: string) =>
        `(select count(*) from (select 1 from stator.lane where ${condition} limit $1::int) n)`;
      const row = await database.get(
        `select ${counted(STANDING_CONDITIONS.parked)} as parked, ${
          counted(STANDING_CONDITIONS.blocked)
        } as blocked, ` +
          `${counted("ready_at <= stator.now_ms()")} as ready, ${LAG}`,
        countMax,
      );
      assert(row !== null, "a count answers one row");
      return laneCountsFrom(row);
    },
    async load(countMax) {
      const row = await database.get(
        "select (select count(*) from (select 1 from stator.inbox limit $1::int) n) as counted, " +
          "coalesce(pg_stat_get_live_tuples('stator.inbox'::regclass), 0) as estimated, " + LAG,
        Math.min(countMax, COUNTED_MAX),
      );
      assert(row !== null, "a count answers one row");
      const counted = number(row, "counted");
      return {
        waiting: counted < COUNTED_MAX ? counted : Math.max(counted, number(row, "estimated")),
        lagMs: numberOrNull(row, "lag"),
      };
    },
  };
}
