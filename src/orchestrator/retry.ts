/** When to try again: exponential, capped, with full jitter, and never before the other side asked for. */
import { assert } from "../assert.ts";

export interface RetryPolicy {
  readonly baseMs: number;
  readonly capMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { baseMs: 1_000, capMs: 300_000 };

/** A wish of the other side to wait (`Retry-After`) is followed up to one day. */
const ASKED_WAIT_MS_MAX = 86_400_000;

/**
 * Milliseconds to wait after `attemptsFailed` failures: a random part of `min(cap, base · 2^n)`, n = failures so far.
 *
 * `random` is in [0, 1). `askedMs` is the least wait the other side asked for, null when it did not.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  options: { readonly attemptsFailed: number; readonly random: number; readonly askedMs?: number | null },
): number {
  const { attemptsFailed, random, askedMs = null } = options;
  assert(attemptsFailed >= 1, "a retry follows a failure");
  assert(random >= 0 && random < 1, "random lies in [0, 1)");

  const ceilingMs = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attemptsFailed, 50));
  const jitteredMs = Math.floor(ceilingMs * random);
  return Math.max(jitteredMs, Math.min(askedMs ?? 0, ASKED_WAIT_MS_MAX));
}
