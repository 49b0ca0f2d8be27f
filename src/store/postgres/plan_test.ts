/** The claim stays cheap when millions of lanes are idle: it reads the ready ones by their index. */
import postgres from "postgres";
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { assertEquals } from "../contract/assertions.ts";
import { migrate } from "../migrate.ts";

await testDatabaseUrl();
const IDLE = 50_000;

Deno.test("claiming with many idle lanes reads an index, and a handful of pages", async () => {
  const database = await createTestDatabase();
  await migrate(database.url);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(
    `insert into stator.lane (shard, entity_id, next_seq, attempts, ready_at)
       select stator.shard_of('e-' || i), 'e-' || i, 1, 0,
              case when i % 5000 = 0 then 1 when i % 3 = 0 then 9000000000000 end
         from generate_series(1, ${IDLE}) i; analyze stator.lane`,
  );
  const [row] = await sql.unsafe(
    "explain (analyze, buffers, format json) select entity_id from stator.lane where ready_at <= stator.now_ms() " +
      "order by ready_at limit 50 for update skip locked",
  );
  const [{ Plan: plan }] = row?.["QUERY PLAN"];
  const text = JSON.stringify(plan);
  assertEquals(text.includes('"Index Name":"lane_ready"'), true, text);
  assertEquals(text.includes("Seq Scan"), false, text);
  assertEquals(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 100, true, text);
  await sql.end({ timeout: 1 });
  await database.drop();
});
