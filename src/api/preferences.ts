/** `Prefer` (RFC 7240): whether a caller wants to wait for an outcome, and how long at most. */
import type { Context } from "hono";
import type { ApiEnv, RouteDeps } from "./env.ts";

/** Longer waits are cut; `Preference-Applied` says to what. */
export const WAIT_SECONDS_MAX = 30;
const POLL_FIRST_MS = 20;
const POLL_MAX_MS = 500;
/** Requests of one process that wait at the same time; more are answered at once. */
const WAITING_MAX = 500;

export interface Preferences {
  readonly isAsync: boolean;
  /** null = not asked for. */
  readonly waitSeconds: number | null;
}

/** What cannot be read is not a preference. */
export function preferencesOf(header: string | undefined): Preferences {
  const parts = (header ?? "").split(/[,;]/).map((part) => part.trim().toLowerCase());
  const wait = parts.map((part) => /^wait\s*=\s*"?([0-9]{1,9})"?$/.exec(part)?.[1]).find((text) =>
    text !== undefined
  );
  return {
    isAsync: parts.includes("respond-async"),
    waitSeconds: wait === undefined ? null : Math.min(Number(wait), WAIT_SECONDS_MAX),
  };
}

/** Says on the answer which preferences were followed. */
export function applyPreferences(c: Context<ApiEnv>, { isAsync, waitSeconds }: Preferences): void {
  const applied = [
    ...(isAsync ? ["respond-async"] : []),
    ...(waitSeconds === null ? [] : [`wait=${waitSeconds}`]),
  ];
  if (applied.length > 0) c.header("preference-applied", applied.join(", "));
}

let waitingCount = 0;

/**
 * Asks until there is an answer; null = none within the time, or the process ends, or the caller has gone. Asks at
 * least once, and no more than once where too many wait already.
 */
export async function awaited<Answer>(
  c: Context<ApiEnv>,
  { clock, closing }: Pick<RouteDeps, "clock" | "closing">,
  { waitSeconds, ask }: { readonly waitSeconds: number; readonly ask: () => Promise<Answer | null> },
): Promise<Answer | null> {
  const endMs = clock.nowMs() + waitSeconds * 1_000;
  const signal = AbortSignal.any([closing, c.req.raw.signal]);
  const isAlone = waitingCount >= WAITING_MAX;
  waitingCount += 1;
  try {
    for (let pauseMs = POLL_FIRST_MS;; pauseMs = Math.min(pauseMs * 2, POLL_MAX_MS)) {
      const answer = await ask();
      const leftMs = endMs - clock.nowMs();
      if (answer !== null || isAlone || signal.aborted || leftMs <= 0) return answer;
      await clock.sleep(Math.min(pauseMs, leftMs), signal);
    }
  } finally {
    waitingCount -= 1;
  }
}
