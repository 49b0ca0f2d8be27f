/** Opens the store of a process and waits, for a while, until it answers and its tables fit. */
import type { DatabaseConfig } from "../config_values.ts";
import { badConfiguration } from "../config.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { Databases, ProcessDeps } from "./process.ts";

const WAIT_MAX_MS = 30_000;
const PAUSE_MS = 1_000;

/**
 * A database that starts at the same time is waited for; after 30 s the process gives up with `store_unavailable` or
 * `schema_mismatch`. The file of an embedded database is brought up to date here, a server's tables never are.
 */
export async function openStore(
  deps: Omit<ProcessDeps, "metrics">,
  options: { readonly database: DatabaseConfig; readonly signal: AbortSignal },
): Promise<Store> {
  const { config, log, clock } = deps;
  const { database, signal } = options;
  if (config.isProduction && !database.isNamed) {
    throw badConfiguration(["PYSTATOR_DATABASE_URL must be set in production"]);
  }
  if (!database.isNamed) {
    log.info("No database is named, uses the file in the current folder", { file: database.path });
  }
  if (database.dialect === "sqlite") await deps.databases.upgrade(database);
  const store = await deps.databases.open(database);
  const untilMs = clock.nowMs() + WAIT_MAX_MS;
  while (true) {
    const problem = await problemOf(store);
    if (problem === null) {
      if (config.isProduction) await refuseHazards(deps.databases, database, store);
      return store;
    }
    if (clock.nowMs() >= untilMs || signal.aborted) {
      await store.close();
      throw problem;
    }
    log.warning("Waits for the database", { reason: problem.message });
    await clock.sleep(PAUSE_MS, signal);
  }
}

async function refuseHazards(databases: Databases, database: DatabaseConfig, store: Store): Promise<void> {
  const hazards = await databases.hazards(database);
  if (hazards.length === 0) return;
  await store.close();
  throw badConfiguration(
    hazards.map((hazard) => `the database of PYSTATOR_DATABASE_URL has ${hazard} in production`),
  );
}

async function problemOf(store: Store): Promise<AppError | null> {
  try {
    await store.ping();
    const { applied, expected } = await store.schema();
    if (applied !== null && applied >= expected) return null;
    const found = applied === null
      ? "it has no tables"
      : `its tables have revision ${applied}, ${expected} is needed`;
    return new AppError("schema_mismatch", `Cannot use the database: ${found}`);
  } catch (error) {
    if (error instanceof AppError) return error;
    return new AppError("store_unavailable", `Cannot reach the database: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
