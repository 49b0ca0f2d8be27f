/** A PostgreSQL database as it stands. */
import { assert } from "../../assert.ts";
import { type DatabaseRow, number, numberOrNull, text } from "../columns.ts";
import { COUNT_MAX } from "../limits.ts";
import type { StoreFacts } from "../store.ts";
import type { PostgresDatabase } from "./connect.ts";

const SETTINGS = ["synchronous_commit", "fsync", "full_page_writes", "autovacuum", "track_counts"];

const QUEUES = "select current_setting('server_version') as version, " +
  "(select count(*) from (select 1 from stator.dead_letter where status = 'pending' limit $1::int) n) as letters, " +
  "(select stator.now_ms() - min(created_at) from stator.dead_letter where status = 'pending') as letters_age, " +
  "(select count(*) from (select 1 from stator.outbox where next_at <= stator.now_ms() limit $1::int) n) as actions, " +
  "(select stator.now_ms() - min(next_at) from stator.outbox where next_at <= stator.now_ms()) as actions_age, " +
  "(select count(*) from pg_stat_activity where backend_type = 'client backend') as connections, " +
  "current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as connections_max";

const TABLES = "select relname as name, n_live_tup as live, n_dead_tup as dead, " +
  "pg_total_relation_size(relid) as bytes, " +
  "(extract(epoch from greatest(last_vacuum, last_autovacuum)) * 1000)::bigint as vacuumed_at " +
  "from pg_stat_user_tables where schemaname in ('stator', 'pystator') order by n_dead_tup desc, relname limit 50";

/** Open transactions, prepared ones included: each holds back the feed and what vacuum may clean. */
const TRANSACTIONS =
  "select who, state, (extract(epoch from clock_timestamp() - at) * 1000)::bigint as age from (" +
  "select coalesce(nullif(application_name, ''), usename, '?') || ' (process ' || pid || ')' as who, " +
  "coalesce(state, '?') as state, xact_start as at from pg_stat_activity " +
  "where xact_start is not null and backend_type = 'client backend' and pid <> pg_backend_pid() union all " +
  "select coalesce(owner, '?') || ' (prepared as ' || gid || ')', 'prepared', prepared from pg_prepared_xacts" +
  ") open order by at limit 1";

const INVALID_INDEXES =
  "select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid " +
  "join pg_namespace n on n.oid = c.relnamespace " +
  "where n.nspname in ('stator', 'pystator') and not i.indisvalid order by 1 limit 50";

const PARTITIONS = "select count(*) as count, coalesce(max(until_ms), 0) as until, " +
  "coalesce(pg_stat_get_live_tuples('stator.history_default'::regclass), 0) as stray from stator.history_partitions()";

export async function postgresFacts(database: PostgresDatabase): Promise<StoreFacts> {
  const [queues, tables, transaction, invalid, partitions, settings] = await Promise.all([
    database.get(QUEUES, COUNT_MAX),
    database.all(TABLES),
    database.get(TRANSACTIONS),
    database.all(INVALID_INDEXES),
    database.get(PARTITIONS),
    database.get(
      `select ${SETTINGS.map((name) => `current_setting('${name}') as ${name}`).join(", ")}`,
    ),
  ]);
  assert(queues !== null, "a count answers one row");
  return {
    product: `PostgreSQL ${text(queues, "version")}`,
    deadLetters: { pending: number(queues, "letters"), oldestMs: numberOrNull(queues, "letters_age") },
    outbox: { due: number(queues, "actions"), oldestMs: numberOrNull(queues, "actions_age") },
    tables: tables.map(tableFrom),
    oldestTransaction: transaction === null ? null : {
      ageMs: Math.max(0, number(transaction, "age")),
      who: text(transaction, "who"),
      state: text(transaction, "state"),
    },
    connections: { used: number(queues, "connections"), max: number(queues, "connections_max") },
    invalidIndexes: invalid.map((row) => text(row, "name")),
    settings: Object.fromEntries(SETTINGS.map((name) => [name, String(settings?.[name] ?? "unknown")])),
    partitions: partitions === null ? null : {
      count: number(partitions, "count"),
      coveredUntilMs: number(partitions, "until"),
      strayRows: number(partitions, "stray"),
    },
    file: null,
  };
}

function tableFrom(row: DatabaseRow): StoreFacts["tables"][number] {
  return {
    name: text(row, "name"),
    rowsLive: number(row, "live"),
    rowsDead: number(row, "dead"),
    bytes: number(row, "bytes"),
    vacuumedAtMs: numberOrNull(row, "vacuumed_at"),
  };
}
