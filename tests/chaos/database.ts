/** The database of one chaos run, and what can be done to it. */
import postgres from "postgres";
import { readMigrations } from "../../src/store/migrations.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS } from "../../src/store/postgres/connect.ts";
import { parsePostgresUrl } from "../../src/store/postgres/connection_url.ts";
import { migratePostgres } from "../../src/store/postgres/migrate.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../../src/store/store.ts";
import { startPostgres } from "./postgres_server.ts";

export interface ChaosDatabase {
  readonly dialect: "sqlite" | "postgres";
  readonly url: string;
  open(): Promise<Store>;
  /** What the tables themselves say against the promises. */
  audit(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startSqlite(): Promise<ChaosDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "stator_chaos_" });
  const path = `${folder}/chaos.db`;
  await (await openSqliteStore({ path, isMigrated: true })).close();
  return {
    dialect: "sqlite",
    url: `sqlite:///${path}`,
    open: () => openSqliteStore({ path }),
    audit: () => Promise.resolve([]),
    stop: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Null = there is no server program on this machine. */
export async function startPostgresChaos(): Promise<ChaosDatabase> {
  const server = await startPostgres();
  await migrate(server.url);
  return {
    dialect: "postgres",
    url: server.url,
    open: () => openPostgresStore({ url: server.url, applicationName: "checker" }),
    audit: () => auditTables(server.url),
    stop: server.stop,
  };
}

export async function migrate(url: string): Promise<void> {
  const database = connectPostgres(parsePostgresUrl(url), {
    applicationName: "migration",
    limits: DEFAULT_POSTGRES_LIMITS,
  });
  await migratePostgres(database, await readMigrations("postgres"));
  await database.close();
}

/** One to three of the connections that are in use, whoever they belong to. */
export async function terminateBackends(url: string): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()
      order by random() limit 1 + (random() * 2)::int`;
    return rows.length;
  } catch {
    // The server is away just now.
    return 0;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The same promises, asked of the tables in SQL, past everything the program says about itself. */
async function auditTables(url: string): Promise<readonly string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const holes = await sql`
      select entity_id, count(*) as rows, min(position) as first, max(position) as last from stator.history
      group by entity_id having count(*) <> max(position) or min(position) <> 1 or count(distinct position) <> count(*)`;
    const doubled = await sql`
      select event_id, count(*) as rows from stator.history group by event_id having count(*) > 1`;
    const apart = await sql`
      select e.entity_id, e.position, h.last from stator.entity e
      left join (select entity_id, max(position) as last from stator.history group by entity_id) h using (entity_id)
      where h.last is distinct from e.position`;
    const left = await sql`select count(*)::int as rows from stator.inbox`;
    return [
      ...holes.map((row) => `holes in the history of ${row.entity_id}: ${row.rows} rows to ${row.last}`),
      ...doubled.map((row) => `event ${row.event_id} has ${row.rows} rows`),
      ...apart.map((row) => `entity ${row.entity_id} stands at ${row.position}, its history at ${row.last}`),
      ...left.filter((row) => row.rows > 0).map((row) => `${row.rows} events are left`),
    ];
  } finally {
    await sql.end({ timeout: 1 });
  }
}
