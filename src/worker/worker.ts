/** A worker process: waits for its schema, runs turns and deliveries, and leaves nothing in hand when it stops. */
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "../orchestrator/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { BEAT_MS, type CrashGuard } from "../runtime/crash_guard.ts";
import type { RetentionWindows, Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createBackoff } from "./backoff.ts";
import { type Actions, type DeliveryOutcome, runDispatcher } from "./dispatcher.ts";
import { type HealthServer, startHealthServer } from "./health.ts";
import { runTurnLoops } from "./loop.ts";
import { runPlannedWork } from "./planned_work.ts";
import { createPulse } from "./pulse.ts";
import { runRetention } from "./retention.ts";
import { waitForSchema } from "./schema_wait.ts";
import { createTargetGate } from "./target_gate.ts";
import { createWake, type Wake } from "./wake.ts";

export interface WorkerOptions {
  readonly workerId: string;
  /** Version of the program, for the list of workers. */
  readonly version: string;
  readonly concurrency: number;
  readonly pollIntervalMs: number;
  readonly drainTimeoutMs: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly retry?: RetryPolicy;
  readonly health: { readonly hostname: string; readonly port: number } | null;
  readonly retention: { readonly windows: RetentionWindows; readonly sweepIntervalMs: number } | null;
}

export interface WorkerDeps {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly actions: Actions;
  readonly clock: Clock;
  readonly log: Log;
  /** Null = metrics are off. */
  readonly metrics: Metrics | null;
  /** The one the runtime was given. */
  readonly crashGuard: CrashGuard | null;
  readonly random?: () => number;
  readonly options: WorkerOptions;
}

export interface Worker {
  /** Resolves when the worker has stopped; rejects when it cannot run at all (`schema_mismatch`). */
  readonly done: Promise<void>;
  /** Takes no new work, finishes what is in hand, gives the rest back. Repeated calls wait for the same end. */
  stop(): Promise<void>;
  /** Null when the health server is off. */
  readonly healthPort: number | null;
}

/** Grace for deliveries after they were told to end. */
const ABANDON_GRACE_MS = 2_000;

/** Starts at once; a health port that is taken throws `bad_configuration` before any work is claimed. */
export function startWorker(deps: WorkerDeps): Worker {
  const stopping = new AbortController();
  const abandoning = new AbortController();
  const pulse = createPulse(deps.clock);
  const health = deps.options.health === null ? null : startHealthServer({
    ...deps.options.health,
    isStarted: pulse.isStarted,
    problem: () => pulse.problem(deps.store),
    metrics: deps.metrics,
  });
  const done = run({ ...deps, stopping, abandoning, pulse }).finally(() => close(health));
  // Whoever waits sees the failure; nobody has to.
  done.catch(() => {});
  return {
    done,
    healthPort: health?.port ?? null,
    async stop() {
      stopping.abort();
      const isDrained = await endsWithin(done, deps.options.drainTimeoutMs, deps.clock);
      if (!isDrained) {
        deps.log.warning("Gives back what is not finished", {
          drain_timeout_ms: deps.options.drainTimeoutMs,
        });
        abandoning.abort();
        await endsWithin(done, ABANDON_GRACE_MS, deps.clock);
      }
    },
  };
}

interface RunDeps extends WorkerDeps {
  readonly stopping: AbortController;
  readonly abandoning: AbortController;
  readonly pulse: ReturnType<typeof createPulse>;
}

async function run(deps: RunDeps): Promise<void> {
  const { store, clock, log, options, pulse } = deps;
  const { signal } = deps.stopping;
  if (!(await waitForSchema({ store, clock, log, signal }))) return;
  const machines = await prepare(deps);
  const turnWake = createWake({ clock, signal });
  const actionWake = createWake({ clock, signal });
  const unsubscribe = store.onWake(() => {
    turnWake.wakeOne();
    actionWake.wakeOne();
  });
  pulse.start();
  log.info("Worker started", {
    worker: options.workerId,
    version: options.version,
    concurrency: options.concurrency,
    poll_interval_ms: options.pollIntervalMs,
    machine_count: machines.length,
    machines: machines.slice(0, MACHINES_SHOWN_MAX),
  });
  if (machines.length === 0) log.warning("No machine is stored yet: every event will end as a dead letter");
  const background = new AbortController();
  const beats = Promise.all([
    runBeats(deps, background.signal),
    runRetentionIfOn(deps),
    runPlannedWork({ ...deps, workerId: options.workerId, random: deps.random ?? Math.random, signal }),
  ]);
  try {
    await Promise.all([
      runTurnLoops({
        turn: async () => {
          const report = await deps.runtime.turn();
          if (report !== null && report.items > 0) actionWake.wakeOne();
          return report;
        },
        nextReadyAtMs: () => store.turns.nextReadyAtMs(),
        wake: turnWake,
        clock,
        log,
        random: deps.random ?? Math.random,
        signal,
        pollIntervalMs: options.pollIntervalMs,
        concurrency: options.concurrency,
        onRound: pulse.beat,
      }),
      runDispatcher(dispatcherDeps(deps, { turnWake, actionWake })),
    ]);
  } finally {
    unsubscribe();
    background.abort();
    await beats;
  }
  await leave(deps);
  log.info("Worker stopped", { worker: options.workerId });
}

function dispatcherDeps(
  deps: RunDeps,
  wakes: { readonly turnWake: Wake; readonly actionWake: Wake },
): Parameters<typeof runDispatcher>[0] {
  const { options, clock, log, metrics } = deps;
  return {
    outbox: deps.store.outbox,
    machines: deps.runtime.machines,
    actions: deps.actions,
    wake: wakes.actionWake,
    turnWake: wakes.turnWake,
    clock,
    log,
    random: deps.random ?? Math.random,
    retry: options.retry ?? DEFAULT_RETRY,
    gate: createTargetGate({ clock, random: deps.random ?? Math.random }),
    workerId: options.workerId,
    concurrency: options.concurrency,
    leaseMs: options.leaseMs,
    heartbeatMs: options.heartbeatMs,
    pollIntervalMs: options.pollIntervalMs,
    signal: deps.stopping.signal,
    abandonSignal: deps.abandoning.signal,
    onPostponed: ({ machineName: machine }) => metrics?.count("stator_outbox_postponed_total", { machine }),
    onTakeover: () => metrics?.count("pystator_worker_stale_released_total", { queue: "outbox" }),
    onDelivery(action, outcome, lagMs) {
      if (metrics === null) return;
      countDelivery(metrics, outcome);
      metrics.observe("pystator_worker_outbox_lag_seconds", { machine: action.machineName }, lagMs / 1_000);
    },
  };
}

function countDelivery(metrics: Metrics, outcome: DeliveryOutcome): void {
  if (outcome === "lost") metrics.count("pystator_worker_lease_lost_total", { queue: "outbox" });
  else metrics.count("pystator_worker_outbox_dispatched_total", { status: outcome });
  if (outcome === "dead") {
    metrics.count("pystator_worker_events_dlq_total", { queue: "outbox", reason: "action_failed" });
  }
}

/** Names that the start line shows. */
const MACHINES_SHOWN_MAX = 50;

/** What must be known before the first turn; answers with the stored machines, newest versions, as `name@version`. */
async function prepare(deps: RunDeps): Promise<readonly string[]> {
  const backoff = createBackoff({
    ...deps,
    what: "start",
    random: Math.random,
    signal: deps.stopping.signal,
  });
  while (!deps.stopping.signal.aborted) {
    try {
      await deps.crashGuard?.start();
      return (await deps.store.machines.list({})).map((record) => `${record.name}@${record.version}`);
    } catch (error) {
      await backoff.failed(error);
    }
  }
  return [];
}

/** Tells the others that this worker lives, and settles what dead ones left. */
async function runBeats(deps: RunDeps, signal: AbortSignal): Promise<void> {
  const { options, clock, store } = deps;
  const backoff = createBackoff({ ...deps, what: "heartbeat", random: Math.random, signal });
  const startedAtMs = clock.nowMs();
  while (!signal.aborted) {
    try {
      await store.operations.heartbeat({
        workerId: options.workerId,
        startedAtMs,
        seenAtMs: clock.nowMs(),
        info: { version: options.version, concurrency: options.concurrency, ...deps.pulse.counts() },
      });
      await deps.crashGuard?.beat();
      backoff.succeeded();
      await clock.sleep(BEAT_MS, signal);
    } catch (error) {
      await backoff.failed(error);
    }
  }
}

async function runRetentionIfOn(deps: RunDeps): Promise<void> {
  const { retention, workerId } = deps.options;
  if (retention === null) return;
  await runRetention({
    ...retention,
    operations: deps.store.operations,
    workerId,
    clock: deps.clock,
    log: deps.log,
    random: Math.random,
    signal: deps.stopping.signal,
    onDeleted: (table, count) =>
      deps.metrics?.count("pystator_worker_retention_deleted_total", { table, category: "expired" }, count),
  });
}

/** Signs off; a store that is gone by now learns it from the silence. */
async function leave(deps: RunDeps): Promise<void> {
  try {
    await deps.crashGuard?.stop();
    await deps.store.operations.deregister(deps.options.workerId);
  } catch (error) {
    deps.log.warning("Cannot sign off", { error: messageOf(error) });
  }
}

async function close(health: HealthServer | null): Promise<void> {
  await health?.close();
}

async function endsWithin(promise: Promise<void>, durationMs: number, clock: Clock): Promise<boolean> {
  const ended = new AbortController();
  const timeout = clock.sleep(durationMs, ended.signal).then(() => false);
  const isEnded = await Promise.race([promise.then(() => true, () => true), timeout]);
  ended.abort();
  return isEnded;
}
