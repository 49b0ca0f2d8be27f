/** Contract of documents with a time, and of events that are accepted together with a document. */
import { assertEquals } from "./assertions.ts";
import { newEvent, only, peek, present } from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

const WRITE = { expectedVersion: null, expiresAtMs: null };

export const dueCases: readonly ContractCase[] = [
  {
    name: "due() answers what is due, earliest first, and when the next one is",
    async run({ store: { operations: { documents }, ping } }) {
      const nowMs = await ping();
      const soonMs = nowMs + 3_600_000;
      assertEquals((await documents.due("k", 5)).items, []);
      await documents.put("k", "b", {}, { ...WRITE, dueAtMs: nowMs - 10 });
      await documents.put("k", "a", {}, { ...WRITE, dueAtMs: nowMs - 10 });
      await documents.put("k", "c", {}, { ...WRITE, dueAtMs: nowMs - 20 });
      await documents.put("k", "soon", {}, { ...WRITE, dueAtMs: soonMs });
      await documents.put("k", "never", {}, WRITE);
      await documents.put("k", "gone", {}, { ...WRITE, expiresAtMs: nowMs - 1, dueAtMs: nowMs - 30 });
      await documents.put("other", "x", {}, { ...WRITE, dueAtMs: nowMs - 30 });
      const rows = [
        [5, ["c", "a", "b"], soonMs],
        [2, ["c", "a"], nowMs - 10],
      ] as const;
      for (const [limit, ids, nextMs] of rows) {
        const due = await documents.due("k", limit);
        assertEquals(due.items.map((document) => document.id), ids, `limit ${limit}`);
        assertEquals(due.nextDueAtMs, nextMs, `limit ${limit}`);
        assertEquals(due.nowMs >= nowMs, true);
      }
      const kept = present(await documents.get("k", "soon"));
      assertEquals(kept.dueAtMs, soonMs);
      await documents.put("k", "soon", {}, WRITE);
      assertEquals(present(await documents.get("k", "soon")).dueAtMs, null);
      assertEquals((await documents.due("k", 5)).nextDueAtMs, null);
    },
  },
  {
    name: "events of a document are accepted with it, and not at all when it is refused",
    async run({ store }) {
      const { documents } = store.operations;
      const events = [newEvent("o-1"), newEvent("o-2"), newEvent("o-1")];
      const first = { expectedVersion: 0, expiresAtMs: null };
      assertEquals(await documents.put("k", "a", { n: 1 }, { ...first, events }), 1);
      assertEquals(await documents.put("k", "a", { n: 2 }, { ...first, events: [newEvent("o-3")] }), null);
      const stale = { expectedVersion: 7, expiresAtMs: null, events: [newEvent("o-3")] };
      assertEquals(await documents.put("k", "a", { n: 3 }, stale), null);
      assertEquals(
        await documents.put("k", "a", { n: 4 }, { ...stale, expectedVersion: 1, dueAtMs: 5, events: [] }),
        2,
      );
      assertEquals(present(await documents.get("k", "a")).body, { n: 4 });
      const lanes = (await peek(store)).toSorted((a, b) => (a.entityId < b.entityId ? -1 : 1));
      assertEquals(lanes.map((lane) => [lane.entityId, lane.events.map((event) => event.eventId)]), [
        ["o-1", [events[0]?.eventId, events[2]?.eventId]],
        ["o-2", [events[1]?.eventId]],
      ]);
    },
  },
  {
    name: "of many writers with events at the same time one is heard",
    async run({ store }) {
      const { documents } = store.operations;
      await documents.put("k", "a", {}, { expectedVersion: 0, expiresAtMs: null, dueAtMs: 1 });
      const writers = [1, 2, 3, 4, 5].map((n) =>
        documents.put("k", "a", { n }, {
          expectedVersion: 1,
          expiresAtMs: null,
          dueAtMs: n,
          events: [newEvent("o-1")],
        })
      );
      const versions = await Promise.all(writers);
      assertEquals(versions.filter((version) => version !== null), [2]);
      assertEquals(only(await peek(store)).events.length, 1);
    },
  },
];
