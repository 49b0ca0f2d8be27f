/** A place to wait for work: until somebody wakes the sleeper, or a time is over. */
import type { Clock } from "../clock.ts";

export interface Wake {
  /** Ends at `wakeOne`, `wakeAll`, abort, or after `durationMs`. A wake that nobody heard ends the next wait at once. */
  wait(durationMs: number): Promise<void>;
  wakeOne(): void;
  wakeAll(): void;
}

export function createWake(options: { readonly clock: Clock; readonly signal: AbortSignal }): Wake {
  const { clock, signal } = options;
  const sleepers = new Set<AbortController>();
  let isMissed = false;
  signal.addEventListener("abort", wakeAll, { once: true });

  return {
    async wait(durationMs) {
      if (signal.aborted) return;
      if (isMissed) {
        isMissed = false;
        return;
      }
      const sleeper = new AbortController();
      sleepers.add(sleeper);
      await clock.sleep(durationMs, sleeper.signal);
      sleepers.delete(sleeper);
    },
    wakeOne() {
      const [sleeper] = sleepers;
      if (sleeper === undefined) isMissed = true;
      else {
        sleepers.delete(sleeper);
        sleeper.abort();
      }
    },
    wakeAll,
  };

  function wakeAll(): void {
    if (sleepers.size === 0) isMissed = true;
    for (const sleeper of sleepers) sleeper.abort();
    sleepers.clear();
  }
}
