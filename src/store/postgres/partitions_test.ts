/** History by month: made ahead, dropped as a whole, nothing refused, nothing doubled. */
import postgres from "postgres";
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { assertEquals } from "../contract/assertions.ts";
import { entityOf, historyOf, only, writeLane, writeOf } from "../contract/fixtures.ts";
import { migrate } from "../migrate.ts";
import type { RetentionWindows, Store } from "../store.ts";
import { openPostgresStore } from "./postgres_store.ts";

await testDatabaseUrl();
const template = await createTestDatabase();
await migrate(template.url);

const DAY_MS = 86_400_000;
const FOR_EVER: RetentionWindows = {
  eventsCompletedDays: null,
  deadLettersDays: null,
  historyTerminalDays: null,
  historyActiveDays: null,
  batchSize: 1_000,
};

function check(name: string, run: (world: World) => Promise<void>): void {
  Deno.test(`history partitions: ${name}`, async () => {
    const database = await createTestDatabase(template.name);
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    const store = await openPostgresStore({ url: database.url, isListening: false });
    try {
      await run({ store, sql, url: database.url });
    } finally {
      await store.close();
      await sql.end({ timeout: 1 });
      await database.drop();
    }
  });
}

interface World {
  readonly store: Store;
  readonly sql: postgres.Sql;
  readonly url: string;
}

/** Names of partitions without the default one, oldest first. */
async function monthsOf({ sql }: World): Promise<readonly string[]> {
  const rows = await sql.unsafe("select name from stator.history_partitions() order by until_ms");
  return rows.map((row) => String(row["name"]));
}

/** The partition that holds the rows of an entity, by position. */
async function placesOf({ sql }: World, entityId: string): Promise<readonly string[]> {
  const rows = await sql.unsafe(
    "select tableoid::regclass::text as place from stator.history where entity_id = $1 order by position",
    [entityId],
  );
  return rows.map((row) => String(row["place"]).replace("stator.", ""));
}

function monthName(ms: number): string {
  return `history_${new Date(ms).toISOString().slice(0, "2026-01".length).replace("-", "_")}`;
}

/** First moment of a month, counted from the month of `ms`. */
function monthMs(ms: number, months: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}

/** A partition of a month that is over, as it was made when its time came. */
async function addMonth({ sql }: World, ms: number): Promise<string> {
  const name = monthName(ms);
  await sql.unsafe(
    `create table stator.${name} partition of stator.history for values from (${monthMs(ms, 0)}) to (${
      monthMs(ms, 1)
    })`,
  );
  return name;
}

async function write(
  store: Store,
  entityId: string,
  times: readonly number[],
  isTerminal = false,
): Promise<void> {
  await writeLane(store, entityId, () => ({
    entity: entityOf(entityId, { isTerminal, position: times.length }),
    history: times.map((createdAtMs, index) => historyOf(entityId, index + 1, { createdAtMs })),
  }));
}

check("three months are there from the start, and any other time has a place too", async (world) => {
  const nowMs = await world.store.ping();
  const months = [0, 1, 2].map((month) => monthName(monthMs(nowMs, month)));
  assertEquals(await monthsOf(world), months);
  await write(world.store, "o-1", [monthMs(nowMs, -30), nowMs, monthMs(nowMs, 30)]);
  assertEquals(await placesOf(world, "o-1"), ["history_default", months[0] ?? "", "history_default"]);
  const { items } = await world.store.history.list({ entityId: "o-1", limit: 9, isAscending: true });
  assertEquals(items.map((row) => row.position), [1, 2, 3]);
  const { partitions } = await world.store.facts();
  assertEquals([partitions?.count, partitions?.coveredUntilMs], [3, monthMs(nowMs, 3)]);
});

check("the sweep makes what is missing, and rows that came too early move in", async (world) => {
  const nowMs = await world.store.ping();
  const [, , last = ""] = await monthsOf(world);
  await world.sql.unsafe(`drop table stator.${last}`);
  await write(world.store, "o-1", [nowMs, monthMs(nowMs, 2) + DAY_MS]);
  assertEquals((await placesOf(world, "o-1"))[1], "history_default");
  await world.store.operations.prune(FOR_EVER);
  assertEquals((await placesOf(world, "o-1"))[1], last);
  assertEquals((await monthsOf(world)).length, 3);
  assertEquals((await world.store.history.stats("o-1")).total, 2);
});

check("an upgrade makes them too, although there is nothing else to do", async (world) => {
  const months = await monthsOf(world);
  await world.sql.unsafe(`drop table stator.${months[2]}; drop table stator.${months[1]}`);
  assertEquals((await migrate(world.url)).applied, []);
  assertEquals(await monthsOf(world), months);
});

check("a month that is over for every entity goes as a whole", async (world) => {
  const nowMs = await world.store.ping();
  const oldMs = monthMs(nowMs, -6) + DAY_MS;
  await addMonth(world, oldMs);
  const kept = await addMonth(world, monthMs(nowMs, -1) + DAY_MS);
  await write(world.store, "done", [oldMs, monthMs(nowMs, -1) + DAY_MS, nowMs], true);
  await write(world.store, "open", [oldMs, nowMs]);
  const windows = { ...FOR_EVER, historyTerminalDays: 90, historyActiveDays: 120 };
  const counts = await world.store.operations.prune(windows);
  assertEquals([counts["history_partition"], counts["history"]], [1, 0]);
  assertEquals((await monthsOf(world))[0], kept);
  const stats = await Promise.all(["done", "open"].map((id) => world.store.history.stats(id)));
  assertEquals(stats.map(({ total }) => total), [2, 1]);
  const [row] = await world.sql.unsafe("select count(*)::int as count from pystator.transition_history");
  assertEquals(row?.["count"], 3);
});

check("a month in which something is kept for ever stays until its last row went", async (world) => {
  const nowMs = await world.store.ping();
  const oldMs = monthMs(nowMs, -6) + DAY_MS;
  const old = await addMonth(world, oldMs);
  await write(world.store, "done", [oldMs], true);
  await write(world.store, "open", [oldMs]);
  const windows = { ...FOR_EVER, historyTerminalDays: 90 };
  assertEquals((await world.store.operations.prune(windows))["history"], 1);
  assertEquals((await monthsOf(world))[0], old);
  assertEquals((await world.store.history.stats("open")).total, 1);
  await world.store.history.deleteBefore("open", nowMs);
  assertEquals((await world.store.operations.prune(windows))["history_partition"], 1);
  assertEquals((await monthsOf(world)).includes(old), false);
});

check("a position is never written twice, although its time is part of the key", async (world) => {
  const { store, sql } = world;
  await write(store, "o-1", [await store.ping()]);
  const turn = await store.turns.lock({ entityIds: ["o-1"], keys: [], eventsPerLaneMax: 1 });
  const lane = only(turn.lanes);
  // Another writer that ignored the lock of the lane, and changed nothing but the position.
  await sql.unsafe("update stator.entity set position = position + 1");
  const history = [historyOf("o-1", 2, { createdAtMs: turn.nowMs })];
  assertEquals(await turn.commit({ lanes: [writeOf(lane, { history })], answers: [] }), { type: "fenced" });
  assertEquals((await store.history.stats("o-1")).total, 1);
});

check("a role that may not create tables sweeps all the same", async (world) => {
  const { sql, url } = world;
  const role = `sweeper_${crypto.randomUUID().slice(0, 8)}`;
  const [, , last = ""] = await monthsOf(world);
  await sql.unsafe(
    `drop table stator.${last}; create role ${role} login; grant usage on schema stator, pystator to ${role}; ` +
      `grant all on all tables in schema stator, pystator to ${role}; grant all on all sequences in schema stator to ${role}`,
  );
  const address = new URL(url);
  address.username = role;
  const store = await openPostgresStore({ url: address.href, isListening: false });
  try {
    await write(store, "o-1", [await store.ping()]);
    const counts = await store.operations.prune(FOR_EVER);
    assertEquals(counts["history"], 0);
    assertEquals((await monthsOf(world)).length, 2);
  } finally {
    await store.close();
    await sql.unsafe(`drop owned by ${role}; drop role ${role}`);
  }
});
