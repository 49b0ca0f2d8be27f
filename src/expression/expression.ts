/** An expression ready to run: what it reads, its value in a scope, and how that value came about. */
import type { JsonValue } from "../json.ts";
import { childrenOf, type Node } from "./ast.ts";
import { compileNode, type Evaluate, type Run } from "./compile.ts";
import { explain, type ExplainRow } from "./explain.ts";
import { ExpressionError } from "./expression_error.ts";
import { STEPS_MAX } from "./limits.ts";
import { parse } from "./parser.ts";
import type { Scope } from "./scope.ts";
import { isWholeFloat, plain, type Value } from "./values.ts";

/** What `compileExpression` makes: the same scope always gives the same value. */
export interface Expression {
  readonly source: string;
  readonly tree: Node;
  /** Free names that it reads, in the order of the source, each once. */
  readonly names: readonly string[];
  /** States that it asks for with `In("state")`. */
  readonly states: readonly string[];
  /** Throws `ExpressionError` when there is no value. */
  evaluate(scope: Scope): JsonValue;
  /** Like `evaluate`, for templates: a float such as 2.0 keeps its mark. */
  evaluateMarked(scope: Scope): Value;
  /** One row for each part, outer parts first; the first row is the whole. Never throws. */
  explain(scope: Scope): readonly ExplainRow[];
}

/** Throws `ExpressionError` (code `syntax`, `limit` or `overflow`) for a bad source. */
export function compileExpression(source: string): Expression {
  const tree = parse(source);
  const evaluate = compileNode(tree, null);
  return {
    source,
    tree,
    names: [...new Set(collect(tree, (node) => node.type === "name" ? node.name : null))],
    states: [...new Set(collect(tree, stateOf))],
    evaluate: (scope) => {
      const run = runIn(scope);
      const value = rootValue(evaluate, run, tree);
      return isUnmarked(value, run) ? value : plain(value);
    },
    evaluateMarked: (scope) => rootValue(evaluate, runIn(scope), tree),
    explain: (scope) => explain(tree, source, runIn(scope)),
  };
}

/** A fresh evaluation in `scope`. */
function runIn(scope: Scope): Run {
  return { scope, left: STEPS_MAX, hasMarks: false };
}

/** A limit that was hit deep inside is the fault of the whole expression. */
function rootValue(evaluate: Evaluate, run: Run, tree: Node): Value {
  try {
    return evaluate(run);
  } catch (error) {
    if (!(error instanceof ExpressionError) || error.length > 0) throw error;
    throw new ExpressionError(error.code, error.message, tree, error.hint);
  }
}

/** Values from the context are JSON; only what the evaluation itself made can hold marks. */
function isUnmarked(value: Value, run: Run): value is JsonValue {
  return !run.hasMarks && !isWholeFloat(value);
}

function collect(node: Node, pick: (node: Node) => string | null): readonly string[] {
  const own = pick(node);
  const below = childrenOf(node).flatMap((child) => collect(child, pick));
  return own === null ? below : [own, ...below];
}

function stateOf(node: Node): string | null {
  if (node.type !== "call" || node.name !== "In") return null;
  const [arg] = node.args;
  return arg?.type === "literal" && typeof arg.value === "string" ? arg.value : null;
}
