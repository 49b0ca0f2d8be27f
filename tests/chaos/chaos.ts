/** Real processes on a real database, killed, frozen and cut off at random; then everything is counted. */
import type { NewEvent } from "../../src/orchestrator/event.ts";
import type { Store } from "../../src/store/store.ts";
import { checkStore, readHistory, type Violation } from "../runtime/check_store.ts";
import { pick, seededId, seededRandom } from "../runtime/random.ts";
import type { ChaosDatabase } from "./database.ts";
import { publishMachine } from "./machine.ts";
import { startProcess } from "./processes.ts";
import { startReceiver } from "./receiver.ts";

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly apis: number;
  readonly entities: number;
  readonly database: ChaosDatabase;
  /** Told what happens, a line at a time. */
  readonly say: (line: string) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly dialect: string;
  readonly seconds: number;
  readonly events: number;
  readonly awaited: number;
  readonly kills: number;
  readonly stops: number;
  readonly freezes: number;
  readonly database_faults: number;
  readonly deliveries: number;
  readonly rest_seconds: number;
  readonly exit_codes: readonly (number | null)[];
  readonly violations: readonly Violation[];
}

const REST_MS_MAX = 180_000;
const STOP_MS_MAX = 40_000;
/** Everything is well again when the chaos ends: an event that is not taken so long afterwards is a failure. */
const PATIENCE_MS = 60_000;
/** Dead letters that the events themselves deserve; everything else would be the fault of the chaos. */
const EXPECTED_REASONS = ["invalid_transition"];
/** While it still loads its modules a process ends by the signal itself: it holds nothing yet. */
const SIGTERM_EXIT = 143;
const START_MS_MAX = 4_000;
const TRIGGERS = ["add", "add", "add", "work", "work", "rest", "nonsense"];

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { database, say } = options;
  const random = seededRandom(options.seed);
  const receiver = startReceiver(random);
  const store = await database.open();
  const machine = await publishMachine(store, `http://127.0.0.1:${receiver.port}/act`);
  const counts = { kills: 0, stops: 0, freezes: 0, databaseFaults: 0, awaited: 0 };
  const env = environmentOf(database, receiver.port);
  const apiPorts = Array.from({ length: options.apis }, () => freePort());
  const failures: string[] = [];
  const onLine = (name: string) => (line: string) => {
    if (/unhandled|panicked|AssertionError/i.test(line)) failures.push(`${name}: ${line.slice(0, 300)}`);
    if (/"level":"(error|warning)"/.test(line)) say(`${name}: ${line.slice(0, 300)}`);
  };
  const keep = (name: string, args: readonly string[]) =>
    startProcess({
      name,
      args,
      env,
      onLine: onLine(name),
      onDeath: (code, lines) =>
        failures.push(`${name} ended by itself with ${code}: ${lines.join(" | ").slice(0, 800)}`),
    });
  const processes = [
    ...Array.from({ length: options.workers }, (_, index) => keep(`worker-${index}`, ["worker"])),
    ...apiPorts.map((port, index) =>
      keep(`api-${index}`, ["api", "--host", "127.0.0.1", "--port", String(port)])
    ),
  ];

  const acknowledged: Acknowledged[] = [];
  const unsure = new Set<string>();
  const endMs = Date.now() + options.seconds * 1_000;
  const isRunning = () => Date.now() < endMs;
  await Promise.all([
    ...Array.from({ length: options.entities }, (_, index) => runClient(`c-${index}`)),
    runProcessFaults(),
    runDatabaseFaults(),
  ]);
  for (const kept of processes) kept.thaw();
  say(`chaos is over: ${acknowledged.length} events, ${JSON.stringify(counts)}`);

  const restStartedMs = Date.now();
  const isAtRest = await waitForRest(store);
  const restMs = Date.now() - restStartedMs;
  const exitCodes = await Promise.all(processes.map((kept) => kept.stop(STOP_MS_MAX)));
  const checked = await checkStore(store, {
    acknowledged: await eventsOf(acknowledged, store),
    unsure,
    deliveries: receiver.deliveries,
    machine,
    timers: { tired: { state: "busy", delayMs: 3_000 } },
  });
  const { byReason } = await store.deadLetters.stats();
  const violations: Violation[] = [
    ...checked,
    ...Object.entries(byReason).filter(([reason]) => !EXPECTED_REASONS.includes(reason)).map((
      [reason, count],
    ): Violation => ({
      rule: "attempts",
      what: `${count} dead letters say ${reason}: chaos cost an event its attempts`,
    })),
    ...failures.map((what): Violation => ({ rule: "process", what })),
    ...(await database.audit()).map((what): Violation => ({ rule: "table", what })),
  ];
  if (!isAtRest) violations.push({ rule: "not_at_rest", what: `after ${REST_MS_MAX} ms` });
  exitCodes.forEach((code, index) => {
    if (code !== 0) {
      violations.push({ rule: "process", what: `${processes[index]?.name} ended with ${code}` });
    }
  });
  await store.close();
  await receiver.close();
  return {
    seed: options.seed,
    dialect: database.dialect,
    seconds: options.seconds,
    events: acknowledged.length,
    awaited: counts.awaited,
    kills: counts.kills,
    stops: counts.stops,
    freezes: counts.freezes,
    database_faults: counts.databaseFaults,
    deliveries: receiver.deliveries.size,
    rest_seconds: Math.round(restMs / 1_000),
    exit_codes: exitCodes,
    violations,
  };

  /** Sends events of one entity, each until it is acknowledged: half by the database, half over HTTP. */
  async function runClient(entityId: string): Promise<void> {
    while (isRunning()) {
      const event = newEvent(entityId, pick(random, TRIGGERS));
      const isAwaited = random() < 0.5;
      let receipt: Acknowledged | null = null;
      while (receipt === null) {
        if (Date.now() > endMs + PATIENCE_MS) {
          unsure.add(event.eventId);
          failures.push(`nobody took an event of ${entityId} within ${PATIENCE_MS} ms after the chaos`);
          return;
        }
        receipt = isAwaited ? await post(event, pick(random, apiPorts)) : await sendByDatabase(event);
        if (receipt === null) await pause(100 + random() * 200);
      }
      acknowledged.push(receipt);
      if (isAwaited) counts.awaited += 1;
      await pause(random() * 60);
    }
  }

  async function sendByDatabase(event: NewEvent): Promise<Acknowledged | null> {
    const eventId = await database.send(event);
    return eventId === null ? null : { eventId, entityId: event.entityId };
  }

  async function runProcessFaults(): Promise<void> {
    await pause(3_000);
    while (isRunning()) {
      await pause(500 + random() * 2_500);
      const kept = pick(random, processes);
      const deed = random();
      if (deed < 0.25) {
        counts.stops += 1;
        const ageMs = kept.ageMs();
        const code = await kept.stop(STOP_MS_MAX);
        const isStarting = code === SIGTERM_EXIT && ageMs < START_MS_MAX;
        if (code !== 0 && !isStarting) {
          failures.push(
            `${kept.name} ended with ${code} when it was told to stop after ${Math.round(ageMs)} ms`,
          );
        }
        kept.restart();
      } else if (deed < 0.65) {
        counts.kills += 1;
        await kept.kill();
        await pause(random() * 500);
        kept.restart();
      } else {
        counts.freezes += 1;
        kept.freeze();
        await pause(500 + random() * 7_000);
        kept.thaw();
      }
    }
  }

  async function runDatabaseFaults(): Promise<void> {
    const deeds = database.faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));
    if (deeds.length === 0) return;
    await pause(4_000);
    while (isRunning()) {
      await pause(500 + random() * 4_000);
      const fault = pick(random, deeds);
      counts.databaseFaults += 1;
      say(`fault: ${fault.name}`);
      await fault.run();
    }
  }

  function newEvent(entityId: string, trigger: string): NewEvent {
    const eventId = seededId(random);
    return {
      eventId,
      entityId,
      machineName: "chaos",
      machineVersion: null,
      command: { type: "event", trigger, payload: {} },
      notBeforeMs: null,
      idempotency: { scope: `machine:chaos`, key: eventId, requestHash: "0".repeat(64) },
      attemptsMax: 5,
      traceparent: null,
      actor: null,
    };
  }
}

interface Acknowledged {
  readonly entityId: string;
  /** Null over HTTP, where only the history row is told. */
  readonly eventId: string | null;
  readonly historyId?: string;
}

/** Null = refused, cut off or too slow: nobody knows, so it is sent again with the same key. */
async function post(event: NewEvent, port: number): Promise<Acknowledged | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/entities/${event.entityId}/events`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": event.eventId },
      body: JSON.stringify({
        trigger: event.command.type === "event" ? event.command.trigger : "",
        machine_name: event.machineName,
        context: {},
      }),
      signal: AbortSignal.timeout(15_000),
    });
    const body: unknown = await response.json();
    if (response.status !== 200 || typeof body !== "object" || body === null) return null;
    const historyId = "transition_id" in body ? String(body.transition_id) : "";
    return { entityId: event.entityId, eventId: null, historyId };
  } catch {
    return null;
  }
}

async function eventsOf(acknowledged: readonly Acknowledged[], store: Store) {
  const ids = new Map((await readHistory(store)).map((row) => [row.id, row.eventId]));
  return acknowledged.map(({ entityId, eventId, historyId = "" }) => ({
    entityId,
    eventId: eventId ?? ids.get(historyId) ?? `of history row ${historyId}`,
  }));
}

async function waitForRest(store: Store): Promise<boolean> {
  const untilMs = Date.now() + REST_MS_MAX;
  while (Date.now() < untilMs) {
    const inbox = await store.inbox.counts();
    const outbox = await store.outbox.counts();
    const nextReadyAtMs = await store.turns.nextReadyAtMs();
    if (inbox.pending + inbox.scheduled + outbox.pending + outbox.leased === 0 && nextReadyAtMs === null) {
      return true;
    }
    await pause(500);
  }
  return false;
}

function environmentOf(database: ChaosDatabase, receiverPort: number): Record<string, string> {
  return {
    ENVIRONMENT: "development",
    LOG_LEVEL: "warning",
    PYSTATOR_DATABASE_URL: database.url,
    PYSTATOR_AUTH_DISABLED: "true",
    PYSTATOR_EGRESS_ALLOW: `127.0.0.1:${receiverPort}`,
    PYSTATOR_WORKER_CONCURRENCY: "3",
    PYSTATOR_WORKER_POLL_INTERVAL_MS: "200",
    PYSTATOR_WORKER_LEASE_SECONDS: "6",
    PYSTATOR_WORKER_HEARTBEAT_SECONDS: "2",
    PYSTATOR_WORKER_DRAIN_TIMEOUT_S: "20",
    PYSTATOR_WORKER_RETRY_BACKOFF_BASE_MS: "100",
    PYSTATOR_WORKER_RETRY_BACKOFF_MAX_MS: "2000",
  };
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
