/** Cuts a source into tokens; every sign of another language gets a hint. */
import { ExpressionError, type Span } from "./expression_error.ts";
import { SOURCE_LENGTH_MAX } from "./limits.ts";
import { scanNumber } from "./number_literal.ts";
import { scanText } from "./text_literal.ts";
import type { Token } from "./token.ts";

/** Words that cannot be names. */
const WORDS: ReadonlySet<string> = new Set(
  ("and or not if else in is True False None true false null lambda for while def class return yield await async " +
    "import from as with try except finally raise pass break continue del global nonlocal assert elif").split(
      " ",
    ),
);

/** Longest first. */
const SIGNS: readonly string[] = [
  ..."** // << >> == != <= >=".split(" "),
  ..."+ - * / % ( ) [ ] , : . < > & | ^ ~".split(" "),
];

/** Signs that are no part of the language, longest first, with what to write instead. */
const FOREIGN_SIGNS: readonly (readonly [sign: string, hint: string])[] = [
  ["===", "Write == to compare"],
  ["!==", "Write != to compare"],
  [":=", "An expression cannot assign; write == to compare"],
  ["&&", "Write and"],
  ["||", "Write or"],
  ["<>", "Write != to compare"],
  ["??", "Write: a if a is not None else b"],
  ["=", "Write == to compare"],
  [";", "Write one expression; join conditions with and"],
  ["!", "Write not"],
  ["?", "Write: a if condition else b"],
  ["{", "Mappings and sets cannot be written here; a list is written [1, 2]"],
  ["}", "Mappings and sets cannot be written here; a list is written [1, 2]"],
];

const NAME = /[\p{ID_Start}_]\p{ID_Continue}*/uy;
const BLANK = /(?:[ \t\r\n\f]|\\\r?\n|#[^\r\n]*)+/y;
const TEXT_START = /([A-Za-z]{0,2})('''|"""|'|")/y;

/** All tokens of `source`, the last one of type `end`. Throws code `limit` or `syntax`. */
export function tokensOf(source: string): readonly Token[] {
  if (source.length > SOURCE_LENGTH_MAX) {
    throw new ExpressionError(
      "limit",
      `Cannot read the expression: ${source.length} characters, at most ${SOURCE_LENGTH_MAX} are allowed`,
      { offset: SOURCE_LENGTH_MAX, length: source.length - SOURCE_LENGTH_MAX },
    );
  }
  const tokens: Token[] = [];
  let offset = skipBlank(source, 0);
  while (offset < source.length) {
    const token = tokenAt(source, offset);
    tokens.push(token);
    offset = skipBlank(source, token.offset + token.length);
  }
  tokens.push({ type: "end", offset: source.length, length: 0 });
  return tokens;
}

function tokenAt(source: string, offset: number): Token {
  const start = source[offset] ?? "";
  const isDigitNext = isDigit(source[offset + 1]);
  if (isDigit(start) || (start === "." && isDigitNext)) return scanNumber(source, offset);
  const text = matchAt(TEXT_START, source, offset);
  if (text !== null) return scanText(source, offset, { prefix: text[1] ?? "", mark: text[2] ?? "" });
  const name = matchAt(NAME, source, offset);
  if (name !== null) return nameToken(name[0], offset);
  const sign = SIGNS.find((candidate) => source.startsWith(candidate, offset));
  const foreign = FOREIGN_SIGNS.find(([candidate]) => source.startsWith(candidate, offset));
  if (foreign !== undefined && foreign[0].length >= (sign?.length ?? 0)) {
    throw unexpected(foreign[0], { offset, length: foreign[0].length }, foreign[1]);
  }
  if (sign !== undefined) return { type: "sign", sign, offset, length: sign.length };
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  throw unexpected(character, { offset, length: character.length }, null);
}

function nameToken(name: string, offset: number): Token {
  return WORDS.has(name)
    ? { type: "word", word: name, offset, length: name.length }
    : { type: "name", name, offset, length: name.length };
}

function skipBlank(source: string, offset: number): number {
  return offset + (matchAt(BLANK, source, offset)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, source: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(source);
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}

function unexpected(sign: string, at: Span, hint: string | null): ExpressionError {
  return new ExpressionError("syntax", `Cannot read the expression: unexpected "${sign}"`, at, hint);
}
