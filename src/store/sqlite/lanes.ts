/** Looking at lanes in SQLite. */
import { assert } from "../../assert.ts";
import { number, numberOrNull } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { laneCountsFrom, laneFrom, STANDING_CONDITIONS } from "../lane_rows.ts";
import { LANE_WAITING_MAX } from "../limits.ts";
import type { LaneStore } from "../store.ts";
import type { SqliteDatabase } from "./connect.ts";
import { pageFrom } from "./paging.ts";

/** Lanes with the machine of their entity and what waits in them. */
const LANES = "(select l.*, e.machine_name, (select count(*) from (select 1 from inbox i " +
  `where i.entity_id = l.entity_id limit ${LANE_WAITING_MAX})) as waiting ` +
  "from lane l left join entity e using (entity_id))";
const LAG = "(select max(0, ?1 - min(ready_at)) from lane where ready_at <= ?1) as lag";

export function createSqliteLanes(database: SqliteDatabase): LaneStore {
  return {
    get: (entityId) =>
      database.read((session) => {
        const row = session.get(`select * from ${LANES} where entity_id = ?`, entityId);
        return row === null ? null : laneFrom(row);
      }),
    list: (query) =>
      database.read((session) => {
        const isReady = query.standing === "ready";
        const page = pageFrom(session, {
          from: LANES,
          filters: [
            [STANDING_CONDITIONS[query.standing]],
            ["ready_at <= ?", isReady ? database.nowMs() : undefined],
            ["machine_name = ?", query.machineName],
          ],
          scope: cursorScope("lanes", query),
          order: [
            { column: isReady ? "ready_at" : "parked_at", isDescending: false },
            { column: "entity_id", isDescending: false },
          ],
          query,
          isCounted: false,
        });
        return { items: page.items.map(laneFrom), nextCursor: page.nextCursor };
      }),
    counts: (countMax) =>
      database.read((session) => {
        const counted = (condition: string) =>
          `(select count(*) from (select 1 from lane where ${condition} limit ?2))`;
        const row = session.get(
          `select ${counted(STANDING_CONDITIONS.parked)} as parked, ${
            counted(STANDING_CONDITIONS.blocked)
          } as blocked, ${counted("ready_at <= ?1")} as ready, ${LAG}`,
          database.nowMs(),
          countMax,
        );
        assert(row !== null, "a count answers one row");
        return laneCountsFrom(row);
      }),
    load: (countMax) =>
      database.read((session) => {
        const row = session.get(
          `select (select count(*) from (select 1 from inbox limit ?2)) as waiting, ${LAG}`,
          database.nowMs(),
          countMax,
        );
        assert(row !== null, "a count answers one row");
        return { waiting: number(row, "waiting"), lagMs: numberOrNull(row, "lag") };
      }),
  };
}
