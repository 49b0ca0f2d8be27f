/** Turns tokens into a tree by binding power: the higher an operator binds, the deeper it ends up. */
import { assert, unreachable } from "../assert.ts";
import type { BinaryOperator, CompareOperator, Comparison, Node, UnaryOperator } from "./ast.ts";
import { ExpressionError, type Span } from "./expression_error.ts";
import { tokensOf } from "./lexer.ts";
import { DEPTH_MAX } from "./limits.ts";
import { describeToken, type Token } from "./token.ts";
import type { Value } from "./values.ts";

/** Binding powers, weakest first. */
const CONDITIONAL = 1;
const OR = 2;
const AND = 3;
const NOT = 4;
const COMPARE = 5;
const UNARY = 12;
const POWER = 13;

const BINARY_POWERS: ReadonlyMap<string, number> = new Map([
  ["|", 6],
  ["^", 7],
  ["&", 8],
  ["<<", 9],
  [">>", 9],
  ["+", 10],
  ["-", 10],
  ["*", 11],
  ["/", 11],
  ["//", 11],
  ["%", 11],
  ["**", POWER],
]);
const COMPARE_SIGNS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["True", true],
  ["true", true],
  ["False", false],
  ["false", false],
  ["None", null],
  ["null", null],
]);

/** Beginnings of keys that the dot does not reach; `m["_key"]` does. */
const REFUSED_KEY = /^(?:_|func_)/;

/** Words after which people expect something that the language does not have. */
const WORD_HINTS: ReadonlyMap<string, string> = new Map([
  ["lambda", "Functions cannot be written here"],
  ["for", "Loops cannot be written here; use any(), all(), sum(), min() or max() on a list"],
]);

interface Reader {
  readonly source: string;
  readonly tokens: readonly Token[];
  place: number;
  depth: number;
}

/** The tree of `source`. Throws `ExpressionError` with code `syntax`, `limit` or `overflow`. */
export function parse(source: string): Node {
  const reader: Reader = { source, tokens: tokensOf(source), place: 0, depth: 0 };
  if (peek(reader).type === "end") {
    throw new ExpressionError("syntax", "Cannot read the expression: it is empty", {
      offset: 0,
      length: source.length,
    });
  }
  const node = parseExpression(reader, CONDITIONAL);
  if (peek(reader).type !== "end") throw unexpected(reader, "an operator");
  return node;
}

/** An expression whose operators bind at least as strong as `power`. */
function parseExpression(reader: Reader, power: number): Node {
  let left = parsePrefix(reader, power);
  for (;;) {
    const next = parseInfix(reader, left, power);
    if (next === null) return left;
    left = next;
  }
}

function parsePrefix(reader: Reader, power: number): Node {
  const token = peek(reader);
  if (token.type === "word" && token.word === "not") {
    if (power > NOT) throw unexpected(reader, "a value", "Put not (…) in brackets");
    return unary(reader, "not", NOT);
  }
  if (token.type === "sign" && (token.sign === "-" || token.sign === "+" || token.sign === "~")) {
    return unary(reader, token.sign, UNARY);
  }
  return parsePostfix(reader, parseAtom(reader));
}

function unary(reader: Reader, operator: UnaryOperator, power: number): Node {
  const token = advance(reader);
  const operand = nested(reader, () => parseExpression(reader, power));
  return { type: "unary", operator, operand, ...between(token, operand) };
}

/** What continues `left`; null when nothing does that binds at least as strong as `power`. */
function parseInfix(reader: Reader, left: Node, power: number): Node | null {
  const token = peek(reader);
  if (token.type === "word") {
    if (token.word === "if") return power <= CONDITIONAL ? parseConditional(reader, left) : null;
    if (token.word === "or") return power <= OR ? parseLogical(reader, left, "or") : null;
    if (token.word === "and") return power <= AND ? parseLogical(reader, left, "and") : null;
  }
  if (compareOperatorAt(reader) !== null) return power <= COMPARE ? parseComparisons(reader, left) : null;
  const operator = token.type === "sign" ? token.sign : "";
  const binding = BINARY_POWERS.get(operator);
  if (binding === undefined || binding < power || !isBinary(operator)) return null;
  advance(reader);
  const right = operator === "**"
    ? nested(reader, () => parseExpression(reader, UNARY))
    : parseExpression(reader, binding + 1);
  return { type: "binary", operator, left, right, ...between(left, right) };
}

function parseConditional(reader: Reader, then: Node): Node {
  advance(reader);
  const condition = nested(reader, () => parseExpression(reader, OR));
  expectWord(reader, "else");
  const otherwise = nested(reader, () => parseExpression(reader, CONDITIONAL));
  return { type: "conditional", condition, then, else: otherwise, ...between(then, otherwise) };
}

function parseLogical(reader: Reader, first: Node, operator: "and" | "or"): Node {
  const operands = [first];
  let last = first;
  while (takeWord(reader, operator)) {
    last = parseExpression(reader, operator === "and" ? NOT : AND);
    operands.push(last);
  }
  return { type: "logical", operator, operands, ...between(first, last) };
}

function parseComparisons(reader: Reader, first: Node): Node {
  const rest: Comparison[] = [];
  let last = first;
  for (let found = compareOperatorAt(reader); found !== null; found = compareOperatorAt(reader)) {
    reader.place += found.tokenCount;
    last = parseExpression(reader, COMPARE + 1);
    rest.push({ operator: found.operator, operand: last });
  }
  return { type: "compare", first, rest, ...between(first, last) };
}

function compareOperatorAt(reader: Reader): { operator: CompareOperator; tokenCount: number } | null {
  const token = peek(reader);
  if (token.type === "sign") {
    return isCompareSign(token.sign) ? { operator: token.sign, tokenCount: 1 } : null;
  }
  if (token.type !== "word") return null;
  const next = reader.tokens[reader.place + 1];
  const nextWord = next?.type === "word" ? next.word : "";
  if (token.word === "in") return { operator: "in", tokenCount: 1 };
  if (token.word === "not" && nextWord === "in") return { operator: "not in", tokenCount: 2 };
  if (token.word !== "is") return null;
  return nextWord === "not" ? { operator: "is not", tokenCount: 2 } : { operator: "is", tokenCount: 1 };
}

function parseAtom(reader: Reader): Node {
  const token = peek(reader);
  switch (token.type) {
    case "number":
      advance(reader);
      return { type: "literal", value: token.value, ...spanOf(token) };
    case "text":
      return parseTexts(reader);
    case "name":
      advance(reader);
      return { type: "name", name: token.name, ...spanOf(token) };
    case "word": {
      const value = CONSTANTS.get(token.word);
      if (value === undefined) throw unexpected(reader, "a value", WORD_HINTS.get(token.word));
      advance(reader);
      return { type: "literal", value, ...spanOf(token) };
    }
    case "sign":
      if (token.sign === "(") return parseGroup(reader);
      if (token.sign === "[") return parseList(reader);
      throw unexpected(reader, "a value");
    case "end":
      throw unexpected(reader, "a value");
    default:
      return unreachable(token);
  }
}

/** Texts that follow each other are one text. */
function parseTexts(reader: Reader): Node {
  const first = peek(reader);
  let last = first;
  let value = "";
  for (let token = first; token.type === "text"; token = peek(reader)) {
    value += token.value;
    last = advance(reader);
  }
  return { type: "literal", value, ...between(first, last) };
}

/** The brackets belong to the place of the node, so that the source of a part is whole. */
function parseGroup(reader: Reader): Node {
  const open = advance(reader);
  if (isSign(reader, ")")) throw unexpected(reader, "a value", TUPLE_HINT);
  const node = nested(reader, () => parseExpression(reader, CONDITIONAL));
  if (isSign(reader, ",")) throw unexpected(reader, '")"', TUPLE_HINT);
  return { ...node, ...between(open, expectSign(reader, ")")) };
}

function parseList(reader: Reader): Node {
  const open = advance(reader);
  const { items, close } = parseItems(reader, "]");
  return { type: "list", items, ...between(open, close) };
}

/** Items up to and with the sign `end`; a comma may follow the last one. */
function parseItems(reader: Reader, end: string): { items: readonly Node[]; close: Token } {
  const items: Node[] = [];
  while (!isSign(reader, end)) {
    items.push(nested(reader, () => parseExpression(reader, CONDITIONAL)));
    if (!isSign(reader, ",")) break;
    advance(reader);
  }
  return { items, close: expectSign(reader, end) };
}

function parsePostfix(reader: Reader, atom: Node): Node {
  let node = atom;
  for (;;) {
    if (isSign(reader, ".")) node = parseMember(reader, node);
    else if (isSign(reader, "[")) node = parseSubscript(reader, node);
    else if (isSign(reader, "(")) node = parseCall(reader, node);
    else return node;
  }
}

function parseMember(reader: Reader, object: Node): Node {
  advance(reader);
  const token = peek(reader);
  const key = token.type === "name" ? token.name : token.type === "word" ? token.word : null;
  if (key === null) throw unexpected(reader, "a key");
  if (REFUSED_KEY.test(key)) {
    throw new ExpressionError(
      "syntax",
      `Cannot read key "${key}": keys after a dot must not begin with "_" or "func_"`,
      spanOf(token),
      `Write ["${key}"]`,
    );
  }
  advance(reader);
  return { type: "member", object, key, ...between(object, token) };
}

function parseSubscript(reader: Reader, object: Node): Node {
  advance(reader);
  const parts: (Node | null)[] = [null];
  while (!isSign(reader, "]")) {
    if (isSign(reader, ":") && parts.length < 3) {
      advance(reader);
      parts.push(null);
    } else {
      if (parts[parts.length - 1] !== null) break;
      parts[parts.length - 1] = nested(reader, () => parseExpression(reader, CONDITIONAL));
    }
  }
  const [start = null, stop = null, step = null] = parts;
  if (parts.length === 1 && start === null) throw unexpected(reader, "an index");
  const close = expectSign(reader, "]");
  if (parts.length === 1 && start !== null) {
    return { type: "index", object, index: start, ...between(object, close) };
  }
  return { type: "slice", object, start, stop, step, ...between(object, close) };
}

function parseCall(reader: Reader, callee: Node): Node {
  const open = peek(reader);
  if (callee.type !== "name" && callee.type !== "member") {
    throw new ExpressionError("syntax", "Cannot call: only named functions and methods can be called", open);
  }
  advance(reader);
  const { items, close } = parseItems(reader, ")");
  const span = between(callee, close);
  return callee.type === "name"
    ? { type: "call", name: callee.name, args: items, ...span }
    : { type: "method", object: callee.object, name: callee.key, args: items, ...span };
}

const TUPLE_HINT = "A list is written [1, 2]";

function nested(reader: Reader, parsePart: () => Node): Node {
  reader.depth += 1;
  if (reader.depth > DEPTH_MAX) {
    throw new ExpressionError(
      "limit",
      `Cannot read the expression: parts nest deeper than ${DEPTH_MAX}`,
      spanOf(peek(reader)),
    );
  }
  const node = parsePart();
  reader.depth -= 1;
  return node;
}

function peek(reader: Reader): Token {
  const token = reader.tokens[Math.min(reader.place, reader.tokens.length - 1)];
  assert(token !== undefined, "tokens end with an end token");
  return token;
}

function advance(reader: Reader): Token {
  const token = peek(reader);
  reader.place += 1;
  return token;
}

function isSign(reader: Reader, sign: string): boolean {
  const token = peek(reader);
  return token.type === "sign" && token.sign === sign;
}

function expectSign(reader: Reader, sign: string): Token {
  if (!isSign(reader, sign)) throw unexpected(reader, `"${sign}"`);
  return advance(reader);
}

function takeWord(reader: Reader, word: string): boolean {
  const token = peek(reader);
  if (token.type !== "word" || token.word !== word) return false;
  advance(reader);
  return true;
}

function expectWord(reader: Reader, word: string): void {
  if (!takeWord(reader, word)) throw unexpected(reader, `"${word}"`);
}

function unexpected(reader: Reader, expected: string, hint?: string): ExpressionError {
  const token = peek(reader);
  const found = describeToken(token, reader.source);
  return new ExpressionError(
    "syntax",
    `Cannot read the expression: expected ${expected}, found ${found}`,
    spanOf(token),
    hint ?? null,
  );
}

function spanOf(span: Span): Span {
  return { offset: span.offset, length: span.length };
}

function between(first: Span, last: Span): Span {
  return { offset: first.offset, length: last.offset + last.length - first.offset };
}

function isCompareSign(sign: string): sign is "==" | "!=" | "<" | "<=" | ">" | ">=" {
  return COMPARE_SIGNS.has(sign);
}

function isBinary(sign: string): sign is BinaryOperator {
  return BINARY_POWERS.has(sign);
}
