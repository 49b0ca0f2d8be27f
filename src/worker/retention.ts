/** Deletes what is older than its window: one worker at a time, in batches, never what still waits. */
import type { Clock } from "../clock.ts";
import type { OperationsStore, RetentionWindows } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import { createBackoff } from "./backoff.ts";

export interface RetentionDeps {
  readonly operations: OperationsStore;
  readonly windows: RetentionWindows;
  readonly sweepIntervalMs: number;
  readonly workerId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onDeleted: (table: string, count: number) => void;
}

/** Batches of one sweep; what is left goes next time. */
const BATCHES_MAX = 1_000;
const ELECTION_KIND = "worker_lease";
const ELECTION_ID = "retention";

/** Sweeps at once and then every interval, until the signal. */
export async function runRetention(deps: RetentionDeps): Promise<void> {
  const backoff = createBackoff({ ...deps, what: "retention" });
  while (!deps.signal.aborted) {
    try {
      if (await isElected(deps)) await sweep(deps);
      backoff.succeeded();
      await deps.clock.sleep(deps.sweepIntervalMs, deps.signal);
    } catch (error) {
      await backoff.failed(error);
    }
  }
}

/** The first to write the lease sweeps; the others find it taken until it expires. */
async function isElected(deps: RetentionDeps): Promise<boolean> {
  const expiresAtMs = deps.clock.nowMs() + Math.floor(deps.sweepIntervalMs * 0.9);
  const version = await deps.operations.documents.put(ELECTION_KIND, ELECTION_ID, {
    worker_id: deps.workerId,
  }, {
    expectedVersion: 0,
    expiresAtMs,
  });
  return version !== null;
}

async function sweep(deps: RetentionDeps): Promise<void> {
  const totals = new Map<string, number>();
  for (let batch = 0; batch < BATCHES_MAX && !deps.signal.aborted; batch++) {
    const deleted = Object.entries(await deps.operations.prune(deps.windows)).filter(([, count]) =>
      count > 0
    );
    for (const [table, count] of deleted) {
      totals.set(table, (totals.get(table) ?? 0) + count);
      deps.onDeleted(table, count);
    }
    if (deleted.every(([, count]) => count < deps.windows.batchSize)) break;
  }
  if (totals.size > 0) {
    deps.log.info("Deleted what is older than its window", { deleted: Object.fromEntries(totals) });
  }
}
