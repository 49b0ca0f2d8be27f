/** Contract of turns: exclusive lanes, fence, one atomic write, every field kept. */
import type { LaneWrite } from "../../orchestrator/lane.ts";
import type { StoredAnswer } from "../store.ts";
import { assertEquals, assertRejects } from "./assertions.ts";
import {
  AWKWARD,
  entityOf,
  historyOf,
  letterFor,
  newEvent,
  only,
  outboxOf,
  peek,
  present,
  T0,
  timerOf,
  writeLane,
  writeOf,
} from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

export const turnCases: readonly ContractCase[] = [
  {
    name: "claim() loads every field of an accepted event",
    async run({ store }) {
      const event = newEvent("o-1", { idempotency: { scope: "s", key: "k", requestHash: "h" } });
      await store.inbox.append([event]);
      const turn = present(await store.turns.claim({ lanesMax: 5, eventsPerLaneMax: 5 }));
      const lane = only(turn.lanes);
      const loaded = only(lane.events);
      assertEquals(loaded, { ...event, seq: 1, attempts: 0, acceptedAtMs: loaded.acceptedAtMs });
      assertEquals(Math.abs(loaded.acceptedAtMs - turn.nowMs) < 60_000, true, "accepted about now");
      assertEquals({ ...lane, events: [] }, {
        entityId: "o-1",
        nextSeq: 2,
        attempts: 0,
        parkedReason: null,
        entity: null,
        events: [],
        isMore: false,
        timers: [],
        nextScheduledAtMs: null,
      });
      await turn.rollback();
    },
  },
  {
    name: "commit() keeps every field of entity, history, timers, outbox and dead letters",
    async run({ store }) {
      const event = newEvent("o-1");
      await store.inbox.append([event]);
      const entity = entityOf("o-1");
      const history = historyOf("o-1", 1, { eventId: event.eventId });
      const timer = timerOf("t");
      const action = outboxOf("o-1", 1);
      const letter = letterFor(event);
      await writeLane(store, "o-1", () => ({
        entity,
        history: [history],
        timersSet: [timer],
        outbox: [action],
        deadLetters: [letter],
      }));

      assertEquals(await store.entities.get("o-1"), entity);
      assertEquals(
        only((await store.history.list({ entityId: "o-1", limit: 9, isAscending: true })).items),
        history,
      );
      assertEquals(await store.history.get(history.id), history);
      assertEquals(await store.entities.timers("o-1"), [timer]);
      assertEquals(await store.deadLetters.get(letter.recordId), letter);
      const leased = only(await store.outbox.claim({ limit: 5, leaseMs: 1_000, owner: "w" }));
      const { leaseNo, leaseUntilMs: _, attempts, ...row } = leased;
      assertEquals([row, leaseNo, attempts], [action, 1, 0]);
      const turn = await store.turns.lock({ entityIds: ["o-1"], keys: [], eventsPerLaneMax: 5 });
      const lane = only(turn.lanes);
      assertEquals([lane.entity, lane.timers, lane.events, lane.nextSeq], [entity, [timer], [], 2]);
      await turn.rollback();
    },
  },
  {
    name: "commit() keeps every field of many history rows, or nothing at all when it is fenced",
    async run({ store }) {
      const texts = {
        trigger: "\\N",
        fromState: AWKWARD,
        reason: AWKWARD,
        errorMessage: AWKWARD,
        actor: AWKWARD,
      };
      const nothing = { toState: null, reason: null, errorMessage: null, context: null, actor: null };
      const rows = Array.from(
        { length: 200 },
        (_, index) => historyOf("o-1", index + 1, index % 2 === 0 ? texts : nothing),
      );
      const entity = entityOf("o-1", { version: 200, position: 200 });
      const fenced = await store.turns.lock({ entityIds: ["o-1"], keys: [], eventsPerLaneMax: 20 });
      const write = writeOf(only(fenced.lanes), { expectedVersion: 7, entity, history: rows });
      assertEquals(await fenced.commit({ lanes: [write], answers: [] }), { type: "fenced" });
      assertEquals((await store.history.list({ entityId: "o-1", limit: 1, isAscending: true })).items, []);

      await writeLane(store, "o-1", () => ({ entity, history: rows }));
      const list = { entityId: "o-1", limit: 100, isAscending: true };
      const first = await store.history.list(list);
      const second = await store.history.list({ ...list, cursor: first.nextCursor ?? "" });
      assertEquals([...first.items, ...second.items], rows);
    },
  },
  {
    name: "commit() keeps null and absent values of an entity",
    async run({ store }) {
      const entity = entityOf("o-1", {
        labels: {},
        context: {},
        snapshot: { v: 1, states: [] },
        status: "archived",
        workflowStatus: "failed",
        isTerminal: true,
        archivedAtMs: T0 + 7,
        deletedAtMs: T0 + 8,
      });
      const history = historyOf("o-1", 1, {
        toState: null,
        reason: "guard_rejected",
        errorMessage: "no",
        context: null,
        actor: null,
        isSuccess: false,
        actions: [],
        steps: [],
        outcome: "refused",
        type: "timer",
      });
      await writeLane(store, "o-1", () => ({ entity, history: [history] }));
      assertEquals(await store.entities.get("o-1"), entity);
      assertEquals(await store.history.get(history.id), history);
    },
  },
  {
    name: "claim() gives a lane to one turn at a time",
    async run({ store }) {
      await store.inbox.append(["a", "b", "c"].map((id) => newEvent(id)));
      const first = present(await store.turns.claim({ lanesMax: 2, eventsPerLaneMax: 5 }));
      const second = present(await store.turns.claim({ lanesMax: 2, eventsPerLaneMax: 5 }));
      const third = await store.turns.claim({ lanesMax: 2, eventsPerLaneMax: 5 });
      const held = [...first.lanes, ...second.lanes].map((lane) => lane.entityId);
      assertEquals(held.toSorted(), ["a", "b", "c"]);
      assertEquals(third, null);
      await first.rollback();
      await second.rollback();
      assertEquals((await peek(store)).map((lane) => lane.entityId).toSorted(), ["a", "b", "c"]);
    },
  },
  {
    name: "concurrent claims consume every event once and in order",
    async run({ store }) {
      const entityIds = Array.from({ length: 12 }, (_, i) => `e-${i}`);
      for (let round = 0; round < 5; round++) {
        await store.inbox.append(entityIds.flatMap((id) => [newEvent(id), newEvent(id)]));
      }
      const seen = new Map<string, number[]>();
      await Promise.all(Array.from({ length: 3 }, async () => {
        for (let turns = 0; turns < 200; turns++) {
          const turn = await store.turns.claim({ lanesMax: 3, eventsPerLaneMax: 3 });
          if (turn === null) return;
          const lanes = turn.lanes.map((lane) =>
            writeOf(lane, { readyAtMs: lane.isMore ? turn.nowMs : null })
          );
          const outcome = await turn.commit({ lanes, answers: [] });
          if (outcome.type === "fenced") continue;
          for (const lane of turn.lanes) {
            seen.set(lane.entityId, [
              ...seen.get(lane.entityId) ?? [],
              ...lane.events.map((event) => event.seq),
            ]);
          }
        }
      }));
      for (const entityId of entityIds) {
        assertEquals(seen.get(entityId), Array.from({ length: 10 }, (_, i) => i + 1), entityId);
      }
    },
  },
  {
    name: "lock() waits for the lane and then refuses",
    async run({ store }) {
      const turn = await store.turns.lock({ entityIds: ["b", "a", "b"], keys: [], eventsPerLaneMax: 5 });
      assertEquals(turn.lanes.map((lane) => lane.entityId), ["a", "b"]);
      await assertRejects(
        () => store.turns.lock({ entityIds: ["c", "b"], keys: [], eventsPerLaneMax: 5 }),
        "conflict",
      );
      const other = await store.turns.lock({ entityIds: ["c"], keys: [], eventsPerLaneMax: 5 });
      await other.rollback();
      const waiting = store.turns.lock({ entityIds: ["a"], keys: [], eventsPerLaneMax: 5 });
      await turn.rollback();
      await (await waiting).rollback();
    },
  },
  {
    name: "lock() of an unknown entity leaves nothing behind",
    async run({ store }) {
      const turn = await store.turns.lock({ entityIds: ["ghost"], keys: [], eventsPerLaneMax: 5 });
      await turn.rollback();
      assertEquals(await store.entities.get("ghost"), null);
      assertEquals(await store.turns.nextReadyAtMs(), null);
    },
  },
  {
    name: "commit() writes nothing when the version is another",
    async run({ store }) {
      await writeLane(store, "o-1", () => ({ entity: entityOf("o-1", { version: 3 }) }));
      await store.inbox.append([newEvent("o-1"), newEvent("o-2")]);
      for (const expectedVersion of [0, 2, 4]) {
        const turn = present(await store.turns.claim({ lanesMax: 5, eventsPerLaneMax: 5 }));
        const lanes = turn.lanes.map((lane) =>
          writeOf(lane, {
            entity: entityOf(lane.entityId, { version: 9 }),
            history: [historyOf(lane.entityId, 1)],
            ...(lane.entityId === "o-1" ? { expectedVersion } : {}),
          })
        );
        assertEquals(await turn.commit({ lanes, answers: [] }), { type: "fenced" });
      }
      assertEquals((await store.entities.get("o-1"))?.version, 3);
      assertEquals(await store.entities.get("o-2"), null);
      assertEquals((await store.inbox.counts()).pending, 2);
      assertEquals((await store.history.recent({ limit: 5 })).total, 0);
    },
  },
  {
    name: "a lane is ready again when its write says so",
    async run({ store, pass }) {
      const rows: readonly (readonly [Partial<LaneWrite>, (nowMs: number) => number | null])[] = [
        [{}, () => null],
        [{}, (nowMs) => nowMs],
        [{ attempts: 2 }, (nowMs) => nowMs - 5],
        [{ parkedReason: "dead_letter:x" }, () => null],
      ];
      for (const [overrides, readyAt] of rows) {
        await writeLane(store, "o-1", (_lane, turn) => ({ ...overrides, readyAtMs: readyAt(turn.nowMs) }));
        const isReady = readyAt(0) !== null;
        const lanes = await peek(store);
        assertEquals(lanes.length, isReady ? 1 : 0, JSON.stringify(overrides));
        assertEquals(await store.turns.nextReadyAtMs() !== null, isReady);
        if (isReady) assertEquals(only(lanes).attempts, overrides.attempts ?? 0);
      }
      const readyAtMs = await store.ping() + 60;
      await writeLane(store, "o-1", () => ({ readyAtMs }));
      assertEquals(await peek(store), []);
      assertEquals(await store.turns.nextReadyAtMs(), readyAtMs);
      await pass(70);
      assertEquals((await peek(store)).length, 1);
    },
  },
  {
    name: "events that were not consumed stay, with their numbers and the attempts of the head",
    async run({ store }) {
      const events = [newEvent("o-1"), newEvent("o-1"), newEvent("o-1")];
      await store.inbox.append(events);
      await writeLane(store, "o-1", (lane, turn) => ({
        consumedEventIds: lane.events.slice(0, 1).map((event) => event.eventId),
        attempts: 2,
        readyAtMs: turn.nowMs,
      }));
      const lane = only(await peek(store));
      assertEquals(lane.attempts, 2);
      assertEquals(lane.events.map((event) => [event.eventId, event.seq, event.attempts]), [
        [events[1]?.eventId, 2, 2],
        [events[2]?.eventId, 3, 0],
      ]);
      assertEquals([lane.nextSeq, lane.isMore], [4, false]);
    },
  },
  {
    name: "a load is cut at the limit and says that there is more",
    async run({ store }) {
      await store.inbox.append(Array.from({ length: 5 }, () => newEvent("o-1")));
      for (const [eventsPerLaneMax, count, isMore] of [[4, 4, true], [5, 5, false], [9, 5, false]] as const) {
        const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax }));
        const lane = only(turn.lanes);
        assertEquals([lane.events.length, lane.isMore], [count, isMore]);
        await turn.rollback();
      }
    },
  },
  {
    name: "timers are replaced by key, cancelled, and ordered by due time",
    async run({ store }) {
      await writeLane(store, "o-1", () => ({
        timersSet: [
          timerOf("late", { dueAtMs: T0 + 9 }),
          timerOf("early", { dueAtMs: T0 + 1 }),
          timerOf("gone"),
        ],
      }));
      await writeLane(store, "o-1", () => ({
        timersSet: [timerOf("late", { dueAtMs: T0 + 5, generation: 2 })],
        timersCancelled: ["gone", "never there"],
      }));
      const timers = await store.entities.timers("o-1");
      assertEquals(timers.map((timer) => [timer.key, timer.dueAtMs, timer.generation]), [
        ["early", T0 + 1, 1],
        ["late", T0 + 5, 2],
      ]);
    },
  },
  {
    name: "answers to keys are kept with the turn and found by lock()",
    async run({ store }) {
      const answer: StoredAnswer = {
        scope: "user:ann|entity:o-1",
        key: "k-1",
        requestHash: "h",
        eventId: crypto.randomUUID(),
        answer: { success: true, list: [1, null] },
      };
      await writeLane(store, "o-1", () => ({ entity: entityOf("o-1") }), [answer]);
      const keys = [
        { scope: answer.scope, key: "k-1", requestHash: "other" },
        { scope: answer.scope, key: "k-2", requestHash: "h" },
        { scope: "user:bob|entity:o-1", key: "k-1", requestHash: "h" },
      ];
      const turn = await store.turns.lock({ entityIds: ["o-1"], keys, eventsPerLaneMax: 5 });
      assertEquals(turn.answers, [answer]);
      await turn.rollback();
      const appended = await store.inbox.append([
        newEvent("o-1", { idempotency: { scope: answer.scope, key: "k-1", requestHash: "h" } }),
      ]);
      assertEquals(appended, [{ type: "duplicate", eventId: answer.eventId }]);
    },
  },
  {
    name: "a purge removes everything kept for the entity",
    async run({ store }) {
      const event = newEvent("o-1");
      await store.inbox.append([event, newEvent("o-2")]);
      await writeLane(store, "o-1", () => ({
        entity: entityOf("o-1"),
        history: [historyOf("o-1", 1)],
        outbox: [outboxOf("o-1", 1)],
        timersSet: [timerOf("t")],
        deadLetters: [letterFor(event)],
        consumedEventIds: [],
      }));
      await writeLane(store, "o-1", () => ({ isPurged: true }));
      assertEquals(await store.entities.get("o-1"), null);
      assertEquals(await store.entities.timers("o-1"), []);
      assertEquals((await store.history.stats("o-1")).total, 0);
      assertEquals((await store.deadLetters.stats()).total, 0);
      assertEquals(await store.outbox.counts(), { pending: 0, leased: 0 });
      assertEquals(await store.inbox.status(event.eventId), null);
      assertEquals((await peek(store)).map((lane) => lane.entityId), ["o-2"]);
    },
  },
];
