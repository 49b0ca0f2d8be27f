/** Applies the migrations to whatever database a URL names. */
import { AppError } from "../errors.ts";
import { systemClock } from "../clock.ts";
import { type MigrationReport, readMigrations } from "./migrations.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS } from "./postgres/connect.ts";
import { isPostgresUrl, parsePostgresUrl } from "./postgres/connection_url.ts";
import { migratePostgres } from "./postgres/migrate.ts";
import { connectSqlite } from "./sqlite/connect.ts";
import { migrateSqlite } from "./sqlite/migrate.ts";

/**
 * Creates or upgrades the schema. Any number of callers at the same time all succeed. Throws `schema_mismatch`, and
 * changes nothing, when the database is newer than this program or an applied file was edited.
 */
export async function migrate(url: string): Promise<MigrationReport> {
  if (isPostgresUrl(url)) {
    const database = connectPostgres(parsePostgresUrl(url), {
      applicationName: "stator-migrate",
      limits: DEFAULT_POSTGRES_LIMITS,
    });
    try {
      return await migratePostgres(database, await readMigrations("postgres"));
    } finally {
      await database.close();
    }
  }
  const database = connectSqlite({
    path: sqlitePathOf(url),
    clock: systemClock,
    synchronous: "full",
    busyMs: SQLITE_BUSY_MS,
    isCreated: true,
  });
  try {
    return await migrateSqlite(database, await readMigrations("sqlite"));
  } finally {
    database.close();
  }
}

const SQLITE_BUSY_MS = 60_000;

/** `sqlite:///name.db` is a file in the current folder, `sqlite:////folder/name.db` one with an absolute path. */
export function sqlitePathOf(url: string): string {
  const path = /^sqlite(?:\+[a-z0-9]+)?:(?:\/\/\/?)?(?<path>[^?]*)/i.exec(url)?.groups?.["path"];
  if (path === undefined) {
    throw new AppError(
      "bad_configuration",
      'Cannot read the database URL: it must begin with "postgresql://" or "sqlite:///"',
    );
  }
  return path === "" ? ":memory:" : decodeURIComponent(path);
}
