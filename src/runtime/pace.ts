/** How many events of one lane a turn takes: few while many lanes are ready, more when one lane has it all. */

export interface Pace {
  eventsPerLane(): number;
  /** Told after each turn that claimed something. */
  turned(turn: { readonly lanes: number; readonly isMore: boolean }): void;
}

/** Doubles while a turn finds a single lane that has more, and starts over as soon as others are ready too. */
export function createPace(
  limits: { readonly eventsPerLane: number; readonly eventsPerLaneAlone: number },
): Pace {
  let current = limits.eventsPerLane;
  return {
    eventsPerLane: () => current,
    turned({ lanes, isMore }) {
      const isAlone = lanes === 1 && isMore;
      current = isAlone ? Math.min(current * 2, limits.eventsPerLaneAlone) : limits.eventsPerLane;
    },
  };
}
