/** Which calls can never work: unknown functions and methods, and the wrong number of arguments. */
import type { Node } from "./ast.ts";
import { ExpressionError } from "./expression_error.ts";
import { FUNCTIONS, SCOPE_FUNCTIONS } from "./functions.ts";
import { nearest } from "./nearest.ts";
import { TEXT_FUNCTIONS } from "./text_functions.ts";

export type CallNode = Node & { readonly type: "call" | "method" };

/**
 * What is wrong with a call; null = nothing. Evaluation fails with it only when it reaches the call, as with unknown names;
 * `checkExpression` reports it beforehand.
 */
export function callMistake(node: CallNode): ExpressionError | null {
  if (node.type === "call" && SCOPE_FUNCTIONS.has(node.name)) return null;
  const found = node.type === "call" ? FUNCTIONS.get(node.name) : TEXT_FUNCTIONS.get(node.name);
  if (found === undefined) {
    return node.type === "call"
      ? new ExpressionError(
        "unknown_function",
        `Cannot call "${node.name}": no such function`,
        node,
        functionHint(node.name),
      )
      : new ExpressionError(
        "unknown_function",
        `Cannot call ".${node.name}": no such method`,
        node,
        methodHint(node.name),
      );
  }
  const count = node.args.length;
  if (count >= found.argsMin && count <= found.argsMax) return null;
  return new ExpressionError(
    "type",
    `Cannot call "${node.name}" with ${count} ${count === 1 ? "argument" : "arguments"}: it takes ${
      wanted(found, count)
    }`,
    node,
  );
}

function wanted(allowed: { readonly argsMin: number; readonly argsMax: number }, count: number): string {
  if (allowed.argsMin === allowed.argsMax) return allowed.argsMin === 0 ? "none" : String(allowed.argsMin);
  return count < allowed.argsMin ? `at least ${allowed.argsMin}` : `at most ${allowed.argsMax}`;
}

function functionHint(name: string): string {
  const names = [...FUNCTIONS.keys(), ...SCOPE_FUNCTIONS];
  const near = nearest(name, names);
  return near === null ? `Functions are ${names.join(", ")}` : `Did you mean ${near}?`;
}

function methodHint(name: string): string {
  if (FUNCTIONS.has(name) && !TEXT_FUNCTIONS.has(name)) return `Write ${name}(…)`;
  const near = nearest(name, TEXT_FUNCTIONS.keys());
  return near === null ? `Methods are ${[...TEXT_FUNCTIONS.keys()].join(", ")}` : `Did you mean ${near}?`;
}
