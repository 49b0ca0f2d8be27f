/** Locks inside one process: exclusive, in order, all or nothing, never for ever. */
import { assertEquals, assertRejects } from "./contract/assertions.ts";
import { createLaneLocks } from "./lane_locks.ts";

Deno.test("acquire() waits its turn, first come first served", async () => {
  const locks = createLaneLocks();
  await locks.acquire(["a"], 1_000);
  const order: number[] = [];
  const waiting = [1, 2, 3].map((n) => locks.acquire(["a"], 1_000).then(() => order.push(n)));
  for (let i = 0; i < 3; i++) {
    locks.release(["a"]);
    await waiting[i];
  }
  assertEquals(order, [1, 2, 3]);
  locks.release(["a"]);
  assertEquals(locks.heldCount(), 0);
});

Deno.test("acquire() in any order of names never ends in a deadlock", async () => {
  const locks = createLaneLocks();
  let runs = 0;
  await Promise.all([["a", "b", "c"], ["c", "b", "a"], ["b", "a", "b"]].map(async (names) => {
    for (let i = 0; i < 50; i++) {
      await locks.acquire(names, 1_000);
      runs += 1;
      await Promise.resolve();
      locks.release(names);
    }
  }));
  assertEquals([runs, locks.heldCount()], [150, 0]);
});

Deno.test("acquire() that fails holds nothing, and leaves the queue", async () => {
  const locks = createLaneLocks();
  await locks.acquire(["b"], 1_000);
  await assertRejects(() => locks.acquire(["a", "b"], 5), "conflict");
  assertEquals([locks.tryAcquire("a"), locks.tryAcquire("b")], [true, false]);
  locks.release(["b"]);
  assertEquals(locks.tryAcquire("b"), true, "nobody waits any more");
});
