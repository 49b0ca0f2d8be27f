/** What each kind of process is built from. */
import type { Clock } from "../clock.ts";
import type { Config, DatabaseConfig } from "../config_values.ts";
import type { Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface ProcessDeps {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** A new UUID. */
  readonly newId: () => string;
  readonly hostname: string;
  readonly databases: Databases;
}

/** The kinds of store, by the URL of the database. */
export interface Databases {
  open(database: DatabaseConfig): Promise<Store>;
  /** Brings the tables up to date: names of what was applied, and what the operator should know. */
  upgrade(
    database: DatabaseConfig,
  ): Promise<{ readonly applied: readonly string[]; readonly notes: readonly string[] }>;
  status(database: DatabaseConfig): Promise<{ readonly applied: number | null; readonly expected: number }>;
  /** Settings of the server that may lose what was committed. */
  hazards(database: DatabaseConfig): Promise<readonly string[]>;
  migrations(database: DatabaseConfig): Promise<readonly string[]>;
}
