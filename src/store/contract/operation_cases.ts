/** Contract of accounts, throttling, documents, audit, workers and retention. */
import type { Account } from "../store.ts";
import { assertEquals } from "./assertions.ts";
import {
  AWKWARD,
  entityOf,
  historyOf,
  letterFor,
  newEvent,
  only,
  present,
  T0,
  writeLane,
} from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

const ACCOUNT: Account = {
  username: `Ann ${AWKWARD}`,
  passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
  role: "Editor",
  isEnabled: true,
  tokenCounter: 3,
  createdAtMs: T0,
};

export const operationCases: readonly ContractCase[] = [
  {
    name: "accounts are kept, replaced, created only when new, deleted",
    async run({ store: { operations } }) {
      assertEquals(await operations.putAccount(ACCOUNT, { isNewOnly: true }), true);
      assertEquals(await operations.putAccount({ ...ACCOUNT, role: "Admin" }, { isNewOnly: true }), false);
      assertEquals(await operations.account(ACCOUNT.username), ACCOUNT);
      const changed: Account = { ...ACCOUNT, role: "Viewer", isEnabled: false, tokenCounter: 4 };
      assertEquals(await operations.putAccount(changed, { isNewOnly: false }), true);
      await operations.putAccount({ ...ACCOUNT, username: "0" }, { isNewOnly: false });
      assertEquals((await operations.accounts()).map((account) => account.username), ["0", ACCOUNT.username]);
      assertEquals(await operations.account(ACCOUNT.username), changed);
      assertEquals(await operations.deleteAccount("0"), true);
      assertEquals(await operations.deleteAccount("0"), false);
      assertEquals(await operations.account("0"), null);
    },
  },
  {
    name: "logins are held after too many failures, each key by its own limit",
    async run({ store: { operations, ping } }) {
      const keys = [{ key: "account:ann", failuresMax: 3 }, { key: "address:1", failuresMax: 5 }];
      assertEquals(await operations.loginBlockedUntilMs(keys), null);
      const untils: number[] = [];
      for (let failure = 1; failure <= 4; failure++) {
        await operations.recordLoginFailure(keys.map(({ key }) => key));
        const untilMs = await operations.loginBlockedUntilMs(keys);
        assertEquals(untilMs !== null, failure >= 3, `after ${failure}`);
        if (untilMs !== null) untils.push(untilMs - await ping());
      }
      assertEquals((untils[1] ?? 0) > (untils[0] ?? 0) + 50_000, true, "twice as long each time");
      assertEquals(await operations.loginBlockedUntilMs(keys.slice(1)), null);
      await operations.clearLoginFailures(["account:ann"]);
      assertEquals(await operations.loginBlockedUntilMs(keys), null);
    },
  },
  {
    name: "of two changes of an account at once one is refused",
    async run({ store: { operations } }) {
      await operations.putAccount(ACCOUNT, { isNewOnly: true });
      const change = (role: Account["role"]) =>
        operations.putAccount({ ...ACCOUNT, role, tokenCounter: ACCOUNT.tokenCounter + 1 }, {
          isNewOnly: false,
          expectedCounter: ACCOUNT.tokenCounter,
        });
      const outcomes = await Promise.all([change("Viewer"), change("Operator"), change("Admin")]);
      assertEquals(outcomes.filter((isWritten) => isWritten).length, 1);
      assertEquals(await change("Viewer"), false, "it is too late for that");
      const nobody = { ...ACCOUNT, username: "nobody" };
      assertEquals(await operations.putAccount(nobody, { isNewOnly: false, expectedCounter: 1 }), false);
      assertEquals(await operations.account("nobody"), null);
    },
  },
  {
    name: "of many attempts at once no more than the free ones get through",
    async run({ store: { operations, ping } }) {
      const take = () => operations.takeLoginAttempt({ key: "account:bob", failuresMax: 5 });
      const attempts = await Promise.all(Array.from({ length: 30 }, take));
      const free = attempts.filter(({ blockedUntilMs }) => blockedUntilMs === null);
      assertEquals(free.map(({ count }) => count).toSorted(), [1, 2, 3, 4, 5]);
      const nowMs = await ping();
      const held = attempts.flatMap(({ blockedUntilMs }) => blockedUntilMs ?? []);
      assertEquals(held.every((untilMs) => untilMs > nowMs), true, "the others wait");
      assertEquals((await take()).blockedUntilMs !== null, true, "and so does the next");
      await operations.clearLoginFailures(["account:bob"]);
      assertEquals(await take(), { blockedUntilMs: null, count: 1 });
    },
  },
  {
    name: "documents have versions that guard a write",
    async run({ store: { operations: { documents } } }) {
      const always = { expectedVersion: null, expiresAtMs: null };
      assertEquals(
        await documents.put("webhook", "w-1", { a: AWKWARD }, { ...always, expectedVersion: 1 }),
        null,
      );
      assertEquals(
        await documents.put("webhook", "w-1", { a: AWKWARD }, { ...always, expectedVersion: 0 }),
        1,
      );
      assertEquals(await documents.put("webhook", "w-1", { a: 2 }, { ...always, expectedVersion: 0 }), null);
      const kept = present(await documents.get("webhook", "w-1"));
      assertEquals([kept.id, kept.body, kept.version], ["w-1", { a: AWKWARD }, 1]);
      assertEquals(await documents.put("webhook", "w-1", { a: 2 }, { ...always, expectedVersion: 1 }), 2);
      assertEquals(await documents.put("webhook", "w-1", { a: 3 }, always), 3);
      const changed = present(await documents.get("webhook", "w-1"));
      assertEquals([changed.body, changed.createdAtMs], [{ a: 3 }, kept.createdAtMs]);
      assertEquals(await documents.get("layout", "w-1"), null);
      assertEquals(await documents.delete("webhook", "w-1"), true);
      assertEquals(await documents.delete("webhook", "w-1"), false);
    },
  },
  {
    name: "one of many writers at the same time creates a document",
    async run({ store: { operations: { documents } } }) {
      const options = { expectedVersion: 0, expiresAtMs: null };
      const versions = await Promise.all([1, 2, 3, 4].map((n) => documents.put("k", "id", { n }, options)));
      assertEquals(versions.filter((version) => version === 1).length, 1);
    },
  },
  {
    name: "documents are listed by id or newest first, by prefix, page by page, without expired ones",
    async run({ store: { operations: { documents }, ping }, pass }) {
      for (const id of ["b-2", "a_1", "b-1"]) {
        await documents.put("k", id, {}, { expectedVersion: null, expiresAtMs: null });
        await pass(2);
      }
      await documents.put("k", "b-gone", {}, { expectedVersion: null, expiresAtMs: await ping() + 5 });
      await documents.put("other", "b-3", {}, { expectedVersion: null, expiresAtMs: null });
      await pass(10);
      const walk = async (query: { readonly prefix?: string; readonly isNewestFirst: boolean }) => {
        const ids: string[] = [];
        let cursor: string | null = null;
        for (let page = 0; page < 6; page++) {
          const { items, nextCursor } = await documents.list("k", { ...query, limit: 1, cursor });
          ids.push(...items.map((document) => document.id));
          cursor = nextCursor;
          if (cursor === null) break;
        }
        return ids;
      };
      assertEquals(await walk({ isNewestFirst: false }), ["a_1", "b-1", "b-2"]);
      assertEquals(await walk({ isNewestFirst: true }), ["b-1", "a_1", "b-2"]);
      assertEquals(await walk({ isNewestFirst: false, prefix: "b-" }), ["b-1", "b-2"]);
      assertEquals(await walk({ isNewestFirst: false, prefix: "_" }), []);
      assertEquals(await documents.get("k", "b-gone"), null);
      assertEquals(
        await documents.put("k", "b-gone", {}, { expectedVersion: 0, expiresAtMs: null }),
        1,
        "an expired document is none",
      );
    },
  },
  {
    name: "audit entries are kept, newest first",
    async run({ store: { operations } }) {
      const entries = [1, 2, 3].map((n) => ({
        id: crypto.randomUUID(),
        atMs: T0 + n,
        actor: "ann",
        action: "machine.delete",
        resource: AWKWARD,
        requestId: n === 1 ? null : "r",
        details: { n },
      }));
      for (const entry of entries) await operations.audit(entry);
      const first = await operations.auditLog({ limit: 2 });
      const rest = await operations.auditLog({ limit: 2, cursor: first.nextCursor });
      assertEquals([...first.items, ...rest.items], entries.toReversed());
      assertEquals(rest.nextCursor, null);
    },
  },
  {
    name: "workers are listed while they are heard of",
    async run({ store: { operations }, pass, isClockVirtual }) {
      const worker = { workerId: "w-1", startedAtMs: T0, seenAtMs: 0, info: { host: AWKWARD } };
      await operations.heartbeat(worker);
      await operations.heartbeat({ ...worker, workerId: "w-2" });
      const listed = await operations.workers();
      assertEquals(listed.map((row) => ({ ...row, seenAtMs: 0 })), [worker, { ...worker, workerId: "w-2" }]);
      await operations.deregister("w-2");
      assertEquals(only(await operations.workers()).workerId, "w-1");
      if (!isClockVirtual) return;
      await pass(60_001);
      assertEquals(await operations.workers(), []);
    },
  },
  {
    name: "prune() deletes what is older than its window and keeps the rest",
    async run({ store }) {
      const nowMs = await store.ping();
      const oldMs = nowMs - 10 * 86_400_000;
      for (const [entityId, isTerminal] of [["done", true], ["open", false]] as const) {
        await writeLane(store, entityId, () => ({
          entity: entityOf(entityId, { isTerminal }),
          history: [
            historyOf(entityId, 1, { createdAtMs: oldMs }),
            historyOf(entityId, 2, { createdAtMs: nowMs }),
          ],
          deadLetters: [
            letterFor(newEvent(entityId), { createdAtMs: oldMs, status: "ignored", updatedAtMs: oldMs }),
            letterFor(newEvent(entityId), { createdAtMs: oldMs, status: "pending" }),
          ],
        }));
      }
      const windows = {
        eventsCompletedDays: null,
        deadLettersDays: null,
        historyTerminalDays: null,
        historyActiveDays: null,
        batchSize: 100,
      };
      await store.operations.prune(windows);
      assertEquals((await store.history.recent({ limit: 9 })).total, 4, "for ever");
      const counts = await store.operations.prune({ ...windows, deadLettersDays: 5, historyTerminalDays: 5 });
      assertEquals([counts["history"], counts["dead_letter"]], [1, 2]);
      assertEquals((await store.history.stats("done")).total, 1);
      assertEquals((await store.history.stats("open")).total, 2);
      assertEquals((await store.deadLetters.stats()).byStatus, { pending: 2 });
    },
  },
  {
    name: "ping() tells the time and schema() that everything is applied",
    async run({ store }) {
      assertEquals(Number.isInteger(await store.ping()), true);
      const { applied, expected } = await store.schema();
      assertEquals(applied, expected);
    },
  },
];
