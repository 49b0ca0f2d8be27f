/** The tree of an expression; every node knows its place in the source. */
import { unreachable } from "../assert.ts";
import type { Span } from "./expression_error.ts";
import type { Value } from "./values.ts";

export type UnaryOperator = "not" | "-" | "+" | "~";
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "&" | "|" | "^" | "<<" | ">>";
export type CompareOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "is" | "is not";

export type Node = Span & NodeBody;

type NodeBody =
  | { readonly type: "literal"; readonly value: Value }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "list"; readonly items: readonly Node[] }
  | { readonly type: "unary"; readonly operator: UnaryOperator; readonly operand: Node }
  | { readonly type: "binary"; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  /** `a and b and c` is one node. */
  | { readonly type: "logical"; readonly operator: "and" | "or"; readonly operands: readonly Node[] }
  /** `a < b <= c` is one node: every operand is evaluated at most once. */
  | { readonly type: "compare"; readonly first: Node; readonly rest: readonly Comparison[] }
  | { readonly type: "conditional"; readonly condition: Node; readonly then: Node; readonly else: Node }
  | { readonly type: "index"; readonly object: Node; readonly index: Node }
  | {
    readonly type: "slice";
    readonly object: Node;
    readonly start: Node | null;
    readonly stop: Node | null;
    readonly step: Node | null;
  }
  | { readonly type: "member"; readonly object: Node; readonly key: string }
  | { readonly type: "call"; readonly name: string; readonly args: readonly Node[] }
  | { readonly type: "method"; readonly object: Node; readonly name: string; readonly args: readonly Node[] };

/** One link of a chain of comparisons. */
export interface Comparison {
  readonly operator: CompareOperator;
  readonly operand: Node;
}

/** The nodes directly below `node`, in the order of the source. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case "literal":
    case "name":
      return [];
    case "list":
      return node.items;
    case "unary":
      return [node.operand];
    case "binary":
      return [node.left, node.right];
    case "logical":
      return node.operands;
    case "compare":
      return [node.first, ...node.rest.map((comparison) => comparison.operand)];
    case "conditional":
      return [node.then, node.condition, node.else];
    case "index":
      return [node.object, node.index];
    case "slice":
      return [node.object, node.start, node.stop, node.step].filter((part) => part !== null);
    case "member":
      return [node.object];
    case "call":
      return node.args;
    case "method":
      return [node.object, ...node.args];
    default:
      return unreachable(node);
  }
}
