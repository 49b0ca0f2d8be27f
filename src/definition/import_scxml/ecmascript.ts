/** ECMAScript expressions of a state chart as expressions of this project, or the reason why there is none. */
import {
  type Expression,
  type MemberExpression,
  parseExpressionAt,
  type PrivateIdentifier,
  type Super,
} from "acorn";

export type Translation =
  | { readonly type: "expression"; readonly text: string; readonly warnings: readonly string[] }
  /** Not an expression at all: it must err when it is evaluated. */
  | { readonly type: "illegal"; readonly message: string }
  | { readonly type: "unsupported"; readonly reason: string };

export interface TranslateOptions {
  /** Value of `_name`. */
  readonly machineName: string;
}

/** An expression that errs whenever it is evaluated. */
export const ERRING_EXPRESSION = "1 / 0";

class Unsupported extends Error {}

interface Translator {
  readonly machineName: string;
  readonly warnings: string[];
}

export function translateExpression(source: string, options: TranslateOptions): Translation {
  let tree: Expression;
  try {
    tree = parseExpressionAt(source, 0, { ecmaVersion: 2022, preserveParens: true });
    if (source.slice(tree.end).trim() !== "") {
      throw new SyntaxError(`unexpected text after column ${tree.end}`);
    }
  } catch (error) {
    return { type: "illegal", message: error instanceof Error ? error.message : String(error) };
  }
  return translateTree(tree, options);
}

/** The same for a tree that was parsed already. */
export function translateTree(tree: Expression, options: TranslateOptions): Translation {
  const translator = { machineName: options.machineName, warnings: [] };
  try {
    return { type: "expression", text: textOf(tree, translator), warnings: translator.warnings };
  } catch (error) {
    if (error instanceof Unsupported) return { type: "unsupported", reason: error.message };
    throw error;
  }
}

const BINARY: Readonly<Record<string, string>> = {
  "===": "==",
  "==": "==",
  "!==": "!=",
  "!=": "!=",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};
const LOGICAL: Readonly<Record<string, string>> = { "&&": "and", "||": "or" };
/** `_event` alone can only be asked whether there is one. */
const CONSTANTS: Readonly<Record<string, string>> = {
  undefined: "None",
  _sessionid: "_entity_id",
  _event: 'defined("_event")',
};
const FUNCTIONS: Readonly<Record<string, (args: readonly string[]) => string>> = {
  "Math.pow": (args) => `(${args.join(" ** ")})`,
  "Math.min": (args) => `min(${args.join(", ")})`,
  "Math.max": (args) => `max(${args.join(", ")})`,
  "Math.abs": (args) => `abs(${args.join(", ")})`,
  In: (args) => `In(${args.join(", ")})`,
};

function textOf(tree: Expression | PrivateIdentifier | Super, translator: Translator): string {
  switch (tree.type) {
    case "Literal":
      return literalText(tree.value);
    case "Identifier":
      return identifierText(tree.name, translator);
    case "ParenthesizedExpression":
      return textOf(tree.expression, translator);
    case "ArrayExpression":
      return `[${tree.elements.map((item) => itemText(item, translator)).join(", ")}]`;
    case "UnaryExpression":
      return unaryText(tree.operator, tree.argument, translator);
    case "LogicalExpression": {
      const word = LOGICAL[tree.operator];
      if (word === undefined) throw new Unsupported(`operator ${tree.operator}`);
      return `(${textOf(tree.left, translator)} ${word} ${textOf(tree.right, translator)})`;
    }
    case "ConditionalExpression": {
      const [test, yes, no] = [tree.test, tree.consequent, tree.alternate].map((part) =>
        textOf(part, translator)
      );
      return `(${yes} if ${test} else ${no})`;
    }
    case "BinaryExpression":
      return binaryText(tree.operator, tree.left, tree.right, translator);
    case "MemberExpression":
      return memberText(tree, translator);
    case "CallExpression": {
      const name = calleeName(tree.callee);
      const call = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
      if (call === undefined) throw new Unsupported(`call of ${name}`);
      return call(tree.arguments.map((argument) => itemText(argument, translator)));
    }
    default:
      throw new Unsupported(`${tree.type} in an expression`);
  }
}

function itemText(
  item: Expression | { readonly type: "SpreadElement" } | null,
  translator: Translator,
): string {
  if (item === null) return "None";
  if (item.type === "SpreadElement") throw new Unsupported("spread");
  return textOf(item, translator);
}

function literalText(value: unknown): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number" || typeof value === "string") return JSON.stringify(value);
  throw new Unsupported("a literal that is neither text, number, boolean nor null");
}

function identifierText(name: string, translator: Translator): string {
  if (name === "_name") return JSON.stringify(translator.machineName);
  if (name === "_ioprocessors" || name === "_x") throw new Unsupported(name);
  return Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] ?? name : name;
}

function unaryText(operator: string, argument: Expression, translator: Translator): string {
  if (operator === "!") return `(not ${textOf(argument, translator)})`;
  if (operator === "-" || operator === "+") return `(${operator}${textOf(argument, translator)})`;
  throw new Unsupported(`operator ${operator}`);
}

function binaryText(
  operator: string,
  left: Expression | PrivateIdentifier,
  right: Expression,
  translator: Translator,
): string {
  const symbol = BINARY[operator];
  if (symbol === undefined) throw new Unsupported(`operator ${operator}`);
  const probed = typeofUndefined(left, right) ?? typeofUndefined(right, left);
  if (probed !== null && (symbol === "==" || symbol === "!=")) {
    const isMissing = `(not defined(${JSON.stringify(probed)}) or ${probed} is None)`;
    return symbol === "==" ? isMissing : `(not ${isMissing})`;
  }
  const isLoose = operator === "==" || operator === "!=";
  if (
    isLoose && left.type === "Literal" && right.type === "Literal" && typeof left.value !== typeof right.value
  ) {
    throw new Unsupported(`${operator} between unlike literals`);
  }
  if (symbol === "%") translator.warnings.push("% differs for negative operands");
  return `(${textOf(left, translator)} ${symbol} ${textOf(right, translator)})`;
}

/** The name asked about by `typeof name === "undefined"`, or null. */
function typeofUndefined(
  one: Expression | PrivateIdentifier,
  other: Expression | PrivateIdentifier,
): string | null {
  const isProbe = one.type === "UnaryExpression" && one.operator === "typeof" &&
    one.argument.type === "Identifier";
  return isProbe && other.type === "Literal" && other.value === "undefined" &&
      one.argument.type === "Identifier"
    ? one.argument.name
    : null;
}

function memberText(tree: MemberExpression, translator: Translator): string {
  if (tree.computed) return `${textOf(tree.object, translator)}[${textOf(tree.property, translator)}]`;
  if (tree.property.type !== "Identifier") throw new Unsupported("private name");
  const key = tree.property.name;
  if (tree.object.type === "Identifier" && tree.object.name === "_event") {
    if (key === "name") return "_event.trigger";
    if (key === "data") return "_event.payload";
    throw new Unsupported(`_event.${key}`);
  }
  if (key === "length") return `len(${textOf(tree.object, translator)})`;
  return `${textOf(tree.object, translator)}.${key}`;
}

function calleeName(callee: Expression | Super): string {
  if (callee.type === "Identifier") return callee.name;
  const isPlain = callee.type === "MemberExpression" && !callee.computed;
  if (isPlain && callee.object.type === "Identifier" && callee.property.type === "Identifier") {
    return `${callee.object.name}.${callee.property.name}`;
  }
  return callee.type;
}
