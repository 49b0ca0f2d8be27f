/** Lanes and events per lane, turn by turn. */
import { deepStrictEqual } from "node:assert/strict";
import { createPace } from "./pace.ts";

const LIMITS = { lanesPerTurn: 50, lanesPerTurnSparse: 300, eventsPerLane: 20, eventsPerLaneAlone: 100 };

function check(
  turns: readonly { readonly lanes: number; readonly items: number; readonly isMore: boolean }[],
): readonly (readonly [number, number])[] {
  const pace = createPace(LIMITS);
  return turns.map((turn) => {
    pace.turned(turn);
    return [pace.lanes(), pace.eventsPerLane()];
  });
}

Deno.test("createPace() takes more of a lane that is alone, up to the limit, and starts over when it is not", () => {
  deepStrictEqual(
    check([
      { lanes: 5, items: 90, isMore: true },
      { lanes: 1, items: 20, isMore: true },
      { lanes: 1, items: 40, isMore: true },
      { lanes: 1, items: 80, isMore: true },
      { lanes: 2, items: 40, isMore: true },
      { lanes: 1, items: 20, isMore: true },
      { lanes: 1, items: 2, isMore: false },
    ]),
    [[50, 20], [50, 40], [50, 80], [50, 100], [50, 20], [50, 40], [50, 20]],
  );
});

Deno.test("createPace() takes more lanes while all have next to nothing, never more events than before", () => {
  deepStrictEqual(
    check([
      { lanes: 50, items: 50, isMore: false },
      { lanes: 100, items: 200, isMore: false },
      { lanes: 200, items: 200, isMore: false },
      { lanes: 300, items: 300, isMore: false },
      { lanes: 300, items: 650, isMore: false },
      { lanes: 50, items: 50, isMore: false },
      { lanes: 60, items: 60, isMore: false },
      { lanes: 50, items: 50, isMore: true },
    ]),
    [[100, 10], [200, 5], [300, 3], [300, 3], [50, 20], [100, 10], [50, 20], [50, 20]],
  );
});
