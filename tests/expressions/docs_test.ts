/** The examples of `docs/expressions.md` are true. */
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { compileExpression } from "../../src/expression/expression.ts";
import { ExpressionError } from "../../src/expression/expression_error.ts";
import { FUNCTIONS, SCOPE_FUNCTIONS } from "../../src/expression/functions.ts";
import { CHECK_OPERATORS } from "../../src/expression/check.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/expressions.md", import.meta.url));
const CONTEXT = /```json\n([\s\S]*?)```/;
const EXAMPLES = /\| expression +\| value +\|\n\|[- |]+\|\n((?:\|.*\|\n)+)/g;
const ROW = /^\| `(.+)` +\| (?:`(.+)`|error) +\|$/;
const EXAMPLES_MIN = 40;

Deno.test("every example of the page has the value that it says", () => {
  const values = JSON.parse(CONTEXT.exec(PAGE)?.[1] ?? "");
  let count = 0;
  for (const [, rows = ""] of PAGE.matchAll(EXAMPLES)) {
    for (const line of rows.trimEnd().split("\n")) {
      const match = ROW.exec(line);
      ok(match, `an example row: ${line}`);
      const source = (match[1] ?? "").replaceAll("\\|", "|");
      const evaluate = () => compileExpression(source).evaluate({ values });
      if (match[2] === undefined) throws(evaluate, ExpressionError, source);
      else deepStrictEqual(evaluate(), JSON.parse(match[2]), source);
      count++;
    }
  }
  ok(count >= EXAMPLES_MIN, `${count} examples`);
});

Deno.test("the page names every function and every operator of a check", () => {
  for (const name of [...FUNCTIONS.keys(), ...SCOPE_FUNCTIONS]) {
    ok(PAGE.includes(`\`${name}(`) || name === "max", name);
  }
  for (const name of CHECK_OPERATORS) ok(PAGE.includes(`\`${name}\``), name);
});
