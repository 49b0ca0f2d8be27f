/** How much a turn takes: few lanes with many events each, many lanes with few, or one lane that has it all. */

export interface Pace {
  lanes(): number;
  eventsPerLane(): number;
  /** Told after each turn that claimed something. `isMore`: a lane has more than was taken. */
  turned(turn: { readonly lanes: number; readonly items: number; readonly isMore: boolean }): void;
}

export interface PaceLimits {
  readonly lanesPerTurn: number;
  readonly lanesPerTurnSparse: number;
  readonly eventsPerLane: number;
  readonly eventsPerLaneAlone: number;
}

/**
 * Events per lane double while a turn finds a single lane that has more, and lanes double while turns are full of lanes
 * that have next to nothing; both start over as soon as it is otherwise. However many lanes there are, a turn takes no
 * more events than `lanesPerTurn` lanes of `eventsPerLane`, so that it stays short.
 */
export function createPace(limits: PaceLimits): Pace {
  const eventsMax = limits.lanesPerTurn * limits.eventsPerLane;
  let lanesNow = limits.lanesPerTurn;
  let eventsNow = limits.eventsPerLane;
  return {
    lanes: () => lanesNow,
    eventsPerLane: () => eventsNow,
    turned({ lanes, items, isMore }) {
      if (lanes === 1 && isMore) {
        lanesNow = limits.lanesPerTurn;
        eventsNow = Math.min(Math.max(eventsNow, limits.eventsPerLane) * 2, limits.eventsPerLaneAlone);
        return;
      }
      const isSparse = lanes >= lanesNow && !isMore && items <= lanes * SPARSE_ITEMS;
      lanesNow = isSparse ? Math.min(lanesNow * 2, limits.lanesPerTurnSparse) : limits.lanesPerTurn;
      eventsNow = Math.max(1, Math.min(limits.eventsPerLane, Math.floor(eventsMax / lanesNow)));
    },
  };
}

/** Lanes with so many events each, or fewer, are worth taking more of at once. */
const SPARSE_ITEMS = 2;
