/** The checked-in vector sets pass, and a vector set that is wrong is caught. */
import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import type { JsonValue } from "../../src/json.ts";
import type { VectorCase } from "./case.ts";
import { compare } from "./compare.ts";
import { OPERATIONS } from "./operations.ts";
import { reportOf } from "./run.ts";
import { CASES_DIR, MORE_DIR, openVectorSet, ownExpectations, type Verdict } from "./suite.ts";

for (const [name, dir] of [["predecessor", CASES_DIR], ["more", MORE_DIR]] as const) {
  const set = openVectorSet(dir);
  for (const op of new Set(set.cases.map((vector) => vector.op))) {
    Deno.test(`vectors of "${name}": ${op}`, async () => {
      const verdicts = await Promise.all(set.cases.filter((vector) => vector.op === op).map(set.run));
      deepStrictEqual(verdicts.filter((verdict) => verdict.type !== "passed"), [], reportOf(verdicts));
    });
  }
}

Deno.test("every operation has cases", () => {
  const known = new Set(openVectorSet(CASES_DIR).cases.map((vector) => vector.op));
  deepStrictEqual([...OPERATIONS.keys()].filter((op) => !known.has(op)), []);
});

Deno.test("ids are unique, and own expectations belong to hole cases", () => {
  const cases = [...openVectorSet(CASES_DIR).cases, ...openVectorSet(MORE_DIR).cases];
  deepStrictEqual(cases.length, new Set(cases.map((vector) => vector.id)).size);
  const holes = new Set(cases.filter((vector) => vector.class === "hole").map((vector) => vector.id));
  deepStrictEqual([...ownExpectations().keys()].filter((id) => !holes.has(id)), []);
});

Deno.test("a falsified case fails, for every operation", async () => {
  const set = openVectorSet(CASES_DIR);
  for (const op of OPERATIONS.keys()) {
    const vector = set.cases.find((one) => one.op === op && one.class === "compat" && one.soft.length === 0);
    notStrictEqual(vector, undefined, `${op} has a case without soft paths`);
    if (vector !== undefined) strictEqual((await set.run(falsified(vector))).type, "failed", vector.id);
  }
});

/** One leaf of the expectation is another one: the deepest of the first entries. */
function falsified(vector: VectorCase): VectorCase {
  return { ...vector, expect: falsifiedValue(vector.expect) };
}

function falsifiedValue(value: JsonValue): JsonValue {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value !== "object" || value === null) return `${value}, but wrong`;
  if (isList(value)) {
    return value.length === 0 ? ["wrong"] : [falsifiedValue(value[0] ?? null), ...value.slice(1)];
  }
  const [key] = Object.keys(value);
  return key === undefined ? { wrong: true } : { ...value, [key]: falsifiedValue(value[key] ?? null) };
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

Deno.test("an unseen hole case is undecided, a known one is not", async () => {
  const set = openVectorSet(CASES_DIR);
  const hole = set.cases.find((vector) => vector.class === "hole");
  if (hole === undefined) throw new Error("there is a hole case");
  notStrictEqual((await set.run(hole)).type, "undecided");
  strictEqual((await set.run({ ...hole, id: "unseen" })).type, "undecided");
  strictEqual((await set.run({ ...hole, input: { ...hole.input, more: 1 } })).type, "undecided");
});

Deno.test("reportOf() ends with the totals", () => {
  const verdict = (type: Verdict["type"]): Verdict => ({ id: "x", op: "expr", type, differences: [] });
  strictEqual(reportOf([verdict("passed"), verdict("failed")]).split("\n").at(-1), "1 passed, 1 failed");
  strictEqual(
    reportOf([verdict("undecided")]).split("\n").slice(-2).join("; "),
    "1 undecided; 0 passed, 0 failed",
  );
});

Deno.test("compare() finds what differs", () => {
  const rows: readonly {
    want: JsonValue;
    have: JsonValue;
    op?: string;
    soft?: readonly string[];
    paths: readonly string[];
  }[] = [
    { want: { a: 1, b: 2 }, have: { b: 2.0, a: 1 }, paths: [] },
    { want: { a: 1 }, have: { a: 1, b: 2 }, paths: ["b"] },
    { want: { a: 1 }, have: {}, paths: ["a"] },
    { want: { a: null }, have: {}, paths: ["a"] },
    { want: [1, 2], have: [2, 1], paths: ["0", "1"] },
    { want: [1], have: [1, 2], paths: ["1"] },
    { want: 1, have: true, paths: [""] },
    { want: { a: { b: 1 } }, have: { a: { b: 2 } }, soft: ["a.b"], paths: [] },
    { want: { a: { b: 1, c: 1 } }, have: { a: { c: 2 } }, soft: ["a.b"], paths: ["a.c"] },
    { want: { at: "<timestamp>" }, have: { at: "2026-01-02T03:04:05.123456+00:00" }, paths: [] },
    { want: { at: "<timestamp>" }, have: { at: "yesterday" }, paths: ["at"] },
    { want: "<uuid>", have: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", paths: [] },
    { want: "<uuid>", have: "x", paths: [""] },
    { want: { findings: [1, 2] }, have: { findings: [2, 1] }, op: "lint", paths: [] },
    {
      want: { findings: [1, 1] },
      have: { findings: [1, 2] },
      op: "lint",
      paths: ["findings.1", "findings.+"],
    },
    {
      want: { findings: [1, 2] },
      have: { findings: [2, 1] },
      op: "validate",
      paths: ["findings.0", "findings.1"],
    },
    { want: { warnings: ["W01"] }, have: { warnings: ["W02", "W01"] }, op: "validate", paths: [] },
    { want: { warnings: ["W01"] }, have: { warnings: ["W02"] }, op: "validate", paths: ["warnings.0"] },
  ];
  for (const { want, have, op = "", soft = [], paths } of rows) {
    const found = compare(want, have, { op, soft }).map((difference) => difference.path);
    deepStrictEqual(found, paths, `${JSON.stringify(want)} against ${JSON.stringify(have)}`);
  }
});
