/** What a worker does beside turns and deliveries: schedules that are due, and jobs that somebody ordered. */
import type { Clock } from "../clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { runJobs } from "./jobs.ts";
import { createMachineSchedules } from "./machine_schedules.ts";
import { runSchedules } from "./schedules.ts";

export interface PlannedWorkDeps {
  readonly store: Store;
  readonly runtime: Pick<Runtime, "machines">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics | null;
  readonly workerId: string;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Runs until the signal; jobs in hand are then given back. */
export async function runPlannedWork(deps: PlannedWorkDeps): Promise<void> {
  const { store, metrics } = deps;
  const { documents } = store.operations;
  const machineSchedules = createMachineSchedules({
    documents,
    machines: store.machines,
    ping: () => store.ping(),
    find: (name) => deps.runtime.machines.find(name, null),
    log: deps.log,
  });
  await Promise.all([
    runSchedules({
      ...deps,
      documents,
      machineSchedules,
      onSent(schedule, _dueAtMs, lateMs) {
        metrics?.count("stator_schedule_occurrences_total", { machine: schedule.machineName });
        metrics?.observe(
          "stator_schedule_lag_seconds",
          { machine: schedule.machineName },
          lateMs / 1_000,
        );
      },
    }),
    runJobs({
      ...deps,
      onItems(type, items) {
        for (const { outcome } of items) metrics?.count("stator_job_items_total", { type, outcome });
      },
    }),
  ]);
}
