/** Looks through JSON text before it is parsed: nothing that a store cannot keep or a parser chokes on gets further. */
import { AppError } from "../../errors.ts";

export interface ScanLimits {
  readonly depthMax: number;
  readonly keysMax: number;
  readonly keyLengthMax: number;
}

export const DEFAULT_SCAN_LIMITS: Omit<ScanLimits, "depthMax"> = { keysMax: 5_000, keyLengthMax: 1_000 };

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const NOT_A_NUMBER = /-?(?:NaN|Infinity)\b/y;

/**
 * Throws `validation_failed` for what is well-formed but refused, and `bad_request` for text whose strings are
 * malformed. Everything else that is malformed is left to `JSON.parse`. One pass, linear.
 */
export function scanJson(text: string, limits: ScanLimits): void {
  /** Keys of each open object; null = an array. */
  const open: (Set<string> | null)[] = [];
  let isKeyNext = false;
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    switch (character) {
      case "{":
      case "[":
        if (open.length >= limits.depthMax) refuse(`Nested deeper than ${limits.depthMax}`);
        open.push(character === "{" ? new Set() : null);
        isKeyNext = character === "{";
        at += 1;
        break;
      case "}":
      case "]":
        open.pop();
        isKeyNext = false;
        at += 1;
        break;
      case ",":
        isKeyNext = open.at(-1) instanceof Set;
        at += 1;
        break;
      case ":":
        isKeyNext = false;
        at += 1;
        break;
      case '"': {
        const end = endOfString(text, at);
        const value = decodeString(text.slice(at, end));
        checkText(value);
        const keys = open.at(-1);
        if (isKeyNext && keys instanceof Set) checkKey(value, keys, limits);
        at = end;
        break;
      }
      default:
        at = skipOther(text, at);
    }
  }
}

/** Place behind the closing quote; escapes are checked when the string is decoded. */
function endOfString(text: string, start: number): number {
  for (let from = start + 1;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) throw new AppError("bad_request", "Cannot read the body: not JSON");
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function decodeString(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  try {
    return String(JSON.parse(token));
  } catch (cause) {
    throw new AppError("bad_request", "Cannot read the body: not JSON", { cause });
  }
}

function checkText(value: string): void {
  if (value.includes("\u0000")) refuse("Texts may not hold the character U+0000");
  if (!value.isWellFormed()) refuse("Texts may not hold lone surrogates");
}

function checkKey(key: string, keys: Set<string>, limits: ScanLimits): void {
  if (key.length > limits.keyLengthMax) refuse(`Keys have at most ${limits.keyLengthMax} characters`);
  if (FORBIDDEN_KEYS.has(key)) refuse("A key that programs reserve for themselves");
  if (keys.has(key)) refuse("The same key twice in one object");
  keys.add(key);
  if (keys.size > limits.keysMax) refuse(`Objects have at most ${limits.keysMax} keys`);
}

/** A number, a word, a blank or something malformed. */
function skipOther(text: string, at: number): number {
  NOT_A_NUMBER.lastIndex = at;
  if (NOT_A_NUMBER.test(text)) refuse("Numbers must be finite");
  NUMBER.lastIndex = at;
  const match = NUMBER.exec(text);
  if (match === null) return at + 1;
  const value = Number(match[0]);
  if (!Number.isFinite(value)) refuse("Numbers must be finite");
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    refuse("Whole numbers lie within ±9007199254740991; send larger ones as text");
  }
  return at + match[0].length;
}

function refuse(reason: string): never {
  throw new AppError("validation_failed", `Cannot accept the body: ${reason}`);
}
