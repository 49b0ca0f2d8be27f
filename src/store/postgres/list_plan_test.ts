/** Lists stay flat: every order, and the filters that people use, read by an index and touch a bounded number of pages. */
import postgres from "postgres";
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { assertEquals } from "../contract/assertions.ts";
import { migrate } from "../migrate.ts";
import type { EntityQuery } from "../store.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS } from "./connect.ts";
import { parsePostgresUrl } from "./connection_url.ts";
import { createPostgresEntities } from "./entities.ts";

await testDatabaseUrl();
const ENTITIES = 60_000;
/** A page of 51 rows by an index, with the lane of each, takes a few hundred; the table has thousands. */
const PAGES_MAX = 800;

const FILL = `
  insert into stator.entity
    select stator.shard_of(id), id, 'm' || i % 3, '1.0.0', '{"v":1,"states":["s"]}', '{"pad":"${
  "x".repeat(200)
}"}',
           case when i % 5000 = 0 then 'Rare' else 's' || i % 7 end, 1, 1, 'active',
           case when i % 4000 = 0 then 'failed' when i % 2 = 0 then 'complete' else 'active' end,
           i % 2 = 0 and i % 4000 <> 0, case when i % 3000 = 0 then '{"tier": "gold"}' else '{}' end::jsonb,
           1700000000000 + i, 1700000000000 + (i * 7919) % 1000003, null, null
      from (select i, 'order-' || i as id from generate_series(1, ${ENTITIES}) i) n;
  insert into stator.lane (shard, entity_id, next_seq, attempts, current_state, updated_at)
    select shard, entity_id, 2, 0, current_state, updated_at from stator.entity`;

const BASE: EntityQuery = { statuses: ["active"], sortBy: "created_at", isAscending: false, limit: 50 };

const QUERIES: readonly (readonly [string, Partial<EntityQuery>])[] = [
  ...(["created_at", "updated_at", "entity_id", "current_state", "machine_name"] as const).flatMap((sortBy) =>
    [true, false].map((isAscending) =>
      [`by ${sortBy}${isAscending ? "" : " desc"}`, { sortBy, isAscending }] as const
    )
  ),
  ["machine", { machineName: "m1" }],
  ["machine by updated_at", { machineName: "m1", sortBy: "updated_at" }],
  ["common state", { state: "s3" }],
  ["rare state", { state: "rare" }],
  ["failed", { workflowStatus: "failed" }],
  ["ended", { isTerminal: true }],
  ["labels", { labels: { tier: "gold" } }],
  ["part of the id", { search: "r-5999" }],
  ["words", { text: "tier=gold 6000" }],
  ["changed within", { updatedFromMs: 1700000000000, updatedToMs: 1700000000000 + 2_000 }],
  ["created within", { createdFromMs: 1700000000000 + 30_000, createdToMs: 1700000000000 + 30_400 }],
];

Deno.test("lists of entities read by an index, whatever the order, the filter and the page", async () => {
  const test = await createTestDatabase();
  await migrate(test.url);
  const sql = postgres(test.url, { max: 1, onnotice: () => {} });
  const database = connectPostgres(parsePostgresUrl(test.url), {
    applicationName: "plans",
    limits: { ...DEFAULT_POSTGRES_LIMITS, deadlineMs: 60_000 },
  });
  try {
    await sql.unsafe(FILL);
    await sql.unsafe("vacuum (analyze) stator.entity, stator.lane");
    for (const [name, query] of QUERIES) {
      let plan = "";
      const entities = createPostgresEntities({
        ...database,
        async all(statement, ...values) {
          const [row] = await database.all(`explain (analyze, buffers, format json) ${statement}`, ...values);
          plan = String(row?.["QUERY PLAN"]);
          return await database.all(statement, ...values);
        },
      });
      const first = await entities.list({ ...BASE, ...query });
      check(`${name}, first page`, plan);
      assertEquals(first.items.length > 0, true, name);
      if (first.nextCursor === null) continue;
      const next = await entities.list({ ...BASE, ...query, cursor: first.nextCursor });
      check(`${name}, next page`, plan);
      const ids = new Set(first.items.map(({ entityId }) => entityId));
      assertEquals(next.items.some(({ entityId }) => ids.has(entityId)), false, name);
    }
  } finally {
    await database.close();
    await sql.end({ timeout: 1 });
    await test.drop();
  }
});

/** No scan of a table, and few pages read. */
function check(name: string, plan: string): void {
  assertEquals(plan.includes("Seq Scan"), false, `${name}: ${plan}`);
  const pages = ["Shared Hit Blocks", "Shared Read Blocks"].map((key) =>
    Number(new RegExp(`"${key}":\\s*(\\d+)`).exec(plan)?.[1])
  );
  const read = pages.reduce((sum, count) => sum + count);
  assertEquals(read <= PAGES_MAX, true, `${name}: ${read} pages: ${plan}`);
}
