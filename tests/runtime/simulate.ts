/** A small world in one process: clients, API processes and workers that die at random, all from one seed. */
import type { Clock } from "../../src/clock.ts";
import type { JsonObject } from "../../src/json.ts";
import type { NewEvent } from "../../src/orchestrator/event.ts";
import type { MachineRecord } from "../../src/orchestrator/machine_record.ts";
import { actionOutcomeOf } from "../../src/orchestrator/action_outcome.ts";
import type { ActionResult } from "../../src/orchestrator/outbox.ts";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { createMemoryStore } from "../../src/store/memory/memory_store.ts";
import type { Store } from "../../src/store/store.ts";
import { checkStore, type Violation } from "./check_store.ts";
import { type CrashingStore, createCrashingStore, ProcessDied } from "./crashing_store.ts";
import { mutantOf } from "./mutants.ts";
import { REMIND_MS, simulatedMachine } from "./simulated_machine.ts";
import { pick, seededId, seededRandom } from "./random.ts";
import { createVirtualClock } from "./virtual_clock.ts";

export interface SimulationReport {
  readonly seed: number;
  readonly events: number;
  readonly crashes: number;
  /** Points at which a process could have died. */
  readonly crashPoints: number;
  /** Those at which one died. */
  readonly died: readonly string[];
  readonly violations: readonly Violation[];
}

export interface SimulationOptions {
  readonly seed: number;
  readonly entities: number;
  readonly eventsPerEntity: number;
  /** To die at each point. */
  readonly crashChance: number;
  /** Or: the one point at which somebody dies, by its number. */
  readonly crashAt?: number;
  /** A name of `MUTANTS`. */
  readonly mutant?: string;
  /** The store that tells the truth; default: in memory. */
  readonly openStore?: (clock: Clock) => Promise<Store>;
}

const order = simulatedMachine();
const RETRY = { baseMs: 100, capMs: 2_000 };
const LEASE_MS = 10_000;
/** Some deliveries hang for longer than their lease lasts. */
const HANG_CHANCE = 0.02;
const TRIGGERS = ["note", "note", "note", "pay", "pay", "refund", "ship", "reopen", "nonsense"];
/** Steps of the world before it must have come to rest. */
const STEPS_MAX = 5_000;

/** Everything that happens follows from the seed, as long as no step waits for real time. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const random = seededRandom(options.seed);
  const clock = createVirtualClock();
  const truth = await (options.openStore?.(clock) ?? createMemoryStore({ clock, lockTimeoutMs: 2_000 }));
  await truth.machines.insert(recordOf());
  const mutant = options.mutant === undefined ? null : mutantOf(options.mutant);
  const seen = mutant?.layer === "store" ? mutant.wrap(truth, { clock, random }) : truth;
  const world = {
    crashChance: options.crashChance,
    crashes: 0,
    crashPoints: 0,
    died: new Set<string>(),
    deliveries: new Map<string, Set<string>>(),
    acknowledged: [] as { eventId: string; entityId: string; isQueued: boolean }[],
    clientsRunning: options.entities,
  };

  function isDeath(point: string): boolean {
    if (options.crashAt === undefined && world.crashChance === 0) return false;
    world.crashPoints += 1;
    const isNow = options.crashAt === undefined
      ? random() < world.crashChance
      : world.crashPoints === options.crashAt;
    if (!isNow) return false;
    world.crashes += 1;
    world.died.add(point);
    return true;
  }

  /** A process that is started again whenever it died. */
  function createProcess(): {
    readonly current: () => {
      readonly runtime: Runtime;
      readonly store: Store;
      readonly crashing: CrashingStore;
    };
  } {
    let process = begin();
    function begin() {
      const crashing = createCrashingStore(seen, {
        isDeath,
        delay: () => random() < 0.1 ? clock.sleep(1 + Math.floor(random() * 30)) : null,
      });
      const store = mutant?.layer === "process"
        ? mutant.wrap(crashing.store, { clock, random })
        : crashing.store;
      const runtime = createRuntime({
        store,
        clock,
        compile: () => ({ type: "loaded", loaded: order }),
        retry: RETRY,
        random,
        stopwatchMs: () => 0,
        limits: { lanesPerTurn: 3, eventsPerLane: 4, catalogCheckMs: 50 },
      });
      return { runtime, store, crashing };
    }
    return {
      current() {
        if (process.crashing.isDead()) {
          process = begin();
        }
        return process;
      },
    };
  }

  const apis = [createProcess(), createProcess()];
  const workers = [createProcess(), createProcess()];
  const clients = Array.from({ length: options.entities }, (_, index) => runClient(`o-${index}`));
  let isOver = false;
  const loops = workers.map((worker) => runWorker(worker));
  for (let step = 0; !isOver; step++) {
    if (step > STEPS_MAX) {
      isOver = true;
      return reportOf([{ rule: "not_at_rest", what: `something is left after ${step} steps` }]);
    }
    await clock.advance(Math.floor(random() * 400));
    if (world.clientsRunning > 0) continue;
    world.crashChance = 0;
    isOver = await isAtRest(truth);
    await clock.advance(LEASE_MS);
  }
  await Promise.all([...clients, ...loops]);

  const violations = await checkStore(truth, {
    acknowledged: world.acknowledged,
    unsure: new Set(),
    deliveries: world.deliveries,
    machine: order,
    timers: { remind: { state: "paid", delayMs: REMIND_MS } },
  });
  return reportOf(violations);

  function reportOf(found: readonly Violation[]): SimulationReport {
    const { crashes, crashPoints, died, acknowledged } = world;
    const events = acknowledged.length;
    return { seed: options.seed, events, crashes, crashPoints, died: [...died], violations: found };
  }

  async function runClient(entityId: string): Promise<void> {
    for (let count = 0; count < options.eventsPerEntity; count++) {
      const event = newEvent(entityId, pick(random, TRIGGERS), { n: count });
      const isAwaited = random() < 0.5;
      while (!(await send(event, isAwaited))) await clock.sleep(100);
      world.acknowledged.push({ eventId: event.eventId, entityId, isQueued: !isAwaited });
      if (random() < 0.3) await clock.sleep(Math.floor(random() * 1_000));
    }
    world.clientsRunning -= 1;
  }

  async function send(event: NewEvent, isAwaited: boolean): Promise<boolean> {
    const { runtime } = pick(random, apis).current();
    try {
      if (!isAwaited) return (await runtime.append(event)).type !== "conflict";
      const result = await runtime.submit({ event });
      return result.type === "decided" || result.type === "replayed";
    } catch (error) {
      if (error instanceof ProcessDied) return false;
      throw error;
    }
  }

  function newEvent(entityId: string, trigger: string, payload: JsonObject): NewEvent {
    const eventId = seededId(random);
    return {
      eventId,
      entityId,
      machineName: "order",
      machineVersion: null,
      command: { type: "event", trigger, payload },
      notBeforeMs: random() < 0.1 ? clock.nowMs() : null,
      idempotency: { scope: `entity:${entityId}`, key: eventId, requestHash: "same" },
      attemptsMax: 5,
      traceparent: null,
      actor: null,
    };
  }

  async function runWorker(worker: ReturnType<typeof createProcess>): Promise<void> {
    while (!isOver) {
      const { runtime, store } = worker.current();
      try {
        const report = await runtime.turn();
        if (report === null) await store.turns.nextReadyAtMs();
        const delivered = await deliver(store, runtime);
        const idleMs = world.clientsRunning > 0 ? 200 : 5_000;
        if (report === null && delivered === 0) await clock.sleep(20 + Math.floor(random() * idleMs));
      } catch (error) {
        if (!(error instanceof ProcessDied)) throw error;
        await clock.sleep(Math.floor(random() * 300));
      }
    }
  }

  async function deliver(store: Store, runtime: Runtime): Promise<number> {
    const actions = await store.outbox.claim({ limit: 2, leaseMs: LEASE_MS, owner: "w" });
    for (const action of actions) {
      if (random() < 0.05) {
        await store.outbox.postpone(action, clock.nowMs() + 50);
        continue;
      }
      const bodies = world.deliveries.get(action.actionId) ?? new Set();
      world.deliveries.set(action.actionId, bodies.add(JSON.stringify(action.params)));
      if (random() < HANG_CHANCE) await clock.sleep(LEASE_MS + 1_000);
      else if (random() < 0.1 && !(await store.outbox.extend(action, LEASE_MS))) continue;
      const result: ActionResult = random() < 0.8
        ? { type: "done", output: { receipt: 1 } }
        : { type: "failed", error: "no", isFinal: false, retryAfterMs: null };
      const loaded = await runtime.machines.find(action.machineName, action.machineVersion);
      const outcome = actionOutcomeOf({ action, result, loaded }, {
        nowMs: clock.nowMs(),
        retry: RETRY,
        random: random(),
      });
      await store.outbox.acknowledge({ action, result, ...outcome });
    }
    return actions.length;
  }
}

async function isAtRest(store: Store): Promise<boolean> {
  const inbox = await store.inbox.counts();
  const outbox = await store.outbox.counts();
  const nextReadyAtMs = await store.turns.nextReadyAtMs();
  return inbox.pending + inbox.scheduled + outbox.pending + outbox.leased === 0 && nextReadyAtMs === null;
}

function recordOf(): MachineRecord {
  return {
    id: "11111111-1111-4111-8111-111111111111",
    name: "order",
    version: "1.0.0",
    description: null,
    isStrict: true,
    config: {},
    sourceText: null,
    hash: "order",
    revision: 1,
    createdAtMs: 0,
    updatedAtMs: 0,
    createdBy: null,
    updatedBy: null,
  };
}
