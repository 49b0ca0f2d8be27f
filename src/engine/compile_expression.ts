/** Expressions of a machine: a bad one does not stop the compilation, it errs whenever it is asked. */
import { compileExpression, type Expression } from "../expression/expression.ts";
import { ExpressionError } from "../expression/expression_error.ts";

/** The compiled expression; for a bad source one that throws its error at each evaluation. */
export function compileSafely(source: string): Expression {
  try {
    return compileExpression(source);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const fail = (): never => {
      throw error;
    };
    return { ...NOTHING, source, evaluate: fail, evaluateMarked: fail };
  }
}

const NOTHING = compileExpression("None");
