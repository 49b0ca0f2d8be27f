/** Requests per second over HTTP, the API, its database and the load on this machine; and `/health` while people log in. */
import { migrate } from "../tests/chaos/database.ts";
import { startPostgres } from "../tests/chaos/postgres_server.ts";
import { openPostgresStore } from "../src/store/postgres/postgres_store.ts";
import { cpuTimeMs } from "./cpu_time.ts";
import { load, type LoadResult, requestOf } from "./http_load.ts";
import type { BenchRow } from "./row.ts";

const ENTITIES = 1_000;
const CONNECTIONS = [64, 256];
const WARM_ANSWERS = 20_000;
const MEASURED_MS = 6_000;
const PEER_MS = 3_000;
const START_MS_MAX = 20_000;
const LOGINS = 20;
const LOGIN_ROUNDS = 5;
/** Of the processes that are measured here and end with the measurement. */
const PASSWORD = "violet-Otter-9-lamp";

interface Server {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Scenario {
  readonly name: string;
  readonly requests: readonly Uint8Array<ArrayBuffer>[];
}

const BODY = JSON.stringify({ trigger: "go", machine_name: "counter", context: {} });
const PATHS = Array.from({ length: ENTITIES }, (_, index) => `/api/v1/entities/h-${index}`);
const SCENARIOS: readonly Scenario[] = [
  { name: "awaited events", requests: PATHS.map((path) => requestOf("POST", `${path}/events`, BODY)) },
  { name: "state of an entity", requests: PATHS.map((path) => requestOf("GET", `${path}/state`)) },
  { name: "health", requests: [requestOf("GET", "/health")] },
];

export async function benchHttp(): Promise<readonly BenchRow[]> {
  const database = await startPostgres();
  try {
    await migrate(database.url);
    const peer = await startServer(["bench/peers/hono_echo.ts"], (port) => [String(port)], {});
    const api = await startApi(database.url, { PYSTATOR_AUTH_DISABLED: "true" });
    const rows: BenchRow[] = [];
    try {
      await publish(api.port);
      for (const scenario of SCENARIOS) {
        for (const connections of CONNECTIONS) {
          rows.push(...await measure(scenario, connections, { api, peer, url: database.url }));
        }
      }
    } finally {
      await Promise.all([api.stop(), peer.stop()]);
    }
    return [...rows, await measureLogins(database.url)];
  } finally {
    await database.stop();
  }
}

async function measure(
  { name, requests }: Scenario,
  connections: number,
  { api, peer, url }: { readonly api: Server; readonly peer: Server; readonly url: string },
): Promise<readonly BenchRow[]> {
  await load({ port: peer.port, connections, requests, until: { answers: WARM_ANSWERS } });
  const peerResult = await load({ port: peer.port, connections, requests, until: { durationMs: PEER_MS } });
  await load({ port: api.port, connections, requests, until: { answers: WARM_ANSWERS } });
  const positionsBefore = await positions(url);
  const cpuBeforeMs = await cpuTimeMs(api.pid);
  const result = await load({ port: api.port, connections, requests, until: { durationMs: MEASURED_MS } });
  const cpuMs = await cpuTimeMs(api.pid);
  const kept = await positions(url) - positionsBefore;
  if (name === "awaited events" && kept < result.times.length) {
    throw new Error(`${result.times.length} answers, ${kept} rows of history`);
  }
  const title = `http ${name}, ${connections} connections`;
  const peerValue = perSecond(peerResult);
  const alone = { peer: null, peer_value: null, ratio: null };
  return [
    {
      name: title,
      value: perSecond(result),
      unit: "req/s",
      peer: "Hono that echoes",
      peer_value: peerValue,
      ratio: perSecond(result) / peerValue,
    },
    { name: `${title}, p50`, value: quantile(result, 0.5), unit: "ms", ...alone },
    { name: `${title}, p99`, value: quantile(result, 0.99), unit: "ms", ...alone },
    ...(cpuMs === null || cpuBeforeMs === null ? [] : [{
      name: `${title}, CPU of the API`,
      value: (cpuMs - cpuBeforeMs) / result.times.length * 1_000,
      unit: "µs/req",
      ...alone,
    }]),
  ];
}

/** How long `/health` takes while many log in at once, each with an account of their own. */
async function measureLogins(url: string): Promise<BenchRow> {
  const users = Array.from({ length: LOGINS }, (_, index) => `user${index}`);
  const api = await startApi(url, {
    PYSTATOR_AUTH_INITIAL_USER: "admin",
    PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD,
    PYSTATOR_AUTH_JWT_SECRET: crypto.getRandomValues(new Uint8Array(32)).toHex(),
    PYSTATOR_AUTH_USERS: JSON.stringify(
      users.map((username) => ({ username, password: PASSWORD, role: "Viewer" })),
    ),
  });
  try {
    const requests = [requestOf("GET", "/health")];
    let isOver = false;
    const times: number[] = [];
    const health = (async () => {
      while (!isOver) {
        const part = await load({ port: api.port, connections: 1, requests, until: { answers: 20 } });
        times.push(...part.times);
      }
    })();
    for (let round = 0; round < LOGIN_ROUNDS; round++) {
      const statuses = await Promise.all(users.map((username) => login(api.port, username)));
      const taken = statuses.filter((status) => status === 200).length;
      if (taken < LOGINS) throw new Error(`${taken} of ${LOGINS} logins: ${statuses.join(" ")}`);
    }
    isOver = true;
    await health;
    return {
      name: `http health during ${LOGINS} parallel logins, p99`,
      value: quantile({ times, passedMs: 0 }, 0.99),
      unit: "ms",
      peer: null,
      peer_value: null,
      ratio: null,
    };
  } finally {
    await api.stop();
  }
}

async function login(port: number, username: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password: PASSWORD }),
  });
  await response.body?.cancel();
  return response.status;
}

function perSecond({ times, passedMs }: LoadResult): number {
  return times.length / passedMs * 1_000;
}

function quantile({ times }: LoadResult, part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? 0;
}

/** Rows of history of all entities together: every answer stands for one. */
async function positions(url: string): Promise<number> {
  const store = await openPostgresStore({ url, isListening: false });
  try {
    let sum = 0;
    const query = {
      statuses: ["active"],
      sortBy: "created_at",
      isAscending: true,
      limit: 500,
      cursor: null,
    } as const;
    for (let offset = 0; offset < ENTITIES; offset += 500) {
      const { items } = await store.entities.list({ ...query, offset });
      sum += items.reduce((all, entity) => all + entity.position, 0);
    }
    return sum;
  } finally {
    await store.close();
  }
}

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

function startApi(url: string, env: Readonly<Record<string, string>>): Promise<Server> {
  return startServer(
    ["main.ts", "api", "--host", "127.0.0.1"],
    (port) => ["--port", String(port)],
    // Everything comes from one address, more than anybody is allowed by default.
    { LOG_LEVEL: "error", PYSTATOR_DATABASE_URL: url, PYSTATOR_RATE_LIMIT_PER_MINUTE: "0", ...env },
  );
}

async function startServer(
  args: readonly string[],
  argsOfPort: (port: number) => readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", ...args, ...argsOfPort(port)],
    cwd: new URL("../", import.meta.url),
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  await waitUntilReady(port);
  return {
    port,
    pid: child.pid,
    async stop() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
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
  throw new Error(`The server does not answer within ${START_MS_MAX} ms`);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
