/** The store in one SQLite file: the embedded default. */
import { type Clock, systemClock } from "../../clock.ts";
import { createLaneLocks } from "../lane_locks.ts";
import { LOCK_TIMEOUT_MS } from "../limits.ts";
import { expectedVersion, readMigrations } from "../migrations.ts";
import type { Store } from "../store.ts";
import { createWakeSignal } from "../wake_signal.ts";
import { connectSqlite } from "./connect.ts";
import { createSqliteDeadLetters } from "./dead_letters.ts";
import { createSqliteEntities } from "./entities.ts";
import { sqliteFacts } from "./facts.ts";
import { createSqliteHistory } from "./history.ts";
import { createSqliteInbox, type SqliteDeps } from "./inbox.ts";
import { createSqliteLanes } from "./lanes.ts";
import { createSqliteMachines } from "./machines.ts";
import { appliedVersion, migrateSqlite } from "./migrate.ts";
import { createSqliteOperations } from "./operations.ts";
import { createSqliteOutbox } from "./outbox.ts";
import { createSqliteTurns } from "./turns.ts";

export interface SqliteStoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly clock?: Clock;
  readonly lockTimeoutMs?: number;
  /** How long a write waits for another process. Default 5 s. */
  readonly busyMs?: number;
  /** `full` also survives a loss of power. Default `normal`. */
  readonly synchronous?: "normal" | "full";
  /** Creates the file and applies what is missing of the schema; always so for `:memory:`. */
  readonly isMigrated?: boolean;
}

/** Throws `store_unavailable` when the file cannot be opened. It must have been migrated, unless told otherwise. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const isMigrated = options.isMigrated === true || options.path === ":memory:";
  const migrations = await readMigrations("sqlite");
  const database = connectSqlite({
    path: options.path,
    clock: options.clock ?? systemClock,
    synchronous: options.synchronous ?? "normal",
    busyMs: options.busyMs ?? BUSY_MS,
    isCreated: isMigrated,
  });
  if (isMigrated) {
    await migrateSqlite(database, migrations).catch((error: unknown) => {
      database.close();
      throw error;
    });
  }
  const deps: SqliteDeps = {
    database,
    locks: createLaneLocks(),
    lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    signal: createWakeSignal(),
  };
  return {
    dialect: "sqlite",
    turns: createSqliteTurns(deps),
    inbox: createSqliteInbox(deps),
    lanes: createSqliteLanes(database),
    entities: createSqliteEntities(database),
    history: createSqliteHistory(database),
    outbox: createSqliteOutbox(deps),
    deadLetters: createSqliteDeadLetters(deps),
    machines: createSqliteMachines(database),
    operations: createSqliteOperations(deps),
    ping: () =>
      database.read((session) => {
        session.get("select 1 from sqlite_schema");
        return database.nowMs();
      }),
    schema: async () => ({
      applied: await appliedVersion(database, migrations),
      expected: expectedVersion(migrations),
    }),
    facts: () => sqliteFacts(database),
    onWake: deps.signal.onWake,
    close() {
      database.close();
      return Promise.resolve();
    },
  };
}

const BUSY_MS = 5_000;
