/** Brings a SQLite file to the schema of this program, in one transaction. */
import { number, text } from "../columns.ts";
import {
  type AppliedMigration,
  expectedVersion,
  type Migration,
  type MigrationReport,
  pendingMigrations,
  predecessorNote,
} from "../migrations.ts";
import type { SqliteDatabase, SqliteSession } from "./connect.ts";

/** Whoever comes second waits for the first and then finds nothing to do. A failure changes nothing. */
export function migrateSqlite(
  database: SqliteDatabase,
  migrations: readonly Migration[],
): Promise<MigrationReport> {
  return database.write((session) => {
    session.run(
      "create table if not exists stator_migration " +
        "(version integer primary key, name text not null, checksum text not null, applied_at integer not null) strict",
    );
    const applied: string[] = [];
    const notes: string[] = [];
    for (const migration of pendingMigrations(migrations, appliedOf(session))) {
      const table = migration.unlessTables.find((name) => hasTable(session, name));
      if (table !== undefined) notes.push(predecessorNote(table));
      else {
        database.script(migration.sql);
        applied.push(migration.name);
      }
      session.run(
        "insert into stator_migration (version, name, checksum, applied_at) values (?, ?, ?, ?)",
        migration.version,
        migration.name,
        migration.checksum,
        database.nowMs(),
      );
    }
    return { version: expectedVersion(migrations), applied, notes };
  });
}

/** Version of the file; null = it was never initialised. Throws `schema_mismatch` when it is not this program's. */
export function appliedVersion(
  database: SqliteDatabase,
  migrations: readonly Migration[],
): Promise<number | null> {
  return database.read((session) => {
    if (!hasTable(session, "stator_migration")) return null;
    const applied = appliedOf(session);
    pendingMigrations(migrations, applied);
    return applied.at(-1)?.version ?? null;
  });
}

function appliedOf(session: SqliteSession): readonly AppliedMigration[] {
  return session.all("select version, name, checksum from stator_migration order by version").map((row) => ({
    version: number(row, "version"),
    name: text(row, "name"),
    checksum: text(row, "checksum"),
  }));
}

function hasTable(session: SqliteSession, name: string): boolean {
  return session.get("select 1 from sqlite_schema where type = 'table' and name = ?", name) !== null;
}
