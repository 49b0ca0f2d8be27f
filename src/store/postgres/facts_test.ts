/** Facts of a PostgreSQL: an open transaction and an index that is not valid are seen, durable settings are told. */
import postgres from "postgres";
import { testDatabaseUrl, withPostgres } from "../../../tests/database.ts";
import { assertEquals } from "../contract/assertions.ts";
import { migrate } from "../migrate.ts";
import { openPostgresStore } from "./postgres_store.ts";

await testDatabaseUrl();

Deno.test("facts() tells of open transactions, indexes that are not valid, tables, settings and connections", () =>
  withPostgres(async (url) => {
    await migrate(url);
    const store = await openPostgresStore({ url, isListening: false });
    const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "sleeper" } });
    try {
      await sql.unsafe(
        "update pg_index set indisvalid = false where indexrelid = 'stator.history_event'::regclass",
      );
      await sql.unsafe("begin; select pg_current_xact_id()");
      const facts = await store.facts();
      assertEquals(facts.product.startsWith("PostgreSQL "), true, facts.product);
      assertEquals(facts.invalidIndexes, ["stator.history_event"]);
      assertEquals(facts.settings["synchronous_commit"], "on");
      assertEquals(facts.oldestTransaction !== null && facts.oldestTransaction.ageMs >= 0, true);
      const isBusy = facts.connections !== null && facts.connections.used >= 2 &&
        facts.connections.max > facts.connections.used;
      assertEquals(isBusy, true, JSON.stringify(facts.connections));
      assertEquals(facts.tables.some((table) => table.name === "lane" && table.bytes > 0), true);
      assertEquals(facts.file, null);
      await sql.unsafe("rollback");
    } finally {
      await sql.end({ timeout: 1 });
      await store.close();
    }
  }));
