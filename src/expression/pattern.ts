/** Patterns for `matches`, on an engine whose time grows with the length of the text only. */
import { RE2JS } from "re2js";
import { ExpressionError, type Span } from "./expression_error.ts";
import { unfoldedSize } from "./pattern_size.ts";
import { engineSpelling } from "./pattern_syntax.ts";
import { PATTERN_INPUT_MAX, PATTERN_LENGTH_MAX } from "./limits.ts";

/** A pattern ready to be tried. */
export interface Pattern {
  readonly source: string;
  /** Whether the pattern occurs anywhere in `text`. Throws code `limit` when `text` is longer than 10,000 characters,
   * or than the size of the pattern allows. */
  isFoundIn(text: string): boolean;
}

/** Instructions of one compiled pattern: one `{1,1000}` fits. */
const PROGRAM_SIZE_MAX = 2_500;
/** Instructions times characters of one search: about 0.1 s at worst, far less for patterns that people write. */
const SEARCH_COST_MAX = 4_000_000;
const CACHE_MAX = 500;
const UNSUPPORTED = /\\[1-9]|\(\?(?:<?[=!]|P=)/;
const cache = new Map<string, Pattern>();

/**
 * Compiles `source`, or answers with the one compiled before. Throws code `pattern` for what is not a pattern of the engine
 * (also for back references and look-around, which need unbounded time) and code `limit` for a long or huge one.
 */
export function compilePattern(source: string): Pattern {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const pattern = newPattern(source);
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(source, pattern);
  return pattern;
}

function newPattern(source: string): Pattern {
  const at = { offset: 0, length: source.length };
  if (source.length > PATTERN_LENGTH_MAX) {
    throw new ExpressionError(
      "limit",
      `Cannot use the pattern: longer than ${PATTERN_LENGTH_MAX} characters`,
      at,
    );
  }
  if (unfoldedSize(source) > PROGRAM_SIZE_MAX) throw unfoldsTooFar(source, at);
  const engine = engineOf(source);
  const size = engine.programSize();
  if (size > PROGRAM_SIZE_MAX) throw unfoldsTooFar(source, at);
  const inputMax = Math.min(PATTERN_INPUT_MAX, Math.floor(SEARCH_COST_MAX / size));
  return {
    source,
    isFoundIn: (text) => {
      // `find` needs no memory of its own; `test` would be faster but keeps up to 8 MB of states for each pattern.
      if (text.length <= inputMax) return engine.matcher(text).find();
      throw new ExpressionError("limit", `Cannot match: the text is longer than ${inputMax} characters`, at);
    },
  };
}

function unfoldsTooFar(source: string, at: Span): ExpressionError {
  return new ExpressionError(
    "limit",
    `Cannot use the pattern "${source}": it unfolds too far`,
    at,
    "Repeat fewer times",
  );
}

function engineOf(source: string): RE2JS {
  try {
    return RE2JS.compile(engineSpelling(source));
  } catch (error) {
    const reason = error instanceof Error
      ? error.message.replace("error parsing regexp: ", "")
      : String(error);
    const hint = UNSUPPORTED.test(source) ? "Back references and look-around are not supported" : null;
    const at = { offset: 0, length: source.length };
    throw new ExpressionError("pattern", `Cannot use the pattern "${source}": ${reason}`, at, hint);
  }
}
