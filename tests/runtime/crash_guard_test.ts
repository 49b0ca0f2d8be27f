/** An event that ends every process which touches it must end itself. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type CrashGuard, createCrashGuard } from "../../src/runtime/crash_guard.ts";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { loadedMachineOf } from "../../src/orchestrator/loaded_machine.ts";
import type { Store, Turn } from "../../src/store/store.ts";
import { createHarness, eventOf, type Harness } from "./harness.ts";
import { orderSpec } from "./machines.ts";

/** A process that dies without a word when it decides for the deadly entity. */
interface Process {
  readonly runtime: Runtime;
  readonly guard: CrashGuard;
  isDead(): boolean;
}

const DEADLY = "o-3";
const RETRY = { baseMs: 10, capMs: 20 };
const PROCESSES_MAX = 40;

function startProcess(harness: Harness, number: number): Process {
  let isDead = false;
  const store: Store = {
    ...harness.store,
    turns: {
      ...harness.store.turns,
      async claim(request) {
        const turn = await harness.store.turns.claim(request);
        return turn === null ? null : mortal(turn);
      },
    },
  };
  /** Dies where a process would: after the lanes were noted, when it computes. */
  function mortal(turn: Turn): Turn {
    return {
      ...turn,
      get nowMs() {
        if (turn.lanes.some((lane) => lane.entityId === DEADLY && lane.attempts < 3)) isDead = true;
        if (isDead) throw new Error("died");
        return turn.nowMs;
      },
    };
  }
  const guard = createCrashGuard({
    documents: {
      ...harness.store.operations.documents,
      // A dead process deletes nothing any more.
      delete: (kind, id) =>
        isDead ? Promise.resolve(false) : harness.store.operations.documents.delete(kind, id),
    },
    turns: harness.store.turns,
    clock: harness.clock,
    workerId: `w-${number}`,
    retry: RETRY,
    random: () => 0,
    storeNowMs: () => harness.store.ping(),
  });
  const runtime = createRuntime({
    store,
    clock: harness.clock,
    compile: () => ({ type: "loaded", loaded: loadedMachineOf(orderSpec()) }),
    retry: RETRY,
    crashGuard: guard,
    limits: { lanesPerTurn: 50 },
  });
  return { runtime, guard, isDead: () => isDead };
}

/** Runs until it dies or nothing is left. */
async function run(process: Process): Promise<void> {
  await process.guard.start();
  while (!process.isDead()) {
    const report = await process.runtime.turn().catch(() => null);
    if (report === null) return;
  }
}

Deno.test("an event that ends every process becomes a dead letter, and only that one", async () => {
  const harness = await createHarness();
  const { store, clock } = harness;
  for (let index = 0; index < 30; index++) await harness.runtime.append(eventOf(`o-${index}`, "pay"));

  let count = 0;
  for (; count < PROCESSES_MAX; count++) {
    const process = startProcess(harness, count);
    await run(process);
    if (!process.isDead()) break;
    await clock.advance(20_000);
  }
  ok(count < PROCESSES_MAX, `${count} processes died`);
  await clock.advance(60_000);
  await harness.drain();

  const { items } = await store.deadLetters.list({ limit: 100 });
  deepStrictEqual(items.map((letter) => [letter.entityId, letter.reason]), [[DEADLY, "worker_crashed"]]);
  for (let index = 0; index < 30; index++) {
    if (`o-${index}` === DEADLY) continue;
    strictEqual((await store.entities.get(`o-${index}`))?.currentState, "paid");
  }
});

Deno.test("a process that ends well leaves no mark, and the next is not careful", async () => {
  const harness = await createHarness();
  const first = startProcess(harness, 1);
  await first.guard.start();
  await first.guard.stop();
  await harness.clock.advance(60_000);
  const second = startProcess(harness, 2);
  await second.guard.start();
  await second.guard.hold(["o-1"]);
  const documents = harness.store.operations.documents;
  deepStrictEqual((await documents.list("worker_hold", { limit: 10, isNewestFirst: false })).items, []);
});
