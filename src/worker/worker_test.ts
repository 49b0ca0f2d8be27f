/** A whole worker on the memory store: work, deliveries, retries, drain, health, a store that goes away. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHarness, eventOf, type Harness } from "../../tests/runtime/harness.ts";
import { settled } from "../../tests/runtime/virtual_clock.ts";
import { AppError } from "../errors.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { Store } from "../store/store.ts";
import { silentLog } from "../telemetry/log.ts";
import { createMetrics, type Metrics } from "../telemetry/metrics.ts";
import { startWorker, type Worker, type WorkerOptions } from "./worker.ts";

type Run = (action: LeasedAction, signal: AbortSignal) => Promise<ActionResult>;

const DONE: ActionResult = { type: "done", output: { receipt: 7 } };

function workerOn(
  harness: Harness,
  parts: {
    readonly run?: Run;
    readonly options?: Partial<WorkerOptions>;
    readonly store?: Store;
    readonly metrics?: Metrics;
  } = {},
): Worker {
  return startWorker({
    store: parts.store ?? harness.store,
    runtime: harness.runtime,
    actions: { run: parts.run ?? (() => Promise.resolve(DONE)) },
    clock: harness.clock,
    log: silentLog,
    metrics: parts.metrics ?? null,
    crashGuard: null,
    random: () => 0.5,
    options: {
      workerId: "w-1",
      version: "0",
      concurrency: 3,
      pollIntervalMs: 500,
      drainTimeoutMs: 5_000,
      leaseMs: 30_000,
      heartbeatMs: 10_000,
      retry: { baseMs: 1_000, capMs: 10_000 },
      health: null,
      retention: null,
      ...parts.options,
    },
  });
}

/** Moves time in small steps until `isDone`, a minute at most. */
async function until(harness: Harness, isDone: () => Promise<boolean> | boolean, stepMs = 50): Promise<void> {
  for (let passedMs = 0; passedMs < 60_000; passedMs += stepMs) {
    if (await isDone()) return;
    await harness.clock.advance(stepMs);
  }
  throw new Error("it did not come to that within a minute");
}

async function stateOf(harness: Harness, entityId: string): Promise<string | undefined> {
  return (await harness.store.entities.get(entityId))?.currentState;
}

Deno.test("a worker decides what is queued and delivers what follows", async () => {
  const harness = await createHarness();
  const keys: string[] = [];
  const worker = workerOn(harness, {
    run: (action) => {
      keys.push(action.actionId);
      return Promise.resolve(DONE);
    },
  });
  for (let index = 0; index < 10; index++) await harness.runtime.append(eventOf(`o-${index}`, "pay"));
  await until(harness, async () => (await harness.history("o-9")).length === 3);
  await until(harness, () => keys.length === 10);
  strictEqual(new Set(keys).size, 10);
  await until(harness, async () => (await harness.store.entities.get("o-0"))?.context["receipts"] === 1);
  strictEqual((await harness.store.entities.get("o-0"))?.context["receipt"], 7);
  await worker.stop();
});

Deno.test("a failed delivery is tried again later, with the same key, and ends as a dead letter", async () => {
  const harness = await createHarness();
  const tries: { readonly key: string; readonly atMs: number }[] = [];
  const worker = workerOn(harness, {
    run: (action) => {
      tries.push({ key: action.actionId, atMs: harness.clock.nowMs() });
      return Promise.resolve({ type: "failed", error: "503", isFinal: false, retryAfterMs: 2_000 });
    },
  });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await until(harness, async () => (await harness.store.deadLetters.list({ limit: 1 })).total === 1);
  strictEqual(tries.length, 5);
  strictEqual(new Set(tries.map((one) => one.key)).size, 1);
  tries.slice(1).forEach((one, index) =>
    ok(one.atMs - (tries[index]?.atMs ?? 0) >= 2_000, "it waits as asked")
  );
  const letter = (await harness.store.deadLetters.list({ limit: 1 })).items[0];
  deepStrictEqual([letter?.stage, letter?.reason, letter?.attempt, letter?.payload["action_name"]], [
    "worker_dispatcher",
    "max_retries_exhausted",
    5,
    "send_receipt",
  ]);
  await worker.stop();
});

Deno.test("an action that throws counts as failed", async () => {
  const harness = await createHarness();
  let tries = 0;
  const worker = workerOn(harness, {
    run: () => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error("boom")) : Promise.resolve(DONE);
    },
  });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await until(harness, async () => (await harness.history("o-1")).includes("done.send_receipt transitioned"));
  strictEqual(tries, 2);
  await worker.stop();
});

Deno.test("stop() waits for the delivery in hand and claims nothing more", async () => {
  const harness = await createHarness();
  let finish: (result: ActionResult) => void = () => {};
  let starts = 0;
  const worker = workerOn(harness, {
    run: () => {
      starts += 1;
      return new Promise((resolve) => finish = resolve);
    },
  });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await until(harness, () => starts === 1);
  let isStopped = false;
  const stopped = worker.stop().then(() => isStopped = true);
  await settled();
  await harness.runtime.append(eventOf("o-2", "pay"));
  await harness.clock.advance(1_000);
  strictEqual(isStopped, false);
  finish(DONE);
  await stopped;
  await worker.done;
  deepStrictEqual(await harness.store.outbox.counts(), { pending: 0, leased: 0 });
  strictEqual(await stateOf(harness, "o-2"), undefined);
});

Deno.test("stop() gives back a delivery that does not end in time", async () => {
  const harness = await createHarness();
  let isTold = false;
  let starts = 0;
  const worker = workerOn(harness, {
    run: (_, signal) => {
      starts += 1;
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          isTold = true;
          resolve({ type: "failed", error: "aborted", isFinal: false, retryAfterMs: null });
        })
      );
    },
  });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await until(harness, () => starts === 1);
  const stopped = worker.stop();
  await harness.clock.advance(8_000);
  await stopped;
  await worker.done;
  strictEqual(isTold, true);
  deepStrictEqual(await harness.store.outbox.counts(), { pending: 1, leased: 0 });
});

Deno.test("stop() ends although an action does not listen", async () => {
  const harness = await createHarness();
  let starts = 0;
  const worker = workerOn(harness, {
    run: () => {
      starts += 1;
      return new Promise(() => {});
    },
  });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await until(harness, () => starts === 1);
  const stopped = worker.stop();
  await harness.clock.advance(10_000);
  await stopped;
  await worker.done;
  deepStrictEqual(await harness.store.outbox.counts(), { pending: 1, leased: 0 });
});

Deno.test("a long delivery keeps its lease", async () => {
  const harness = await createHarness();
  let starts = 0;
  const worker = workerOn(harness, {
    run: async () => {
      starts += 1;
      await harness.clock.sleep(100_000);
      return DONE;
    },
  });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await until(harness, () => starts === 1);
  await harness.clock.advance(101_000);
  await until(harness, async () => (await harness.history("o-1")).includes("done.send_receipt transitioned"));
  strictEqual(starts, 1);
  await worker.stop();
});

Deno.test("a store that goes away costs no attempt, and work goes on when it is back", async () => {
  let isGone = false;
  const gone = () => Promise.reject(new AppError("store_unavailable", "gone"));
  const harness = await createHarness({
    store: (inner) => ({
      ...inner,
      turns: {
        ...inner.turns,
        claim: (request) => isGone ? gone() : inner.turns.claim(request),
        nextReadyAtMs: () => isGone ? gone() : inner.turns.nextReadyAtMs(),
      },
      outbox: { ...inner.outbox, claim: (request) => isGone ? gone() : inner.outbox.claim(request) },
    }),
  });
  const worker = workerOn(harness);
  await harness.clock.advance(100);
  isGone = true;
  await harness.runtime.append(eventOf("o-1", "pay", { attemptsMax: 1 }));
  await harness.clock.advance(20_000);
  strictEqual(await stateOf(harness, "o-1"), undefined);
  isGone = false;
  await until(harness, async () => await stateOf(harness, "o-1") === "paid");
  strictEqual((await harness.store.deadLetters.list({ limit: 1 })).total, 0);
  await worker.stop();
});

Deno.test("a worker waits for the schema, and refuses a newer one", async () => {
  const harness = await createHarness();
  let applied: number | null = null;
  const store: Store = { ...harness.store, schema: () => Promise.resolve({ applied, expected: 3 }) };
  const worker = workerOn(harness, { store });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await harness.clock.advance(5_000);
  strictEqual(await stateOf(harness, "o-1"), undefined);
  applied = 3;
  await until(harness, async () => await stateOf(harness, "o-1") === "paid");
  await worker.stop();

  applied = 4;
  const refusing = workerOn(harness, { store });
  const error = await refusing.done.catch((reason: unknown) => reason);
  strictEqual(error instanceof AppError && error.code, "schema_mismatch");
});

Deno.test("the health server answers by what is true", async () => {
  const harness = await createHarness();
  let applied: number | null = null;
  const metrics = createMetrics();
  const store: Store = { ...harness.store, schema: () => Promise.resolve({ applied, expected: 3 }) };
  const worker = workerOn(harness, {
    store,
    metrics,
    options: { health: { hostname: "127.0.0.1", port: 0 } },
  });
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${worker.healthPort}${path}`);
    await response.text();
    return response.status;
  };
  deepStrictEqual(
    [
      await ask("/healthz/live"),
      await ask("/healthz/startup"),
      await ask("/healthz/ready"),
      await ask("/metrics"),
    ],
    [200, 503, 503, 200],
  );
  applied = 3;
  await harness.clock.advance(1_000);
  deepStrictEqual([await ask("/healthz/startup"), await ask("/healthz/ready"), await ask("/nothing")], [
    200,
    200,
    404,
  ]);
  await worker.stop();
});

Deno.test("a health port that is taken stops the worker before it claims anything", async () => {
  const harness = await createHarness();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  let error: unknown = null;
  try {
    workerOn(harness, { options: { health: { hostname: "127.0.0.1", port } } });
  } catch (thrown) {
    error = thrown;
  }
  listener.close();
  strictEqual(error instanceof AppError && error.code, "bad_configuration");
});

Deno.test("one worker sweeps in each interval", async () => {
  const harness = await createHarness();
  let sweeps = 0;
  const store: Store = {
    ...harness.store,
    operations: {
      ...harness.store.operations,
      prune: () => {
        sweeps += 1;
        return Promise.resolve({ history: 0 });
      },
    },
  };
  const windows = {
    eventsCompletedDays: 7,
    deadLettersDays: 90,
    historyTerminalDays: 365,
    historyActiveDays: null,
    batchSize: 100,
  };
  const workers = ["a", "b", "c"].map((workerId) =>
    workerOn(harness, { store, options: { workerId, retention: { windows, sweepIntervalMs: 10_000 } } })
  );
  await harness.clock.advance(1_000);
  strictEqual(sweeps, 1);
  await harness.clock.advance(10_000);
  strictEqual(sweeps, 2);
  for (const worker of workers) await worker.stop();
});

Deno.test("workers are listed while they live", async () => {
  const harness = await createHarness();
  const worker = workerOn(harness);
  await harness.clock.advance(100);
  deepStrictEqual((await harness.store.operations.workers()).map((row) => row.workerId), ["w-1"]);
  await worker.stop();
  deepStrictEqual((await harness.store.operations.workers()).map((row) => row.workerId), []);
});

Deno.test("a result is kept while the store is away for a moment", async () => {
  let isGone = false;
  const harness = await createHarness({
    store: (inner) => ({
      ...inner,
      outbox: {
        ...inner.outbox,
        acknowledge: (ack) =>
          isGone ? Promise.reject(new AppError("store_unavailable", "gone")) : inner.outbox.acknowledge(ack),
      },
    }),
  });
  let starts = 0;
  const worker = workerOn(harness, {
    run: () => {
      starts += 1;
      isGone = true;
      return Promise.resolve(DONE);
    },
  });
  await harness.runtime.append(eventOf("o-1", "pay"));
  await until(harness, () => starts === 1);
  await harness.clock.advance(5_000);
  isGone = false;
  await until(harness, async () => (await harness.history("o-1")).includes("done.send_receipt transitioned"));
  strictEqual(starts, 1);
  await worker.stop();
});
