/** The PostgreSQL store behind PgBouncer in transaction mode. Skipped where PgBouncer is not installed. */
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { startPooler } from "../../../tests/pooler.ts";
import { testContract } from "../contract/suite.ts";
import { migrate } from "../migrate.ts";
import { openPostgresStore } from "./postgres_store.ts";

await testDatabaseUrl();
const template = await createTestDatabase();
await migrate(template.url);
const pooler = await startPooler(await testDatabaseUrl());

if (pooler === null) {
  Deno.test({ name: "postgres store behind a pooler: PgBouncer is not installed", ignore: true, fn() {} });
} else {
  testContract("pooled postgres", async () => {
    const database = await createTestDatabase(template.name);
    const lockTimeoutMs = 300;
    const open = () =>
      openPostgresStore({ url: `${pooler.url}/${database.name}?pgbouncer=true`, lockTimeoutMs });
    const store = await open();
    return {
      store,
      pass: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
      openAgain: open,
      isClockVirtual: false,
      lockTimeoutMs,
      async close() {
        await store.close();
        await database.drop();
      },
    };
  });
}
