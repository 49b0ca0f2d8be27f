/** The connections of one store: a few for turns, a few for single statements. */
import { type DatabaseRow, number } from "../columns.ts";
import { createClient, type PostgresClient, type PostgresValue } from "./client.ts";
import { type ClientPool, createClientPool } from "./client_pool.ts";
import type { PostgresAddress } from "./connection_url.ts";
import { storeError } from "./errors.ts";

export interface PostgresLimits {
  /** Turns at one time, each on a connection of its own. */
  readonly turnsMax: number;
  /** Single statements at one time. */
  readonly callsMax: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** After this time a call has failed, whatever the server does, and its connection is replaced. */
  readonly deadlineMs: number;
}

export const DEFAULT_POSTGRES_LIMITS: PostgresLimits = {
  turnsMax: 4,
  callsMax: 4,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 5_000,
  lockTimeoutMs: 4_500,
  deadlineMs: 8_000,
};

export interface PostgresDatabase {
  readonly address: PostgresAddress;
  readonly limits: PostgresLimits;
  readonly turns: ClientPool;
  /** One statement in a transaction of its own. */
  all(sql: string, ...values: readonly PostgresValue[]): Promise<readonly DatabaseRow[]>;
  /** The first row. */
  get(sql: string, ...values: readonly PostgresValue[]): Promise<DatabaseRow | null>;
  /** Like `get`, with a shorter deadline. */
  getWithin(deadlineMs: number, sql: string): Promise<DatabaseRow | null>;
  nowMs(): Promise<number>;
  connect(
    handlers: { readonly onNotify?: (channel: string) => void; readonly onClose?: () => void },
  ): PostgresClient;
  openCount(): number;
  close(): Promise<void>;
}

export function connectPostgres(
  address: PostgresAddress,
  options: { readonly limits: PostgresLimits; readonly applicationName: string },
): PostgresDatabase {
  const { limits, applicationName } = options;
  const connect: PostgresDatabase["connect"] = (handlers) =>
    createClient({ address, applicationName, ...limits, ...handlers });
  const turns = createClientPool({
    size: limits.turnsMax,
    acquireMs: limits.deadlineMs,
    connect: () => connect({}),
  });
  const calls = createClientPool({
    size: limits.callsMax,
    acquireMs: limits.deadlineMs,
    connect: () => connect({}),
  });

  return {
    address,
    limits,
    turns,
    connect,
    all: (sql, ...values) => call(limits.deadlineMs, sql, values),
    get: async (sql, ...values) => (await call(limits.deadlineMs, sql, values))[0] ?? null,
    getWithin: async (deadlineMs, sql) => (await call(deadlineMs, sql, []))[0] ?? null,
    async nowMs() {
      const [row] = await call(limits.deadlineMs, "select stator.now_ms() as now", []);
      return row === undefined ? 0 : number(row, "now");
    },
    openCount: () => turns.openCount() + calls.openCount(),
    close: async () => {
      await Promise.all([turns.close(), calls.close()]);
    },
  };

  async function call(
    deadlineMs: number,
    sql: string,
    values: readonly PostgresValue[],
  ): Promise<readonly DatabaseRow[]> {
    try {
      const client = await calls.acquire();
      try {
        const [rows = []] = await client.run([{ sql, values }], deadlineMs);
        return rows;
      } finally {
        calls.release(client);
      }
    } catch (error) {
      throw storeError(error);
    }
  }
}
