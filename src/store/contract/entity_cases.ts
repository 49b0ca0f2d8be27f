/** Contract of reading entities: filters, orders, cursors that stay right, counts. */
import type { Entity } from "../../orchestrator/entity.ts";
import type { CountedPage, EntityQuery, Store } from "../store.ts";
import { assertEquals, assertRejects } from "./assertions.ts";
import { entityOf, T0, writeLane } from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

const ALL: EntityQuery = { statuses: ["active"], sortBy: "created_at", isAscending: true, limit: 50 };

const ENTITIES = [
  entityOf("a-1", { createdAtMs: T0, currentState: "Open", labels: { tier: "gold", region: "eu" } }),
  entityOf("a-2", {
    createdAtMs: T0 + 1,
    currentState: "open",
    labels: { tier: "silver" },
    machineVersion: "2.0.0",
  }),
  entityOf("b_3", {
    createdAtMs: T0 + 2,
    isTerminal: true,
    workflowStatus: "complete",
    currentState: "done",
  }),
  entityOf("b%4", { createdAtMs: T0 + 2, machineName: "ticket", updatedAtMs: T0 + 50 }),
  entityOf("c-5", { createdAtMs: T0 + 3, status: "archived", archivedAtMs: T0 + 9 }),
  entityOf("c-6", { createdAtMs: T0 + 4, status: "deleted", deletedAtMs: T0 + 9 }),
];

async function fill(store: Store): Promise<void> {
  for (const entity of ENTITIES) await writeLane(store, entity.entityId, () => ({ entity }));
}

/** Entities that sort before, among and behind those that are there. */
async function addAround(store: Store, name: string, page: number): Promise<void> {
  const ids = [`a-0${name}`, `b-${name}`, `z-${name}`];
  for (const [place, entityId] of ids.entries()) {
    const atMs = T0 + ([-page - 1, 2, 100 + page][place] ?? 0);
    const currentState = ["aaa", "open", "zzz"][place] ?? "";
    const machineName = ["alpha", "order", "zeta"][place] ?? "";
    const entity = entityOf(entityId, { createdAtMs: atMs, updatedAtMs: atMs, currentState, machineName });
    await writeLane(store, entityId, () => ({ entity }));
  }
}

export const entityCases: readonly ContractCase[] = [
  {
    name: "list() filters by each field, and counts",
    async run({ store }) {
      await fill(store);
      const rows: readonly (readonly [Partial<EntityQuery>, readonly string[]])[] = [
        [{}, ["a-1", "a-2", "b%4", "b_3"]],
        [{ statuses: [] }, []],
        [{ statuses: ["archived", "deleted"] }, ["c-5", "c-6"]],
        [{ machineName: "ticket" }, ["b%4"]],
        [{ state: "OPEN" }, ["a-1", "a-2", "b%4"]],
        [{ isTerminal: true }, ["b_3"]],
        [{ isTerminal: false }, ["a-1", "a-2", "b%4"]],
        [{ workflowStatus: "complete" }, ["b_3"]],
        [{ createdFromMs: T0 + 1, createdToMs: T0 + 1 }, ["a-2"]],
        [{ updatedFromMs: T0 + 50, updatedToMs: T0 + 50 }, ["b%4"]],
        [{ labels: { tier: "gold", region: "eu" } }, ["a-1"]],
        [{ labels: { tier: "none" } }, []],
        [{ labels: {} }, ["a-1", "a-2", "b%4", "b_3"]],
        [{ search: "_" }, ["b_3"]],
        [{ search: "%" }, ["b%4"]],
        [{ search: "-" }, ["a-1", "a-2"]],
        [{ search: "b%4" }, ["b%4"]],
        [{ search: "A-1" }, []],
        [{ text: "A-1" }, ["a-1"]],
        [{ text: "  tier=GOLD \n region=e " }, ["a-1"]],
        [{ text: "tier=gold" }, ["a-1", "b%4", "b_3"]],
        [{ text: "silver a-2" }, ["a-2"]],
        [{ text: "silver a-1" }, []],
        [{ text: "%4" }, ["b%4"]],
        [{ text: " " }, ["a-1", "a-2", "b%4", "b_3"]],
      ];
      for (const [filter, expected] of rows) {
        const { items, total, nextCursor } = await store.entities.list({ ...ALL, ...filter });
        assertEquals(items.map((entity) => entity.entityId), expected, JSON.stringify(filter));
        assertEquals([total, nextCursor], [expected.length, null]);
      }
    },
  },
  {
    name: "list() walks every order by cursor, and by offset",
    async run({ store }) {
      await fill(store);
      const sorts = ["created_at", "updated_at", "entity_id", "current_state", "machine_name"] as const;
      for (const sortBy of sorts) {
        for (const isAscending of [true, false]) {
          const query: EntityQuery = {
            ...ALL,
            statuses: ["active", "archived", "deleted"],
            sortBy,
            isAscending,
          };
          const whole = (await store.entities.list(query)).items.map((entity) => entity.entityId);
          assertEquals(whole.length, ENTITIES.length);
          const byCursor: string[] = [];
          let cursor: string | null = null;
          for (let page = 0; page < 9; page++) {
            const { items, nextCursor, total } = await store.entities.list({ ...query, limit: 2, cursor });
            assertEquals(total, ENTITIES.length, "the total does not shrink");
            byCursor.push(...items.map((entity) => entity.entityId));
            cursor = nextCursor;
            if (cursor === null) break;
          }
          assertEquals(byCursor, whole, `${sortBy} ${isAscending}`);
          const second = await store.entities.list({ ...query, limit: 2, offset: 2 });
          assertEquals(second.items.map((entity) => entity.entityId), whole.slice(2, 4));
        }
      }
    },
  },
  {
    name: "a cursor stays right while entities are added, and fits its own list only",
    async run({ store }) {
      await fill(store);
      const query: EntityQuery = { ...ALL, isAscending: false, limit: 2 };
      const first = await store.entities.list(query);
      await writeLane(store, "new", () => ({ entity: entityOf("new", { createdAtMs: T0 + 99 }) }));
      const second = await store.entities.list({ ...query, cursor: first.nextCursor });
      const seen = [...first.items, ...second.items].map((entity) => entity.entityId);
      assertEquals(seen, ["b_3", "b%4", "a-2", "a-1"]);
      for (
        const wrong of [
          { ...query, sortBy: "entity_id", cursor: first.nextCursor },
          { ...query, isAscending: true, cursor: first.nextCursor },
          { ...query, machineName: "order", cursor: first.nextCursor },
          { ...query, cursor: "" },
          { ...query, cursor: "x".repeat(5_000) },
        ] as const
      ) {
        await assertRejects(() => store.entities.list(wrong), "bad_request");
      }
    },
  },
  {
    name: "walking a list while entities are added gives each of the old ones once, in every order",
    async run({ store }) {
      await fill(store);
      const orders = ["created_at", "updated_at", "entity_id", "current_state", "machine_name"] as const;
      for (const sortBy of orders) {
        for (const isAscending of [true, false]) {
          const query: EntityQuery = { ...ALL, sortBy, isAscending, limit: 1 };
          const old = (await store.entities.list({ ...query, limit: 50 })).items.map(({ entityId }) =>
            entityId
          );
          const seen: string[] = [];
          let cursor: string | null = null;
          for (let page = 0; page < 200; page++) {
            const { items, nextCursor }: CountedPage<Entity> = await store.entities.list({
              ...query,
              cursor,
            });
            seen.push(...items.map(({ entityId }) => entityId));
            cursor = nextCursor;
            if (cursor === null) break;
            if (page < 3) await addAround(store, `${sortBy}-${isAscending}-${page}`, page);
          }
          assertEquals(new Set(seen).size, seen.length, `${sortBy} ${isAscending}: one came twice`);
          assertEquals(
            old.filter((id) => !seen.includes(id)),
            [],
            `${sortBy} ${isAscending}: one is missing`,
          );
        }
      }
    },
  },
  {
    name: "counts tell active entities by state and by pinned version",
    async run({ store }) {
      await fill(store);
      assertEquals(await store.entities.countPinned("order", "1.2.0"), 2);
      assertEquals(await store.entities.countPinned("order", "9"), 0);
      assertEquals(await store.entities.countByState("ticket"), [{
        machineName: "ticket",
        state: "open",
        count: 1,
        isExact: true,
      }]);
      const all = await store.entities.countByState();
      assertEquals(all.map((row) => [row.machineName, row.state, row.count]), [
        ["order", "Open", 1],
        ["order", "done", 1],
        ["order", "open", 1],
        ["ticket", "open", 1],
      ]);
    },
  },
];
