/** What the parts of one import share: problems, warnings, and how expressions are read. */
import type { JsonValue } from "../../json.ts";
import type { ImportProblem } from "../import_problem.ts";
import { translatePython } from "./python.ts";
import { ERRING_EXPRESSION, translateExpression, type Translation } from "./ecmascript.ts";
import type { XmlElement } from "./xml.ts";

export interface ImportContext {
  /** `name` of the document: the value of `_name`. */
  readonly machineName: string;
  readonly datamodel: "null" | "ecmascript" | "python";
  readonly problems: ImportProblem[];
  readonly warnings: ImportProblem[];
  refuse(element: XmlElement, reason: string): void;
  /** A value expression; `fail` = it is not legal and must err when it is reached. */
  value(
    element: XmlElement,
    source: string,
  ): { readonly type: "expression"; readonly text: string } | {
    readonly type: "fail";
    readonly message: string;
  };
  /** A condition; an illegal one becomes an expression that errs. */
  condition(element: XmlElement, source: string): string;
}

/** A mapping under construction. */
export type Draft = Record<string, JsonValue>;

export function createImportContext(
  machineName: string,
  datamodel: ImportContext["datamodel"],
): ImportContext {
  const problems: ImportProblem[] = [];
  const warnings: ImportProblem[] = [];
  const refuse: ImportContext["refuse"] = (element, reason) => {
    problems.push({ element: element.name, line: element.line, reason });
  };
  const read = (element: XmlElement, source: string): Translation => {
    const translate = datamodel === "python" ? translatePython : translateExpression;
    const translation = translate(source, { machineName });
    if (translation.type === "unsupported") refuse(element, translation.reason);
    if (translation.type === "expression") {
      for (const reason of translation.warnings) {
        warnings.push({ element: element.name, line: element.line, reason });
      }
    }
    return translation;
  };
  return {
    machineName,
    datamodel,
    problems,
    warnings,
    refuse,
    value: (element, source) => {
      const translation = read(element, source);
      if (translation.type === "expression") return translation;
      return {
        type: "fail",
        message: translation.type === "illegal" ? translation.message : translation.reason,
      };
    },
    condition: (element, source) => {
      const translation = read(element, source);
      return translation.type === "expression" ? translation.text : ERRING_EXPRESSION;
    },
  };
}

/** Words of a list attribute; `[]` when it is absent. */
export function wordsOf(element: XmlElement, attribute: string): string[] {
  return (element.attributes.get(attribute) ?? "").split(/\s+/).filter((word) => word !== "");
}

/** One word stays alone, several become a list. */
export function oneOrList(words: readonly string[]): JsonValue {
  return words.length === 1 ? words[0] ?? null : words;
}

/** Text of an element as a value: JSON where it is JSON, else the text with its blanks folded. */
export function literalOf(text: string): JsonValue {
  const trimmed = text.trim();
  try {
    return JSON.parse(trimmed);
  } catch {
    return trimmed.replaceAll(/\s+/g, " ");
  }
}

/** The expression that gives a literal; lists only of plain values. */
export function literalExpression(value: JsonValue): string | null {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" || typeof value === "string") return JSON.stringify(value);
  if (!isList(value)) return null;
  const items = value.map(literalExpression);
  return items.includes(null) ? null : `[${items.join(", ")}]`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** `1.5s`, `200ms` or `.5s` in ms; null when it is no delay. */
export function delayMsOf(text: string): number | null {
  const match = /^\s*(\d*\.?\d+)\s*(ms|s|m|h|d)?\s*$/.exec(text);
  if (match === null) return null;
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? "ms"] ?? 1;
  return Math.round(Number(match[1]) * unit);
}
