/** The named bounds of the runtime. */

export interface RuntimeLimits {
  /** Lanes claimed by one turn. */
  readonly lanesPerTurn: number;
  /** The same while every lane has one or two events only. */
  readonly lanesPerTurnSparse: number;
  /** Events loaded for one lane in one turn. */
  readonly eventsPerLane: number;
  /** The same for a lane that is ready alone and has more. */
  readonly eventsPerLaneAlone: number;
  /** Submitted events folded in one turn. */
  readonly submitBatchMax: number;
  /** Turns of submitted events at one time. */
  readonly submitConcurrency: number;
  /** The same while they are quick and not full: one is computed here while the database has the other. */
  readonly submitQuickMax: number;
  /** Submitted or appended events that wait in this process; more are turned away. */
  readonly queueMax: number;
  /** An answer later than this is a timeout; the event may still be decided. */
  readonly submitDeadlineMs: number;
  /** Events appended by one statement. */
  readonly appendBatchMax: number;
  readonly appendConcurrency: number;
  /** Repetitions of a turn whose entities changed underneath. */
  readonly fencedMax: number;
  /** Rounds in which a submitted event waits for what is queued before it. */
  readonly roundsMax: number;
  readonly machinesCachedMax: number;
  /** Age after which the catalog asks whether machines changed. */
  readonly catalogCheckMs: number;
}

export const DEFAULT_LIMITS: RuntimeLimits = {
  lanesPerTurn: 50,
  lanesPerTurnSparse: 400,
  eventsPerLane: 20,
  eventsPerLaneAlone: 320,
  submitBatchMax: 128,
  submitConcurrency: 4,
  submitQuickMax: 2,
  queueMax: 10_000,
  submitDeadlineMs: 10_000,
  appendBatchMax: 1_000,
  appendConcurrency: 2,
  fencedMax: 5,
  roundsMax: 50,
  machinesCachedMax: 500,
  catalogCheckMs: 1_000,
};
