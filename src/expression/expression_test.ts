/** The language by example: sources with their values, and sources that have none. */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { JsonObject, JsonValue } from "../json.ts";
import { compileExpression } from "./expression.ts";
import { ExpressionError, type ExpressionErrorCode } from "./expression_error.ts";
import type { Scope } from "./scope.ts";

const CONTEXT: JsonObject = {
  total: 120,
  price: 2.5,
  kind: "vip",
  empty: "",
  nothing: null,
  yes: true,
  no: false,
  tags: ["a", "b"],
  order: { total: 10, items: [1, 2], "odd key": 1, _id: "x" },
  face: "a😀b",
  deep: JSON.parse("[".repeat(30) + "]".repeat(30)),
  long_text: "x".repeat(20_000),
  _event: { trigger: "pay", payload: { amount: 5 } },
};
const SCOPE: Scope = { values: CONTEXT, isActive: (state) => state === "order.open" };

const VALUES: readonly (readonly [source: string, value: JsonValue])[] = [
  // Literals
  ["1_000", 1000],
  ["0x1F + 0o17 + 0b11", 49],
  [".5 + 5. + 1e2", 105.5],
  ["'it\\'s' ' ok'", "it's ok"],
  ['"""two\nlines"""', "two\nlines"],
  ["r'\\d'", "\\d"],
  ["'\\x41\\u00e9\\U0001F600\\101\\q'", "Aé😀A\\q"],
  ["[True, true, False, false, None, null,]", [true, true, false, false, null, null]],
  ["[]", []],
  // Operators
  ["2 + 3 * 4 - 6 / 3", 12],
  ["-2 ** 2", -4],
  ["2 ** 3 ** 2", 512],
  ["2 ** -1", 0.5],
  ["7 // -2", -4],
  ["-7 % 3", 2],
  ["7.5 // 2", 3],
  ["-7.5 % 2", 0.5],
  ["'ab' * 2 + 'c'", "ababc"],
  ["[1] + [2] * 2", [1, 2, 2]],
  ["6 & 3 | 8 ^ 1", 11],
  ["yes & no", false],
  ["~5 << 2", -24],
  ["-5 >> 1", -3],
  ["(5 << 0) + (5 >> 0) + (0 << 9999)", 10],
  ["yes + yes", 2],
  ["4294967296 & 4294967297", 4294967296],
  // Truth
  ["total and kind", "vip"],
  ["empty or 'none'", "none"],
  ["no and unknown", false],
  ["yes or unknown()", true],
  ["not tags", false],
  ["1 if nothing else 2", 2],
  ["1 if yes else unknown", 1],
  ["'a' if no else 'b' if no else 'c'", "c"],
  // Comparison
  ["0 < price <= 2.5 != 3", true],
  ["3 < 2 < unknown", false],
  ["1 == 1.0", true],
  ["1 == True", false],
  ["yes == True", true],
  ["kind == nothing", false],
  ["[1, [2]] == [1.0, [2]]", true],
  ["[1, 2] < [1, 3]", true],
  ["'a' > 'a' or [1] < [1] or 2.0 > 2.0 or [2] > [2]", false],
  ["'a' >= 'a' and [1] <= [1] and 2.0 >= 2.0 and [2] >= [2]", true],
  ["'Z' < 'a'", true],
  ["'\uffff' < '😀'", true],
  ["nothing is None and yes is True and 1 is not 1.0", true],
  ["'a' in tags and 'c' not in tags", true],
  ["True in [1]", false],
  ["'total' in order", true],
  ["'ip' in kind", true],
  // Parts
  ["tags[0] + tags[-1]", "ab"],
  ["kind[1:]", "ip"],
  ["kind[::-1]", "piv"],
  ["face[1]", "😀"],
  ["face[1:3]", "😀b"],
  ["len(face)", 3],
  ["order.total", 10],
  ["order.items", [1, 2]],
  ["order['odd key'] + order.items[1]", 3],
  ["_event.payload.amount", 5],
  ["order['_id']", "x"],
  // Functions
  ["max(1, total, 3) - min([4, 2])", 118],
  ["sum([1, 2.5])", 3.5],
  ["abs(-3) + round(2.5) + round(3.5) + int('-4')", 5],
  ["round(2.675, 2)", 2.67],
  ["round(1250, -2)", 1200],
  ["str(2.0) + str(1e16) + str(yes) + str(nothing)", "2.01e+16TrueNone"],
  ["str([1, 'a', 2.0])", "[1, 'a', 2.0]"],
  ["str(7 // 2.0)", "3.0"],
  ["str(0.0 % -2) + str(-0.0 // 3)", "-0.0-0.0"],
  ["bool('') or any([0, 1]) and all([])", true],
  ["float(' 1.5 ')", 1.5],
  ["kind.upper() + upper('é')", "VIPÉ"],
  ["'  a b '.strip().split()", ["a", "b"]],
  ["replace('a-b-c', '-', '+', 1)", "a+b-c"],
  ["kind.startswith('v') and endswith(kind, ['x', 'p'])", true],
  ["defined('total') and defined(\"order.total\") and not defined('order.x')", true],
  ["defined('nothing')", true],
  ["In('order.open') and not In('order.paid')", true],
  // Layout
  ["  total\n  > 100 # big", true],
];

Deno.test("evaluate() gives the value of an expression", () => {
  for (const [source, value] of VALUES) {
    deepStrictEqual(compileExpression(source).evaluate(SCOPE), value, source);
  }
});

const REFUSED: readonly (readonly [source: string, code: ExpressionErrorCode])[] = [
  ["", "syntax"],
  ["  # nothing", "syntax"],
  ["total = 5", "syntax"],
  ["total := 5", "syntax"],
  ["total; 0", "syntax"],
  ["total && yes", "syntax"],
  ["!yes", "syntax"],
  ["total if", "syntax"],
  ["1 2", "syntax"],
  ["(1, 2)", "syntax"],
  ["{}", "syntax"],
  ["[x for x in tags]", "syntax"],
  ["lambda: 1", "syntax"],
  ["f'{kind}'", "syntax"],
  ["b'x'", "syntax"],
  ["'open", "syntax"],
  ["'\\x4'", "syntax"],
  ["'\\0'", "syntax"],
  ["'\\ud83d' + '\\ude00'", "syntax"],
  ["'\ud800'", "syntax"],
  ["012", "syntax"],
  ["1j", "syntax"],
  ["order.__class__", "syntax"],
  ["order._id", "syntax"],
  ["order.func_name", "syntax"],
  ["defined(total)", "syntax"],
  ["tags[]", "syntax"],
  ["tags[1:2:3:4]", "syntax"],
  ["tags[1, 2]", "syntax"],
  ["(1)(2)", "syntax"],
  ["round(1.5, ndigits=1)", "syntax"],
  ["9007199254740992", "overflow"],
  ["1e999", "overflow"],
  ["'" + "x".repeat(1023) + "'", "limit"],
  ["(".repeat(33) + "1" + ")".repeat(33), "limit"],
  ["not ".repeat(33) + "yes", "limit"],
];

Deno.test("compileExpression() refuses what is not an expression", () => {
  for (const [source, code] of REFUSED) {
    throws(
      () => compileExpression(source),
      (error) => error instanceof ExpressionError && error.code === code,
      source,
    );
  }
});

const FAILING: readonly (readonly [source: string, code: ExpressionErrorCode])[] = [
  ["unknown", "unknown_name"],
  ["unknown is None", "unknown_name"],
  ["toString", "unknown_name"],
  ["__proto__", "unknown_name"],
  ["constructor", "unknown_name"],
  ["min", "type"],
  ["rand()", "unknown_function"],
  ["tags.append('c')", "unknown_function"],
  ["order.get('total')", "unknown_function"],
  ["len()", "type"],
  ["order.keys", "lookup"],
  ["order.constructor", "lookup"],
  ["order['toString']", "lookup"],
  ["kind.upper", "type"],
  ["tags[9]", "lookup"],
  ["tags['length']", "type"],
  ["tags[1.0]", "type"],
  ["tags[::0]", "value"],
  ["nothing > 3", "type"],
  ["total > '3'", "type"],
  ["yes > 0", "type"],
  ["max(yes, no)", "type"],
  ["1 in 'a1'", "type"],
  ["1 in total", "type"],
  ["total + kind", "type"],
  ["'%s' % kind", "type"],
  ["2.0 & 1", "type"],
  ["10 / 0", "zero_division"],
  ["10 % 0.0", "zero_division"],
  ["0 ** -1", "zero_division"],
  ["(-8) ** 0.5", "value"],
  ["1 << -1", "value"],
  ["int('x')", "value"],
  ["float('inf')", "value"],
  ["float('1' * 9999 + 'x')", "value"],
  ["max([])", "value"],
  ["2 ** 53", "overflow"],
  ["2 ** 100000", "overflow"],
  ["9007199254740991 + 1", "overflow"],
  ["1 << 60", "overflow"],
  ["1e308 * 10", "overflow"],
  ["'ab' * 5001", "limit"],
  ["[0] * 10001", "limit"],
  ["[".repeat(31) + "]".repeat(31), "limit"],
  ["[deep]", "limit"],
  ["long_text[1:]", "limit"],
  ["long_text + 'x'", "limit"],
  ["long_text.upper()", "limit"],
  ["long_text.split(None, 1)", "limit"],
  ["long_text.replace('x', 'y')", "limit"],
];

Deno.test("evaluate() fails with a code and a place", () => {
  for (const [source, code] of FAILING) {
    const expression = compileExpression(source);
    throws(() => expression.evaluate(SCOPE), (error) => {
      if (!(error instanceof ExpressionError)) return false;
      strictEqual(error.code, code, `${source}: ${error.message}`);
      return error.length > 0 && error.offset + error.length <= source.length;
    }, source);
  }
});

Deno.test("evaluate() stops at the step limit, however long the context is", () => {
  const values = { long: Array.from({ length: 6000 }, () => 1) };
  strictEqual(compileExpression("sum(long)").evaluate({ values }), 6000);
  throws(() => compileExpression("sum(long) + sum(long)").evaluate({ values }), { code: "limit" });
  throws(() => compileExpression("long == long[:]").evaluate({ values }), { code: "limit" });
});

Deno.test("evaluate() reads own keys only, also when they are called like those of a prototype", () => {
  const values: JsonObject = JSON.parse('{"__proto__": 1, "constructor": 2, "o": {"__proto__": {"x": 3}}}');
  strictEqual(compileExpression("__proto__ + constructor").evaluate({ values }), 3);
  strictEqual(compileExpression("o['__proto__'].x").evaluate({ values }), 3);
});

Deno.test("a name of the context hides the function, which can still be called", () => {
  strictEqual(compileExpression("max(max, 1)").evaluate({ values: { max: 7 } }), 7);
});

Deno.test("values of an expression are plain JSON", () => {
  deepStrictEqual(compileExpression("[4 / 2, [2.0, -0.0]]").evaluate(SCOPE), [2, [2, 0]]);
  deepStrictEqual(compileExpression("[2.0, 1]").evaluate(SCOPE), [2, 1]);
});

Deno.test("compileExpression() lists the names and states that are read", () => {
  const expression = compileExpression(
    "len(tags) > total and tags or In('open') and defined('x') and order.y",
  );
  deepStrictEqual(expression.names, ["tags", "total", "order"]);
  deepStrictEqual(expression.states, ["open"]);
});

Deno.test("a list cannot be small in memory and huge as JSON", () => {
  const values = { rows: Array.from({ length: 100 }, () => [1, 2, 3]), text: "x".repeat(100_000) };
  const sources = [
    "[[[1] * 100] * 100] * 100",
    "rows * 100",
    "[rows, rows, rows] * 50",
    "[text] * 100",
    `${"rows + ".repeat(30)}rows`,
  ];
  for (const source of sources) {
    throws(() => compileExpression(source).evaluate({ values }), { code: "limit" }, source);
  }
  strictEqual(compileExpression("len([rows, rows])").evaluate({ values }), 2);
});

Deno.test("the place of a part includes its brackets", () => {
  throws(() => compileExpression("1 + (kind - (2))").evaluate(SCOPE), { offset: 4, length: 12 });
});

const MESSAGES: readonly (readonly [source: string, message: string, hint: string | null])[] = [
  ["total = 5", 'Cannot read the expression: unexpected "="', "Write == to compare"],
  ["total +", "Cannot read the expression: expected a value, found the end", null],
  ["total total", 'Cannot read the expression: expected an operator, found "total"', null],
  ["(1, 2)", 'Cannot read the expression: expected ")", found ","', "A list is written [1, 2]"],
  ["012", 'Cannot read "012": not a number', "Write it without the leading zero"],
  ["'a", "Cannot read the text: its closing quote is missing", "Close it with '"],
  ["unknown", 'Cannot read "unknown": no such name', 'Ask with defined("unknown")'],
  ["uper(kind)", 'Cannot call "uper": no such function', "Did you mean upper?"],
  ["kind.uper()", 'Cannot call ".uper": no such method', "Did you mean upper?"],
  ["kind.len()", 'Cannot call ".len": no such method', "Write len(…)"],
  ["len()", 'Cannot call "len" with 0 arguments: it takes 1', null],
  ["replace(kind)", 'Cannot call "replace" with 1 argument: it takes at least 3', null],
  ["kind + total", 'Cannot use "+" on text and integer', "Turn the other value into text with str()"],
  ["total - kind", 'Cannot use "-" on integer and text', null],
  ["total + yes > kind", 'Cannot compare with ">": integer and text have no order', null],
  ["int('x')", 'Cannot read "x" with int(): not an integer', null],
  ["float('x')", 'Cannot read "x" with float(): not a finite number', null],
  ["kind.upper", 'Cannot read key "upper" of text: only mappings have keys', "Call it: upper(…)"],
];

Deno.test("messages say what is wrong and hints what to write", () => {
  for (const [source, message, hint] of MESSAGES) {
    throws(
      () => compileExpression(source).evaluate(SCOPE),
      { name: "ExpressionError", message, hint },
      source,
    );
  }
});

Deno.test("what is exactly as large as a limit is allowed", () => {
  const value = (source: string) => compileExpression(source).evaluate(SCOPE);
  strictEqual(value(`'${"x".repeat(1022)}'`), "x".repeat(1022));
  strictEqual(value("(".repeat(32) + "1" + ")".repeat(32)), 1);
  strictEqual(value("9007199254740991 - 1 + 1"), 9007199254740991);
  strictEqual(value("-9007199254740991"), -9007199254740991);
  strictEqual(value("len('ab' * 5000)"), 10_000);
  strictEqual(value("len(str(['a' * 9996]))"), 10_000);
  // One step for the list that is repeated.
  deepStrictEqual(value("[0] * 9999"), Array.from({ length: 9_999 }, () => 0));
});
