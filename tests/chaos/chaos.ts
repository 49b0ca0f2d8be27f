/** Real processes on a real database, killed, frozen and cut off without pause; then everything is counted. */
import postgres from "postgres";
import { openPostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { seededRandom } from "../runtime/random.ts";
import { audit, type Violation } from "./audit.ts";
import { migrate, terminateBackends } from "./database.ts";
import { publishMachine } from "./machine.ts";
import { startPostgres } from "./postgres_server.ts";
import { createProducers } from "./producers.ts";
import { startReceiver } from "./receiver.ts";
import { createSlot, type Deaths, type Slot, type SlotSpec } from "./slots.ts";
import { watchTheDead } from "./watch.ts";

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly apis: number;
  /** Events a second that producers in bulk send together. */
  readonly rate: number;
  /** Processes killed a second, at most. */
  readonly killRate: number;
  /** A planted bug that every process has: a name of `MUTANTS`. */
  readonly planted?: string;
  /** Told what happens, a line at a time. */
  readonly say: (line: string) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  readonly events: number;
  /** Processes that were ended by SIGKILL. */
  readonly kills: number;
  readonly kills_by_kind: Readonly<Record<string, number>>;
  readonly kills_by_place: Readonly<Record<string, number>>;
  readonly stops: number;
  readonly freezes: number;
  readonly backend_terminations: number;
  readonly server_restarts: number;
  readonly events_by_door: Readonly<Record<string, number>>;
  readonly deliveries: number;
  readonly looks_at_the_dead: number;
  readonly rest_seconds: number;
  readonly violations: readonly Violation[];
}

const LEASE_S = 2;
const REST_MS_MAX = 180_000;
/** What is planted may never come to rest. */
const REST_PLANTED_MS_MAX = 15_000;
const PATIENCE_MS = 60_000;
const PAUSE_CUT_MS = 3_000;
const PAUSE_CRASH_MS = 15_000;
const SCRIPT = new URL("./failing_main.ts", import.meta.url).pathname;
const PROXY = new URL("./proxy.ts", import.meta.url).pathname;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { say, seed } = options;
  const random = seededRandom(seed);
  const server = await startPostgres({ settings: ["max_connections=200"] });
  const receiver = startReceiver(random);
  const slots: Slot[] = [];
  try {
    await migrate(server.url);
    const store = await openPostgresStore({ url: server.url, applicationName: "setup" });
    await publishMachine(store, `http://127.0.0.1:${receiver.port}/act`);
    await store.close();
    return await run();
  } finally {
    for (const slot of slots) slot.close();
    await receiver.close();
    await server.stop();
  }

  async function run(): Promise<ChaosReport> {
    const startedMs = Date.now();
    const endMs = startedMs + options.seconds * 1_000;
    const isRunning = () => Date.now() < endMs;
    const deaths: Deaths = {
      kills: { worker: 0, api: 0, pooler: 0 },
      places: {},
      stops: 0,
      freezes: 0,
      dead: new Map(),
      failures: [],
    };
    const isAhead = () =>
      deaths.kills.worker + deaths.kills.api > (Date.now() - startedMs) / 1_000 * options.killRate;
    const faults = { cuts: 0, crashes: 0 };
    const apiPorts = Array.from({ length: options.apis }, freePort);
    const proxyPort = freePort();
    const specs = specsOf({ ...options, apiPorts, proxyPort, url: server.url, receiverPort: receiver.port });
    slots.push(
      ...specs.map((spec) =>
        createSlot(spec, { random, deaths, isRunning, isAhead, freezeMs: LEASE_S * 1_000 + 500, say })
      ),
    );
    const producers = createProducers({
      random,
      isRunning,
      apiPorts,
      databaseUrl: server.url,
      giveUpAtMs: endMs + PATIENCE_MS,
      rate: options.rate,
    });
    let isWatching = true;
    const watching = watchTheDead({
      url: server.url,
      leaseMs: LEASE_S * 1_000,
      dead: deaths.dead,
      isRunning: () => isWatching,
    });
    await Promise.all([
      ...slots.map((slot) => slot.run()),
      producers.run(),
      repeat(PAUSE_CUT_MS, async () => {
        faults.cuts += await terminateBackends(server.url);
      }),
      repeat(PAUSE_CRASH_MS, async () => {
        faults.crashes += 1;
        await server.crash();
      }),
    ]);
    await producers.close();
    say(`chaos is over: ${producers.acknowledged.length} events, ${JSON.stringify(deaths.kills)}`);

    const restStartedMs = Date.now();
    await waitForRest(server.url, options.planted === undefined ? REST_MS_MAX : REST_PLANTED_MS_MAX);
    const restMs = Date.now() - restStartedMs;
    isWatching = false;
    const watched = await watching;
    await Promise.all(slots.map((slot) => slot.end()));
    const violations = await audit({
      url: server.url,
      acknowledged: producers.acknowledged,
      deliveries: receiver.deliveries,
      dead: deaths.dead,
    });
    const { kills } = deaths;
    return {
      seed,
      seconds: options.seconds,
      events: producers.acknowledged.length,
      kills: kills.worker + kills.api + kills.pooler,
      kills_by_kind: kills,
      kills_by_place: Object.fromEntries(Object.entries(deaths.places).toSorted()),
      stops: deaths.stops,
      freezes: deaths.freezes,
      backend_terminations: faults.cuts,
      server_restarts: faults.crashes,
      events_by_door: producers.sentBy,
      deliveries: receiver.deliveries.size,
      looks_at_the_dead: watched.looks,
      rest_seconds: Math.round(restMs / 1_000),
      violations: [
        ...violations,
        ...watched.problems.map((what) => ({ rule: "held_by_the_dead", what })),
        ...[...deaths.failures, ...producers.failures].map((what) => ({ rule: "process", what })),
      ],
    };

    async function repeat(pauseMs: number, deed: () => Promise<void>): Promise<void> {
      while (isRunning()) {
        await pause(pauseMs * (0.5 + random()));
        if (isRunning()) await deed();
      }
    }
  }
}

interface SpecsOptions extends Pick<ChaosOptions, "workers" | "planted"> {
  readonly apiPorts: readonly number[];
  readonly proxyPort: number;
  readonly url: string;
  readonly receiverPort: number;
}

/** The last worker and the last API reach the database through the pooler. */
function specsOf(options: SpecsOptions): readonly SlotSpec[] {
  const { workers, apiPorts, proxyPort, url } = options;
  const pooled = new URL(url);
  pooled.port = String(proxyPort);
  const env = (through: string) => (name: string) =>
    environmentOf(`${through}?application_name=${name}`, name, options);
  const placeOf = (index: number, count: number) => index === count - 1 ? pooled.href : url;
  return [
    ...Array.from({ length: workers }, (_, index): SlotSpec => ({
      name: `worker-${index}`,
      kind: "worker",
      args: [SCRIPT, "worker"],
      env: env(placeOf(index, workers)),
      port: null,
      lifeMs: [300, 3_000],
    })),
    ...apiPorts.map((port, index): SlotSpec => ({
      name: `api-${index}`,
      kind: "api",
      args: [SCRIPT, "api", "--host", "127.0.0.1", "--port", String(port)],
      env: env(placeOf(index, apiPorts.length)),
      port,
      lifeMs: [500, 4_000],
    })),
    {
      name: "pooler",
      kind: "pooler",
      args: [PROXY, String(proxyPort), new URL(url).port],
      env: () => ({}),
      port: proxyPort,
      lifeMs: [4_000, 12_000],
    },
  ];
}

function environmentOf(url: string, name: string, options: SpecsOptions): Record<string, string> {
  return {
    CHAOS_PLANTED: options.planted ?? "",
    ENVIRONMENT: "development",
    LOG_LEVEL: "warning",
    PYSTATOR_DATABASE_URL: url,
    PYSTATOR_DATABASE_CONNECTIONS_MAX: "6",
    PYSTATOR_AUTH_DISABLED: "true",
    PYSTATOR_EGRESS_ALLOW: `127.0.0.1:${options.receiverPort}`,
    PYSTATOR_WORKER_ID: name,
    PYSTATOR_WORKER_CONCURRENCY: "3",
    PYSTATOR_WORKER_POLL_INTERVAL_MS: "200",
    PYSTATOR_WORKER_LEASE_SECONDS: String(LEASE_S),
    PYSTATOR_WORKER_HEARTBEAT_SECONDS: "1",
    PYSTATOR_WORKER_DRAIN_TIMEOUT_S: "20",
    PYSTATOR_WORKER_RETRY_BACKOFF_BASE_MS: "100",
    PYSTATOR_WORKER_RETRY_BACKOFF_MAX_MS: "2000",
  };
}

/** Until nothing waits any more, or it takes too long: then the audit says what is left. */
async function waitForRest(url: string, durationMs: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const untilMs = Date.now() + durationMs;
  while (Date.now() < untilMs) {
    const [left] = await sql`
      select (select count(*) from stator.inbox) + (select count(*) from stator.timer) +
        (select count(*) from stator.knock) + (select count(*) from stator.outbox where dead_record_id is null) +
        (select count(*) from stator.lane where ready_at is not null) as count`;
    if (Number(left?.["count"]) === 0) break;
    await pause(500);
  }
  await sql.end({ timeout: 1 });
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
