/** One SQLite file: statements kept prepared, writes one at a time, a busy file waited for without blocking. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { DatabaseRow } from "../columns.ts";
import { isBusy, storeError } from "./errors.ts";

export type SqliteValue = string | number | null;

/** Statements; each runs to its end at once. */
export interface SqliteSession {
  all(sql: string, ...values: readonly SqliteValue[]): readonly DatabaseRow[];
  get(sql: string, ...values: readonly SqliteValue[]): DatabaseRow | null;
  /** Number of rows changed. */
  run(sql: string, ...values: readonly SqliteValue[]): number;
}

export interface SqliteDatabase {
  readonly path: string;
  nowMs(): number;
  /** Reads one consistent state. */
  read<T>(run: (session: SqliteSession) => T): Promise<T>;
  /** Writes all or nothing; waits for other processes up to the busy limit. */
  write<T>(run: (session: SqliteSession) => T): Promise<T>;
  /** A script of several statements, outside any transaction. */
  script(sql: string): void;
  close(): void;
}

export interface SqliteConnectOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  /** `full` makes every commit durable against power loss; `normal` only against the end of the process. */
  readonly synchronous: "normal" | "full";
  /** How long a write waits for another process. */
  readonly busyMs: number;
  /** false = the file must be there already. */
  readonly isCreated: boolean;
}

/** Longest stretch for which waiting for another process may hold up this one. */
const BLOCKING_MS = 25;
const RETRY_MS = 5;
/** The default of 2 MiB is smaller than the pages that one turn of many entities touches. */
const CACHE_KIB = 65_536;
const CHECKPOINT_PAGES = 16_000;
/** Prepared statements that are kept; list queries vary with their filters. */
const STATEMENTS_MAX = 300;

/** Throws `store_unavailable` when the file cannot be opened. */
export function connectSqlite(options: SqliteConnectOptions): SqliteDatabase {
  const { path, clock, busyMs } = options;
  const database = openFile(options);
  const statements = new Map<string, StatementSync>();
  let isOpen = true;

  const session: SqliteSession = {
    all: (sql, ...values) => prepared(sql).all(...values),
    get: (sql, ...values) => prepared(sql).get(...values) ?? null,
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
  };
  return {
    path,
    nowMs: () => Math.floor(clock.nowMs()),
    read: (run) => transaction("begin", run),
    write: (run) => transaction("begin immediate", run),
    script: (sql) => database.exec(sql),
    close() {
      if (!isOpen) return;
      isOpen = false;
      statements.clear();
      database.close();
    },
  };

  async function transaction<T>(begin: string, run: (session: SqliteSession) => T): Promise<T> {
    const startedMs = performance.now();
    for (;;) {
      if (!isOpen) throw new AppError("store_unavailable", `Cannot use database "${path}": it is closed`);
      try {
        return attempt(begin, run);
      } catch (error) {
        if (!isBusy(error) || performance.now() - startedMs > busyMs) throw storeError(path, error);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (0.5 + Math.random())));
    }
  }

  function attempt<T>(begin: string, run: (session: SqliteSession) => T): T {
    database.exec(begin);
    try {
      const result = run(session);
      database.exec("commit");
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec("rollback");
      throw error;
    }
  }

  function prepared(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    if (statements.size >= STATEMENTS_MAX) statements.clear();
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }
}

function openFile({ path, synchronous, isCreated }: SqliteConnectOptions): DatabaseSync {
  try {
    if (!isCreated && path !== ":memory:") Deno.statSync(path);
    const database = new DatabaseSync(path, { timeout: BLOCKING_MS });
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = ${synchronous}; pragma foreign_keys = off; ` +
        `pragma cache_size = -${CACHE_KIB}; pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    );
    return database;
  } catch (error) {
    throw storeError(path, error);
  }
}
