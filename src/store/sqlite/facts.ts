/** A SQLite file as it stands. */
import { assert } from "../../assert.ts";
import { number, numberOrNull } from "../columns.ts";
import { COUNT_MAX } from "../limits.ts";
import type { StoreFacts } from "../store.ts";
import type { SqliteDatabase, SqliteSession } from "./connect.ts";

export async function sqliteFacts(database: SqliteDatabase): Promise<StoreFacts> {
  const walBytes = await sizeOf(`${database.path}-wal`);
  return await database.read((session) => {
    const nowMs = database.nowMs();
    const row = session.get(
      "select sqlite_version() as version, " +
        "(select count(*) from (select 1 from dead_letter where status = 'pending' limit ?2)) as letters, " +
        "(select max(0, ?1 - min(created_at)) from dead_letter where status = 'pending') as letters_age, " +
        "(select count(*) from (select 1 from outbox where next_at <= ?1 limit ?2)) as actions, " +
        "(select max(0, ?1 - min(next_at)) from outbox where next_at <= ?1) as actions_age",
      nowMs,
      COUNT_MAX,
    );
    assert(row !== null, "a count answers one row");
    const pageBytes = pragma(session, "page_size");
    return {
      product: `SQLite ${row["version"]}`,
      deadLetters: { pending: number(row, "letters"), oldestMs: numberOrNull(row, "letters_age") },
      outbox: { due: number(row, "actions"), oldestMs: numberOrNull(row, "actions_age") },
      tables: [],
      oldestTransaction: null,
      connections: null,
      invalidIndexes: [],
      settings: { synchronous: SYNCHRONOUS[pragma(session, "synchronous")] ?? "unknown" },
      partitions: null,
      file: {
        bytes: pragma(session, "page_count") * pageBytes,
        freeBytes: pragma(session, "freelist_count") * pageBytes,
        walBytes,
      },
    };
  });
}

const SYNCHRONOUS = ["off", "normal", "full", "extra"];

function pragma(session: SqliteSession, name: string): number {
  const row = session.get(`pragma ${name}`);
  return row === null ? 0 : number(row, name);
}

/** 0 when there is no such file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0;
  }
}
