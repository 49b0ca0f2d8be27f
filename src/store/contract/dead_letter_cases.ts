/** Contract of dead letters: lists, statistics, giving up, putting back once and in order. */
import type { JsonObject } from "../../json.ts";
import type { Command } from "../../orchestrator/event.ts";
import { parkedReasonOf } from "../replay.ts";
import { assertEquals, assertRejects } from "./assertions.ts";
import { letterFor, newEvent, only, peek, present, T0, writeLane } from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

export const deadLetterCases: readonly ContractCase[] = [
  {
    name: "list() filters, newest first, by cursor and offset; stats() counts",
    async run({ store }) {
      const event = newEvent("o-1");
      const letters = [
        letterFor(event, { createdAtMs: T0 }),
        letterFor(event, { createdAtMs: T0 + 1, machineName: "ticket", stage: "worker_apply_data" }),
        letterFor(event, {
          createdAtMs: T0 + 1,
          reason: "terminal_state",
          status: "ignored",
          updatedAtMs: T0 + 2,
        }),
      ];
      await writeLane(store, "o-1", () => ({ deadLetters: letters }));
      await writeLane(store, "o-1", () => ({ deadLetters: letters.slice(0, 1) }));
      const rows = [
        [{}, 3],
        [{ machineName: "ticket" }, 1],
        [{ entityId: "o-1" }, 3],
        [{ entityId: "none" }, 0],
        [{ reason: "terminal_state" }, 1],
        [{ stage: "worker" }, 2],
        [{ status: "pending" }, 2],
        [{ createdFromMs: T0 + 1 }, 2],
        [{ createdToMs: T0 }, 1],
        [{ createdFromMs: T0, createdToMs: T0 + 1 }, 3],
      ] as const;
      for (const [filter, count] of rows) {
        const page = await store.deadLetters.list({ ...filter, limit: 10 });
        assertEquals([page.items.length, page.total], [count, count], JSON.stringify(filter));
      }
      const whole = (await store.deadLetters.list({ limit: 10 })).items.map((letter) => letter.recordId);
      assertEquals(whole[2], letters[0]?.recordId);
      const first = await store.deadLetters.list({ limit: 2 });
      const rest = await store.deadLetters.list({ limit: 2, cursor: first.nextCursor });
      assertEquals([...first.items, ...rest.items].map((letter) => letter.recordId), whole);
      assertEquals([rest.total, rest.nextCursor], [3, null]);
      const oldest = await store.deadLetters.list({ limit: 2, isAscending: true });
      const newest = await store.deadLetters.list({ limit: 2, isAscending: true, cursor: oldest.nextCursor });
      assertEquals([...oldest.items, ...newest.items].map((letter) => letter.recordId), whole.toReversed());
      assertEquals(only((await store.deadLetters.list({ limit: 2, offset: 2 })).items).recordId, whole[2]);
      assertEquals(await store.deadLetters.stats(), {
        total: 3,
        byReason: { guard_rejected: 2, terminal_state: 1 },
        byStatus: { pending: 2, ignored: 1 },
        byStage: { worker: 2, worker_apply_data: 1 },
      });
      assertEquals((await store.deadLetters.stats("ticket")).total, 1);
      assertEquals(await store.deadLetters.get("0".repeat(32)), null);
    },
  },
  {
    name: "discard() gives up, repeatably, and a lane that waits goes on",
    async run({ store }) {
      const [dead, waiting] = [newEvent("o-1"), newEvent("o-1")];
      await store.inbox.append([dead, waiting]);
      const letter = letterFor(dead);
      await writeLane(store, "o-1", () => ({
        consumedEventIds: [dead.eventId],
        deadLetters: [letter],
        parkedReason: parkedReasonOf(letter.recordId),
      }));
      assertEquals(await peek(store), []);
      assertEquals((await store.inbox.counts()).deadLetters, 1);
      for (let i = 0; i < 2; i++) {
        const discarded = present(await store.deadLetters.discard(letter.recordId, "ann"));
        assertEquals([discarded.status, discarded.metadata["discarded_by"]], ["ignored", "ann"]);
        assertEquals(discarded.updatedAtMs !== null, true);
      }
      assertEquals((await store.inbox.counts()).deadLetters, 0);
      const lane = only(await peek(store));
      assertEquals([lane.parkedReason, only(lane.events).eventId], [null, waiting.eventId]);
      assertEquals(await store.deadLetters.discard("0".repeat(32), null), null);
    },
  },
  {
    name: "replay() puts the event back once, also when asked twice at the same time",
    async run({ store }) {
      const [event, data] = [newEvent("o-1"), newEvent("o-1", { command: { type: "data", data: { a: 1 } } })];
      await store.inbox.append([event, data]);
      const letters = [letterFor(event), letterFor(data)];
      await writeLane(store, "o-1", () => ({ deadLetters: letters }));
      for (const letter of letters) {
        const requests = Array.from({ length: 3 }, () => ({
          recordId: letter.recordId,
          eventId: crypto.randomUUID(),
          actor: "ann",
        }));
        const replays = await Promise.all(requests.map((request) => store.deadLetters.replay(request)));
        assertEquals(new Set(replays.map((replay) => replay?.eventId)).size, 1, "one event id");
        const kept = present(await store.deadLetters.get(letter.recordId));
        assertEquals([kept.status, kept.retryCount], ["resolved", 1]);
      }
      const lane = only(await peek(store));
      assertEquals(lane.events.map((queued) => queued.command), [event.command, data.command]);
      assertEquals(lane.events.map((queued) => [queued.seq, queued.actor, queued.attemptsMax]), [
        [3, "ann", 7],
        [4, "ann", 7],
      ]);
    },
  },
  {
    name: "replay() keeps what an entity begins with",
    async run({ store }) {
      const birth = { context: { total: 1 }, labels: { shop: "north" } };
      const commands: readonly Command[] = [
        { type: "event", trigger: "pay", payload: { amount: 5 }, birth },
        { type: "create", ...birth, isIfAbsent: true },
        { type: "create", ...birth },
      ];
      const payloads: readonly JsonObject[] = [
        { trigger: "pay", context: { amount: 5 }, birth },
        { command: "create", ...birth, if_absent: true },
        { command: "create", ...birth, if_absent: false },
      ];
      const letters = payloads.map((payload) => letterFor(newEvent("o-1"), { payload }));
      await writeLane(store, "o-1", () => ({ deadLetters: letters }));
      for (const { recordId } of letters) {
        await store.deadLetters.replay({ recordId, eventId: crypto.randomUUID(), actor: null });
      }
      assertEquals(only(await peek(store)).events.map((queued) => queued.command), commands);
    },
  },
  {
    name:
      "a replayed event takes its old place when the lane waits for it, with another payload when told so",
    async run({ store }) {
      const [dead, waiting] = [newEvent("o-1"), newEvent("o-1")];
      await store.inbox.append([dead, waiting]);
      const letter = letterFor(dead, { metadata: { seq: 1 } });
      await writeLane(store, "o-1", () => ({
        consumedEventIds: [dead.eventId],
        deadLetters: [letter],
        parkedReason: parkedReasonOf(letter.recordId),
      }));
      const eventId = crypto.randomUUID();
      await store.deadLetters.replay({
        recordId: letter.recordId,
        eventId,
        actor: null,
        payload: { amount: 6 },
      });
      const lane = only(await peek(store));
      assertEquals(lane.events.map((event) => [event.eventId, event.seq]), [[eventId, 1], [
        waiting.eventId,
        2,
      ]]);
      assertEquals(lane.events[0]?.command, { type: "event", trigger: "pay", payload: { amount: 6 } });
      assertEquals(lane.nextSeq, 3);
    },
  },
  {
    name: "replay() refuses what cannot be rebuilt, and leaves it as it was",
    async run({ store }) {
      const letter = letterFor(newEvent("o-1", { command: { type: "status", status: "archived" } }));
      await writeLane(store, "o-1", () => ({ deadLetters: [letter] }));
      const request = { recordId: letter.recordId, eventId: crypto.randomUUID(), actor: null };
      await assertRejects(() => store.deadLetters.replay(request), "validation_failed");
      assertEquals(await store.deadLetters.get(letter.recordId), letter);
      assertEquals(await store.deadLetters.replay({ ...request, recordId: "0".repeat(32) }), null);
    },
  },
];
