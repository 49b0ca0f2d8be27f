/** How values are written as text: in the predecessor's spelling for templates, as JSON for text checks. */
import { ExpressionError, NOWHERE } from "./expression_error.ts";
import { RESULT_LENGTH_MAX, VALUE_DEPTH_MAX } from "./limits.ts";
import { isList, isMapping, isWholeFloat, numberOf, type Value } from "./values.ts";

/** Significant digits from which a float is written with an exponent, and the smallest exponent without one. */
const FIXED_EXPONENT_MAX = 16;
const FIXED_EXPONENT_MIN = -4;
const NOT_PRINTABLE = /[\p{C}\p{Z}]/u;

/**
 * The value as PyStator prints it: `True`, `False`, `None`, `2.0`, `['a', 1]`, `{'k': 1}`; text as it is.
 * Throws code `limit` when a list or mapping prints longer than 10,000 characters.
 */
export function textOf(value: Value): string {
  return typeof value === "string" ? value : quotedText(value);
}

/** A scalar as JSON writes it, text without quotes; null for lists and mappings, which have no text. */
export function jsonText(value: Value): string | null {
  if (typeof value === "string") return value;
  if (value === null || typeof value === "boolean") return String(value);
  const number = numberOf(value);
  return number === null ? null : String(number);
}

/** A value inside a printed list: like `textOf`, with texts in quotes. */
function quotedText(value: Value): string {
  const parts: string[] = [];
  let length = 0;
  write(value, 0);
  return parts.join("");

  function add(part: string): void {
    length += part.length;
    if (length > RESULT_LENGTH_MAX) {
      throw new ExpressionError(
        "limit",
        `Cannot print: longer than ${RESULT_LENGTH_MAX} characters`,
        NOWHERE,
      );
    }
    parts.push(part);
  }

  function write(inner: Value, depth: number): void {
    if (depth > VALUE_DEPTH_MAX) {
      throw new ExpressionError("limit", `Cannot print: values nest deeper than ${VALUE_DEPTH_MAX}`, NOWHERE);
    }
    if (isList(inner)) {
      add("[");
      inner.forEach((item, place) => {
        if (place > 0) add(", ");
        write(item, depth + 1);
      });
      add("]");
    } else if (isMapping(inner)) {
      add("{");
      Object.keys(inner).forEach((key, place) => {
        add(place > 0 ? `, ${quote(key)}: ` : `${quote(key)}: `);
        write(inner[key] ?? null, depth + 1);
      });
      add("}");
    } else {
      add(scalarText(inner));
    }
  }
}

function scalarText(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") {
    if (value.length > RESULT_LENGTH_MAX) return value;
    return quote(value);
  }
  if (isWholeFloat(value)) return floatText(numberOf(value) ?? 0);
  if (typeof value !== "number") return "";
  return Number.isSafeInteger(value) ? String(value) : floatText(value);
}

/** The shortest digits that read back as the same float, with an exponent of at least two digits where one is needed. */
function floatText(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "0", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  if (exponent < FIXED_EXPONENT_MIN || exponent >= FIXED_EXPONENT_MAX) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let quoted = mark;
  for (const character of text) quoted += escaped(character, mark);
  return quoted + mark;
}

function escaped(character: string, mark: string): string {
  if (character === mark || character === "\\") return `\\${character}`;
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  if (character === " " || !NOT_PRINTABLE.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
