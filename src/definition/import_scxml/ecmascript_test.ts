/** Expressions of both data models, row by row: what they become, what is illegal, what has no counterpart. */
import { strict as assert } from "node:assert";
import { translateExpression } from "./ecmascript.ts";
import { translatePython } from "./python.ts";

const OPTIONS = { machineName: "chart" };

const ECMASCRIPT: readonly (readonly [string, string])[] = [
  ["a === 1", "(a == 1)"],
  ["a == 1", "(a == 1)"],
  ["a !== 'x'", '(a != "x")'],
  ["a && !b || c", "((a and (not b)) or c)"],
  ["a ? 1 : 2", "(1 if a else 2)"],
  ["undefined", "None"],
  ["null", "None"],
  ["true", "True"],
  ["[1, a, 'x']", '[1, a, "x"]'],
  ["a.b", "a.b"],
  ["a[i]", "a[i]"],
  ["(1 + 2) * 3", "((1 + 2) * 3)"],
  ["-a", "(-a)"],
  ["(a)", "a"],
  ["(a === 1)", "(a == 1)"],
  ["Math.pow(a, 2)", "(a ** 2)"],
  ["Math.min(a, b)", "min(a, b)"],
  ["Math.max(a, b)", "max(a, b)"],
  ["Math.abs(a)", "abs(a)"],
  ["a.length", "len(a)"],
  ["In('s')", 'In("s")'],
  ["_event.name", "_event.trigger"],
  ["_event.data", "_event.payload"],
  ["_event.data.n", "_event.payload.n"],
  ["_name", '"chart"'],
  ["_sessionid", "_entity_id"],
  ["typeof a === 'undefined'", '(not defined("a") or a is None)'],
  ["typeof a !== 'undefined'", '(not (not defined("a") or a is None))'],
];

for (const [source, expected] of ECMASCRIPT) {
  Deno.test(`translateExpression() of ${source}`, () => {
    const result = translateExpression(source, OPTIONS);
    assert.equal(result.type === "expression" ? result.text : JSON.stringify(result), expected);
  });
}

const UNSUPPORTED = [
  "({a: 1})",
  "f(a)",
  "a.push(1)",
  "JSON.stringify(a)",
  "_event.origin",
  "_ioprocessors",
  "function () {}",
  "new Date()",
  "a++",
  "a in b",
  "a | b",
  "1 == '1'",
  "/x/",
  "typeof a",
  "[...a]",
];

for (const source of UNSUPPORTED) {
  Deno.test(`translateExpression() has nothing for ${source}`, () => {
    assert.equal(translateExpression(source, OPTIONS).type, "unsupported");
  });
}

for (const source of ["return", "continue", "", "1 +", "a b"]) {
  Deno.test(`translateExpression() finds ${JSON.stringify(source)} illegal`, () => {
    assert.equal(translateExpression(source, OPTIONS).type, "illegal");
  });
}

const PYTHON: readonly (readonly [string, string])[] = [
  ["x == 1 and not y", "expression: x == 1 and not y"],
  ["_event.name == '_event.name'", "expression: _event.trigger == '_event.name'"],
  ["_event.data.get('n')", "expression: _event.payload['n']"],
  ["_name", 'expression: "chart"'],
  ["_sessionid", "expression: _entity_id"],
  ["_event", 'expression: defined("_event")'],
  ["_event.origin", "unsupported: _event.origin"],
  ["lambda x: x", "unsupported: lambda"],
  ["x ==", "illegal"],
];

for (const [source, expected] of PYTHON) {
  Deno.test(`translatePython() of ${source}`, () => {
    const result = translatePython(source, OPTIONS);
    const text = result.type === "expression"
      ? `: ${result.text}`
      : result.type === "unsupported"
      ? `: ${result.reason}`
      : "";
    assert.equal(`${result.type}${text}`, expected);
  });
}
