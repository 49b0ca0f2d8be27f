/** Shows how a value came about: every part of an expression with its value, its error, or that it was not needed. */
import { unreachable } from "../assert.ts";
import type { JsonValue } from "../json.ts";
import { childrenOf, type Node } from "./ast.ts";
import { compileNode, type Run } from "./compile.ts";
import { ExpressionError, type Span } from "./expression_error.ts";
import { plain } from "./values.ts";

/** One part of an expression and what became of it. */
export type ExplainRow = Span & {
  /** The part as written. */
  readonly source: string;
  /** 0 = the whole expression. */
  readonly depth: number;
} & ExplainOutcome;

/** What became of a part. */
export type ExplainOutcome =
  | { readonly type: "value"; readonly value: JsonValue }
  | { readonly type: "error"; readonly error: ExpressionError }
  /** Not evaluated: an earlier part decided or failed. */
  | { readonly type: "skipped" };

/** Evaluates `tree` once and reports every part, outer parts first. Constants are left out unless they are the whole. */
export function explain(tree: Node, source: string, run: Run): readonly ExplainRow[] {
  const outcomes = new Map<Node, ExplainOutcome>();
  const evaluate = compileNode(tree, (node, inner) => (current) => {
    try {
      const value = inner(current);
      outcomes.set(node, { type: "value", value: plain(value) });
      return value;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      outcomes.set(node, { type: "error", error });
      throw error;
    }
  });
  try {
    evaluate(run);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
  }
  return rowsOf(tree, 0);

  function rowsOf(node: Node, depth: number): readonly ExplainRow[] {
    const outcome = outcomes.get(node) ?? { type: "skipped" as const };
    const span = { offset: node.offset, length: node.length };
    const row = { ...span, source: source.slice(node.offset, node.offset + node.length), depth, ...outcome };
    const children = childrenOf(node).filter((child) => child.type !== "literal");
    return [row, ...children.flatMap((child) => rowsOf(child, depth + 1))];
  }
}

/** The row as one line: `total >= 100 → false`. */
export function lineOf(row: ExplainRow): string {
  switch (row.type) {
    case "value":
      return `${row.source} → ${JSON.stringify(row.value)}`;
    case "error":
      return `${row.source} → error: ${row.error.message}`;
    case "skipped":
      return `${row.source} → not needed`;
    default:
      return unreachable(row);
  }
}
