/** Expressions and patterns are read when the machine is loaded, so that a slip shows before anything runs. */
import { compileExpression } from "../expression/expression.ts";
import { ExpressionError } from "../expression/expression_error.ts";
import { checkExpression } from "../expression/names.ts";
import { compilePattern } from "../expression/pattern.ts";
import type { Findings, Path } from "./findings.ts";

/**
 * Finding `E01` when `source` is no expression or calls what does not exist, warning `doubtful_expression` when it can only
 * fail or always answers the same; `data.offset` and `data.length` mark the part.
 */
export function checkSource(findings: Findings, path: Path, source: string): void {
  try {
    const expression = compileExpression(source);
    for (const problem of checkExpression(expression, { names: null })) {
      const { code, message, offset, length } = problem;
      const more = { hint: problem.hint ?? undefined, data: { offset, length, reason: code } };
      if (problem.severity === "error") {
        findings.error("E01", path, `Cannot use expression "${source}": ${message}`, more);
      } else {
        findings.warning("doubtful_expression", path, `Doubtful expression "${source}": ${message}`, more);
      }
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    findings.error("E01", path, `${error.message} in "${source}"`, {
      hint: error.hint ?? undefined,
      data: { offset: error.offset, length: error.length, reason: error.code },
    });
  }
}

/** Finding `E02` when `source` is no pattern, or one that could take unbounded time. */
export function checkPattern(findings: Findings, path: Path, source: string): void {
  try {
    compilePattern(source);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    findings.error("E02", path, `Cannot use pattern "${source}": ${error.message}`, {
      hint: error.hint ?? undefined,
    });
  }
}
