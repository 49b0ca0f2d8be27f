/**
 * Runs random expressions and looks for anything but a value within limits or a typed error.
 *
 * `deno task fuzz --seconds 60 --seed 1` runs until the time is over and prints the slowest program.
 */
import { compileExpression } from "../../src/expression/expression.ts";
import { ExpressionError } from "../../src/expression/expression_error.ts";
import { DEPTH_MAX, RESULT_LENGTH_MAX } from "../../src/expression/limits.ts";
import { checkExpression } from "../../src/expression/names.ts";
import { renderTemplate } from "../../src/expression/template.ts";
import type { JsonObject, JsonValue } from "../../src/json.ts";
import { randomOf, randomSource } from "./grammar.ts";

/** Programs of one run, whatever the time allows. */
const PROGRAMS_MAX = 1_000_000_000;
const ONE_IN_TEMPLATES = 50;

/** Holds what is hard to handle: much, deep, large, odd. */
export const FUZZ_CONTEXT: JsonObject = {
  total: 120,
  price: 2.5,
  kind: "vip",
  empty: "",
  nothing: null,
  yes: true,
  no: false,
  tags: ["a", "b", ""],
  nums: [3, 1, 2, 2.5, -1],
  order: { total: 10, lines: [1, 2], customer: { name: "Ann" } },
  huge: 1e300,
  long: Array.from({ length: 20_000 }, (_, place) => place % 7),
  text: "a😀b ".repeat(20_000),
  deep: nest(60),
  _event: { trigger: "pay", payload: { amount: 5 } },
};
const SCOPE = { values: FUZZ_CONTEXT, isActive: (state: string) => state === "open" };

export interface FuzzReport {
  readonly programs: number;
  readonly values: number;
  readonly refused: number;
  readonly failed: number;
  readonly slowest: { readonly source: string; readonly ms: number };
  /** What must not happen, each with its program. */
  readonly findings: readonly string[];
}

/** Stops after `programs` or when `isOver()` says so. */
export function fuzz(
  options: {
    readonly seed: number;
    readonly programs: number;
    readonly isOver?: () => boolean;
    /** What is under test; another one only to see that the fuzzer finds its mistakes. */
    readonly compile?: typeof compileExpression;
  },
): FuzzReport {
  const compile = options.compile ?? compileExpression;
  const random = randomOf(options.seed);
  const counts = { value: 0, refused: 0, failed: 0 };
  const findings: string[] = [];
  let slowest = { source: "", ms: 0 };
  let programs = 0;
  for (; programs < Math.min(options.programs, PROGRAMS_MAX); programs++) {
    if (programs % 256 === 0 && options.isOver?.()) break;
    const source = randomSource(random);
    const startedAt = performance.now();
    const outcome = outcomeOf(source, compile);
    const ms = performance.now() - startedAt;
    // A pause of the machine hits any program: only one that is slow again and again is slow.
    if (ms > slowest.ms) {
      const again = Math.min(ms, ...Array.from({ length: REPEATS }, () => timeOf(source, compile)));
      if (again > slowest.ms) slowest = { source, ms: again };
    }
    if (outcome.type === "finding") findings.push(`${outcome.what}: ${JSON.stringify(source)}`);
    else counts[outcome.type] += 1;
    if (programs % ONE_IN_TEMPLATES === 0) renderTemplate(`{{ ${source} }}`, SCOPE);
  }
  return {
    programs,
    values: counts.value,
    refused: counts.refused,
    failed: counts.failed,
    slowest,
    findings,
  };
}

const REPEATS = 3;

function timeOf(source: string, compile: typeof compileExpression): number {
  const startedAt = performance.now();
  outcomeOf(source, compile);
  return performance.now() - startedAt;
}

type Outcome = { type: "value" | "refused" | "failed" } | { type: "finding"; what: string };

function outcomeOf(source: string, compile: typeof compileExpression): Outcome {
  let stage: "refused" | "failed" = "refused";
  try {
    const expression = compile(source);
    stage = "failed";
    checkExpression(expression, { names: null });
    const value = expression.evaluate(SCOPE);
    const what = mistakeIn(value);
    return what === null ? { type: "value" } : { type: "finding", what };
  } catch (error) {
    if (!(error instanceof ExpressionError)) return { type: "finding", what: `threw ${error}` };
    const isInside = error.offset >= 0 && error.offset + error.length <= source.length;
    return isInside ? { type: stage } : { type: "finding", what: "blamed a place outside of the source" };
  }
}

/** Results are JSON, finite and, unless they come from the context as they are, within the limits. */
function mistakeIn(value: JsonValue): string | null {
  if (Object.values(FUZZ_CONTEXT).includes(value)) return null;
  if (typeof value === "string") {
    return value.length > RESULT_LENGTH_MAX ? "made a text that is too long" : null;
  }
  if (typeof value === "number") return Number.isFinite(value) ? null : "made a number that is not finite";
  if (typeof value !== "object" || value === null) return value === undefined ? "made undefined" : null;
  if (!Array.isArray(value)) {
    return Object.getOwnPropertySymbols(value).length > 0 ? "leaked a marked float" : null;
  }
  if (value.length > RESULT_LENGTH_MAX) return "made a list that is too long";
  return value.map((item: JsonValue) => mistakeIn(item)).find((what) => what !== null) ?? null;
}

function nest(levels: number): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < Math.max(levels, DEPTH_MAX); level++) {
    value = level % 2 === 0 ? [value] : { x: value };
  }
  return value;
}

function argument(name: string, fallback: number): number {
  const place = Deno.args.indexOf(`--${name}`);
  const value = place < 0 ? fallback : Number(Deno.args[place + 1]);
  if (!Number.isFinite(value)) throw new Error(`Cannot read --${name}: not a number`);
  return value;
}

if (import.meta.main) {
  const seed = argument("seed", Math.floor(Math.random() * 4_294_967_296));
  const endsAt = performance.now() + argument("seconds", 10) * 1000;
  const programs = argument("programs", PROGRAMS_MAX);
  const report = fuzz({ seed, programs, isOver: () => performance.now() > endsAt });
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ seed, ...report }, null, 2) + "\n"));
  Deno.exit(report.findings.length > 0 ? 1 : 0);
}
