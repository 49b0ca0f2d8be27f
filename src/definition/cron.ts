/** Cron text with a time zone: whether it can be used, and when it is due. */
import { Cron } from "croner";
import { messageOf } from "../errors.ts";

export interface Calendar {
  /** The first occurrence later than this time, a whole second; null = never again. */
  nextAfter(afterMs: number): number | null;
  /** The last occurrence that is not later than `untilMs`, when there is one after `afterMs`. */
  latestUntil(untilMs: number, afterMs: number): number | null;
}

export const CRON_LENGTH_MAX = 100;
const TIME_ZONE_LENGTH_MAX = 64;
const NICKNAMES = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const SECOND_MS = 1_000;

/**
 * A calendar for five fields (six with seconds in front) or a nickname such as `@daily`, in an IANA time zone.
 *
 * Where clocks are set forward, a time that does not exist is due when the gap ends, unless another occurrence of the
 * same text comes first. Where they are set back, a fixed time that exists twice is due the first time only, while text
 * with `*` for the hour is due in both hours.
 *
 * Throws a `TypeError` for what `cronProblem` reports.
 */
export function calendarOf(cron: string, timeZone: string): Calendar {
  const problem = formProblem(cron, timeZone);
  if (problem !== null) throw new TypeError(problem);
  const job = new Cron(nicknamed(cron), { timezone: timeZone, paused: true });
  const nextAfter = (afterMs: number): number | null => {
    const next = job.nextRun(new Date(Math.floor(afterMs / SECOND_MS) * SECOND_MS));
    return next === null ? null : next.getTime();
  };
  return { nextAfter, latestUntil: (untilMs, afterMs) => latestOf(nextAfter, { untilMs, afterMs }) };
}

/** Why the text cannot be used, as a half sentence; null = it can. */
export function cronProblem(cron: string, timeZone: string, nowMs = 0): string | null {
  const problem = formProblem(cron, timeZone);
  if (problem !== null) return problem;
  try {
    return calendarOf(cron, timeZone).nextAfter(nowMs) === null ? "such a time never comes" : null;
  } catch (error) {
    return messageOf(error).replace(/^Cron(?:Pattern|Date): /, "");
  }
}

/** The next `count` occurrences. */
export function nextTimes(calendar: Calendar, afterMs: number, count: number): readonly number[] {
  const times: number[] = [];
  for (let atMs: number | null = afterMs; times.length < count;) {
    atMs = calendar.nextAfter(atMs);
    if (atMs === null) break;
    times.push(atMs);
  }
  return times;
}

function formProblem(cron: string, timeZone: string): string | null {
  if (cron.length > CRON_LENGTH_MAX) return `longer than ${CRON_LENGTH_MAX} characters`;
  if (timeZone.length > TIME_ZONE_LENGTH_MAX || !isTimeZone(timeZone)) {
    return `time zone "${timeZone}" is unknown`;
  }
  if (cron.startsWith("@")) {
    const isKnown = NICKNAMES.includes(cron.toLowerCase());
    return isKnown ? null : `"${cron}" is none of ${NICKNAMES.join(", ")}`;
  }
  const fields = cron.trim().split(/\s+/).length;
  return fields === 5 || fields === 6 ? null : "five fields expected, or six with seconds in front";
}

function nicknamed(cron: string): string {
  return cron.toLowerCase() === "@midnight" ? "@daily" : cron.trim();
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Halves the stretch of time until one occurrence is left: some thirty questions instead of one for each. */
function latestOf(
  nextAfter: Calendar["nextAfter"],
  { untilMs, afterMs }: { readonly untilMs: number; readonly afterMs: number },
): number | null {
  let latestMs = nextAfter(afterMs);
  if (latestMs === null || latestMs > untilMs) return null;
  let highMs = untilMs;
  while (highMs - latestMs >= SECOND_MS) {
    const middleMs = latestMs + Math.floor((highMs - latestMs) / 2);
    const next = nextAfter(middleMs);
    if (next === null || next > untilMs) highMs = middleMs;
    else latestMs = next;
  }
  return latestMs;
}
