/** Patterns with what Python's `re.search` finds: the texts in which each occurs; null = not a pattern. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { ExpressionError } from "../../src/expression/expression_error.ts";
import { compilePattern } from "../../src/expression/pattern.ts";
import corpus from "./patterns.json" with { type: "json" };

const PAIRS_MIN = 1_500;

/** Places of the texts in which `pattern` is found; null when it is refused. */
function foundIn(pattern: string): readonly number[] | null {
  try {
    const compiled = compilePattern(pattern);
    return corpus.texts.flatMap((text, place) => compiled.isFoundIn(text) ? [place] : []);
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

Deno.test("patterns find what they find in Python", () => {
  ok(corpus.texts.length * corpus.cases.length >= PAIRS_MIN);
  for (const { pattern, found } of corpus.cases) deepStrictEqual(foundIn(pattern), found, pattern);
});
