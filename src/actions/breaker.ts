/** Leaves an endpoint alone for a while after it failed several times in a row. */
import type { Clock } from "../clock.ts";

export interface Breaker {
  /** How long calls to this endpoint must still wait; 0 = go ahead. */
  waitMs(endpoint: string): number;
  succeeded(endpoint: string): void;
  failed(endpoint: string): void;
}

const FAILURES_MAX = 5;
const REST_MS = 30_000;
const ENDPOINTS_MAX = 1_000;

/** After the rest one call is let through; its failure begins the next rest. */
export function createBreaker(clock: Pick<Clock, "nowMs">): Breaker {
  const endpoints = new Map<string, { failures: number; restsUntilMs: number }>();
  return {
    waitMs(endpoint) {
      const known = endpoints.get(endpoint);
      if (known === undefined || known.failures < FAILURES_MAX) return 0;
      const waitMs = Math.max(0, known.restsUntilMs - clock.nowMs());
      if (waitMs === 0) known.restsUntilMs = clock.nowMs() + REST_MS;
      return waitMs;
    },
    succeeded: (endpoint) => void endpoints.delete(endpoint),
    failed(endpoint) {
      const known = endpoints.get(endpoint) ?? { failures: 0, restsUntilMs: 0 };
      known.failures += 1;
      known.restsUntilMs = clock.nowMs() + REST_MS;
      endpoints.delete(endpoint);
      endpoints.set(endpoint, known);
      for (const oldest of endpoints.keys()) {
        if (endpoints.size <= ENDPOINTS_MAX) break;
        endpoints.delete(oldest);
      }
    },
  };
}
