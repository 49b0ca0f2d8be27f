/** The worker process: decides what is queued, fires timers, delivers actions, drains when it is told to end. */
import { AppError } from "../errors.ts";
import { type Core, createCore, modulesOf } from "./core.ts";
import { startWorker, type Worker } from "../worker/worker.ts";
import { runBackground } from "./background.ts";
import type { ProcessDeps } from "./process.ts";
import { aborted } from "./stop_signal.ts";

/** Runs until `signal` or until the worker cannot go on. A database that is not there yet is waited for. */
export async function runWorker(deps: ProcessDeps, signal: AbortSignal): Promise<void> {
  const { config, log } = deps;
  const database = config.worker.database ?? config.database;
  if (database.dialect === "memory" && !config.worker.isMemoryAllowed) {
    throw new AppError(
      "bad_configuration",
      "Cannot start: PYSTATOR_DATABASE_URL names a store in memory, which no other process can reach",
    );
  }
  if (config.isProduction && !database.isNamed) {
    throw new AppError("bad_configuration", "Cannot start: PYSTATOR_DATABASE_URL must be set in production");
  }
  if (!database.isNamed) {
    log.info("No database is named, uses the file in the current folder", { file: database.path });
  }
  if (database.dialect === "sqlite") await deps.databases.upgrade(database);
  const store = await deps.databases.open(database);
  const ended = new AbortController();
  let background: Promise<void> = Promise.resolve();
  let started: Core | null = null;
  try {
    const { worker, core } = await startWorkerOn(deps, store);
    started = core;
    if (config.worker.machineSource === "yaml" && config.worker.machineDir !== null) {
      const { publishFolder } = await import("./publish_folder.ts");
      await publishFolder(config.worker.machineDir, { ...deps, core });
    }
    background = runBackground(deps, core, ended.signal);
    await Promise.race([aborted(signal), worker.done]);
    if (signal.aborted) log.info("Worker drains", { reason: signal.reason });
    await worker.stop();
    await worker.done;
  } finally {
    ended.abort();
    await background;
    started?.close();
    await store.close();
  }
}

/** Without retention nothing of any entity is deleted; what is kept for a time of its own still ends. */
const UPKEEP = {
  windows: {
    eventsCompletedDays: null,
    deadLettersDays: null,
    historyTerminalDays: null,
    historyActiveDays: null,
    batchSize: 10_000,
  },
  sweepIntervalMs: 6 * 3_600_000,
};

export async function startWorkerOn(
  deps: ProcessDeps,
  store: Core["store"],
): Promise<{ readonly worker: Worker; readonly core: Core }> {
  const { config: { worker: settings }, clock, metrics } = deps;
  const workerId = settings.id ?? `${deps.hostname}-${Deno.pid}-${deps.newId().slice(0, 8)}`;
  const core = createCore(deps, store, { workerId, modules: await modulesOf(deps, "guards_and_actions") });
  const worker = startWorker({
    store,
    runtime: core.runtime,
    actions: core.actions,
    clock,
    log: deps.log.child({ room: "worker" }),
    metrics: settings.areMetricsShown ? metrics : null,
    crashGuard: core.crashGuard,
    options: {
      workerId,
      version: deps.version,
      concurrency: settings.concurrency,
      pollIntervalMs: settings.pollMs,
      drainTimeoutMs: settings.drainMs,
      leaseMs: settings.leaseMs,
      heartbeatMs: settings.heartbeatMs,
      retry: { baseMs: settings.retryBaseMs, capMs: settings.retryMaxMs },
      health: settings.health === null
        ? null
        : { hostname: settings.health.host, port: settings.health.port },
      retention: settings.retention === null
        ? UPKEEP
        : { windows: settings.retention, sweepIntervalMs: settings.retention.sweepMs },
    },
  });
  return { worker, core };
}
