/** Python expressions of a state chart: the language is the same, only the system variables have other names. */
import { compileExpression } from "../../expression/expression.ts";
import { ExpressionError } from "../../expression/expression_error.ts";
import type { TranslateOptions, Translation } from "./ecmascript.ts";

/** A text literal, or a run of anything else. */
const PIECES = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^'"]+/gs;
const GET = /\.get\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*\)/g;
const FOREIGN = /\b_event\.(?!trigger\b|payload\b)\w+|\b_ioprocessors\b|\blambda\b|\bhasattr\b/;

export function translatePython(source: string, options: TranslateOptions): Translation {
  if (source.trim() === "_event") return { type: "expression", text: 'defined("_event")', warnings: [] };
  const pieces = (source.trim().match(PIECES) ?? []).map((piece) => ({
    isText: /^['"]/.test(piece),
    text: /^['"]/.test(piece) ? piece : renamed(piece, options),
  }));
  const text = pieces.map((piece) => piece.text).join("").replaceAll(GET, "[$1]");
  const foreign = FOREIGN.exec(pieces.map((piece) => piece.isText ? "''" : piece.text).join(""));
  if (foreign !== null) return { type: "unsupported", reason: foreign[0] };
  try {
    compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (error.code === "syntax") return { type: "illegal", message: error.message };
    return { type: "unsupported", reason: error.message };
  }
  return { type: "expression", text, warnings: [] };
}

function renamed(piece: string, { machineName }: TranslateOptions): string {
  return piece
    .replaceAll(/\b_event\.name\b/g, "_event.trigger")
    .replaceAll(/\b_event\.data\b/g, "_event.payload")
    .replaceAll(/(?<![.\w])_name\b/g, JSON.stringify(machineName))
    .replaceAll(/(?<![.\w])_sessionid\b/g, "_entity_id");
}
