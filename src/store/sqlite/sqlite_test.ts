/** The SQLite store under the contract. */
import { testContract } from "../contract/suite.ts";
import { openSqliteStore } from "./sqlite_store.ts";

testContract("sqlite", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/stator.db`;
  let nowMs = 1_750_000_000_000;
  const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
  const lockTimeoutMs = 20;
  const open = () => openSqliteStore({ path, clock, lockTimeoutMs, isMigrated: true });
  const store = await open();
  return {
    store,
    pass(durationMs) {
      nowMs += durationMs;
      return Promise.resolve();
    },
    openAgain: open,
    isClockVirtual: true,
    lockTimeoutMs,
    async close() {
      await store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
