/** Receivers with limits under a whole worker: nobody waits for another receiver, and a wait is no attempt. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { loadSpec } from "../../src/definition/load_spec.ts";
import type { ActionResult, LeasedAction } from "../../src/orchestrator/outbox.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { startWorker } from "../../src/worker/worker.ts";
import { createHarness, eventOf, type Harness } from "../runtime/harness.ts";

interface Call {
  readonly host: string;
  readonly atMs: number;
  readonly attempts: number;
}

const DONE: ActionResult = { type: "done", output: null };

function machine(targets: Readonly<Record<string, unknown>>) {
  const go = (host: string) => ({
    trigger: host,
    source: "open",
    dest: "told",
    actions: [{ http: { url: `https://${host}.example/x`, on_error: "fail" } }],
  });
  const text = JSON.stringify({
    meta: { machine_name: "order", version: "1.0.0", targets },
    states: [{ name: "open", type: "initial" }, { name: "told" }],
    transitions: [go("slow"), go("quick")],
  });
  const result = loadSpec({ document: JSON.parse(text) }, { rules: "full" });
  ok(result.ok, JSON.stringify(result.diagnostics));
  return result.spec;
}

async function inWorld(
  targets: Readonly<Record<string, unknown>>,
  run: (action: LeasedAction, host: string, harness: Harness) => Promise<ActionResult>,
  test: (world: {
    readonly harness: Harness;
    readonly calls: Call[];
    readonly send: (host: string, count: number) => Promise<void>;
    readonly stop: () => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const harness = await createHarness({ specs: [machine(targets)] });
  const calls: Call[] = [];
  const startMs = harness.clock.nowMs();
  const worker = startWorker({
    store: harness.store,
    runtime: harness.runtime,
    actions: {
      run(action) {
        const host = new URL(String(action.params.url)).hostname.replace(".example", "");
        calls.push({ host, atMs: harness.clock.nowMs() - startMs, attempts: action.attempts });
        return run(action, host, harness);
      },
    },
    clock: harness.clock,
    log: silentLog,
    metrics: null,
    crashGuard: null,
    random: () => 0.5,
    options: {
      workerId: "w-1",
      version: "0",
      concurrency: 5,
      pollIntervalMs: 500,
      drainTimeoutMs: 5_000,
      leaseMs: 30_000,
      heartbeatMs: 10_000,
      retry: { baseMs: 1_000, capMs: 10_000 },
      health: null,
      retention: null,
    },
  });
  let sent = 0;
  try {
    await test({
      harness,
      calls,
      async send(host, count) {
        for (let index = 0; index < count; index++) {
          await harness.runtime.append(eventOf(`${host}-${sent++}`, host));
        }
      },
      stop: () => worker.stop(),
    });
  } finally {
    const stopped = worker.stop();
    await harness.clock.advance(200_000);
    await stopped;
  }
}

async function passed(harness: Harness, durationMs: number): Promise<void> {
  for (let doneMs = 0; doneMs < durationMs; doneMs += 50) await harness.clock.advance(50);
}

const of = (calls: readonly Call[], host: string) => calls.filter((call) => call.host === host);

Deno.test("a receiver that takes long does not hold up another one", () =>
  inWorld({ "slow.example": { concurrency: 2 } }, async (_, host, { clock }) => {
    await clock.sleep(host === "slow" ? 10_000 : 10);
    return DONE;
  }, async ({ harness, calls, send }) => {
    await send("slow", 40);
    await send("quick", 20);
    await passed(harness, 5_000);
    strictEqual(of(calls, "quick").length, 20, "all quick ones");
    strictEqual(of(calls, "slow").length, 2, "two slow ones");
    await passed(harness, 16_000);
    const slow = of(calls, "slow");
    ok(slow.length >= 4 && slow.length <= 6, `${slow.length} slow ones`);
    deepStrictEqual(slow.map(({ attempts }) => attempts), slow.map(() => 0));
  }));

Deno.test("a receiver without any limit leaves a place to the others", () =>
  inWorld({ "slow.example": { concurrency: 100 } }, async (_, host, { clock }) => {
    await clock.sleep(host === "slow" ? 100_000 : 10);
    return DONE;
  }, async ({ harness, calls, send }) => {
    await send("slow", 40);
    await passed(harness, 1_000);
    await send("quick", 20);
    await passed(harness, 5_000);
    deepStrictEqual([of(calls, "slow").length, of(calls, "quick").length], [4, 20]);
  }));

Deno.test("a rate holds in every window, nothing is lost, and no wait is an attempt", () =>
  inWorld({ "slow.example": { rate_limit: { count: 5, per: "1s" } } }, () => Promise.resolve(DONE), async (
    { harness, calls, send },
  ) => {
    await send("slow", 30);
    await passed(harness, 10_000);
    strictEqual(calls.length, 30);
    for (const { atMs } of calls) {
      const inWindow = calls.filter((call) => call.atMs >= atMs && call.atMs < atMs + 1_000).length;
      ok(inWindow <= 5, `${inWindow} within a second from ${atMs}`);
    }
    deepStrictEqual(new Set(calls.map(({ attempts }) => attempts)), new Set([0]));
    deepStrictEqual(await harness.store.outbox.counts(), { pending: 0, leased: 0 });
  }));

Deno.test("a receiver that fails in a row is left alone: few calls, no attempts used up, and all arrive in the end", () => {
  let isBroken = true;
  return inWorld(
    { "slow.example": { concurrency: 1, circuit_breaker: { failures: 3, open_for: "5s" } } },
    () =>
      Promise.resolve(
        isBroken
          ? { type: "failed", error: "down", isFinal: false, retryAfterMs: null, receiver: "broken" }
          : DONE,
      ),
    async ({ harness, calls, send }) => {
      await send("slow", 20);
      await passed(harness, 4_500);
      strictEqual(calls.length, 3);
      await passed(harness, 3_000);
      strictEqual(calls.length, 4, "one to see");
      isBroken = false;
      await passed(harness, 30_000);
      deepStrictEqual(await harness.store.outbox.counts(), { pending: 0, leased: 0 });
      strictEqual((await harness.store.deadLetters.list({ limit: 1 })).total, 0);
      strictEqual(calls.length, 24);
    },
  );
});

Deno.test("Retry-After of one answer pauses everything for that receiver", () => {
  let isFirst = true;
  return inWorld({}, (_, host) => {
    const isAsking = isFirst && host === "slow";
    if (isAsking) isFirst = false;
    return Promise.resolve(
      isAsking
        ? { type: "failed", error: "429", isFinal: false, retryAfterMs: 7_000, receiver: "well" }
        : DONE,
    );
  }, async ({ harness, calls, send }) => {
    await send("slow", 1);
    await passed(harness, 100);
    await send("slow", 5);
    await send("quick", 1);
    await passed(harness, 6_500);
    deepStrictEqual([of(calls, "slow").length, of(calls, "quick").length], [1, 1]);
    await passed(harness, 5_000);
    strictEqual(of(calls, "slow").length, 7);
  });
});

Deno.test("stop() gives back what waits for a place, untouched", () =>
  inWorld({ "slow.example": { concurrency: 1 } }, async (_, _host, { clock }) => {
    await clock.sleep(1_000);
    return DONE;
  }, async ({ harness, calls, send, stop }) => {
    await send("slow", 3);
    await passed(harness, 100);
    strictEqual(calls.length, 1);
    const stopped = stop();
    await harness.clock.advance(2_000);
    await stopped;
    strictEqual(calls.length, 1);
    deepStrictEqual(await harness.store.outbox.counts(), { pending: 2, leased: 0 });
  }));
