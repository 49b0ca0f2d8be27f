/** Changes of timers, one after the other. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Timer } from "./event.ts";
import { applyTimerChanges, joinTimerChanges, nextTimer } from "./timers.ts";

function timer(key: string, dueAtMs = 0, generation = 1): Timer {
  return { key, trigger: key, payload: {}, dueAtMs, generation };
}

Deno.test("joinTimerChanges() keeps what the later change says", () => {
  const joined = joinTimerChanges(
    { set: [timer("a"), timer("b")], cancelled: ["c"] },
    { set: [timer("c", 5)], cancelled: ["a"] },
  );
  deepStrictEqual(joined, { set: [timer("b"), timer("c", 5)], cancelled: ["a"] });
});

Deno.test("applyTimerChanges() replaces by key", () => {
  const running = applyTimerChanges([timer("a", 1), timer("b", 2)], {
    set: [timer("a", 9, 2)],
    cancelled: ["b"],
  });
  deepStrictEqual(running, [timer("a", 9, 2)]);
});

Deno.test("nextTimer() takes the earliest, ties by start", () => {
  strictEqual(nextTimer([]), null);
  strictEqual(nextTimer([timer("a", 5, 3), timer("b", 5, 2), timer("c", 6, 1)])?.key, "b");
});
