/** Which occurrences of a schedule are to be sent now: the one that is due, and what of those that were missed. */
import type { ScheduleSpec } from "../engine/schedule_spec.ts";

/** When a schedule is due; see `definition/cron.ts`. */
export interface Calendar {
  nextAfter(afterMs: number): number | null;
  latestUntil(untilMs: number, afterMs: number): number | null;
}

export interface OccurrencePlan {
  /** Due times to send for, oldest first; none is later than now. */
  readonly send: readonly number[];
  /** Whether some were left out. */
  readonly isSkipping: boolean;
  /** When the schedule is due next; may have come already. Null = never again. */
  readonly nextDueAtMs: number | null;
  readonly lateInARow: number;
}

/** An occurrence that is this late was not missed: somebody was busy, or a worker took over from another. */
export const LATE_MS = 10_000;
/** Occurrences of one catch-up with `all`; of what was missed beyond them only the most recent is sent. */
export const CATCH_UP_MAX = 1_000;
/** Occurrences that are sent together. */
export const OCCURRENCES_AT_ONCE = 100;

/** `dueAtMs` ≤ `nowMs`: an occurrence is due. Its successors are found by the calendar. */
export function planOccurrences(
  schedule: Pick<ScheduleSpec, "catchUp"> & { readonly lateInARow: number },
  { dueAtMs, nowMs, calendar }: {
    readonly dueAtMs: number;
    readonly nowMs: number;
    readonly calendar: Calendar;
  },
): OccurrencePlan {
  const latestMs = calendar.latestUntil(nowMs, dueAtMs) ?? dueAtMs;
  const upToDate = { nextDueAtMs: calendar.nextAfter(Math.max(latestMs, dueAtMs)), lateInARow: 0 };
  if (latestMs === dueAtMs && nowMs - dueAtMs <= LATE_MS) {
    return { send: [dueAtMs], isSkipping: false, ...upToDate };
  }
  switch (schedule.catchUp) {
    case "skip":
      return nowMs - latestMs <= LATE_MS
        ? { send: [latestMs], isSkipping: true, ...upToDate }
        : { send: [], isSkipping: true, ...upToDate };
    case "last":
      return { send: [latestMs], isSkipping: latestMs !== dueAtMs, ...upToDate };
    case "all":
      return catchUp(schedule.lateInARow, { dueAtMs, latestMs, calendar, upToDate });
  }
}

function catchUp(
  lateInARow: number,
  { dueAtMs, latestMs, calendar, upToDate }: {
    readonly dueAtMs: number;
    readonly latestMs: number;
    readonly calendar: Calendar;
    readonly upToDate: Pick<OccurrencePlan, "nextDueAtMs" | "lateInARow">;
  },
): OccurrencePlan {
  if (lateInARow >= CATCH_UP_MAX) return { send: [latestMs], isSkipping: latestMs !== dueAtMs, ...upToDate };
  const countMax = Math.min(OCCURRENCES_AT_ONCE, CATCH_UP_MAX - lateInARow);
  const send = [dueAtMs];
  let next = calendar.nextAfter(dueAtMs);
  while (next !== null && next <= latestMs && send.length < countMax) {
    send.push(next);
    next = calendar.nextAfter(next);
  }
  const isCaughtUp = next === null || next > latestMs;
  return {
    send,
    isSkipping: false,
    nextDueAtMs: next,
    lateInARow: isCaughtUp ? 0 : lateInARow + send.length,
  };
}
