/** The numbered migration files of a dialect, and which of them a database still needs. */
import { createHash } from "node:crypto";
import { AppError } from "../errors.ts";

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 (hex) of the text. */
  readonly checksum: string;
  /** Left out, and marked as such, where one of these tables stands already: it belongs to the predecessor. */
  readonly unlessTables: readonly string[];
}

export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

export interface MigrationReport {
  /** Version of the schema afterwards. */
  readonly version: number;
  /** Names of the files applied by this call. */
  readonly applied: readonly string[];
  /** What the operator should know. */
  readonly notes: readonly string[];
}

export type MigrationDialect = "sqlite" | "postgres";

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
const UNLESS_TABLES = /^-- unless table: (.+)$/m;

/** Reads the files beside this program, in order. */
export async function readMigrations(dialect: MigrationDialect): Promise<readonly Migration[]> {
  const folder = new URL(`../../migrations/${dialect}/`, import.meta.url);
  const migrations: Migration[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const version = FILE_NAME.exec(entry.name)?.[1];
    if (version === undefined) continue;
    const sql = await Deno.readTextFile(new URL(entry.name, folder));
    migrations.push({
      version: Number(version),
      name: entry.name,
      sql,
      checksum: checksumOf(sql),
      unlessTables: UNLESS_TABLES.exec(sql)?.[1]?.split(/,\s*/) ?? [],
    });
  }
  return migrations.toSorted((a, b) => a.version - b.version);
}

/** The files to apply, in order. Throws `schema_mismatch` when this program must not touch the database. */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const one of applied) {
    const migration = known.get(one.version);
    if (migration === undefined) {
      throw new AppError(
        "schema_mismatch",
        `Cannot use the database: it has migration "${one.name}", which is newer than this program. ` +
          "Nothing was changed; use a newer version of the program",
      );
    }
    if (migration.checksum !== one.checksum) {
      throw new AppError(
        "schema_mismatch",
        `Cannot use the database: migration "${one.name}" was edited after it was applied. Nothing was changed`,
      );
    }
  }
  const done = new Set(applied.map((one) => one.version));
  return migrations.filter((migration) => !done.has(migration.version));
}

/** Version that a database has after all files. */
export function expectedVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/** What to tell an operator whose database still holds the tables of the predecessor. */
export function predecessorNote(table: string): string {
  return `Table "${table}" of PyStator was found and left as it is: the compatible views were not created. ` +
    "Export its machines and entities and import them (see docs/storage.md), rename the old tables, " +
    "then apply the file by hand";
}

function checksumOf(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}
