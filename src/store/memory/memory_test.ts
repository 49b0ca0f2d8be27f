/** The memory store under the contract. */
import { testContract } from "../contract/suite.ts";
import { createMemoryStore } from "./memory_store.ts";

testContract("memory", () => {
  let nowMs = 1_750_000_000_000;
  const lockTimeoutMs = 20;
  const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
  const store = createMemoryStore({ clock, lockTimeoutMs });
  return Promise.resolve({
    store,
    pass(durationMs) {
      nowMs += durationMs;
      return Promise.resolve();
    },
    openAgain: null,
    isClockVirtual: true,
    lockTimeoutMs,
    close: () => store.close(),
  });
});
