/** A bounded run of the fuzzer; the seed is printed so that a failure can be repeated. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { compileExpression } from "../../src/expression/expression.ts";
import type { JsonValue } from "../../src/json.ts";
import { fuzz } from "./fuzz.ts";

const PROGRAMS = 100_000;
/** Far above what any program needs (milliseconds), so that a busy machine does not fail the test. */
const SLOWEST_MS = 2_000;

Deno.test("random expressions end in a value or a typed error", async () => {
  const seed = 1;
  const report = fuzz({ seed, programs: PROGRAMS });
  const { programs, values, refused, failed, slowest } = report;
  const line =
    `seed ${seed}: ${programs} programs, ${values} values, ${refused} refused, ${failed} failed, ` +
    `slowest ${slowest.ms.toFixed(1)} ms: ${slowest.source.slice(0, 200)}\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
  deepStrictEqual(report.findings, [], `seed ${seed}`);
  ok(slowest.ms < SLOWEST_MS, `seed ${seed}: ${slowest.ms} ms for ${slowest.source}`);
  ok(
    values > programs / 20 && refused > programs / 50 && failed > programs / 20,
    "each kind of outcome is common",
  );
});

Deno.test("the fuzzer finds planted mistakes", () => {
  const mistakes: readonly ((value: JsonValue) => JsonValue)[] = [
    (value) => typeof value === "number" ? value / 0 : value,
    (value) => typeof value === "string" ? value.padEnd(10_001) : value,
    (value) => Array.isArray(value) ? Array.from({ length: 10_001 }, () => 0) : value,
    (value) => {
      if (value === true) throw new TypeError("planted");
      return value;
    },
  ];
  for (const mistake of mistakes) {
    const report = fuzz({
      seed: 1,
      programs: 2_000,
      compile: (source) => {
        const expression = compileExpression(source);
        return { ...expression, evaluate: (scope) => mistake(expression.evaluate(scope)) };
      },
    });
    ok(report.findings.length > 0, String(mistake));
  }
});
