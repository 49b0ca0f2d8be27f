/** Texts as written in a source: quotes of four kinds, escapes, the prefixes `r` and `u`. */
import { ExpressionError, type Span } from "./expression_error.ts";
import type { Token } from "./token.ts";

interface Opening {
  readonly prefix: string;
  /** `'`, `"` or three of one. */
  readonly mark: string;
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\n", ""],
]);
const HEX_ESCAPES: ReadonlyMap<string, number> = new Map([["x", 2], ["u", 4], ["U", 8]]);
const OCTAL = /[0-7]{1,3}/y;
const CODE_POINT_MAX = 0x10ffff;

/** The text that opens at `offset`. */
export function scanText(source: string, offset: number, opening: Opening): Token {
  const isRaw = rawness(opening, offset);
  const start = offset + opening.prefix.length + opening.mark.length;
  const end = endOf(source, start, opening.mark);
  if (end === null) {
    throw new ExpressionError(
      "syntax",
      "Cannot read the text: its closing quote is missing",
      { offset, length: source.length - offset },
      `Close it with ${opening.mark}`,
    );
  }
  const body = source.slice(start, end);
  const value = isRaw ? body : unescaped(body, start);
  if (!value.isWellFormed() || value.includes("\0")) {
    throw new ExpressionError(
      "syntax",
      "Cannot read the text: a zero character or half a surrogate pair cannot be stored",
      { offset, length: end + opening.mark.length - offset },
    );
  }
  return { type: "text", value, offset, length: end + opening.mark.length - offset };
}

function rawness(opening: Opening, offset: number): boolean {
  const prefix = opening.prefix.toLowerCase();
  if (prefix === "" || prefix === "u") return false;
  if (prefix === "r") return true;
  const hint = prefix.includes("f") ? 'Join texts with +, for example "order " + str(number)' : null;
  throw new ExpressionError(
    "syntax",
    `Cannot read the text: prefix "${opening.prefix}" is not supported`,
    { offset, length: opening.prefix.length },
    hint,
  );
}

/** Where the closing quote starts; null when there is none, or a line ends before it. */
function endOf(source: string, start: number, mark: string): number | null {
  for (let place = start; place < source.length; place++) {
    if (source[place] === "\\") place++;
    else if (source.startsWith(mark, place)) return place;
    else if (source[place] === "\n" && mark.length === 1) return null;
  }
  return null;
}

function unescaped(body: string, start: number): string {
  let text = "";
  for (let place = 0; place < body.length; place++) {
    if (body[place] !== "\\") {
      text += body[place];
      continue;
    }
    const escape = escapeAt(body, place + 1, start);
    text += escape.text;
    place += escape.length;
  }
  return text;
}

/** An escape that nobody knows keeps its backslash. */
function escapeAt(body: string, place: number, start: number): { text: string; length: number } {
  const kind = body[place] ?? "";
  const simple = SIMPLE_ESCAPES.get(kind);
  if (simple !== undefined) return { text: simple, length: 1 };
  OCTAL.lastIndex = place;
  const octal = OCTAL.exec(body)?.[0];
  if (octal !== undefined) return { text: String.fromCodePoint(parseInt(octal, 8)), length: octal.length };
  const digitCount = HEX_ESCAPES.get(kind);
  if (digitCount !== undefined) {
    return hexEscape(body.slice(place + 1, place + 1 + digitCount), digitCount, at(1));
  }
  if (kind === "N") {
    throw new ExpressionError("syntax", 'Cannot read the text: "\\N" is not supported', at(1));
  }
  return { text: `\\${kind}`, length: kind.length };

  function at(length: number): Span {
    return { offset: start + place - 1, length: length + 1 };
  }
}

function hexEscape(digits: string, digitCount: number, at: Span): { text: string; length: number } {
  const code = digits.length === digitCount && /^[0-9a-fA-F]+$/.test(digits) ? parseInt(digits, 16) : NaN;
  if (!(code <= CODE_POINT_MAX)) {
    throw new ExpressionError("syntax", `Cannot read the text: bad escape with ${digitCount} hex digits`, at);
  }
  return { text: String.fromCodePoint(code), length: digitCount + 1 };
}
