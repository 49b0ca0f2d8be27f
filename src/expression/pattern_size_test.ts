/** Sizes of patterns before they are built. */
import { strictEqual } from "node:assert/strict";
import { unfoldedSize } from "./pattern_size.ts";

Deno.test("unfoldedSize() writes counted repetitions out", () => {
  const rows: readonly (readonly [pattern: string, size: number])[] = [
    ["", 0],
    ["abc", 3],
    ["a{3}", 3],
    ["a{2,5}b", 6],
    ["a{,4}", 4],
    ["a{2,}", 2],
    ["a{2}{3}", 6],
    ["[a-z{9}]{4}", 4],
    ["[]x]{2}", 2],
    ["\\d{3}\\p{Nd}{2}", 5],
    ["(ab){10}", 30],
    ["((a{2}){3}){4}", 40],
    ["(?:a|b){2}", 8],
    ["(?P<n>a){2}(?i)", 5],
    ["\\({3}", 3],
    ["a{0}", 1],
  ];
  for (const [pattern, size] of rows) strictEqual(unfoldedSize(pattern), size, pattern);
});

Deno.test("unfoldedSize() survives what is no pattern", () => {
  for (
    const pattern of [
      "(",
      ")",
      "((",
      "))",
      "[",
      "{3}",
      "\\",
      "[\\",
      "(?",
      "(?P<",
      "a{9999999999999999999999}",
    ]
  ) {
    strictEqual(typeof unfoldedSize(pattern), "number", pattern);
  }
});
