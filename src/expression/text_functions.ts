/** The seven text functions; each can be written `upper(name)` or `name.upper()`. */
import { allowList, allowText, type Call } from "./allowance.ts";
import { isFloatOperand, numeric } from "./arithmetic.ts";
import { ExpressionError } from "./expression_error.ts";
import { charge, isList, kindOf, textSteps, type Value } from "./values.ts";

/** A function of a text and further arguments. */
export interface TextFunction {
  /** Arguments beside the text. */
  readonly argsMin: number;
  readonly argsMax: number;
  readonly result: "text" | "boolean" | "list";
  run(text: string, args: readonly Value[], call: Call): Value;
}

/** Blanks at which `strip` and `split` cut: the Unicode ones and the separators of ASCII. */
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BLANKS = new RegExp(`${BLANK}+`);
const EDGE_BLANK = new RegExp(BLANK);

/** By name. */
export const TEXT_FUNCTIONS: ReadonlyMap<string, TextFunction> = new Map<string, TextFunction>([
  ["lower", {
    argsMin: 0,
    argsMax: 0,
    result: "text",
    run: (text, _args, call) => made(text.toLowerCase(), call),
  }],
  ["upper", {
    argsMin: 0,
    argsMax: 0,
    result: "text",
    run: (text, _args, call) => made(text.toUpperCase(), call),
  }],
  ["strip", { argsMin: 0, argsMax: 1, result: "text", run: strip }],
  ["startswith", {
    argsMin: 1,
    argsMax: 1,
    result: "boolean",
    run: (text, args, call) => candidates(args[0] ?? null, call).some((part) => text.startsWith(part)),
  }],
  ["endswith", {
    argsMin: 1,
    argsMax: 1,
    result: "boolean",
    run: (text, args, call) => candidates(args[0] ?? null, call).some((part) => text.endsWith(part)),
  }],
  ["replace", { argsMin: 2, argsMax: 3, result: "text", run: replace }],
  ["split", { argsMin: 0, argsMax: 2, result: "list", run: split }],
]);

function made(text: string, call: Call): string {
  allowText(text.length, call);
  return text;
}

/** Cuts blanks, or the characters of the argument, from both ends. */
function strip(text: string, args: readonly Value[], call: Call): Value {
  const given = args[0] ?? null;
  const characters = [...text];
  charge(call.meter, textSteps(text.length));
  const cut = given === null ? null : new Set(textIn(given, call));
  let start = 0;
  let end = characters.length;
  while (start < end && isCut(characters[start] ?? "", cut)) start++;
  while (end > start && isCut(characters[end - 1] ?? "", cut)) end--;
  return made(characters.slice(start, end).join(""), call);
}

function isCut(character: string, cut: ReadonlySet<string> | null): boolean {
  return cut === null ? EDGE_BLANK.test(character) : cut.has(character);
}

/** One text, or a list of texts of which one is enough. */
function candidates(value: Value, call: Call): readonly string[] {
  if (!isList(value)) return [textIn(value, call)];
  charge(call.meter, value.length);
  return value.map((item) => textIn(item, call));
}

function replace(text: string, args: readonly Value[], call: Call): Value {
  const [search, substitute] = [textIn(args[0] ?? null, call), textIn(args[1] ?? null, call)];
  const limit = args[2] === undefined ? -1 : integerIn(args[2], call);
  charge(call.meter, textSteps(text.length));
  const parts = search === "" ? ["", ...text, ""] : text.split(search);
  const count = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  if (search === "" && text === "" && limit !== 0) return made(substitute, call);
  allowText(text.length + count * (substitute.length - search.length), call);
  const head = parts.slice(0, count + 1).join(substitute);
  const tail = parts.slice(count + 1);
  return tail.length === 0 ? head : head + search + tail.join(search);
}

/** Without separator: at runs of blanks, and blanks at the ends make no empty parts; a limited rest stays as it is. */
function split(text: string, args: readonly Value[], call: Call): Value {
  const separator = args[0] ?? null;
  const limit = args[1] === undefined ? -1 : integerIn(args[1], call);
  charge(call.meter, textSteps(text.length));
  const parts = separator === null
    ? splitAtBlanks(text, limit)
    : splitAt(text, textIn(separator, call), { limit, call });
  allowList(parts.length, call);
  allowText(parts.reduce((longest, part) => Math.max(longest, part.length), 0), call);
  return parts;
}

function splitAtBlanks(text: string, limit: number): readonly string[] {
  const parts: string[] = [];
  let rest = withoutLeadingBlanks(text);
  while (rest !== "") {
    const end = limit >= 0 && parts.length >= limit ? null : BLANKS.exec(rest);
    if (end === null) {
      parts.push(rest);
      return parts;
    }
    parts.push(rest.slice(0, end.index));
    rest = rest.slice(end.index + end[0].length);
  }
  return parts;
}

function splitAt(text: string, separator: string, options: { limit: number; call: Call }): readonly string[] {
  if (separator === "") {
    throw new ExpressionError("value", "Cannot split: the separator is empty", options.call.at);
  }
  const parts = text.split(separator);
  if (options.limit < 0 || parts.length <= options.limit + 1) return parts;
  return [...parts.slice(0, options.limit), parts.slice(options.limit).join(separator)];
}

function withoutLeadingBlanks(text: string): string {
  let start = 0;
  while (start < text.length && EDGE_BLANK.test(text[start] ?? "")) start++;
  return text.slice(start);
}

function textIn(value: Value, call: Call): string {
  if (typeof value === "string") return value;
  throw new ExpressionError("type", `Cannot use ${kindOf(value)}: a text is needed`, call.at);
}

function integerIn(value: Value, call: Call): number {
  const number = numeric(value);
  if (number !== null && !isFloatOperand(value)) return number;
  throw new ExpressionError("type", `Cannot use ${kindOf(value)}: an integer is needed`, call.at);
}
