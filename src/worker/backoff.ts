/** Patience with a store that cannot be reached: it costs no event an attempt, and the log a few lines only. */
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../telemetry/log.ts";

const FIRST_MS = 100;
const CAP_MS = 5_000;
/** After the first failure only every n-th is logged. */
const LOG_EVERY = 12;

export interface Backoff {
  /** Logs what went wrong and waits; longer each time in a row, at most 5 s. */
  failed(error: unknown): Promise<void>;
  succeeded(): void;
}

export function createBackoff(deps: {
  readonly what: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly onFailure?: () => void;
}): Backoff {
  let failures = 0;
  return {
    async failed(error) {
      failures += 1;
      deps.onFailure?.();
      if (failures === 1 || failures % LOG_EVERY === 0) {
        deps.log.error("Cannot go on for now", { loop: deps.what, failures, error: messageOf(error) });
      }
      const capMs = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(failures, 10));
      await deps.clock.sleep(capMs / 2 + deps.random() * capMs / 2, deps.signal);
    },
    succeeded() {
      if (failures > 0) deps.log.info("Goes on again", { loop: deps.what, failures });
      failures = 0;
    },
  };
}
