/** Distances between words. */
import { strictEqual } from "node:assert/strict";
import { editDistance, nearest } from "./nearest.ts";

Deno.test("editDistance() counts insertions, deletions, replacements and swaps", () => {
  const rows: readonly (readonly [string, string, number])[] = [
    ["", "", 0],
    ["", "abc", 3],
    ["total", "total", 0],
    ["totla", "total", 1],
    ["totl", "total", 1],
    ["total", "totl", 1],
    ["total", "", 5],
    ["kitten", "sitting", 3],
  ];
  for (const [left, right, expected] of rows) strictEqual(editDistance(left, right), expected);
});

Deno.test("nearest() names what was probably meant, or nothing", () => {
  const words = ["total", "kind", "customer_id"];
  strictEqual(nearest("totla", words), "total");
  strictEqual(nearest("Kind", words), "kind");
  strictEqual(nearest("custmerid", words), "customer_id");
  strictEqual(nearest("x", words), null);
  strictEqual(nearest("amount", words), null);
  strictEqual(nearest("a".repeat(1000), words), null);
});
