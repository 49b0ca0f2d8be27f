/** Opens a database of the predecessor for reading. */
import { DatabaseSync } from "node:sqlite";
import { AppError, messageOf } from "../../errors.ts";
import type { DatabaseRow } from "../columns.ts";
import { sqlitePathOf } from "../migrate.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS } from "../postgres/connect.ts";
import { isPostgresUrl, parsePostgresUrl } from "../postgres/connection_url.ts";
import type { PredecessorSource } from "./port.ts";
import { createPredecessorSource, type PredecessorConnection } from "./source.ts";

/** Schemas in which the predecessor may have put its tables, the likeliest first. */
const SCHEMAS = ["pystator", "public", "pystator_old"];

/** Throws `store_unavailable` when it cannot be opened, `not_found` when no entity was ever kept there. */
export async function openPredecessor(url: string): Promise<PredecessorSource> {
  const connection = isPostgresUrl(url) ? postgresConnection(url) : sqliteConnection(sqlitePathOf(url));
  if (await connection.tableOf("entity_states") === null) {
    await connection.close();
    throw new AppError(
      "not_found",
      "Cannot find tables of PyStator in the database: look for the one its PYSTATOR_DATABASE_URL named",
    );
  }
  return createPredecessorSource(connection);
}

function sqliteConnection(path: string): PredecessorConnection {
  const database = openFile(path);
  return {
    all: (sql, ...values) => Promise.resolve(database.prepare(sql).all(...values)),
    tableOf(name) {
      const row = database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(name);
      return Promise.resolve(row === undefined ? null : `"${name}"`);
    },
    close() {
      database.close();
      return Promise.resolve();
    },
  };
}

function openFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true });
  } catch (error) {
    throw new AppError("store_unavailable", `Cannot open "${path}": ${messageOf(error)}`, { cause: error });
  }
}

function postgresConnection(url: string): PredecessorConnection {
  const database = connectPostgres(parsePostgresUrl(url), {
    applicationName: "stator-import",
    limits: DEFAULT_POSTGRES_LIMITS,
  });
  let schemas: readonly string[] | null = null;
  return {
    all(sql, ...values): Promise<readonly DatabaseRow[]> {
      let count = 0;
      return database.all(sql.replaceAll("?", () => `$${++count}`), ...values);
    },
    async tableOf(name) {
      schemas ??= await schemasOf("entity_states");
      // All lie beside the entities, but for the dead letters, which its migration puts into `public`.
      const homes = [...schemas.slice(0, 1), ...name === "dead_letter_queue" ? ["public"] : []];
      const found = await schemasOf(name);
      const schema = homes.find((home) => found.includes(home));
      return schema === undefined ? null : `"${schema}"."${name}"`;
    },
    close: () => database.close(),
  };

  /** Where a table of this name stands; what Stator itself keeps under these names are views. */
  async function schemasOf(name: string): Promise<readonly string[]> {
    const rows = await database.all(
      "select table_schema as schema from information_schema.tables where table_type = 'BASE TABLE' and table_name = $1",
      name,
    );
    return SCHEMAS.filter((schema) => rows.some((row) => row["schema"] === schema));
  }
}
