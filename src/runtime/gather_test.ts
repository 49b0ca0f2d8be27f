/** Batches of concurrent requests: size, order, failures, bounds. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { AppError } from "../errors.ts";
import { createGatherer, type GatherOptions } from "./gather.ts";

function gathererOf(parts: Partial<GatherOptions<string, string>>) {
  const gatherer = createGatherer<string, string>({
    batchMax: 10,
    concurrencyMax: 1,
    queueMax: 100,
    deadlineMs: 5_000,
    keyOf: (request) => request.slice(0, 1),
    run: (batch) => Promise.resolve(batch.map((request) => request.toUpperCase())),
    ...parts,
  });
  return { gatherer };
}

/** A run that ends when the test says so. */
function heldRun() {
  const batches: { readonly items: readonly string[]; readonly end: () => void }[] = [];
  const run = (items: readonly string[]) =>
    new Promise<readonly string[]>((resolve) => batches.push({ items, end: () => resolve(items) }));
  const until = async (count: number) => {
    while (batches.length < count) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { batches, run, until };
}

Deno.test("createGatherer() answers each request with its own part", async () => {
  const { gatherer } = gathererOf({});
  deepStrictEqual(await Promise.all(["a", "b", "c"].map((request) => gatherer.add(request))), [
    "A",
    "B",
    "C",
  ]);
});

Deno.test("createGatherer() puts what comes together into one batch, and bounds it", async () => {
  const held = heldRun();
  const { gatherer } = gathererOf({ run: held.run, batchMax: 2 });
  const all = Promise.all(["a", "b", "c"].map((request) => gatherer.add(request)));
  await held.until(1);
  held.batches[0]?.end();
  await held.until(2);
  held.batches[1]?.end();
  await all;
  deepStrictEqual(held.batches.map((batch) => batch.items), [["a", "b"], ["c"]]);
});

Deno.test("createGatherer() never runs one key in two batches at once", async () => {
  const held = heldRun();
  const { gatherer } = gathererOf({ run: held.run, concurrencyMax: 4 });
  const first = gatherer.add("a1");
  await held.until(1);
  const later = Promise.all([gatherer.add("a2"), gatherer.add("b1"), gatherer.add("a3")]);
  await held.until(2);
  deepStrictEqual(held.batches[1]?.items, ["b1"]);
  held.batches[0]?.end();
  await first;
  await held.until(3);
  deepStrictEqual(held.batches[2]?.items, ["a2", "a3"]);
  held.batches[1]?.end();
  held.batches[2]?.end();
  await later;
});

Deno.test("createGatherer() fails the whole batch and goes on", async () => {
  let runs = 0;
  const { gatherer } = gathererOf({
    run: (batch) => {
      runs += 1;
      return runs === 1 ? Promise.reject(new AppError("store_unavailable", "gone")) : Promise.resolve(batch);
    },
  });
  await rejects(gatherer.add("a"), { code: "store_unavailable" });
  strictEqual(await gatherer.add("a"), "a");
});

Deno.test("createGatherer() turns away what is too much", async () => {
  const held = heldRun();
  const { gatherer } = gathererOf({ run: held.run, queueMax: 1, batchMax: 1 });
  const first = gatherer.add("a");
  await held.until(1);
  const second = gatherer.add("b");
  await rejects(gatherer.add("c"), { code: "too_many_requests" });
  held.batches[0]?.end();
  await held.until(2);
  held.batches[1]?.end();
  await Promise.all([first, second]);
});

Deno.test("createGatherer() answers late requests with a timeout", async () => {
  const held = heldRun();
  const { gatherer } = gathererOf({ run: held.run, deadlineMs: 5 });
  await rejects(gatherer.add("a"), { code: "timeout" });
  held.batches[0]?.end();
});

Deno.test("createGatherer() gives each request its own time", async () => {
  const held = heldRun();
  const { gatherer } = gathererOf({ run: held.run, deadlineMs: 40, batchMax: 1, concurrencyMax: 1 });
  const early = gatherer.add("a");
  await held.until(1);
  const waits = rejects(gatherer.add("b"), { code: "timeout" });
  await rejects(early, { code: "timeout" });
  await waits;
  strictEqual(gatherer.waitingCount(), 0);
  held.batches[0]?.end();
  const later = gatherer.add("c");
  await held.until(2);
  held.batches[1]?.end();
  strictEqual(await later, "c");
});

Deno.test("createGatherer() lets more batches run when those that run are slow", async () => {
  const held = heldRun();
  const { gatherer } = gathererOf({ run: held.run, concurrencyMax: 3, quickMax: 1 });
  const all = ["a"].map((request) => gatherer.add(request));
  for (const [index, request] of ["b", "c", "d"].entries()) {
    await held.until(Math.min(index + 1, 3));
    all.push(gatherer.add(request));
  }
  await held.until(3);
  // Three run, slow all of them; the fourth waits for an end.
  deepStrictEqual(held.batches.map((batch) => batch.items), [["a"], ["b"], ["c"]]);
  strictEqual(gatherer.waitingCount(), 1);
  held.batches[0]?.end();
  await held.until(4);
  for (const batch of held.batches) batch.end();
  deepStrictEqual(await Promise.all(all), ["a", "b", "c", "d"]);
});

Deno.test("createGatherer() makes few large batches while they are quick", async () => {
  const held = heldRun();
  const { gatherer } = gathererOf({ run: held.run, concurrencyMax: 3, quickMax: 1 });
  const first = gatherer.add("a");
  await held.until(1);
  const rest = ["b", "c", "d"].map((request) => gatherer.add(request));
  held.batches[0]?.end();
  await first;
  await held.until(2);
  deepStrictEqual(held.batches[1]?.items, ["b", "c", "d"]);
  held.batches[1]?.end();
  await Promise.all(rest);
});
