/** The PostgreSQL store under the contract. */
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { testContract } from "../contract/suite.ts";
import { migrate } from "../migrate.ts";
import { openPostgresStore } from "./postgres_store.ts";

// Started before the tests, so that none of them seems to leak a process.
await testDatabaseUrl();
const template = await createTestDatabase();
await migrate(template.url);

testContract("postgres", async () => {
  const database = await createTestDatabase(template.name);
  const lockTimeoutMs = 300;
  const open = () => openPostgresStore({ url: database.url, lockTimeoutMs });
  const store = await open();
  return {
    store,
    // The server tells the time, so it must pass.
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
