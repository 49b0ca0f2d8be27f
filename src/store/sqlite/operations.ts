/** Accounts, throttling, audit and workers in SQLite. */
import { type DatabaseRow, number } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { WORKER_GONE_MS } from "../limits.ts";
import { addFailure, blockedUntilMs, type LoginFailures, takeAttempt } from "../login_throttle.ts";
import { accountFrom, auditFrom, workerFrom } from "../rows.ts";
import type { OperationsStore } from "../store.ts";
import type { SqliteSession } from "./connect.ts";
import { createSqliteDocuments } from "./documents.ts";
import type { SqliteDeps } from "./inbox.ts";
import { pageFrom } from "./paging.ts";
import { pruneSqlite } from "./prune.ts";

export function createSqliteOperations(deps: SqliteDeps): OperationsStore {
  const { database } = deps;
  return {
    accounts: () =>
      database.read((session) => session.all("select * from account order by username").map(accountFrom)),
    account: (username) =>
      database.read((session) => {
        const row = session.get("select * from account where username = ?", username);
        return row === null ? null : accountFrom(row);
      }),
    putAccount: (account, { isNewOnly, expectedCounter = null }) =>
      database.write((session) => {
        const known = expectedCounter === null
          ? null
          : session.get("select token_counter from account where username = ?", account.username);
        const isOther = known === null || number(known, "token_counter") !== expectedCounter;
        if (expectedCounter !== null && isOther) return false;
        return session.run(
          `insert or ${isNewOnly ? "ignore" : "replace"} into account ` +
            "(username, password_hash, role, is_enabled, token_counter, created_at) values (?, ?, ?, ?, ?, ?)",
          account.username,
          account.passwordHash,
          account.role,
          Number(account.isEnabled),
          account.tokenCounter,
          account.createdAtMs,
        ) > 0;
      }),
    deleteAccount: (username) =>
      database.write((session) => session.run("delete from account where username = ?", username) > 0),
    recordLoginFailure: (keys) =>
      database.write((session) => {
        for (const key of keys) {
          keepFailures(session, key, addFailure(failuresOf(session, key), database.nowMs()));
        }
      }),
    loginBlockedUntilMs: (keys) =>
      database.read((session) => {
        const times = keys.flatMap(({ key, failuresMax }) => {
          const failures = failuresOf(session, key);
          return failures === null ? [] : blockedUntilMs(failures, failuresMax, database.nowMs()) ?? [];
        });
        return times.length === 0 ? null : Math.max(...times);
      }),
    clearLoginFailures: (keys) =>
      database.write((session) => {
        for (const key of keys) session.run("delete from login_failure where key = ?", key);
      }),
    takeLoginAttempt: ({ key, failuresMax }) =>
      database.write((session) => {
        const { failures, heldUntilMs } = takeAttempt(
          failuresOf(session, key),
          failuresMax,
          database.nowMs(),
        );
        if (heldUntilMs === null) keepFailures(session, key, failures);
        return { blockedUntilMs: heldUntilMs, count: failures.count };
      }),
    documents: createSqliteDocuments(deps),
    audit: (entry) =>
      database.write((session) => {
        session.run(
          "insert into audit (id, at, actor, action, resource, request_id, details) values (?, ?, ?, ?, ?, ?, ?)",
          entry.id,
          entry.atMs,
          entry.actor,
          entry.action,
          entry.resource,
          entry.requestId,
          JSON.stringify(entry.details),
        );
      }),
    auditLog: (query) =>
      database.read((session) => {
        const { items, nextCursor } = pageFrom(session, {
          from: "audit",
          filters: [],
          scope: cursorScope("audit", query),
          order: [{ column: "at", isDescending: true }, { column: "id", isDescending: true }],
          query,
        });
        return { items: items.map(auditFrom), nextCursor };
      }),
    heartbeat: (worker) =>
      database.write((session) => {
        session.run(
          "insert into worker (worker_id, started_at, seen_at, info) values (?, ?, ?, ?) " +
            "on conflict (worker_id) do update set seen_at = excluded.seen_at, info = excluded.info",
          worker.workerId,
          worker.startedAtMs,
          database.nowMs(),
          JSON.stringify(worker.info),
        );
      }),
    workers: () =>
      database.read((session) =>
        session.all(
          "select * from worker where seen_at >= ? order by worker_id",
          database.nowMs() - WORKER_GONE_MS,
        )
          .map(workerFrom)
      ),
    deregister: (workerId) =>
      database.write((session) => {
        session.run("delete from worker where worker_id = ?", workerId);
      }),
    prune: (windows) => database.write((session) => pruneSqlite(session, windows, database.nowMs())),
  };
}

function keepFailures(session: SqliteSession, key: string, { count, lastAtMs }: LoginFailures): void {
  session.run(
    "insert or replace into login_failure (key, count, last_at) values (?, ?, ?)",
    key,
    count,
    lastAtMs,
  );
}

function failuresOf(session: SqliteSession, key: string): LoginFailures | null {
  const row: DatabaseRow | null = session.get("select count, last_at from login_failure where key = ?", key);
  return row === null ? null : { count: number(row, "count"), lastAtMs: number(row, "last_at") };
}
