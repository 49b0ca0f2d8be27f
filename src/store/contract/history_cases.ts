/** Contract of the history: order, statistics, and a feed behind which nothing appears. */
import { assertEquals, assertRejects } from "./assertions.ts";
import { historyOf, only, T0, writeLane } from "./fixtures.ts";
import type { ContractCase, StoreHarness } from "./harness.ts";

async function write(
  store: StoreHarness["store"],
  entityId: string,
  positions: readonly number[],
): Promise<void> {
  await writeLane(store, entityId, () => ({
    history: positions.map((position) =>
      historyOf(entityId, position, {
        createdAtMs: T0 + position,
        isSuccess: position % 2 === 1,
        machineName: entityId.startsWith("t") ? "ticket" : "order",
      })
    ),
  }));
}

export const historyCases: readonly ContractCase[] = [
  {
    name: "list() is by position, both ways, by cursor and offset",
    async run({ store }) {
      await write(store, "o-1", [1, 2, 3, 4, 5]);
      await write(store, "o-2", [1]);
      for (const [isAscending, expected] of [[true, [1, 2, 3, 4, 5]], [false, [5, 4, 3, 2, 1]]] as const) {
        const walked: number[] = [];
        let cursor: string | null = null;
        for (let page = 0; page < 5; page++) {
          const { items, nextCursor } = await store.history.list({
            entityId: "o-1",
            limit: 2,
            cursor,
            isAscending,
          });
          walked.push(...items.map((row) => row.position));
          cursor = nextCursor;
          if (cursor === null) break;
        }
        assertEquals(walked, expected);
        const { items } = await store.history.list({ entityId: "o-1", limit: 2, offset: 3, isAscending });
        assertEquals(items.map((row) => row.position), expected.slice(3));
      }
      assertEquals(await store.history.list({ entityId: "none", limit: 2, isAscending: true }), {
        items: [],
        nextCursor: null,
      });
      assertEquals(await store.history.get(crypto.randomUUID()), null);
      assertEquals(await store.history.get("no uuid"), null);
    },
  },
  {
    name: "stats() and deleteBefore()",
    async run({ store }) {
      await write(store, "o-1", [1, 2, 3, 4, 5]);
      await write(store, "o-2", [1]);
      assertEquals(await store.history.stats("o-1"), {
        total: 5,
        successCount: 3,
        failureCount: 2,
        firstAtMs: T0 + 1,
        lastAtMs: T0 + 5,
      });
      assertEquals(await store.history.deleteBefore("o-1", T0 + 3), { deleted: 2, remaining: 3 });
      assertEquals((await store.history.stats("o-1")).firstAtMs, T0 + 3);
      assertEquals((await store.history.stats("o-2")).total, 1);
      assertEquals(await store.history.stats("none"), {
        total: 0,
        successCount: 0,
        failureCount: 0,
        firstAtMs: null,
        lastAtMs: null,
      });
    },
  },
  {
    name: "feed() walks all entities in the order of commit, and goes on from its cursor",
    async run({ store }) {
      assertEquals(await store.history.feed({ limit: 5 }), { items: [], nextCursor: null });
      const start = await store.history.head();
      await write(store, "o-1", [1, 2]);
      await write(store, "t-1", [1]);
      await write(store, "o-1", [3]);
      const names = (items: readonly { readonly entityId: string; readonly position: number }[]) =>
        items.map((row) => `${row.entityId}/${row.position}`);
      const whole = await store.history.feed({ limit: 10, after: start });
      assertEquals(names(whole.items), ["o-1/1", "o-1/2", "t-1/1", "o-1/3"]);
      assertEquals(whole.nextCursor, null);
      const first = await store.history.feed({ limit: 3 });
      assertEquals(names(first.items), ["o-1/1", "o-1/2", "t-1/1"]);
      assertEquals(first.nextCursor, first.items.at(-1)?.cursor);
      const rest = await store.history.feed({ limit: 3, after: first.nextCursor });
      assertEquals(names(rest.items), ["o-1/3"]);
      const last = only(rest.items).cursor;
      assertEquals((await store.history.feed({ limit: 3, after: last })).items, []);
      const head = await store.history.head();
      await write(store, "o-2", [1]);
      for (const after of [last, head]) {
        assertEquals(names((await store.history.feed({ limit: 3, after })).items), ["o-2/1"]);
      }
      await assertRejects(() => store.history.feed({ limit: 3, after: "nonsense" }), "bad_request");
    },
  },
  {
    name: "feed() and recent() filter alike",
    async run({ store }) {
      await write(store, "o-1", [1, 2, 3]);
      await write(store, "t-1", [1, 2]);
      const rows = [
        [{}, 5],
        [{ machineName: "ticket" }, 2],
        [{ entityId: "o-1" }, 3],
        [{ isSuccess: false }, 2],
        [{ isSuccess: true, entityId: "o-1" }, 2],
        [{ fromMs: T0 + 2 }, 3],
        [{ fromMs: T0 + 1, toMs: T0 + 1 }, 2],
      ] as const;
      for (const [filter, count] of rows) {
        assertEquals(
          (await store.history.feed({ ...filter, limit: 9 })).items.length,
          count,
          JSON.stringify(filter),
        );
        const recent = await store.history.recent({ ...filter, limit: 9 });
        assertEquals([recent.items.length, recent.total], [count, count], JSON.stringify(filter));
      }
      const { items, total } = await store.history.recent({ limit: 2, offset: 1 });
      assertEquals([items.map((row) => [row.entityId, row.position]), total], [[["t-1", 1], ["o-1", 3]], 5]);
    },
  },
  {
    name: "nothing ever appears behind a cursor while turns commit at the same time",
    async run({ store }) {
      const written = 30;
      const writers = Promise.all(Array.from({ length: 3 }, async (_, writer) => {
        for (let i = 1; i <= written / 3; i++) await write(store, `w-${writer}`, [i]);
      }));
      let isDone = false;
      const done = writers.finally(() => isDone = true);
      const seen = new Set<string>();
      let after: string | null = null;
      for (let reads = 0; reads < 3_000; reads++) {
        const isLastRead = isDone;
        const { items } = await store.history.feed({ after, limit: 7 });
        for (const row of items) seen.add(`${row.entityId}/${row.position}`);
        after = items.at(-1)?.cursor ?? after;
        if (isLastRead && items.length === 0) break;
      }
      await done;
      assertEquals(seen.size, written);
    },
  },
];
