/** What can be said about an expression before it runs: names nobody sets, operators on the wrong kinds. */
import { unreachable } from "../assert.ts";
import { type BinaryOperator, childrenOf, type Comparison, type Node } from "./ast.ts";
import { callMistake } from "./calls.ts";
import type { Expression } from "./expression.ts";
import type { ExpressionError, Span } from "./expression_error.ts";
import { FUNCTIONS, isFunctionName, SCOPE_FUNCTIONS } from "./functions.ts";
import { nearest } from "./nearest.ts";
import { TEXT_FUNCTIONS } from "./text_functions.ts";
import { isInteger, isList, numberOf, type Value } from "./values.ts";

/** Types as state variables declare them. */
export type DeclaredType = "string" | "number" | "integer" | "boolean" | "object" | "array";

/** What is known about the context before anything runs. */
export interface KnownNames {
  /** Names that the context may have, apart from those that begin with `_` and come from the engine; null = anything. */
  readonly names: ReadonlySet<string> | null;
  readonly types?: ReadonlyMap<string, DeclaredType>;
}

/** A finding, with its place in the source. */
export type ExpressionProblem = Span & {
  readonly code: "unknown_name" | "unknown_function" | "bad_call" | "function_as_value" | "type_mismatch";
  /** `error`: evaluation fails whenever it gets there; `warning`: it does so unless the declarations are incomplete. */
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string | null;
  /** Set for `unknown_name`. */
  readonly name?: string;
  /** The known name that was probably meant. */
  readonly nearest?: string;
};

/** Findings in the order of the source. */
export function checkExpression(expression: Expression, known: KnownNames): readonly ExpressionProblem[] {
  const problems: ExpressionProblem[] = [];
  visit(expression.tree, known, problems);
  return problems.sort((left, right) => left.offset - right.offset);
}

function visit(node: Node, known: KnownNames, problems: ExpressionProblem[]): void {
  for (const child of childrenOf(node)) visit(child, known, problems);
  if (node.type === "name") {
    const problem = nameProblem(node.name, node, known);
    if (problem !== null) problems.push(problem);
  }
  if (node.type === "binary") pushMismatch(problems, node, binaryMismatch(node, known));
  if (node.type === "compare") {
    let left = node.first;
    for (const link of node.rest) {
      pushMismatch(problems, node, comparisonMismatch(left, link, known));
      left = link.operand;
    }
  }
  if (node.type === "call" || node.type === "method") {
    const mistake = callMistake(node);
    if (mistake !== null) problems.push(callProblem(mistake));
  }
  if (node.type === "method") {
    const kind = kindOfNode(node.object, known);
    if (kind !== "any" && kind !== "text") {
      pushMismatch(problems, node, `".${node.name}" needs a text, not ${kind}`);
    }
  }
}

function nameProblem(name: string, at: Span, known: KnownNames): ExpressionProblem | null {
  if (name.startsWith("_") || known.names?.has(name)) return null;
  const span = { offset: at.offset, length: at.length };
  if (isFunctionName(name)) {
    return {
      code: "function_as_value",
      severity: known.names === null ? "warning" : "error",
      message: `Function "${name}" is used as a value`,
      hint: `Call it: ${name}(…)`,
      ...span,
    };
  }
  if (known.names === null) return null;
  const near = nearest(name, known.names);
  return {
    code: "unknown_name",
    severity: "warning",
    message: `Name "${name}" is not known`,
    hint: near === null ? null : `Did you mean "${near}"?`,
    name,
    ...(near === null ? {} : { nearest: near }),
    ...span,
  };
}

function callProblem(mistake: ExpressionError): ExpressionProblem {
  const { message, hint, offset, length } = mistake;
  const code = mistake.code === "unknown_function" ? "unknown_function" : "bad_call";
  return { code, severity: "error", message, hint, offset, length };
}

function pushMismatch(problems: ExpressionProblem[], at: Span, message: string | null): void {
  if (message === null) return;
  const span = { offset: at.offset, length: at.length };
  problems.push({ code: "type_mismatch", severity: "warning", message, hint: null, ...span });
}

type Kind = "null" | "boolean" | "number" | "text" | "list" | "mapping" | "any";

/** The kind of the value of `node` as far as it is certain, apart from null where a name is declared. */
function kindOfNode(node: Node, known: KnownNames): Kind {
  switch (node.type) {
    case "literal":
      return kindOfValue(node.value);
    case "name":
      return kindOfDeclared(known.types?.get(node.name));
    case "list":
      return "list";
    case "unary":
      return node.operator === "not" ? "boolean" : "number";
    case "binary":
      return kindOfBinary(node.operator, kindOfNode(node.left, known), kindOfNode(node.right, known));
    case "compare":
      return "boolean";
    case "logical":
      return commonKind(node.operands.map((operand) => kindOfNode(operand, known)));
    case "conditional":
      return commonKind([kindOfNode(node.then, known), kindOfNode(node.else, known)]);
    case "slice": {
      const kind = kindOfNode(node.object, known);
      return kind === "text" || kind === "list" ? kind : "any";
    }
    case "index":
      return kindOfNode(node.object, known) === "text" ? "text" : "any";
    case "member":
      return "any";
    case "call":
      return SCOPE_FUNCTIONS.has(node.name) ? "boolean" : FUNCTIONS.get(node.name)?.result ?? "any";
    case "method":
      return TEXT_FUNCTIONS.get(node.name)?.result ?? "any";
    default:
      return unreachable(node);
  }
}

function kindOfValue(value: Value): Kind {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "text";
  if (isInteger(value) || numberOf(value) !== null) return "number";
  return isList(value) ? "list" : "mapping";
}

function kindOfDeclared(type: DeclaredType | undefined): Kind {
  switch (type) {
    case undefined:
      return "any";
    case "string":
      return "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "object":
      return "mapping";
    case "array":
      return "list";
    default:
      return unreachable(type);
  }
}

function kindOfBinary(operator: BinaryOperator, left: Kind, right: Kind): Kind {
  if (left === "any" || right === "any") return "any";
  if ((operator === "+" || operator === "*") && (isSequence(left) || isSequence(right))) {
    return isSequence(left) ? left : right;
  }
  const isBitwise = operator === "&" || operator === "|" || operator === "^";
  return isBitwise && left === "boolean" && right === "boolean" ? "boolean" : "number";
}

function binaryMismatch(node: Node & { type: "binary" }, known: KnownNames): string | null {
  const [left, right] = [kindOfNode(node.left, known), kindOfNode(node.right, known)];
  if (left === "any" || right === "any") return null;
  if (isNumeric(left) && isNumeric(right)) return null;
  if (node.operator === "+" && left === right && isSequence(left)) return null;
  if (
    node.operator === "*" && isSequence(left) !== isSequence(right) &&
    isNumeric(isSequence(left) ? right : left)
  ) {
    return null;
  }
  return `"${node.operator}" cannot be used on ${left} and ${right}`;
}

function comparisonMismatch(leftNode: Node, link: Comparison, known: KnownNames): string | null {
  const [left, right] = [kindOfNode(leftNode, known), kindOfNode(link.operand, known)];
  switch (link.operator) {
    case "<":
    case "<=":
    case ">":
    case ">=": {
      if (left === "any" || right === "any") return null;
      const hasOrder = left === right && (left === "number" || isSequence(left));
      return hasOrder
        ? null
        : `"${link.operator}" cannot be used on ${left} and ${right}: they have no order`;
    }
    case "==":
    case "!=": {
      if (left === right || [left, right].some((kind) => kind === "any" || kind === "null")) return null;
      return `"${link.operator}" on ${left} and ${right} always gives the same answer`;
    }
    case "in":
    case "not in":
      if (right === "any" || right === "list" || right === "mapping") return null;
      if (right === "text" && (left === "text" || left === "any")) return null;
      return right === "text"
        ? `"${link.operator}" cannot look for ${left} in text`
        : `"${link.operator}" needs a text, list or mapping on its right, not ${right}`;
    case "is":
    case "is not":
      return null;
    default:
      return unreachable(link.operator);
  }
}

function commonKind(kinds: readonly Kind[]): Kind {
  const [first = "any"] = kinds;
  return kinds.every((kind) => kind === first) ? first : "any";
}

function isSequence(kind: Kind): boolean {
  return kind === "text" || kind === "list";
}

function isNumeric(kind: Kind): boolean {
  return kind === "number" || kind === "boolean";
}
