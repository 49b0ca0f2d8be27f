/** Accounts, throttling, audit and workers in PostgreSQL. */
import { number, text } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { WORKER_GONE_MS } from "../limits.ts";
import { addFailure, blockedUntilMs, type LoginFailures, takeAttempt } from "../login_throttle.ts";
import { accountFrom, auditFrom, workerFrom } from "../rows.ts";
import type { Account, OperationsStore } from "../store.ts";
import { arrayLiteral } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";
import { createPostgresDocuments } from "./documents.ts";
import { pageFrom } from "./paging.ts";
import { prunePostgres } from "./prune.ts";
import type { PostgresDeps } from "./turns.ts";

export function createPostgresOperations(deps: PostgresDeps): OperationsStore {
  const { database } = deps;
  return {
    accounts: async () =>
      (await database.all("select * from stator.account order by username")).map(accountFrom),
    async account(username) {
      const row = await database.get("select * from stator.account where username = $1", username);
      return row === null ? null : accountFrom(row);
    },
    async putAccount(account, { isNewOnly, expectedCounter = null }) {
      if (expectedCounter !== null) return await replaceAccount(database, account, expectedCounter);
      const row = await database.get(
        "insert into stator.account (username, password_hash, role, is_enabled, token_counter, created_at) " +
          `values ($1, $2, $3, $4, $5, $6) on conflict (username) do ${
            isNewOnly ? "nothing" : REPLACE_ACCOUNT
          } ` +
          "returning 1 as written",
        account.username,
        account.passwordHash,
        account.role,
        account.isEnabled,
        account.tokenCounter,
        account.createdAtMs,
      );
      return row !== null;
    },
    async deleteAccount(username) {
      const row = await database.get(
        "delete from stator.account where username = $1 returning 1 as gone",
        username,
      );
      return row !== null;
    },
    async recordLoginFailure(keys) {
      // Two failures at the same moment may count as one; the next one counts again.
      const failures = await failuresOf(database, keys);
      const nowMs = await database.nowMs();
      const rows = [...new Set(keys)].toSorted().map((key) => {
        const { count, lastAtMs } = addFailure(failures.get(key) ?? null, nowMs);
        return { key, count, last_at: lastAtMs };
      });
      await database.all(
        "insert into stator.login_failure as f (key, count, last_at) select key, count, last_at " +
          "from json_to_recordset($1::text::json) as w(key text, count int, last_at bigint) " +
          "on conflict (key) do update set count = excluded.count, last_at = excluded.last_at",
        JSON.stringify(rows),
      );
    },
    async loginBlockedUntilMs(keys) {
      const failures = await failuresOf(database, keys.map(({ key }) => key));
      if (failures.size === 0) return null;
      const nowMs = await database.nowMs();
      const times = keys.flatMap(({ key, failuresMax }) => {
        const known = failures.get(key);
        return known === undefined ? [] : blockedUntilMs(known, failuresMax, nowMs) ?? [];
      });
      return times.length === 0 ? null : Math.max(...times);
    },
    async clearLoginFailures(keys) {
      await database.all("delete from stator.login_failure where key = any ($1::text[])", arrayLiteral(keys));
    },
    async takeLoginAttempt({ key, failuresMax }) {
      for (let round = 0; round < ATTEMPT_ROUNDS_MAX; round++) {
        const known = (await failuresOf(database, [key])).get(key) ?? null;
        const { failures, heldUntilMs } = takeAttempt(known, failuresMax, await database.nowMs());
        if (heldUntilMs !== null) return { blockedUntilMs: heldUntilMs, count: failures.count };
        // Written only over what was read: of several that count at once, one wins and the others look again.
        const row = await database.get(
          "insert into stator.login_failure as f (key, count, last_at) values ($1, $2, $3) " +
            "on conflict (key) do update set count = excluded.count, last_at = excluded.last_at " +
            "where f.count = $4 and f.last_at = $5 returning count",
          key,
          failures.count,
          failures.lastAtMs,
          known?.count ?? 0,
          known?.lastAtMs ?? 0,
        );
        if (row !== null) return { blockedUntilMs: null, count: failures.count };
      }
      return { blockedUntilMs: await database.nowMs() + CONTESTED_MS, count: failuresMax };
    },
    documents: createPostgresDocuments(deps),
    async audit(entry) {
      await database.all(
        "insert into stator.audit (id, at, actor, action, resource, request_id, details) " +
          "values ($1, $2, $3, $4, $5, $6, $7::text::json)",
        entry.id,
        entry.atMs,
        entry.actor,
        entry.action,
        entry.resource,
        entry.requestId,
        JSON.stringify(entry.details),
      );
    },
    async auditLog(query) {
      const { items, nextCursor } = await pageFrom(database, {
        from: "stator.audit",
        filters: [],
        scope: cursorScope("audit", query),
        order: [
          { column: "at", isDescending: true, type: "bigint" },
          { column: "id", isDescending: true, type: "uuid" },
        ],
        query,
        isCounted: false,
      });
      return { items: items.map(auditFrom), nextCursor };
    },
    async heartbeat(worker) {
      await database.all(
        "insert into stator.worker (worker_id, started_at, seen_at, info) values ($1, $2, stator.now_ms(), " +
          "$3::text::json) on conflict (worker_id) do update set seen_at = excluded.seen_at, info = excluded.info",
        worker.workerId,
        worker.startedAtMs,
        JSON.stringify(worker.info),
      );
    },
    async workers() {
      const rows = await database.all(
        "select * from stator.worker where seen_at >= stator.now_ms() - $1 order by worker_id",
        WORKER_GONE_MS,
      );
      return rows.map(workerFrom);
    },
    async deregister(workerId) {
      await database.all("delete from stator.worker where worker_id = $1", workerId);
    },
    prune: (windows) => prunePostgres(database, windows),
  };
}

const ATTEMPT_ROUNDS_MAX = 50;
/** How long somebody waits whose attempts meet too many others. */
const CONTESTED_MS = 1_000;

const REPLACE_ACCOUNT = "update set password_hash = excluded.password_hash, role = excluded.role, " +
  "is_enabled = excluded.is_enabled, token_counter = excluded.token_counter, created_at = excluded.created_at";

async function replaceAccount(
  database: PostgresDatabase,
  account: Account,
  expectedCounter: number,
): Promise<boolean> {
  const row = await database.get(
    "update stator.account set password_hash = $2, role = $3, is_enabled = $4, token_counter = $5 " +
      "where username = $1 and token_counter = $6 returning 1 as written",
    account.username,
    account.passwordHash,
    account.role,
    account.isEnabled,
    account.tokenCounter,
    expectedCounter,
  );
  return row !== null;
}

async function failuresOf(
  database: PostgresDatabase,
  keys: readonly string[],
): Promise<ReadonlyMap<string, LoginFailures>> {
  const rows = await database.all(
    "select * from stator.login_failure where key = any ($1::text[])",
    arrayLiteral(keys),
  );
  return new Map(
    rows.map((row) => [text(row, "key"), { count: number(row, "count"), lastAtMs: number(row, "last_at") }]),
  );
}
