/** Brings a PostgreSQL database to the schema of this program, in one transaction, one caller at a time. */
import { number, text } from "../columns.ts";
import {
  type AppliedMigration,
  expectedVersion,
  type Migration,
  type MigrationReport,
  pendingMigrations,
  predecessorNote,
} from "../migrations.ts";
import type { PostgresClient, Statement } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";
import { storeError } from "./errors.ts";

/** "stator" as a number: whoever migrates holds this lock until the end of the transaction. */
const ADVISORY_LOCK = 0x73746174;
/** Building an index on a large table takes its time. */
const MIGRATION_MS = 600_000;

/** Months for which history has its partition before they begin. */
export const MONTHS_AHEAD = 2;

const CREATE_LEDGER = "create schema if not exists stator; " +
  "create table if not exists stator.migration (version integer primary key, name text not null, " +
  "checksum text not null, applied_at bigint not null)";
const LEDGER = "select version, name, checksum from stator.migration order by version";

/** Whoever comes second waits for the first and then finds nothing to do. A failure changes nothing. */
export async function migratePostgres(
  database: PostgresDatabase,
  migrations: readonly Migration[],
): Promise<MigrationReport> {
  const client = database.connect({});
  try {
    await run(client, {
      sql:
        `begin; set local statement_timeout = ${MIGRATION_MS}; set local lock_timeout = ${MIGRATION_MS}; ` +
        `select pg_advisory_xact_lock(${ADVISORY_LOCK})`,
    });
    // Asked first, so that a database that must not be touched is not, and a role without rights may still look.
    const isKnown =
      (await run(client, { sql: "select to_regclass('stator.migration') is not null as known" }))[0];
    if (isKnown?.["known"] !== true) await run(client, { sql: CREATE_LEDGER });
    const report = await apply(client, migrations);
    await run(client, { sql: "select stator.extend_history($1::int)", values: [MONTHS_AHEAD] });
    await run(client, { sql: "commit" });
    return report;
  } catch (error) {
    throw storeError(error);
  } finally {
    await client.destroy();
  }
}

async function apply(client: PostgresClient, migrations: readonly Migration[]): Promise<MigrationReport> {
  const applied: string[] = [];
  const notes: string[] = [];
  for (const migration of pendingMigrations(migrations, appliedFrom(await run(client, { sql: LEDGER })))) {
    const table = await firstTable(client, migration.unlessTables);
    if (table !== null) notes.push(predecessorNote(table));
    else {
      await run(client, { sql: migration.sql });
      applied.push(migration.name);
    }
    await run(client, {
      sql: "insert into stator.migration (version, name, checksum, applied_at) values ($1, $2, $3, " +
        "(extract(epoch from clock_timestamp()) * 1000)::bigint)",
      values: [migration.version, migration.name, migration.checksum],
    });
  }
  return { version: expectedVersion(migrations), applied, notes };
}

/** Version of the database; null = it was never initialised. Throws `schema_mismatch` when it is not this program's. */
export async function appliedVersion(
  database: PostgresDatabase,
  migrations: readonly Migration[],
): Promise<number | null> {
  const known = await database.get("select to_regclass('stator.migration') is not null as known");
  if (known?.["known"] !== true) return null;
  const applied = appliedFrom(await database.all(LEDGER));
  pendingMigrations(migrations, applied);
  return applied.at(-1)?.version ?? null;
}

async function firstTable(client: PostgresClient, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const [row] = await run(client, { sql: "select to_regclass($1) is not null as known", values: [name] });
    if (row?.["known"] === true) return name;
  }
  return null;
}

function appliedFrom(rows: Awaited<ReturnType<typeof run>>): readonly AppliedMigration[] {
  return rows.map((row) => ({
    version: number(row, "version"),
    name: text(row, "name"),
    checksum: text(row, "checksum"),
  }));
}

async function run(client: PostgresClient, statement: Statement) {
  const [rows = []] = await client.run([statement], MIGRATION_MS);
  return rows;
}
