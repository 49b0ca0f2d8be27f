/** Numbers as written in a source: `10`, `1_000`, `0x1f`, `2.5`, `.5`, `1e3`. */
import { ExpressionError, type Span } from "./expression_error.ts";
import type { Token } from "./token.ts";
import { floatOf } from "./values.ts";

const BASED = /0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)/y;
const FLOAT =
  /(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*(?:\.(?:[eE][+-]?\d(?:_?\d)*)?|[eE][+-]?\d(?:_?\d)*)/y;
const INTEGER = /(?:[1-9](?:_?\d)*|0(?:_?0)*)/y;
const REST = /[\p{ID_Continue}.]+/uy;

/** The number at `offset`, which starts with a digit or with a dot and a digit. */
export function scanNumber(source: string, offset: number): Token {
  const float = textAt(FLOAT, source, offset);
  if (float !== null) return floatToken(float, { offset, length: float.length }, source);
  const integer = textAt(BASED, source, offset) ?? textAt(INTEGER, source, offset) ?? "";
  const at = { offset, length: integer.length };
  refuseRest(source, at);
  const value = Number(integer.replaceAll("_", ""));
  if (!Number.isSafeInteger(value)) {
    throw new ExpressionError("overflow", `Cannot read "${integer}": beyond ±(2^53 - 1)`, at);
  }
  return { type: "number", value, ...at };
}

function floatToken(text: string, at: Span, source: string): Token {
  refuseRest(source, at);
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isFinite(value)) {
    throw new ExpressionError("overflow", `Cannot read "${text}": not a finite number`, at);
  }
  return { type: "number", value: floatOf(value), ...at };
}

/** `012`, `1j`, `3x` and `1.2.3` are no numbers. */
function refuseRest(source: string, at: Span): void {
  const rest = textAt(REST, source, at.offset + at.length);
  if (rest === null) return;
  const text = source.slice(at.offset, at.offset + at.length) + rest;
  const hint = /^0\d/.test(text) ? "Write it without the leading zero" : null;
  throw new ExpressionError(
    "syntax",
    `Cannot read "${text}": not a number`,
    { offset: at.offset, length: text.length },
    hint,
  );
}

function textAt(pattern: RegExp, source: string, offset: number): string | null {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0] ?? null;
}
