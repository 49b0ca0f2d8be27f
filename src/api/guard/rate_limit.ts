/** How many requests a caller may send in a minute, and the headers that tell how many are left. */
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";

/** One limit and what is left of it. */
export interface Quota {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Until there is more. */
  readonly resetSeconds: number;
  /** Nothing was left for this one. */
  readonly isOver?: boolean;
}

export interface RateLimit {
  /** Counts one request of whoever is called `key`; null = there is no limit. */
  take(key: string): Quota | null;
}

const WINDOW_MS = 60_000;
const KEYS_MAX = 10_000;

/** Counts in this process, in windows of a minute. `perMinute` 0 = no limit. */
export function createRateLimit(perMinute: number, clock: Pick<Clock, "nowMs">): RateLimit {
  const windows = new Map<string, { readonly startMs: number; count: number }>();
  return {
    take(key) {
      if (perMinute === 0) return null;
      const nowMs = clock.nowMs();
      let window = windows.get(key);
      if (window === undefined || nowMs - window.startMs >= WINDOW_MS || nowMs < window.startMs) {
        windows.delete(key);
        const oldest = windows.size >= KEYS_MAX ? windows.keys().next() : null;
        if (oldest?.done === false) windows.delete(oldest.value);
        window = { startMs: nowMs, count: 0 };
        windows.set(key, window);
      }
      window.count += 1;
      return {
        name: "requests",
        limit: perMinute,
        windowSeconds: WINDOW_MS / 1000,
        remaining: Math.max(0, perMinute - window.count),
        resetSeconds: Math.ceil((window.startMs + WINDOW_MS - nowMs) / 1000),
        isOver: window.count > perMinute,
      };
    },
  };
}

/** Throws `too_many_requests` when nothing was left for this request. */
export function refuseOver(quota: Quota): void {
  if (quota.isOver !== true) return;
  throw new AppError("too_many_requests", "Cannot answer: too many requests in this minute", {
    details: { retry_after_seconds: quota.resetSeconds },
  });
}

/** `RateLimit-Policy` says what holds, `RateLimit` what is left of it. */
export function rateLimitHeaders(quota: Quota | null): Readonly<Record<string, string>> {
  if (quota === null) return {};
  return {
    "ratelimit-policy": `"${quota.name}";q=${quota.limit};w=${quota.windowSeconds}`,
    "ratelimit": `"${quota.name}";r=${quota.remaining};t=${quota.resetSeconds}`,
  };
}
