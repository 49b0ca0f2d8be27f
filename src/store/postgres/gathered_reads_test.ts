/** Reads that share statements: each gets its own value, none gets an old one, none is forgotten. */
import { deepStrictEqual, rejects } from "node:assert/strict";
import { createGatheredReads } from "./gathered_reads.ts";

/** Statements that end when the test says so. */
function heldReads(parts: { readonly batchMax?: number; readonly waitingMax?: number } = {}) {
  const statements: { readonly keys: readonly string[]; end(value: string): void; fail(): void }[] = [];
  const reads = createGatheredReads<string>({
    batchMax: parts.batchMax ?? 10,
    concurrencyMax: 1,
    waitingMax: parts.waitingMax ?? 10,
    read: (keys) =>
      new Promise((resolve, reject) => {
        statements.push({
          keys,
          end: (value) => resolve(new Map(keys.filter((key) => key !== "none").map((key) => [key, value]))),
          fail: () => reject(new Error("gone")),
        });
      }),
  });
  const until = async (count: number) => {
    while (statements.length < count) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { reads, statements, until };
}

Deno.test("createGatheredReads() asks once for what is asked together", async () => {
  const { reads, statements, until } = heldReads();
  const all = Promise.all(["a", "b", "a", "none"].map((key) => reads.get(key)));
  await until(1);
  statements[0]?.end("x");
  deepStrictEqual(await all, ["x", "x", "x", null]);
  deepStrictEqual(statements.map(({ keys }) => keys), [["a", "b", "none"]]);
});

Deno.test("createGatheredReads() never answers with what was read before the question", async () => {
  const { reads, statements, until } = heldReads();
  const early = reads.get("a");
  await until(1);
  const late = reads.get("a");
  statements[0]?.end("old");
  deepStrictEqual(await early, "old");
  await until(2);
  statements[1]?.end("new");
  deepStrictEqual(await late, "new");
});

Deno.test("createGatheredReads() bounds statements and waiting, and goes on after a failure", async () => {
  const { reads, statements, until } = heldReads({ batchMax: 2, waitingMax: 3 });
  const first = ["a", "b", "c"].map((key) => reads.get(key));
  await rejects(reads.get("d"), { code: "too_many_requests" });
  await until(1);
  const failures = Promise.all(first.slice(0, 2).map((one) => rejects(one, /gone/)));
  statements[0]?.fail();
  await failures;
  await until(2);
  statements[1]?.end("x");
  deepStrictEqual(await first[2], "x");
  deepStrictEqual(statements.map(({ keys }) => keys), [["a", "b"], ["c"]]);
});
