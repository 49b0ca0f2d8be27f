/** Accounts, throttling, audit, workers and retention in memory. */
import { cursorScope } from "../cursor.ts";
import { IDEMPOTENCY_MS, WORKER_GONE_MS } from "../limits.ts";
import { addFailure, blockedUntilMs, takeAttempt } from "../login_throttle.ts";
import type { OperationsStore, RetentionWindows } from "../store.ts";
import { createMemoryDocuments } from "./documents.ts";
import { pageOf } from "./paging.ts";
import { type MemoryState, nowMsOf } from "./state.ts";

export function createMemoryOperations(state: MemoryState): OperationsStore {
  const { accounts, loginFailures, audit, workers } = state;
  return {
    accounts: () =>
      Promise.resolve([...accounts.values()].toSorted((a, b) => (a.username < b.username ? -1 : 1))),
    account: (username) => Promise.resolve(accounts.get(username) ?? null),
    putAccount(account, { isNewOnly, expectedCounter = null }) {
      const known = accounts.get(account.username);
      if (isNewOnly && known !== undefined) return Promise.resolve(false);
      if (expectedCounter !== null && known?.tokenCounter !== expectedCounter) return Promise.resolve(false);
      accounts.set(account.username, account);
      return Promise.resolve(true);
    },
    deleteAccount: (username) => Promise.resolve(accounts.delete(username)),
    recordLoginFailure(keys) {
      const nowMs = nowMsOf(state);
      for (const key of keys) loginFailures.set(key, addFailure(loginFailures.get(key) ?? null, nowMs));
      return Promise.resolve();
    },
    loginBlockedUntilMs(keys) {
      const nowMs = nowMsOf(state);
      const times = keys.flatMap(({ key, failuresMax }) => {
        const failures = loginFailures.get(key);
        return failures === undefined ? [] : blockedUntilMs(failures, failuresMax, nowMs) ?? [];
      });
      return Promise.resolve(times.length === 0 ? null : Math.max(...times));
    },
    clearLoginFailures(keys) {
      for (const key of keys) loginFailures.delete(key);
      return Promise.resolve();
    },
    takeLoginAttempt({ key, failuresMax }) {
      const known = loginFailures.get(key) ?? null;
      const { failures, heldUntilMs } = takeAttempt(known, failuresMax, nowMsOf(state));
      loginFailures.set(key, failures);
      return Promise.resolve({ blockedUntilMs: heldUntilMs, count: failures.count });
    },
    documents: createMemoryDocuments(state),
    audit(entry) {
      audit.push(entry);
      return Promise.resolve();
    },
    auditLog(query) {
      const { items, nextCursor } = pageOf(audit, {
        scope: cursorScope("audit", query),
        keyOf: (entry) => [entry.atMs, entry.id],
        descending: [true, true],
        query,
      });
      return Promise.resolve({ items, nextCursor });
    },
    heartbeat(worker) {
      const startedAtMs = workers.get(worker.workerId)?.startedAtMs ?? worker.startedAtMs;
      workers.set(worker.workerId, { ...worker, startedAtMs, seenAtMs: nowMsOf(state) });
      return Promise.resolve();
    },
    workers() {
      const seenSinceMs = nowMsOf(state) - WORKER_GONE_MS;
      const live = [...workers.values()].filter((worker) => worker.seenAtMs >= seenSinceMs);
      return Promise.resolve(live.toSorted((a, b) => (a.workerId < b.workerId ? -1 : 1)));
    },
    deregister(workerId) {
      workers.delete(workerId);
      return Promise.resolve();
    },
    prune: (windows) => Promise.resolve(prune(state, windows)),
  };
}

const DAY_MS = 86_400_000;

function prune(state: MemoryState, windows: RetentionWindows): Readonly<Record<string, number>> {
  const nowMs = nowMsOf(state);
  const isOlder = (atMs: number, days: number | null) => days !== null && atMs < nowMs - days * DAY_MS;
  const counts = { history: 0, dead_letter: 0, idempotency: 0, document: 0, worker: 0 };

  const isTerminal = (entityId: string) => state.entities.get(entityId)?.isTerminal ?? false;
  state.history = state.history.filter(({ row }) => {
    const days = isTerminal(row.entityId) ? windows.historyTerminalDays : windows.historyActiveDays;
    if (counts.history >= windows.batchSize || !isOlder(row.createdAtMs, days)) return true;
    counts.history += 1;
    const rows = state.historyByEntity.get(row.entityId) ?? [];
    state.historyByEntity.set(row.entityId, rows.filter((other) => other.row.id !== row.id));
    return false;
  });
  for (const [id, letter] of state.deadLetters) {
    if (letter.status === "pending" || counts.dead_letter >= windows.batchSize) continue;
    if (!isOlder(letter.updatedAtMs ?? letter.createdAtMs, windows.deadLettersDays)) continue;
    state.deadLetters.delete(id);
    counts.dead_letter += 1;
    for (const [actionId, action] of state.outbox) {
      if (action.deadRecordId === id) state.outbox.delete(actionId);
    }
  }
  counts.idempotency = deleteWhere(state.answers, (answer) => nowMs - answer.createdAtMs >= IDEMPOTENCY_MS);
  counts.document = deleteWhere(
    state.documents,
    (document) => document.expiresAtMs !== null && document.expiresAtMs <= nowMs,
  );
  counts.worker = deleteWhere(state.workers, (worker) => worker.seenAtMs < nowMs - WORKER_GONE_MS);
  return counts;
}

function deleteWhere<K, V>(map: Map<K, V>, isGone: (value: V) => boolean): number {
  const keys = [...map].filter(([, value]) => isGone(value)).map(([key]) => key);
  for (const key of keys) map.delete(key);
  return keys.length;
}
