/** Contract of the outbox: one action at a time for each entity, leases with numbers, results that are written once. */
import type { ActionResult, LeasedAction } from "../../orchestrator/outbox.ts";
import type { Store } from "../store.ts";
import { assertEquals } from "./assertions.ts";
import { letterFor, newEvent, only, outboxOf, peek, present, writeLane } from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

const DONE: ActionResult = { type: "done", output: { status: 200 } };
const FAILED: ActionResult = { type: "failed", error: "refused", isFinal: false, retryAfterMs: null };

function claim(store: Store, leaseMs = 60_000, limit = 10): Promise<readonly LeasedAction[]> {
  return store.outbox.claim({ limit, leaseMs, owner: "w-1" });
}

function acknowledge(
  store: Store,
  action: LeasedAction,
  overrides: Partial<Parameters<Store["outbox"]["acknowledge"]>[0]> = {},
): Promise<boolean> {
  return store.outbox.acknowledge({
    action,
    result: DONE,
    retryAtMs: null,
    deadLetter: null,
    followUp: null,
    ...overrides,
  });
}

export const outboxCases: readonly ContractCase[] = [
  {
    name: "claim() leases the first action of each entity, in order",
    async run({ store }) {
      const dueAtMs = await store.ping();
      const rows = [[1, 0], [1, 1], [2, 0]].map(([position = 0, ordinal = 0]) =>
        outboxOf("o-1", position, { ordinal, dueAtMs })
      );
      await writeLane(store, "o-1", () => ({ outbox: rows }));
      await writeLane(
        store,
        "o-2",
        () => ({ outbox: [outboxOf("o-2", 1, { dueAtMs: dueAtMs + 3_600_000 })] }),
      );
      assertEquals(await store.outbox.counts(), { pending: 4, leased: 0 });
      const order: string[] = [];
      for (let i = 0; i < 3; i++) {
        const leased = only(await claim(store));
        order.push(leased.actionId);
        assertEquals(await claim(store), [], "the entity is taken");
        assertEquals(await store.outbox.counts(), { pending: 3 - i, leased: 1 });
        assertEquals(await acknowledge(store, leased), true);
        assertEquals(await acknowledge(store, leased), false, "a result is written once");
      }
      assertEquals(order, rows.map((row) => row.actionId));
      assertEquals(await claim(store), []);
      assertEquals(await store.outbox.nextDueAtMs(), dueAtMs + 3_600_000);
    },
  },
  {
    name: "claims at the same time never share an action",
    async run({ store }) {
      for (let i = 0; i < 9; i++) {
        await writeLane(store, `o-${i}`, () => ({ outbox: [outboxOf(`o-${i}`, 1), outboxOf(`o-${i}`, 2)] }));
      }
      const claims = await Promise.all(Array.from({ length: 4 }, () => claim(store, 60_000, 4)));
      const entityIds = claims.flat().map((action) => action.entityId);
      assertEquals(entityIds.length, new Set(entityIds).size);
      assertEquals(claims.flat().every((action) => action.position === 1), true);
    },
  },
  {
    name: "a lease that ran out is taken over under a new number, and the old one is void",
    async run({ store, pass }) {
      await writeLane(store, "o-1", () => ({ outbox: [outboxOf("o-1", 1)] }));
      const first = only(await claim(store, 50));
      assertEquals([first.leaseNo, first.attempts, first.isTakenOver], [1, 0, undefined]);
      assertEquals(await store.outbox.nextDueAtMs(), first.leaseUntilMs);
      await pass(60);
      const second = only(await claim(store));
      assertEquals([second.leaseNo, second.attempts, second.isTakenOver], [2, 1, true]);
      assertEquals(await store.outbox.extend(first, 60_000), false);
      assertEquals(await acknowledge(store, first), false);
      assertEquals(await store.outbox.extend(second, 60_000), true);
      assertEquals(await acknowledge(store, second), true);
    },
  },
  {
    name: "extend() keeps the lease",
    async run({ store, pass }) {
      await writeLane(store, "o-1", () => ({ outbox: [outboxOf("o-1", 1)] }));
      const leased = only(await claim(store, 50));
      assertEquals(await store.outbox.extend(leased, 60_000), true);
      await pass(60);
      assertEquals(await claim(store), []);
      assertEquals(await acknowledge(store, leased), true);
    },
  },
  {
    name: "a failure waits for its time and holds the entity",
    async run({ store, pass }) {
      await writeLane(store, "o-1", () => ({ outbox: [outboxOf("o-1", 1), outboxOf("o-1", 2)] }));
      const leased = only(await claim(store));
      const retryAtMs = await store.ping() + 60;
      assertEquals(await acknowledge(store, leased, { result: FAILED, retryAtMs }), true);
      assertEquals(await claim(store), []);
      assertEquals(await store.outbox.nextDueAtMs(), retryAtMs);
      await pass(70);
      const again = only(await claim(store));
      assertEquals([again.actionId, again.attempts, again.leaseNo], [leased.actionId, 1, 2]);
      const { leaseNo: _, leaseUntilMs: __, attempts: ___, ...row } = again;
      const { leaseNo: _a, leaseUntilMs: _b, attempts: _c, ...before } = leased;
      assertEquals(row, before);
    },
  },
  {
    name: "an action that is parallel waits for no other one of its entity, and holds none up",
    async run({ store }) {
      const rows = [1, 2, 3, 4].map((position) => {
        const row = outboxOf("o-1", position);
        return position % 2 === 0 ? { ...row, options: { ...row.options, isParallel: true as const } } : row;
      });
      await writeLane(store, "o-1", () => ({ outbox: rows }));
      const claimed = await claim(store);
      assertEquals(claimed.map((action) => action.position).toSorted(), [1, 2, 4]);
      assertEquals(await claim(store), []);
      const [first] = claimed.toSorted((a, b) => a.position - b.position);
      await acknowledge(store, present(first));
      assertEquals(only(await claim(store)).position, 3);
    },
  },
  {
    name: "postpone() gives an action back without an attempt, under its lease only",
    async run({ store, pass }) {
      await writeLane(store, "o-1", () => ({ outbox: [outboxOf("o-1", 1), outboxOf("o-1", 2)] }));
      const leased = only(await claim(store));
      const untilMs = await store.ping() + 60;
      assertEquals(await store.outbox.postpone(leased, untilMs), true);
      assertEquals(await store.outbox.counts(), { pending: 2, leased: 0 });
      assertEquals(await claim(store), []);
      assertEquals(await store.outbox.nextDueAtMs(), untilMs);
      assertEquals(await store.outbox.postpone(leased, untilMs + 10_000), false);
      assertEquals(await acknowledge(store, leased), false);
      await pass(70);
      const again = only(await claim(store));
      assertEquals([again.actionId, again.attempts, again.leaseNo], [leased.actionId, 0, 2]);
      assertEquals(await store.outbox.postpone(leased, untilMs), false);
      assertEquals(await acknowledge(store, again), true);
    },
  },
  {
    name: "a result event is appended with the acknowledgement, and only then",
    async run({ store, pass }) {
      await writeLane(store, "o-1", () => ({ outbox: [outboxOf("o-1", 1)] }));
      const lost = only(await claim(store, 10));
      await pass(20);
      const held = only(await claim(store));
      const followUp = newEvent("o-1", { machineName: null });
      assertEquals(await acknowledge(store, lost, { followUp }), false);
      assertEquals(await peek(store), []);
      assertEquals(await acknowledge(store, held, { followUp }), true);
      assertEquals(only(only(await peek(store)).events).eventId, followUp.eventId);
    },
  },
  {
    name: "a dead action leaves a letter, lets the next one go, and comes back once",
    async run({ store }) {
      const row = outboxOf("o-1", 1);
      await writeLane(store, "o-1", () => ({ outbox: [row, outboxOf("o-1", 2)] }));
      const leased = only(await claim(store));
      const letter = letterFor(newEvent("o-1"), {
        stage: "worker_dispatcher",
        reason: "action_failed",
        payload: { outbox_id: row.actionId, entity_id: "o-1", action_name: row.name, params: row.params },
      });
      await acknowledge(store, leased, { result: FAILED, deadLetter: letter });
      assertEquals(await store.deadLetters.get(letter.recordId), letter);
      const next = only(await claim(store));
      assertEquals(next.position, 2);
      await acknowledge(store, next);
      assertEquals(await store.outbox.counts(), { pending: 0, leased: 0 });

      const request = { recordId: letter.recordId, eventId: crypto.randomUUID(), actor: "ann" };
      const replayed = present(await store.deadLetters.replay({ ...request, payload: { url: "other" } }));
      assertEquals([replayed.eventId, replayed.letter.status], [request.eventId, "resolved"]);
      const second = present(await store.deadLetters.replay({ ...request, eventId: crypto.randomUUID() }));
      assertEquals(second.eventId, request.eventId);
      const again = only(await claim(store));
      assertEquals([again.actionId, again.attempts, again.params], [row.actionId, 0, { url: "other" }]);
    },
  },
  {
    name: "list() shows what waits and what is delivered, next due first; groups() counts it by receiver",
    async run({ store }) {
      const url = "https://api.example.com/{{ id }}";
      const http = { kind: "http", name: "_http", params: { url } } as const;
      const rows = [
        outboxOf("o-1", 1, http),
        outboxOf("o-1", 2, http),
        outboxOf("o-2", 1, { kind: "named", name: "publish", params: { topic: "t" } }),
        outboxOf("o-3", 1, {
          kind: "send",
          name: "_send",
          params: { target: "entity:o-1" },
          machineName: "ticket",
        }),
      ];
      for (const row of rows) await writeLane(store, row.entityId, () => ({ outbox: [row] }));
      const first = only(await store.outbox.claim({ limit: 1, leaseMs: 60_000, owner: "w-1" }));
      const failed = only(await store.outbox.claim({ limit: 1, leaseMs: 60_000, owner: "w-1" }));
      const retryAtMs = await store.ping() + 120_000;
      await acknowledge(store, failed, { result: FAILED, retryAtMs });

      const all = (await store.outbox.list({ limit: 10 })).items;
      assertEquals(all.map((item) => item.actionId).toSorted(), rows.map((row) => row.actionId).toSorted());
      assertEquals(
        all.map((item) => item.nextAtMs),
        all.map((item) => item.nextAtMs).toSorted((a, b) => a - b),
      );
      const leased = only((await store.outbox.list({ state: "leased", limit: 10 })).items);
      assertEquals([leased.actionId, leased.nextAtMs], [first.actionId, first.leaseUntilMs]);
      const waiting = present(all.find((item) => item.actionId === failed.actionId));
      assertEquals([waiting.state, waiting.attempts, waiting.nextAtMs], ["pending", 1, retryAtMs]);
      const { actionId, entityId, machineName, machineVersion, position, ordinal, kind, name, params } =
        waiting;
      assertEquals(
        { actionId, entityId, machineName, machineVersion, position, ordinal, kind, name, params },
        {
          actionId: failed.actionId,
          entityId: failed.entityId,
          machineName: failed.machineName,
          machineVersion: failed.machineVersion,
          position: failed.position,
          ordinal: failed.ordinal,
          kind: failed.kind,
          name: failed.name,
          params: failed.params,
        },
      );
      assertEquals([waiting.attemptsMax, waiting.createdAtMs], [failed.attemptsMax, failed.createdAtMs]);
      const counts = [
        [{}, 4],
        [{ entityId: "o-1" }, 2],
        [{ kind: "http" }, 2],
        [{ machineName: "ticket" }, 1],
        [{ state: "pending" }, 3],
        [{ entityId: "none" }, 0],
      ] as const;
      for (const [filter, count] of counts) {
        assertEquals(
          (await store.outbox.list({ ...filter, limit: 10 })).items.length,
          count,
          JSON.stringify(filter),
        );
      }
      const head = await store.outbox.list({ limit: 3 });
      const rest = await store.outbox.list({ limit: 3, cursor: head.nextCursor });
      assertEquals(
        [...head.items, ...rest.items].map((item) => item.actionId),
        all.map((item) => item.actionId),
      );
      assertEquals(rest.nextCursor, null);

      const groups = await store.outbox.groups();
      assertEquals(groups.map((group) => [group.kind, group.name, group.address]).toSorted(), [
        ["http", "_http", url],
        ["named", "publish", null],
        ["send", "_send", "entity:o-1"],
      ]);
      assertEquals(groups[0]?.kind, "http");
      const sums = groups.reduce(
        (sum, { pending, leased, failing }) => [
          (sum[0] ?? 0) + pending,
          (sum[1] ?? 0) + leased,
          (sum[2] ?? 0) + failing,
        ],
        [0, 0, 0],
      );
      assertEquals(sums, [3, 1, 1]);
    },
  },
];
