/** Counts what the runtime does; every event and turn is counted here and nowhere else. */
import type { FoldedItem } from "../orchestrator/lane_fold.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { RuntimeObserver } from "./observer.ts";

export function createMetricsObserver(metrics: Metrics): RuntimeObserver {
  return {
    onItem: (item) => countItem(item, metrics),
    onTurn(report) {
      const source = { source: report.isAwaited ? "submit" : "worker" };
      metrics.observe("stator_turn_seconds", source, report.durationMs / 1_000);
      metrics.set("stator_turn_lanes", source, report.lanes);
    },
    onFenced: () =>
      metrics.count("pystator_worker_concurrent_transition_retried_total", { queue: "trigger" }),
  };
}

function countItem(item: FoldedItem, metrics: Metrics): void {
  const { event, timer, decision, isAwaited } = item;
  const queue = queueOf(item);
  const { history } = decision;
  const machine = history?.machineName ?? event.machineName ?? "";
  if (!isAwaited) metrics.count("pystator_worker_events_claimed_total", { queue });
  if (decision.type === "retry") {
    metrics.count("pystator_worker_events_failed_total", { queue, reason: "exception" });
    return;
  }
  if (decision.deadLetter !== null) {
    const { reason } = decision.deadLetter;
    metrics.count("pystator_worker_events_failed_total", { queue, reason });
    metrics.count("pystator_worker_events_dlq_total", { queue, reason });
  } else if (!isAwaited) metrics.count("pystator_worker_events_completed_total", { queue });
  if (history === null) return;

  metrics.count("stator_transitions_total", { machine, trigger: history.trigger, result: history.outcome });
  metrics.observe("pystator_worker_event_processing_seconds", { queue, machine }, history.durationMs / 1_000);
  const waitedS = Math.max(0, history.createdAtMs - history.acceptedAtMs) / 1_000;
  if (timer === null) metrics.observe("stator_transition_seconds", { machine }, waitedS);
  else metrics.observe("stator_timer_lag_seconds", { machine }, waitedS);
}

function queueOf(item: FoldedItem): string {
  if (item.timer !== null) return "timer";
  return item.event.command.type === "data" ? "apply_data" : "trigger";
}
