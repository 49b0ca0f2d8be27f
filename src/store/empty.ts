/** Deletes what a database holds and keeps its tables, with no more rights than deleting needs. */
import { systemClock } from "../clock.ts";
import { text } from "./columns.ts";
import { sqlitePathOf } from "./migrate.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS } from "./postgres/connect.ts";
import { isPostgresUrl, parsePostgresUrl } from "./postgres/connection_url.ts";
import { connectSqlite } from "./sqlite/connect.ts";

/** `runtime`: machines, entities and everything about them; people, keys, settings and the audit trail stay. */
export type Emptied = "runtime" | "everything";

/** What the tables themselves need: which migrations were applied, and counters. */
const LEDGERS = new Set(["migration", "stator_migration", "setting"]);
/** What `runtime` keeps. */
const KEPT = new Set(["account", "audit", "document", "login_failure"]);
const SQLITE_BUSY_MS = 60_000;
/** Deleting millions of rows takes its time. */
const DELETE_MS = 30 * 60_000;

/** All in one transaction; answers how many rows went, by table. Throws `store_unavailable`. */
export async function emptyDatabase(url: string, what: Emptied): Promise<Readonly<Record<string, number>>> {
  return isPostgresUrl(url) ? await emptyPostgres(url, what) : await emptySqlite(url, what);
}

function isEmptied(table: string, what: Emptied): boolean {
  return !LEDGERS.has(table) && (what === "everything" || !KEPT.has(table));
}

async function emptyPostgres(url: string, what: Emptied): Promise<Readonly<Record<string, number>>> {
  const limits = { ...DEFAULT_POSTGRES_LIMITS, statementTimeoutMs: DELETE_MS, deadlineMs: DELETE_MS };
  const database = connectPostgres(parsePostgresUrl(url), { applicationName: "stator-empty", limits });
  try {
    // Partitions are emptied with their table; tables of the predecessor stand where this program made none.
    const rows = await database.all(
      "select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace " +
        "where c.relkind in ('r', 'p') and not c.relispartition and (n.nspname = 'stator' or " +
        "n.nspname = 'pystator' and to_regclass('pystator.machines') is null) order by 1, 2",
    );
    const tables = rows.filter((row) => isEmptied(text(row, "name"), what));
    const counts = tables.map((row) => {
      const name = `${text(row, "schema")}.${text(row, "name")}`;
      return {
        name,
        sql: `with gone as (delete from ${name} returning 1) select count(*)::text as gone from gone`,
      };
    });
    const client = database.connect({});
    try {
      const answers = await client.run(
        [
          { sql: "begin" },
          ...counts.map(({ sql }) => ({ sql, values: [] })),
          { sql: "update stator.setting set value = value + 1 where name = 'machine_revision'" },
          { sql: "commit" },
        ],
        DELETE_MS,
      );
      return Object.fromEntries(
        counts.map(({ name }, index) => [name, Number(answers[index + 1]?.[0]?.["gone"])]),
      );
    } finally {
      await client.destroy();
    }
  } finally {
    await database.close();
  }
}

async function emptySqlite(url: string, what: Emptied): Promise<Readonly<Record<string, number>>> {
  const database = connectSqlite({
    path: sqlitePathOf(url),
    clock: systemClock,
    synchronous: "full",
    busyMs: SQLITE_BUSY_MS,
    isCreated: false,
  });
  try {
    return await database.write((session) => {
      const isOld =
        session.get("select 1 from sqlite_master where type = 'table' and name = 'machines'") !== null;
      const tables = session.all(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and sql not like 'create virtual%' order by name",
      ).map((row) => text(row, "name"));
      // Processes that run must not go on with machines that they remember.
      session.run("update setting set value = value + 1 where name = 'machine_revision'");
      const own = isOld ? tables.filter((name) => !PREDECESSOR.has(name)) : tables;
      return Object.fromEntries(
        own.filter((name) => isEmptied(name, what)).map((
          name,
        ) => [name, session.run(`delete from "${name}"`)]),
      );
    });
  } finally {
    database.close();
  }
}

/** Tables of the predecessor that may share the file. */
const PREDECESSOR = new Set([
  "alembic_version",
  "machines",
  "entity_states",
  "transition_history",
  "event_log",
  "worker_events",
  "worker_apply_data_events",
  "action_outbox",
  "registry_catalog",
  "dead_letter_queue",
  "webhooks",
  "workspace_annotations",
  "workspace_transition_annotations",
  "workspace_layouts",
  "discovery_connection_instances",
]);
