/** Patterns: what is found, what is refused, how long it takes. */
import { ok, strictEqual, throws } from "node:assert/strict";
import { compilePattern } from "./pattern.ts";

Deno.test("isFoundIn() searches anywhere, in all of Unicode", () => {
  const rows: readonly (readonly [pattern: string, text: string, isFound: boolean])[] = [
    ["ERR", "an ERROR", true],
    ["^FATAL", "xFATAL", false],
    ["^[A-Z]{2}-\\d+$", "AB-12", true],
    ["^[A-Z]{2}-\\d+$", "AB-12\n", true],
    ["a$", "a\n\n", false],
    ["^\\d+$", "１２", true],
    ["^\\w+$", "Straße_1", true],
    ["^[\\w.]+$", "é.é", true],
    ["[\\W]", "é_1", false],
    ["\\s", "\u2003", true],
    ["[\\S]", " \u00a0\t", false],
    ["^a{,2}$", "aaa", false],
    ["\\u00e9", "é", true],
    ["\\Aab\\Z", "ab\n", false],
    ["(?#note)a", "a", true],
    ["[[:x]", ":", true],
    ["[]]", "]", true],
    ["(?i)STRASSE", "strasse", true],
    ["(?m)^b$", "a\nb\nc", true],
    ["(?P<year>\\d{4})-(\\d\\d)", "on 2026-11", true],
    ["", "", true],
  ];
  for (const [pattern, text, isFound] of rows) {
    strictEqual(compilePattern(pattern).isFoundIn(text), isFound, JSON.stringify([pattern, text]));
  }
});

Deno.test("compilePattern() refuses what it cannot run in linear time", () => {
  for (const pattern of ["[", "(a", "*a", "(a)\\1", "(?=a)", "(?<!a)b", "(?P=n)", "a{2,1}"]) {
    throws(() => compilePattern(pattern), { code: "pattern" }, pattern);
  }
  throws(() => compilePattern("a".repeat(513)), { code: "limit" });
  for (
    const pattern of ["((a{1,30}){1,30}b){1,30}", `(${"a".repeat(400)}){1000}`, "(a{1,1000})".repeat(45)]
  ) {
    throws(() => compilePattern(pattern), { code: "limit" }, pattern);
  }
});

Deno.test("isFoundIn() takes time in proportion to the text", () => {
  const text = "x".repeat(10_000);
  const startedAt = performance.now();
  for (const pattern of ["(x+x+)+[yz]", "^(x|xx)*[yz]", "(.*)*[yz]", "(?:x?){100}x{100}[yz]"]) {
    strictEqual(compilePattern(pattern).isFoundIn(text), false);
  }
  ok(performance.now() - startedAt < 5_000, "a backtracking engine would take years");
  throws(() => compilePattern("x").isFoundIn(text + "x"), { code: "limit" });
  strictEqual(compilePattern("^.{1,1000}$").isFoundIn("x".repeat(1_000)), true);
  throws(() => compilePattern("^.{1,1000}$").isFoundIn("x".repeat(2_001)), { code: "limit" });
});
