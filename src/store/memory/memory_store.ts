/** The store that keeps everything in this process: the fake of every test, and a way to try things out. */
import { type Clock, systemClock } from "../../clock.ts";
import { createLaneLocks } from "../lane_locks.ts";
import { LOCK_TIMEOUT_MS } from "../limits.ts";
import type { Store } from "../store.ts";
import { createWakeSignal } from "../wake_signal.ts";
import { createMemoryDeadLetters } from "./dead_letters.ts";
import { createMemoryEntities } from "./entities.ts";
import { memoryFacts } from "./facts.ts";
import { createMemoryHistory } from "./history.ts";
import { createMemoryInbox } from "./inbox.ts";
import { createMemoryLanes } from "./lanes.ts";
import { createMemoryMachines } from "./machines.ts";
import { createMemoryOperations } from "./operations.ts";
import { createMemoryOutbox } from "./outbox.ts";
import type { MemoryState } from "./state.ts";
import { createMemoryTurns } from "./turns.ts";

export interface MemoryStoreOptions {
  readonly clock?: Clock;
  readonly lockTimeoutMs?: number;
}

/** Everything is gone when the process ends. */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const state = emptyState(options);
  return {
    dialect: "memory",
    turns: createMemoryTurns(state),
    inbox: createMemoryInbox(state),
    lanes: createMemoryLanes(state),
    entities: createMemoryEntities(state),
    history: createMemoryHistory(state),
    outbox: createMemoryOutbox(state),
    deadLetters: createMemoryDeadLetters(state),
    machines: createMemoryMachines(state),
    operations: createMemoryOperations(state),
    ping: () => Promise.resolve(Math.floor(state.clock.nowMs())),
    schema: () => Promise.resolve({ applied: SCHEMA_VERSION, expected: SCHEMA_VERSION }),
    facts: () => Promise.resolve(memoryFacts(state)),
    onWake: state.signal.onWake,
    close: () => Promise.resolve(),
  };
}

/** There is nothing to migrate: the one version is always there. */
const SCHEMA_VERSION = 1;

function emptyState(
  { clock = systemClock, lockTimeoutMs = LOCK_TIMEOUT_MS }: MemoryStoreOptions,
): MemoryState {
  return {
    clock,
    lockTimeoutMs,
    locks: createLaneLocks(),
    signal: createWakeSignal(),
    lanes: new Map(),
    readyLanes: new Set(),
    entities: new Map(),
    timers: new Map(),
    history: [],
    historyByEntity: new Map(),
    outbox: new Map(),
    deadLetters: new Map(),
    answers: new Map(),
    machines: new Map(),
    accounts: new Map(),
    loginFailures: new Map(),
    documents: new Map(),
    audit: [],
    workers: new Map(),
    counter: 0,
    machineRevision: 0,
  };
}
