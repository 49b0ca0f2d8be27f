/** Events per lane, turn by turn. */
import { deepStrictEqual } from "node:assert/strict";
import { createPace } from "./pace.ts";

Deno.test("createPace() takes more of a lane that is alone, up to the limit, and starts over when it is not", () => {
  const pace = createPace({ eventsPerLane: 20, eventsPerLaneAlone: 100 });
  const turns = [
    { lanes: 5, isMore: true },
    { lanes: 1, isMore: true },
    { lanes: 1, isMore: true },
    { lanes: 1, isMore: true },
    { lanes: 2, isMore: true },
    { lanes: 1, isMore: true },
    { lanes: 1, isMore: false },
  ];
  const taken = turns.map((turn) => {
    pace.turned(turn);
    return pace.eventsPerLane();
  });
  deepStrictEqual(taken, [20, 40, 80, 100, 20, 40, 20]);
});
