/** The database of one chaos run, and what can be done to it. */
import postgres from "postgres";
import { AppError } from "../../src/errors.ts";
import type { NewEvent } from "../../src/orchestrator/event.ts";
import { readMigrations } from "../../src/store/migrations.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS } from "../../src/store/postgres/connect.ts";
import { parsePostgresUrl } from "../../src/store/postgres/connection_url.ts";
import { migratePostgres } from "../../src/store/postgres/migrate.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../../src/store/store.ts";
import { startPostgres } from "./postgres_server.ts";

export interface Fault {
  readonly name: string;
  /** How often it is chosen, beside the others. */
  readonly weight: number;
  readonly run: () => Promise<void>;
}

export interface ChaosDatabase {
  readonly dialect: "sqlite" | "postgres";
  readonly url: string;
  open(): Promise<Store>;
  /** Sends past the program: the id of the accepted event, null = nobody knows. Repeating the same event is harmless. */
  send(event: NewEvent): Promise<string | null>;
  readonly faults: readonly Fault[];
  /** What the tables themselves say against the promises. */
  audit(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startSqlite(): Promise<ChaosDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "stator_chaos_" });
  const path = `${folder}/chaos.db`;
  const producer = await openSqliteStore({ path, isMigrated: true });
  return {
    dialect: "sqlite",
    url: `sqlite:///${path}`,
    open: () => openSqliteStore({ path }),
    send: (event) => append(producer, event),
    faults: [],
    audit: () => Promise.resolve([]),
    async stop() {
      await producer.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Null = there is no server program on this machine. */
export async function startPostgresChaos(): Promise<ChaosDatabase> {
  const server = await startPostgres();
  await migrate(server.url);
  const producer = createSqlProducer(server.url);
  return {
    dialect: "postgres",
    url: server.url,
    open: () => openPostgresStore({ url: server.url, applicationName: "checker" }),
    send: producer.send,
    faults: [
      { name: "terminate backends", weight: 8, run: () => terminateBackends(server.url) },
      { name: "crash the server", weight: 1, run: () => server.crash() },
    ],
    audit: () => auditTables(server.url),
    async stop() {
      await producer.close();
      await server.stop();
    },
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

async function append(producer: Store, event: NewEvent): Promise<string | null> {
  const [result] = await producer.inbox.append([event]).catch((error: unknown) => {
    if (error instanceof AppError && (error.code === "store_unavailable" || error.code === "conflict")) {
      return [];
    }
    throw error;
  });
  return result === undefined || result.type === "conflict" ? null : result.eventId;
}

/** A producer that knows SQL only: half by the function, half by the table of the predecessor. */
function createSqlProducer(url: string) {
  const connect = () => postgres(url, { max: 4, onnotice: () => {}, connect_timeout: 5, prepare: false });
  let sql = connect();
  return {
    async send(event: NewEvent): Promise<string | null> {
      const current = sql;
      const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("late")), SQL_MS_MAX));
      try {
        return await Promise.race([insert(current, event), late]);
      } catch {
        // The connection may be in any state now: all of them are replaced, once for each set.
        if (sql === current) {
          sql = connect();
          void current.end({ timeout: 0 });
        }
        return null;
      }
    },
    close: () => sql.end({ timeout: 1 }),
  };
}

const SQL_MS_MAX = 8_000;

async function insert(sql: postgres.Sql, event: NewEvent): Promise<string> {
  const { eventId, entityId, machineName } = event;
  const trigger = event.command.type === "event" ? event.command.trigger : "";
  if (parseInt(eventId.slice(0, 1), 16) % 2 === 0) {
    await sql`
      insert into pystator.worker_events (id, machine_name, entity_id, trigger, context_json)
      values (${eventId}, ${machineName}, ${entityId}, ${trigger}, '{}') on conflict (id) do nothing`;
    return eventId;
  }
  const [row] = await sql`
    select stator.append_event(${machineName}, ${entityId}, ${trigger}, '{}', ${eventId}) as id`;
  return String(row?.id);
}

/** One to three of the connections that are in use, whoever they belong to. */
async function terminateBackends(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()
      order by random() limit 1 + (random() * 2)::int`;
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
