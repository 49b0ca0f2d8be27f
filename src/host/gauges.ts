/** Keeps the gauges that only the store knows: what waits, for how long, and what nobody has decided yet. */
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

const REFRESH_MS = 5_000;

/** Refreshes until the signal; a store that does not answer leaves the last values. */
export async function runGauges(deps: {
  readonly store: Store;
  readonly runtime: Pick<Runtime, "machines">;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { store, runtime, metrics, clock, log, signal } = deps;
  while (!signal.aborted) {
    try {
      const [inbox, outbox] = await Promise.all([store.inbox.counts(), store.outbox.counts()]);
      metrics.set("pystator_worker_pending_depth", { queue: "trigger" }, inbox.pending);
      metrics.set("pystator_worker_pending_depth", { queue: "outbox" }, outbox.pending);
      metrics.set("pystator_worker_in_flight", { queue: "outbox" }, outbox.leased);
      metrics.set("stator_queue_scheduled_depth", { queue: "trigger" }, inbox.scheduled);
      metrics.set("stator_queue_oldest_seconds", { queue: "trigger" }, (inbox.oldestPendingMs ?? 0) / 1_000);
      metrics.set("stator_dead_letters", {}, inbox.deadLetters);
      metrics.set("stator_invalid_machines", {}, runtime.machines.problems().length);
    } catch (error) {
      log.debug("Cannot refresh the gauges", { error: messageOf(error) });
    }
    await clock.sleep(REFRESH_MS, signal);
  }
}
