/** The store in one PostgreSQL database, shared by any number of processes. */
import { number } from "../columns.ts";
import { expectedVersion, readMigrations } from "../migrations.ts";
import type { Store } from "../store.ts";
import { createWakeSignal, type WakeSignal } from "../wake_signal.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS, type PostgresLimits } from "./connect.ts";
import { parsePostgresUrl } from "./connection_url.ts";
import { createPostgresDeadLetters } from "./dead_letters.ts";
import { createPostgresEntities } from "./entities.ts";
import { postgresFacts } from "./facts.ts";
import { createPostgresHistory } from "./history.ts";
import { createPostgresInbox } from "./inbox.ts";
import { createPostgresLanes } from "./lanes.ts";
import { createPostgresMachines } from "./machines.ts";
import { appliedVersion } from "./migrate.ts";
import { createPostgresOperations } from "./operations.ts";
import { createPostgresOutbox } from "./outbox.ts";
import { createPostgresTurns, type PostgresDeps } from "./turns.ts";
import { createPostgresWake } from "./wake.ts";

export interface PostgresStoreOptions extends Partial<PostgresLimits> {
  readonly url: string;
  readonly applicationName?: string;
  /** Behind a pooler in transaction mode; also said by `?pgbouncer=true` or `?prepare=false` in the URL. */
  readonly isPooled?: boolean;
  /** Hints from other processes, on a connection of its own; never behind a pooler. Default true. */
  readonly isListening?: boolean;
  /** Prefix of the channels that the predecessor's producers notify. */
  readonly channelPrefix?: string;
}

const PING_MS = 2_000;

/** Connects with the first call: a database that is not there yet is no reason to stop. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, applicationName = "stator", isPooled, isListening = true, channelPrefix = "", ...limits } =
    options;
  const parsed = parsePostgresUrl(url);
  const address = { ...parsed, isPooled: isPooled ?? parsed.isPooled };
  const migrations = await readMigrations("postgres");
  const database = connectPostgres(address, {
    applicationName,
    limits: { ...DEFAULT_POSTGRES_LIMITS, ...withoutUndefined(limits) },
  });
  const local = createWakeSignal();
  const wake = isListening && !address.isPooled
    ? createPostgresWake(database, { signal: local, channelPrefix })
    : null;
  const signal: WakeSignal = {
    onWake: local.onWake,
    wake() {
      local.wake();
      wake?.notify();
    },
  };
  const deps: PostgresDeps = { database, signal };
  return {
    dialect: "postgres",
    turns: createPostgresTurns(deps),
    inbox: createPostgresInbox(deps),
    lanes: createPostgresLanes(database),
    entities: createPostgresEntities(database),
    history: createPostgresHistory(database),
    outbox: createPostgresOutbox(deps),
    deadLetters: createPostgresDeadLetters(deps),
    machines: createPostgresMachines(database),
    operations: createPostgresOperations(deps),
    async ping() {
      const row = await database.getWithin(
        PING_MS,
        "select (extract(epoch from clock_timestamp()) * 1000)::bigint as now",
      );
      return row === null ? 0 : number(row, "now");
    },
    schema: async () => ({
      applied: await appliedVersion(database, migrations),
      expected: expectedVersion(migrations),
    }),
    facts: () => postgresFacts(database),
    onWake: local.onWake,
    close: async () => {
      await Promise.all([wake?.close(), database.close()]);
    },
  };
}

function withoutUndefined(limits: Partial<PostgresLimits>): Partial<PostgresLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
