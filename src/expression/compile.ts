/** Turns a tree into closures: walking the tree happens once, evaluating only calls. */
import { assert, unreachable } from "../assert.ts";
import { allowList, type Call, chargeContents } from "./allowance.ts";
import { binary, invert, negate, positive } from "./arithmetic.ts";
import { callMistake } from "./calls.ts";
import type { CompareOperator, Node } from "./ast.ts";
import { ExpressionError, type Span } from "./expression_error.ts";
import { FUNCTIONS, isFunctionName, SCOPE_FUNCTIONS } from "./functions.ts";
import { lookUp, type Scope } from "./scope.ts";
import { isMember, itemAt, sliceOf } from "./sequence.ts";
import { TEXT_FUNCTIONS } from "./text_functions.ts";
import {
  compare,
  equals,
  isMapping,
  isWholeFloat,
  kindOf,
  type Meter,
  numberOf,
  truthy,
  type Value,
} from "./values.ts";

/** One evaluation: what it sees, the steps it has left, whether a list holds marked floats. */
export interface Run extends Meter {
  readonly scope: Scope;
  hasMarks: boolean;
}

export type Evaluate = (run: Run) => Value;

/** May replace the closure of a node, to watch it. */
export type Watch = (node: Node, evaluate: Evaluate) => Evaluate;

/** The closure of `node`. Throws code `syntax` when `In` or `defined` gets anything but a text. */
export function compileNode(node: Node, watch: Watch | null): Evaluate {
  const evaluate = closureOf(node, (child) => compileNode(child, watch));
  return watch === null ? evaluate : watch(node, evaluate);
}

type CompileChild = (child: Node) => Evaluate;

function closureOf(node: Node, compileChild: CompileChild): Evaluate {
  switch (node.type) {
    case "literal": {
      const { value } = node;
      return () => value;
    }
    case "name":
      return nameClosure(node.name, node);
    case "list":
      return listClosure(node, compileChild);
    case "unary":
      return unaryClosure(node, compileChild(node.operand));
    case "binary": {
      const [left, right, operator] = [compileChild(node.left), compileChild(node.right), node.operator];
      return (run) => binary(operator, left(run), right(run), { at: node, meter: run });
    }
    case "logical":
      return logicalClosure(node.operator, node.operands.map(compileChild));
    case "compare":
      return compareClosure(node, compileChild);
    case "conditional": {
      const condition = compileChild(node.condition);
      const [then, otherwise] = [compileChild(node.then), compileChild(node.else)];
      return (run) => truthy(condition(run)) ? then(run) : otherwise(run);
    }
    case "index": {
      const [object, index] = [compileChild(node.object), compileChild(node.index)];
      return (run) => itemAt(object(run), index(run), { at: node, meter: run });
    }
    case "slice":
      return sliceClosure(node, compileChild);
    case "member":
      return memberClosure(node, compileChild(node.object));
    case "call":
      return callClosure(node, compileChild);
    case "method":
      return methodClosure(node, compileChild);
    default:
      return unreachable(node);
  }
}

function nameClosure(name: string, at: Span): Evaluate {
  return ({ scope: { values } }) => {
    if (Object.hasOwn(values, name)) {
      const value = values[name];
      if (value !== undefined) return value;
    }
    if (isFunctionName(name)) {
      throw new ExpressionError(
        "type",
        `Cannot use function "${name}" as a value`,
        at,
        `Call it: ${name}(…)`,
      );
    }
    throw new ExpressionError(
      "unknown_name",
      `Cannot read "${name}": no such name`,
      at,
      `Ask with defined("${name}")`,
    );
  };
}

function listClosure(node: Node & { type: "list" }, compileChild: CompileChild): Evaluate {
  const constant = constantItems(node);
  if (constant !== null) {
    const hasMarks = constant.some(isWholeFloat);
    return (run) => {
      allowList(constant.length, { at: node, meter: run });
      if (hasMarks) run.hasMarks = true;
      return constant;
    };
  }
  const items = node.items.map(compileChild);
  return (run) => {
    const call = { at: node, meter: run };
    allowList(items.length, call);
    const list = items.map((item) => item(run));
    chargeContents(list, 1, call);
    if (list.some(isWholeFloat)) run.hasMarks = true;
    return list;
  };
}

/** The items when all are literals: such a list is made once. */
function constantItems(node: Node & { type: "list" }): readonly Value[] | null {
  const values: Value[] = [];
  for (const item of node.items) {
    if (item.type !== "literal") return null;
    values.push(item.value);
  }
  return values;
}

function unaryClosure(node: Node & { type: "unary" }, operand: Evaluate): Evaluate {
  switch (node.operator) {
    case "not":
      return (run) => !truthy(operand(run));
    case "-":
      return (run) => negate(operand(run), { at: node, meter: run });
    case "+":
      return (run) => positive(operand(run), { at: node, meter: run });
    case "~":
      return (run) => invert(operand(run), { at: node, meter: run });
    default:
      return unreachable(node.operator);
  }
}

/** The first operand that decides is the value, not its truth. */
function logicalClosure(operator: "and" | "or", operands: readonly Evaluate[]): Evaluate {
  const [first, second] = operands;
  const decides = operator === "or";
  if (operands.length === 2 && first !== undefined && second !== undefined) {
    return (run) => {
      const value = first(run);
      return truthy(value) === decides ? value : second(run);
    };
  }
  return (run) => {
    let value: Value = null;
    for (const operand of operands) {
      value = operand(run);
      if (truthy(value) === decides) return value;
    }
    return value;
  };
}

function compareClosure(node: Node & { type: "compare" }, compileChild: CompileChild): Evaluate {
  const first = compileChild(node.first);
  const links = node.rest.map(({ operator, operand }) => ({
    test: testOf(operator, node),
    operand: compileChild(operand),
  }));
  const [only] = links;
  if (links.length === 1 && only !== undefined) {
    const { test, operand } = only;
    return (run) => test(first(run), operand(run), run);
  }
  return (run) => {
    let left = first(run);
    for (const { test, operand } of links) {
      const right = operand(run);
      if (!test(left, right, run)) return false;
      left = right;
    }
    return true;
  };
}

type Test = (left: Value, right: Value, run: Run) => boolean;

function testOf(operator: CompareOperator, at: Span): Test {
  switch (operator) {
    case "==":
      return isEqual;
    case "!=":
      return (left, right, run) => !isEqual(left, right, run);
    case "<":
      return (left, right, run) =>
        typeof left === "number" && typeof right === "number"
          ? left < right
          : orderOf(left, right, { operator, at, meter: run }) < 0;
    case "<=":
      return (left, right, run) =>
        typeof left === "number" && typeof right === "number"
          ? left <= right
          : orderOf(left, right, { operator, at, meter: run }) <= 0;
    case ">":
      return (left, right, run) =>
        typeof left === "number" && typeof right === "number"
          ? left > right
          : orderOf(left, right, { operator, at, meter: run }) > 0;
    case ">=":
      return (left, right, run) =>
        typeof left === "number" && typeof right === "number"
          ? left >= right
          : orderOf(left, right, { operator, at, meter: run }) >= 0;
    case "in":
      return (left, right, run) => isMember(left, right, { at, meter: run });
    case "not in":
      return (left, right, run) => !isMember(left, right, { at, meter: run });
    case "is":
      return isSame;
    case "is not":
      return (left, right) => !isSame(left, right);
    default:
      return unreachable(operator);
  }
}

function isEqual(left: Value, right: Value, run: Run): boolean {
  return typeof left !== "object" && typeof right !== "object" ? left === right : equals(left, right, run);
}

/** One and the same value: of equal numbers only those of one kind, of lists and mappings only the very same. */
function isSame(left: Value, right: Value): boolean {
  if (left === right) return true;
  return isWholeFloat(left) && isWholeFloat(right) && numberOf(left) === numberOf(right);
}

function orderOf(left: Value, right: Value, call: Call & { readonly operator: string }): number {
  const order = compare(left, right, call.meter);
  if (order !== null) return order;
  const kinds = `${kindOf(left)} and ${kindOf(right)}`;
  throw new ExpressionError(
    "type",
    `Cannot compare with "${call.operator}": ${kinds} have no order`,
    call.at,
  );
}

function sliceClosure(node: Node & { type: "slice" }, compileChild: CompileChild): Evaluate {
  const object = compileChild(node.object);
  const [start, stop, step] = [node.start, node.stop, node.step].map((part) =>
    part === null ? null : compileChild(part)
  );
  return (run) => {
    const value = object(run);
    const bounds = { start: start?.(run) ?? null, stop: stop?.(run) ?? null, step: step?.(run) ?? null };
    return sliceOf(value, bounds, { at: node, meter: run });
  };
}

function memberClosure(node: Node & { type: "member" }, object: Evaluate): Evaluate {
  const { key } = node;
  return (run) => {
    const value = object(run);
    if (isMapping(value) && Object.hasOwn(value, key)) return value[key] ?? null;
    if (isMapping(value)) {
      throw new ExpressionError("lookup", `Cannot read key "${key}": the mapping has no such key`, node);
    }
    const hint = typeof value === "string" && TEXT_FUNCTIONS.has(key) ? `Call it: ${key}(…)` : null;
    throw new ExpressionError(
      "type",
      `Cannot read key "${key}" of ${kindOf(value)}: only mappings have keys`,
      node,
      hint,
    );
  };
}

function callClosure(node: Node & { type: "call" }, compileChild: CompileChild): Evaluate {
  const { name, args } = node;
  if (SCOPE_FUNCTIONS.has(name)) return scopeCallClosure(node);
  const found = FUNCTIONS.get(name);
  const mistake = callMistake(node);
  if (found === undefined || mistake !== null) return failing(mistake);
  const parts = args.map(compileChild);
  return (run) => found.run(parts.map((part) => part(run)), { at: node, meter: run });
}

function scopeCallClosure(node: Node & { type: "call" }): Evaluate {
  const [arg] = node.args;
  if (node.args.length !== 1 || arg?.type !== "literal" || typeof arg.value !== "string") {
    const example = node.name === "In" ? "In('state')" : 'defined("name")';
    throw new ExpressionError(
      "syntax",
      `Cannot call "${node.name}": it takes one text`,
      node,
      `Write ${example}`,
    );
  }
  const text = arg.value;
  if (node.name === "defined") return ({ scope }) => lookUp(scope.values, text) !== undefined;
  return ({ scope }) => {
    if (scope.isActive !== undefined) return scope.isActive(text);
    throw new ExpressionError("unknown_function", 'Cannot call "In": no states are known here', node);
  };
}

function methodClosure(node: Node & { type: "method" }, compileChild: CompileChild): Evaluate {
  const { name, args } = node;
  const method = TEXT_FUNCTIONS.get(name);
  const mistake = callMistake(node);
  if (method === undefined || mistake !== null) return failing(mistake);
  const object = compileChild(node.object);
  const parts = args.map(compileChild);
  return (run) => {
    const text = object(run);
    if (typeof text === "string") {
      return method.run(text, parts.map((part) => part(run)), { at: node, meter: run });
    }
    throw new ExpressionError("type", `Cannot call ".${name}" on ${kindOf(text)}: a text is needed`, node);
  };
}

function failing(mistake: ExpressionError | null): Evaluate {
  assert(mistake !== null, "an unknown function is a mistake");
  const { code, message, hint } = mistake;
  return () => {
    throw new ExpressionError(code, message, mistake, hint);
  };
}
