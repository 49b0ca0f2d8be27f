/** A clock that stands still until a test moves it. */
import { setImmediate } from "node:timers";
import type { Clock } from "../../src/clock.ts";

export interface VirtualClock extends Clock {
  /** Moves time; sleepers that are due wake in the order of their times, and get a chance to run before the next. */
  advance(durationMs: number): Promise<void>;
  sleeperCount(): number;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function createVirtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();

  return {
    nowMs: () => nowMs,
    sleeperCount: () => sleepers.size,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { atMs: nowMs + durationMs, wake };
        function wake(): void {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        }
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      }),
    async advance(durationMs) {
      const untilMs = nowMs + durationMs;
      while (true) {
        const next = earliest(sleepers);
        if (next === null || next.atMs > untilMs) break;
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
        await settled();
      }
      nowMs = untilMs;
      await settled();
    },
  };
}

/** Of several at one time, who went to sleep first. */
function earliest(sleepers: Iterable<Sleeper>): Sleeper | null {
  let first: Sleeper | null = null;
  for (const one of sleepers) if (first === null || one.atMs < first.atMs) first = one;
  return first;
}

/** Lets everything that can run without time passing run. */
export async function settled(): Promise<void> {
  for (let round = 0; round < SETTLE_ROUNDS; round++) {
    await new Promise<void>((resolve) => setImmediate(() => resolve()));
  }
}

/** A chain of promises that also passes through the queue of immediates needs more than one. */
const SETTLE_ROUNDS = 6;
