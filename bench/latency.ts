/** From the call that appends an event to the commit of its decision, one event at a time, beside graphile-worker. */
import { systemClock } from "../src/clock.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { openPostgresStore } from "../src/store/postgres/postgres_store.ts";
import { silentLog } from "../src/telemetry/log.ts";
import { startWorker } from "../src/worker/worker.ts";
import { recordOf } from "../tests/runtime/harness.ts";
import { account, addTo } from "./account.ts";
import { runPeer } from "./peers/run_peer.ts";
import type { BenchRow } from "./row.ts";
import { type BenchServer, withServer, withStore } from "./server.ts";

const SINGLES = 300;
const ENTITIES = 50;
/** Long enough for everybody to fall asleep again. */
const PAUSE_MS = 15;

export function benchLatency(): Promise<readonly BenchRow[]> {
  return withServer(async (server) => {
    const ours = await ourLatencies(server);
    const url = await server.createDatabase();
    const answer = await runPeer("graphile-worker", {
      ...{ url, jobs: 0, keys: ENTITIES, work: "state", limitMs: 0, singles: SINGLES, pauseMs: PAUSE_MS },
    });
    const theirs = answer?.latenciesMs ?? null;
    return [0.5, 0.95].map((part) => {
      const value = quantile(ours, part);
      const peerValue = theirs === null ? null : quantile(theirs, part);
      return {
        name: `append to committed by a worker, p${part * 100}`,
        value,
        unit: "ms",
        peer: "graphile-worker, a queue per key, jobs that write state and history",
        peer_value: peerValue,
        ratio: peerValue === null ? null : value / peerValue,
      };
    });
  });
}

/** The worker has a store of its own, so that it hears of an event through the database only. */
function ourLatencies(server: BenchServer): Promise<readonly number[]> {
  return withStore(server, async (producer, url) => {
    await producer.machines.insert(recordOf(account.spec));
    const store = await openPostgresStore({ url });
    let whenCommitted: (eventId: string) => void = () => {};
    const runtime = createRuntime({
      store,
      clock: systemClock,
      compile: () => ({ type: "loaded", loaded: account }),
      observers: [{ onItem: (item) => whenCommitted(item.event.eventId) }],
    });
    const worker = startWorker({
      ...{ store, runtime, clock: systemClock, log: silentLog, metrics: null, crashGuard: null },
      actions: { run: () => Promise.resolve({ type: "done", output: null }) },
      options: {
        ...{ workerId: "bench", version: "0", concurrency: 4, pollIntervalMs: 500, drainTimeoutMs: 5_000 },
        ...{ leaseMs: 30_000, heartbeatMs: 10_000, health: null, retention: null },
      },
    });
    const times: number[] = [];
    for (let index = 0; index < SINGLES; index++) {
      const event = addTo(`l-${index % ENTITIES}`);
      const committed = new Promise<void>((resolve) => {
        whenCommitted = (eventId) => eventId === event.eventId && resolve();
      });
      const startedMs = performance.now();
      await producer.inbox.append([event]);
      await committed;
      times.push(performance.now() - startedMs);
      await systemClock.sleep(PAUSE_MS);
    }
    await worker.stop();
    await store.close();
    return times;
  });
}

function quantile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? 0;
}
