/** Contract of the inbox: order, keys, schedules, and what a sender may ask. */
import type { NewEvent } from "../../orchestrator/event.ts";
import { assertEquals, assertRejects } from "./assertions.ts";
import { entityOf, historyOf, letterFor, newEvent, only, peek, present, writeLane } from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

const COMMANDS: readonly NewEvent["command"][] = [
  { type: "event", trigger: "pay", payload: {} },
  { type: "data", data: { a: [1] } },
  { type: "create", context: { a: 1 }, labels: { l: "1" } },
  { type: "status", status: "archived" },
  { type: "labels", set: { a: "b" }, remove: ["c"], isReplace: true },
  { type: "migrate", machineName: "order", machineVersion: "2.0.0" },
  { type: "force", snapshot: { v: 1, states: ["a"] }, context: null, reason: "because" },
];

export const inboxCases: readonly ContractCase[] = [
  {
    name: "append() numbers the events of each entity in the order given",
    async run({ store }) {
      const events = ["a", "b", "a", "a", "b"].map((id) => newEvent(id));
      const results = await store.inbox.append(events);
      assertEquals(results, events.map((event) => ({ type: "accepted", eventId: event.eventId })));
      await store.inbox.append([newEvent("a")]);
      const lanes = await peek(store);
      const numbers = lanes.map((lane) => [lane.entityId, lane.events.map((event) => event.seq)]);
      assertEquals(numbers.toSorted(), [["a", [1, 2, 3, 4]], ["b", [1, 2]]]);
      const first = lanes.find((lane) => lane.entityId === "a");
      assertEquals(
        first?.events.slice(0, 3).map((event) => event.eventId),
        [0, 2, 3].map((i) => events[i]?.eventId),
      );
    },
  },
  {
    name: "append() keeps every kind of command and null fields",
    async run({ store }) {
      const events = COMMANDS.map((command) =>
        newEvent("o-1", { command, machineName: null, machineVersion: null, traceparent: null, actor: null })
      );
      await store.inbox.append(events);
      const lane = only(await peek(store));
      const kept = lane.events.map(({ seq: _, attempts: __, acceptedAtMs: ___, ...event }) => event);
      assertEquals(kept, events);
    },
  },
  {
    name: "append() of nothing and of a thousand events",
    async run({ store }) {
      assertEquals(await store.inbox.append([]), []);
      const events = Array.from({ length: 1_000 }, (_, i) => newEvent(`o-${i % 40}`));
      const results = await store.inbox.append(events);
      assertEquals(results.every((result) => result.type === "accepted"), true);
      assertEquals((await store.inbox.counts()).pending, 1_000);
    },
  },
  {
    name: "a key is accepted once: same request = duplicate, another = conflict",
    async run({ store }) {
      const idempotency = { scope: "machine:order", key: "k", requestHash: "h1" };
      const event = newEvent("o-1", { idempotency });
      const again = newEvent("o-1", { idempotency });
      const other = newEvent("o-1", { idempotency: { ...idempotency, requestHash: "h2" } });
      const otherScope = newEvent("o-1", { idempotency: { ...idempotency, scope: "machine:ticket" } });
      const results = await store.inbox.append([event, again, other, otherScope]);
      const expected = [
        { type: "accepted", eventId: event.eventId },
        { type: "duplicate", eventId: event.eventId },
        { type: "conflict", eventId: event.eventId },
        { type: "accepted", eventId: otherScope.eventId },
      ];
      assertEquals(results, expected);
      assertEquals(await store.inbox.append([newEvent("o-2", { idempotency })]), [
        { type: "duplicate", eventId: event.eventId },
      ]);
      assertEquals((await store.inbox.counts()).pending, 2);
    },
  },
  {
    name: "a key is free again after seven days",
    async run({ store, pass, isClockVirtual }) {
      if (!isClockVirtual) return;
      const idempotency = { scope: "s", key: "k", requestHash: "h" };
      await store.inbox.append([newEvent("o-1", { idempotency })]);
      await pass(7 * 86_400_000 - 1);
      assertEquals(only(await store.inbox.append([newEvent("o-1", { idempotency })])).type, "duplicate");
      await pass(1);
      assertEquals(only(await store.inbox.append([newEvent("o-1", { idempotency })])).type, "accepted");
    },
  },
  {
    name: "appenders at the same time give unbroken numbers",
    async run({ store }) {
      await Promise.all(Array.from({ length: 8 }, async () => {
        for (let i = 0; i < 5; i++) await store.inbox.append([newEvent("b"), newEvent("a"), newEvent("b")]);
      }));
      for (const [entityId, count] of [["a", 40], ["b", 80]] as const) {
        const turn = await store.turns.lock({ entityIds: [entityId], keys: [], eventsPerLaneMax: 100 });
        const numbers = only(turn.lanes).events.map((event) => event.seq);
        assertEquals(numbers, Array.from({ length: count }, (_, i) => i + 1));
        await turn.rollback();
      }
    },
  },
  {
    name: "a scheduled event waits, then gets its number by time and by order of insertion",
    async run({ store, pass }) {
      const nowMs = await store.ping();
      const [late, early, early2, past] = [
        newEvent("o-1", { notBeforeMs: nowMs + 160 }),
        newEvent("o-1", { notBeforeMs: nowMs + 120 }),
        newEvent("o-1", { notBeforeMs: nowMs + 120 }),
        newEvent("o-1", { notBeforeMs: nowMs - 1_000 }),
      ];
      await store.inbox.append([late, early, early2, past]);
      const before = only(await peek(store));
      assertEquals(before.events.map((event) => event.eventId), [past.eventId]);
      assertEquals([before.nextSeq, before.nextScheduledAtMs], [2, nowMs + 120]);
      await writeLane(store, "o-1", (lane) => ({ readyAtMs: lane.nextScheduledAtMs }));
      assertEquals(await peek(store), []);
      const { pending, scheduled } = await store.inbox.counts();
      assertEquals([pending, scheduled], [0, 3]);
      await pass(170);
      const unscheduled = newEvent("o-1");
      await store.inbox.append([unscheduled]);
      const after = only(await peek(store));
      const expected = [early, early2, late, unscheduled].map((event) => event.eventId);
      assertEquals(after.events.map((event) => event.eventId), expected);
      assertEquals(after.events.map((event) => event.seq), [2, 3, 4, 5]);
      assertEquals([after.nextSeq, after.nextScheduledAtMs], [6, null]);
      assertEquals(after.events[0]?.acceptedAtMs, nowMs + 120, "accepted when due");
    },
  },
  {
    name: "numbers given by a load stay when the events are not consumed",
    async run({ store, pass }) {
      const nowMs = await store.ping();
      const events = [30, 20, 10].map((ms) => newEvent("o-1", { notBeforeMs: nowMs + ms }));
      await store.inbox.append(events);
      await pass(40);
      await writeLane(store, "o-1", (lane, turn) => ({
        consumedEventIds: [],
        attempts: 1,
        readyAtMs: turn.nowMs,
        nextSeq: lane.nextSeq,
      }));
      await store.inbox.append([newEvent("o-1")]);
      const lane = only(await peek(store));
      assertEquals(
        lane.events.slice(0, 3).map((event) => event.eventId),
        events.toReversed().map((e) => e.eventId),
      );
      assertEquals(lane.events.map((event) => event.seq), [1, 2, 3, 4]);
    },
  },
  {
    name: "append() leaves a waiting lane alone: parked, or held by a retry",
    async run({ store }) {
      const farMs = await store.ping() + 3_600_000;
      for (
        const [entityId, held] of [
          ["parked", { parkedReason: "dead_letter:x", readyAtMs: null }],
          ["retrying", { attempts: 1, readyAtMs: farMs }],
        ] as const
      ) {
        await store.inbox.append([newEvent(entityId)]);
        await writeLane(store, entityId, () => ({ ...held, consumedEventIds: [] }));
        await store.inbox.append([newEvent(entityId)]);
        assertEquals(await peek(store), [], entityId);
      }
      assertEquals(await store.turns.nextReadyAtMs(), farMs);
    },
  },
  {
    name: "append() wakes whoever listens",
    async run({ store }) {
      const woken = Promise.withResolvers<void>();
      const stop = store.onWake(() => woken.resolve());
      const late = setTimeout(
        () => woken.reject(new Error("Expected a wake-up within 5 s: none came")),
        5_000,
      );
      await store.inbox.append([newEvent("o-1")]);
      await woken.promise;
      clearTimeout(late);
      stop();
    },
  },
  {
    name: "status() follows an event from lane to history or dead letter",
    async run({ store }) {
      const [paid, data, dead] = [
        newEvent("o-1"),
        newEvent("o-1", { command: { type: "data", data: { a: 1 } } }),
        newEvent("o-1"),
      ];
      await store.inbox.append([paid, data, dead]);
      const pending = present(await store.inbox.status(dead.eventId));
      const { createdAtMs } = pending;
      assertEquals(pending, {
        eventId: dead.eventId,
        entityId: "o-1",
        machineName: "order",
        type: "event",
        trigger: "pay",
        state: "pending",
        attempts: 0,
        attemptsMax: 7,
        errorMessage: null,
        result: null,
        firesAtMs: createdAtMs,
        createdAtMs,
        completedAtMs: null,
        historyId: null,
      });
      const rows = [paid, data, dead].map((event, index) =>
        historyOf("o-1", index + 1, {
          eventId: event.eventId,
          type: event === data ? "data" : "event",
          isSuccess: event !== dead,
          errorMessage: event === dead ? "no" : null,
        })
      );
      const letter = letterFor(dead);
      await writeLane(
        store,
        "o-1",
        () => ({ entity: entityOf("o-1"), history: rows, deadLetters: [letter] }),
      );

      const statuses = await Promise.all(
        [paid, data, dead].map((event) => store.inbox.status(event.eventId)),
      );
      const [paidStatus, dataStatus, deadStatus] = statuses.map(present);
      assertEquals(
        [paidStatus?.state, paidStatus?.attempts, paidStatus?.attemptsMax, paidStatus?.historyId],
        ["completed", 1, 7, rows[0]?.id],
      );
      assertEquals(paidStatus?.result, {
        source_state: "open",
        target_state: "paid",
        success: true,
        transition_id: rows[0]?.id,
      });
      assertEquals([dataStatus?.type, dataStatus?.result?.["final_state"]], ["data", "paid"]);
      assertEquals(
        [deadStatus?.state, deadStatus?.errorMessage, deadStatus?.historyId],
        ["dead_letter", letter.errorMessage, rows[2]?.id],
      );
      assertEquals(await store.inbox.status(crypto.randomUUID()), null);
      assertEquals(await store.inbox.status("no uuid at all"), null);
    },
  },
  {
    name: "list() shows waiting and finished events, filtered, page by page",
    async run({ store }) {
      const done = newEvent("o-1");
      const dead = newEvent("o-1");
      await store.inbox.append([done, dead]);
      await writeLane(store, "o-1", () => ({
        history: [historyOf("o-1", 1, { eventId: done.eventId })],
        deadLetters: [letterFor(dead)],
      }));
      const waiting = newEvent("o-2", { machineName: "ticket" });
      await store.inbox.append([waiting]);
      const rows = [
        [{}, [done, dead, waiting]],
        [{ state: "pending" }, [waiting]],
        [{ state: "completed" }, [done]],
        [{ state: "dead_letter" }, [dead]],
        [{ machineName: "order" }, [done, dead]],
        [{ entityId: "o-2" }, [waiting]],
        [{ fromMs: 4_000_000_000_000 }, []],
      ] as const;
      for (const [filter, expected] of rows) {
        const all = await store.inbox.list({ ...filter, limit: 10 });
        const ids = expected.map((event) => event.eventId).toSorted();
        assertEquals(all.items.map((status) => status.eventId).toSorted(), ids, JSON.stringify(filter));
        assertEquals([all.total, all.nextCursor], [expected.length, null]);
      }
      const walked: string[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < 5; page++) {
        const { items, nextCursor } = await store.inbox.list({ limit: 1, cursor });
        walked.push(...items.map((status) => status.eventId));
        cursor = nextCursor;
        if (cursor === null) break;
      }
      assertEquals(walked.toSorted(), [done, dead, waiting].map((event) => event.eventId).toSorted());
      await assertRejects(() => store.inbox.list({ limit: 1, cursor: "nonsense" }), "bad_request");
    },
  },
];
