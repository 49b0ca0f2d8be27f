/** Contract of looking at lanes: what holds them, in which order, how much waits. */
import { parkedReasonOf } from "../../orchestrator/lane_hold.ts";
import type { LaneQuery, LaneRow, Store } from "../store.ts";
import { assertEquals } from "./assertions.ts";
import { entityOf, letterFor, newEvent, outboxOf, present, writeLane } from "./fixtures.ts";
import type { ContractCase, StoreHarness } from "./harness.ts";

const PARKED = parkedReasonOf({ type: "person", actor: "ann", reason: "look at it" });
const BLOCKED = parkedReasonOf({ type: "dead_letter", recordId: "0123" });
const MINUTE_MS = 60_000;

/** Three held lanes a little apart, one that is ready, one idle, one whose event comes later. */
async function fill({ store, pass }: StoreHarness): Promise<void> {
  const hold = (entityId: string, parkedReason: string, machineName: string) =>
    writeLane(store, entityId, () => ({ entity: entityOf(entityId, { machineName }), parkedReason }));
  await hold("p-2", PARKED, "order");
  await pass(5);
  await hold("b-1", BLOCKED, "ticket");
  await pass(5);
  await hold("p-1", PARKED, "ticket");
  await writeLane(store, "idle", () => ({ entity: entityOf("idle") }));
  await store.inbox.append([newEvent("p-2"), newEvent("p-2")]);
  await store.inbox.append([newEvent("ready")]);
  const laterMs = await store.ping() + MINUTE_MS;
  await store.inbox.append([newEvent("later", { notBeforeMs: laterMs })]);
  await pass(5);
}

async function idsOf(store: Store, query: Omit<LaneQuery, "limit">): Promise<readonly string[]> {
  return (await store.lanes.list({ ...query, limit: 50 })).items.map((row) => row.entityId);
}

export const laneCases: readonly ContractCase[] = [
  {
    name: "list() shows held and ready lanes, oldest first, by machine",
    async run(harness) {
      const { store } = harness;
      await fill(harness);
      assertEquals(await idsOf(store, { standing: "held" }), ["p-2", "b-1", "p-1"]);
      assertEquals(await idsOf(store, { standing: "parked" }), ["p-2", "p-1"]);
      assertEquals(await idsOf(store, { standing: "blocked" }), ["b-1"]);
      assertEquals(await idsOf(store, { standing: "ready" }), ["ready"]);
      assertEquals(await idsOf(store, { standing: "held", machineName: "ticket" }), ["b-1", "p-1"]);
      assertEquals(await idsOf(store, { standing: "ready", machineName: "ticket" }), []);
    },
  },
  {
    name: "list() pages by cursors that stay right while lanes are parked",
    async run(harness) {
      const { store } = harness;
      await fill(harness);
      const first = await store.lanes.list({ standing: "held", limit: 2 });
      await writeLane(store, "p-0", () => ({ entity: entityOf("p-0"), parkedReason: PARKED }));
      const rest = await store.lanes.list({ standing: "held", limit: 2, cursor: first.nextCursor });
      const ids = [...first.items, ...rest.items].map((row) => row.entityId);
      assertEquals(ids, ["p-2", "b-1", "p-1", "p-0"]);
      assertEquals(rest.nextCursor, null);
    },
  },
  {
    name: "get() tells reason, time and how much waits; a time of holding stays while it is held",
    async run(harness) {
      const { store } = harness;
      await fill(harness);
      const row = present(await store.lanes.get("p-2"));
      const { parkedAtMs, ...rest } = row;
      const expected: Omit<LaneRow, "parkedAtMs"> = {
        entityId: "p-2",
        machineName: "order",
        parkedReason: PARKED,
        attempts: 0,
        readyAtMs: null,
        waiting: 2,
      };
      assertEquals(rest, expected);
      await writeLane(store, "p-2", () => ({ parkedReason: PARKED, consumedEventIds: [] }));
      assertEquals(present(await store.lanes.get("p-2")).parkedAtMs, present(parkedAtMs));
      await writeLane(store, "p-2", () => ({ parkedReason: null, consumedEventIds: [] }));
      assertEquals(present(await store.lanes.get("p-2")).parkedAtMs, null);
      assertEquals(present(await store.lanes.get("ready")).machineName, null);
      assertEquals(await store.lanes.get("nobody"), null);
    },
  },
  {
    name: "counts() and load() count up to a bound, and tell how long the oldest ready lane waits",
    async run(harness) {
      const { store } = harness;
      assertEquals(await store.lanes.counts(10), { parked: 0, blocked: 0, ready: 0, lagMs: null });
      assertEquals(await store.lanes.load(10), { waiting: 0, lagMs: null });
      await fill(harness);
      const { lagMs, ...counts } = await store.lanes.counts(10);
      assertEquals(counts, { parked: 2, blocked: 1, ready: 1 });
      assertEquals(present(lagMs) >= 5, true, `${lagMs}`);
      assertEquals((await store.lanes.counts(1)).parked, 1);
      const load = await store.lanes.load(10);
      assertEquals([load.waiting, present(load.lagMs) >= 5], [4, true]);
      assertEquals((await store.lanes.load(3)).waiting, 3);
    },
  },
  {
    name: "facts() tells of dead letters and actions that are due, and how old they are",
    async run({ store, pass }) {
      const none = await store.facts();
      assertEquals([none.deadLetters, none.outbox], [{ pending: 0, oldestMs: null }, {
        due: 0,
        oldestMs: null,
      }]);
      const event = newEvent("o-1");
      const nowMs = await store.ping();
      await writeLane(store, "o-1", () => ({
        entity: entityOf("o-1"),
        outbox: [outboxOf("o-1", 1, { dueAtMs: nowMs }), outboxOf("o-2", 1, { dueAtMs: nowMs + MINUTE_MS })],
        deadLetters: [letterFor(event, { createdAtMs: nowMs }), letterFor(event, { status: "ignored" })],
      }));
      await pass(5);
      const { product, deadLetters, outbox } = await store.facts();
      assertEquals([product.length > 0, deadLetters.pending, outbox.due], [true, 1, 1]);
      assertEquals(present(deadLetters.oldestMs) >= 5 && present(outbox.oldestMs) >= 5, true);
    },
  },
];
