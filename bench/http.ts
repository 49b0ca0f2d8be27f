/** Awaited events per second over HTTP, 64 connections, the API and its database on this machine. */
import { migrate } from "../tests/chaos/database.ts";
import { startPostgres } from "../tests/chaos/postgres_server.ts";
import { startProcess } from "../tests/chaos/processes.ts";
import { openPostgresStore } from "../src/store/postgres/postgres_store.ts";
import type { BenchRow } from "./row.ts";

const CONNECTIONS = 64;
const ENTITIES = 1_000;
const WARM_MS = 2_000;
const MEASURED_MS = 6_000;
const START_MS_MAX = 20_000;

export async function benchHttp(): Promise<readonly BenchRow[]> {
  const server = await startPostgres();
  await migrate(server.url);
  const store = await openPostgresStore({ url: server.url });
  const port = freePort();
  const api = startProcess({
    name: "api",
    args: ["api", "--host", "127.0.0.1", "--port", String(port)],
    env: { LOG_LEVEL: "error", PYSTATOR_DATABASE_URL: server.url, PYSTATOR_AUTH_DISABLED: "true" },
  });
  try {
    await waitUntilReady(port);
    await publish(port);
    await load(port, WARM_MS);
    const { times, passedMs } = await load(port, MEASURED_MS);
    const head = (await store.history.recent({ limit: 1 })).total;
    if (head < times.length) throw new Error(`${times.length} answers, ${head} history rows`);
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0;
    const alone = { peer: null, peer_value: null, ratio: null };
    return [
      {
        name: "http awaited events, 64 connections",
        value: times.length / passedMs * 1_000,
        unit: "events/s",
        ...alone,
      },
      { name: "http awaited events, p50", value: at(0.5), unit: "ms", ...alone },
      { name: "http awaited events, p99", value: at(0.99), unit: "ms", ...alone },
    ];
  } finally {
    await api.kill();
    await store.close();
    await server.stop();
  }
}

async function load(
  port: number,
  durationMs: number,
): Promise<{ readonly times: readonly number[]; readonly passedMs: number }> {
  const times: number[] = [];
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, async (_, connection) => {
    for (let count = 0; performance.now() - startedMs < durationMs; count++) {
      const sentMs = performance.now();
      const entity = (count * CONNECTIONS + connection) % ENTITIES;
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/entities/h-${entity}/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: BODY,
      });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
      times.push(performance.now() - sentMs);
    }
  }));
  return { times, passedMs: performance.now() - startedMs };
}

const BODY = JSON.stringify({ trigger: "go", machine_name: "counter", context: {} });
/** Each event moves the entity and counts. */
const COUNTER = {
  meta: { machine_name: "counter", version: "1.0.0" },
  state_variables: [{ key: "count", type: "number", default: 0 }],
  states: [{ name: "a", type: "initial" }, { name: "b" }],
  transitions: [
    { trigger: "go", source: "a", dest: "b", actions: [{ increment: "count" }] },
    { trigger: "go", source: "b", dest: "a", actions: [{ increment: "count" }] },
  ],
};

async function publish(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/machines`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ config: COUNTER }),
  });
  if (response.status !== 201) throw new Error(`Cannot publish: ${await response.text()}`);
  await response.body?.cancel();
}

async function waitUntilReady(port: number): Promise<void> {
  const untilMs = performance.now() + START_MS_MAX;
  while (performance.now() < untilMs) {
    const isReady = await fetch(`http://127.0.0.1:${port}/health`).then(
      async (response) => {
        await response.text();
        return response.ok;
      },
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The API does not answer within ${START_MS_MAX} ms`);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
