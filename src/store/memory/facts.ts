/** The memory store as it stands. */
import type { StoreFacts } from "../store.ts";
import { type MemoryState, nowMsOf } from "./state.ts";

export function memoryFacts(state: MemoryState): StoreFacts {
  const nowMs = nowMsOf(state);
  const letters = [...state.deadLetters.values()].filter((letter) => letter.status === "pending");
  const due = [...state.outbox.values()].filter((action) =>
    action.deadRecordId === null && action.leaseUntilMs === null &&
    action.nextAtMs <= nowMs
  );
  return {
    product: "memory",
    deadLetters: { pending: letters.length, oldestMs: ageOf(letters.map((letter) => letter.createdAtMs)) },
    outbox: { due: due.length, oldestMs: ageOf(due.map((action) => action.nextAtMs)) },
    tables: [],
    oldestTransaction: null,
    connections: null,
    invalidIndexes: [],
    settings: {},
    partitions: null,
    file: null,
  };

  function ageOf(times: readonly number[]): number | null {
    return times.length === 0 ? null : Math.max(0, nowMs - Math.min(...times));
  }
}
