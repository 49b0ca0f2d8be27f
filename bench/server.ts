/** One PostgreSQL for everything that is measured beside it, with the settings a small server would have. */
import postgres from "postgres";
import { migrate } from "../tests/chaos/database.ts";
import { startPostgres } from "../tests/chaos/postgres_server.ts";
import { openPostgresStore } from "../src/store/postgres/postgres_store.ts";
import type { Store } from "../src/store/store.ts";

export interface BenchServer {
  /** URL of a new, empty database. */
  createDatabase(): Promise<string>;
}

/** Commits reach the disk; checkpoints do not fall into a measurement. The same for every peer. */
const SETTINGS = [
  "shared_buffers=1GB",
  "max_wal_size=4GB",
  "checkpoint_timeout=30min",
  "max_connections=100",
];

export async function withServer<T>(use: (server: BenchServer) => Promise<T>): Promise<T> {
  const server = await startPostgres({ settings: SETTINGS });
  let count = 0;
  try {
    return await use({
      async createDatabase() {
        count += 1;
        await execute(server.url, `create database bench_${count}`);
        const url = new URL(server.url);
        url.pathname = `/bench_${count}`;
        return url.href;
      },
    });
  } finally {
    await server.stop();
  }
}

/** A store of its own, on a database that has the tables. */
export async function withStore<T>(
  server: BenchServer,
  use: (store: Store, url: string) => Promise<T>,
): Promise<T> {
  const url = await server.createDatabase();
  await migrate(url);
  const store = await openPostgresStore({ url });
  try {
    return await use(store, url);
  } finally {
    await store.close();
  }
}

/** Statements on a connection of their own, each in its own transaction; answers the rows of the last. */
export async function execute(
  url: string,
  ...statements: readonly string[]
): Promise<readonly postgres.Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  try {
    let rows: readonly postgres.Row[] = [];
    for (const statement of statements) rows = await sql.unsafe(statement);
    return rows;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
