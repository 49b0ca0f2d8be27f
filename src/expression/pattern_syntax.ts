/** Reads a pattern the way authors of PyStator machines wrote it and spells it for the linear-time engine. */

const SPACES =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";
const NOT_SPACES = "\\x00-\\x08\\x0e-\\x1b\\x21-\\x84\\x86-\\x9f\\xa1-\\x{167f}\\x{1681}-\\x{1fff}" +
  "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}";
const WORDS = "\\p{L}\\p{N}_";
/** Everything but letters, numbers and the underscore, which is one of the connectors. */
const NOT_WORDS = "\\p{M}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\x{203f}\\x{2040}\\x{2054}" +
  "\\x{fe33}\\x{fe34}\\x{fe4d}-\\x{fe4f}\\x{ff3f}\\p{S}\\p{Z}\\p{C}";

interface Spelling {
  readonly outside: string;
  readonly inClass: string;
}

/** Classes cover all of Unicode, not ASCII only. */
const ESCAPES: ReadonlyMap<string, Spelling> = new Map([
  ["d", { outside: "\\p{Nd}", inClass: "\\p{Nd}" }],
  ["D", { outside: "\\P{Nd}", inClass: "\\P{Nd}" }],
  ["w", { outside: `[${WORDS}]`, inClass: WORDS }],
  ["W", { outside: `[^${WORDS}]`, inClass: NOT_WORDS }],
  ["s", { outside: `[${SPACES}]`, inClass: SPACES }],
  ["S", { outside: `[^${SPACES}]`, inClass: NOT_SPACES }],
  ["Z", { outside: "\\z", inClass: "\\Z" }],
  ["b", { outside: "\\b", inClass: "\\x08" }],
]);

const HEX_ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;
const OPEN_MINIMUM = /\{,(\d+)\}/y;
const COMMENT = /\(\?#[^)]*\)/y;
const CLASS_START = /\[\^?\]?/y;
const HAS_LINE_MODE = /\(\?[a-z]*m/i;

/** `source` in the spelling of the engine; what is no pattern stays none. */
export function engineSpelling(source: string): string {
  const isLineMode = HAS_LINE_MODE.test(source);
  let spelled = "";
  let isInClass = false;
  for (let place = 0; place < source.length;) {
    const piece: Piece = isInClass ? classPiece(source, place) : outsidePiece(source, place, isLineMode);
    spelled += piece.spelled;
    place += piece.length;
    isInClass = piece.isInClass;
  }
  return spelled;
}

interface Piece {
  readonly spelled: string;
  /** Characters of the source. */
  readonly length: number;
  /** After the piece. */
  readonly isInClass: boolean;
}

function outsidePiece(source: string, place: number, isLineMode: boolean): Piece {
  const character = source[place] ?? "";
  if (character === "\\") return escapePiece(source, place, "outside");
  if (character === "[") {
    const start = matchAt(CLASS_START, source, place)?.[0] ?? "[";
    return { spelled: start.replace("]", "\\]"), length: start.length, isInClass: true };
  }
  const minimum = matchAt(OPEN_MINIMUM, source, place);
  if (minimum !== null) return { spelled: `{0,${minimum[1]}}`, length: minimum[0].length, isInClass: false };
  const comment = matchAt(COMMENT, source, place);
  if (comment !== null) return { spelled: "", length: comment[0].length, isInClass: false };
  const isAtEnd = ["", ")", "|"].includes(source[place + 1] ?? "");
  if (character === "$" && isAtEnd && !isLineMode) {
    return { spelled: "(?:\\n?\\z)", length: 1, isInClass: false };
  }
  return { spelled: character, length: 1, isInClass: false };
}

/** An opening bracket inside a class is a plain character. */
function classPiece(source: string, place: number): Piece {
  const character = source[place] ?? "";
  if (character === "\\") return escapePiece(source, place, "inClass");
  if (character === "[") return { spelled: "\\[", length: 1, isInClass: true };
  return { spelled: character, length: 1, isInClass: character !== "]" };
}

function escapePiece(source: string, place: number, where: keyof Spelling): Piece {
  const isInClass = where === "inClass";
  const spelling = ESCAPES.get(source[place + 1] ?? "")?.[where];
  if (spelling !== undefined) return { spelled: spelling, length: 2, isInClass };
  const hex = matchAt(HEX_ESCAPE, source, place);
  if (hex !== null) return { spelled: `\\x{${hex[1] ?? hex[2]}}`, length: hex[0].length, isInClass };
  return { spelled: source.slice(place, place + 2), length: 2, isInClass };
}

function matchAt(pattern: RegExp, source: string, place: number): RegExpExecArray | null {
  pattern.lastIndex = place;
  return pattern.exec(source);
}
