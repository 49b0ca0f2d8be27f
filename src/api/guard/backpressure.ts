/** Turns submissions away while more waits than the operator allows, so that what was accepted is done in time. */
import { AppError } from "../../errors.ts";
import type { Clock } from "../../clock.ts";
import type { LaneStore } from "../../store/store.ts";

export interface BackpressureLimits {
  /** Events that wait in all lanes; 0 = no limit. */
  readonly inboxMax: number;
  /** How long the oldest lane that is ready may wait; 0 = no limit. */
  readonly lagMaxMs: number;
}

export interface Backpressure {
  /** Takes a new sample when the last one is old. Null = there is nothing to wait for. */
  refreshed(): Promise<void> | null;
  /** Throws `too_many_requests` with the limit that is passed. */
  refuse(): void;
}

/** A sample is as old as this before the next one is taken, by the request that finds it so. */
const SAMPLE_MS = 1_000;
/** A sample older than this says nothing: the next one is waited for. */
const STALE_MS = 5_000;
const RETRY_MAX_S = 60;
/** Said while nothing tells how fast the backlog shrinks. */
const RETRY_UNKNOWN_S = 30;

interface Sample {
  readonly atMs: number;
  readonly waiting: number;
  readonly lagMs: number;
  /** Events that the backlog lost in a second, over the last two samples. */
  readonly drainPerS: number;
}

/** Operations that add work; what reads, and what operators do, is never turned away. */
export const SUBMISSIONS: ReadonlySet<string> = new Set([
  "POST /api/v1/entities/{entity_id}/events",
  "POST /api/v1/entities/{entity_id}/create",
  "POST /api/v1/entities/{entity_id}/queue-event",
  "POST /api/v1/entities/{entity_id}/apply-data",
  "POST /api/v1/entities/bulk/create",
  "POST /api/v1/entities/bulk/events",
  "POST /api/v1/events/batch",
]);

/** Nobody counts while a request waits: one sample a second, in the background, serves them all. */
export function createBackpressure(deps: {
  readonly lanes: Pick<LaneStore, "load">;
  readonly clock: Clock;
  readonly limits: BackpressureLimits;
}): Backpressure {
  const { lanes, clock, limits } = deps;
  const isOff = limits.inboxMax === 0 && limits.lagMaxMs === 0;
  let last: Sample | null = null;
  let sampling: Promise<void> | null = null;

  return {
    refreshed() {
      if (isOff) return null;
      const ageMs = last === null ? Infinity : Math.abs(clock.nowMs() - last.atMs);
      if (ageMs >= SAMPLE_MS) sampling ??= sample().finally(() => sampling = null);
      return ageMs >= STALE_MS ? sampling : null;
    },
    refuse() {
      if (last === null) return;
      if (limits.inboxMax > 0 && last.waiting >= limits.inboxMax) throw inboxFull(last, limits.inboxMax);
      if (limits.lagMaxMs > 0 && last.lagMs >= limits.lagMaxMs) throw tooLate(last, limits.lagMaxMs);
    },
  };

  async function sample(): Promise<void> {
    try {
      const { waiting, lagMs } = await lanes.load(Math.max(1, limits.inboxMax));
      const atMs = clock.nowMs();
      const elapsedS = last === null ? 0 : (atMs - last.atMs) / 1_000;
      const drained = last === null ? 0 : last.waiting - waiting;
      last = { atMs, waiting, lagMs: lagMs ?? 0, drainPerS: elapsedS > 0 ? drained / elapsedS : 0 };
    } catch {
      // The submission itself will tell that the store is away.
      last = null;
    }
  }
}

function inboxFull({ waiting, drainPerS }: Sample, max: number): AppError {
  const over = waiting - max + 1;
  return new AppError("too_many_requests", `Cannot accept more: ${waiting} events wait already`, {
    details: {
      limit: "inbox",
      setting: "PYSTATOR_INBOX_MAX",
      waiting,
      max,
      retry_after_seconds: drainPerS > 0 ? seconds(over / drainPerS) : RETRY_UNKNOWN_S,
    },
  });
}

function tooLate({ lagMs }: Sample, maxMs: number): AppError {
  const lagS = Math.floor(lagMs / 1_000);
  return new AppError(
    "too_many_requests",
    `Cannot accept more: the oldest event waits for ${lagS} s already`,
    {
      details: {
        limit: "lag",
        setting: "PYSTATOR_LAG_MAX_SECONDS",
        lag_seconds: lagS,
        max: Math.floor(maxMs / 1_000),
        retry_after_seconds: seconds((lagMs - maxMs) / 1_000 + 1),
      },
    },
  );
}

function seconds(value: number): number {
  return Math.max(1, Math.min(RETRY_MAX_S, Math.ceil(value)));
}
