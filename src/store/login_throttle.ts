/** How long a login waits after failures: free up to a limit in a minute, then twice as long each time. */

/** Failures of one key. */
export interface LoginFailures {
  readonly count: number;
  readonly lastAtMs: number;
}

const WINDOW_MS = 60_000;
const BLOCK_MS_MAX = 3_600_000;
const DOUBLINGS_MAX = 10;
/** Failures older than this are forgotten; longer than any block. */
export const FAILURES_KEPT_MS = 2 * BLOCK_MS_MAX;

/** Adds one failure. A quiet minute after the last block starts over. */
export function addFailure(failures: LoginFailures | null, nowMs: number): LoginFailures {
  const isOver = failures === null || nowMs - failures.lastAtMs > quietMs(failures.count);
  return { count: isOver ? 1 : failures.count + 1, lastAtMs: nowMs };
}

/** When the next try is allowed; null = now. */
export function blockedUntilMs(failures: LoginFailures, failuresMax: number, nowMs: number): number | null {
  if (failures.count < failuresMax) return null;
  const doublings = Math.min(failures.count - failuresMax, DOUBLINGS_MAX);
  const untilMs = failures.lastAtMs + Math.min(WINDOW_MS * 2 ** doublings, BLOCK_MS_MAX);
  return untilMs > nowMs ? untilMs : null;
}

/** One attempt that counts ahead of its outcome; while the key is held nothing is added. */
export function takeAttempt(
  failures: LoginFailures | null,
  failuresMax: number,
  nowMs: number,
): { readonly failures: LoginFailures; readonly heldUntilMs: number | null } {
  const heldUntilMs = failures === null ? null : blockedUntilMs(failures, failuresMax, nowMs);
  if (failures !== null && heldUntilMs !== null) return { failures, heldUntilMs };
  return { failures: addFailure(failures, nowMs), heldUntilMs: null };
}

function quietMs(count: number): number {
  return Math.min(WINDOW_MS * Math.max(1, count), FAILURES_KEPT_MS);
}
