/** The few scripts that are only assignments, as pairs of name and expression. */
import { type Expression, parse, type Pattern } from "acorn";
import { type TranslateOptions, translateTree, type Translation } from "./ecmascript.ts";

export type ScriptTranslation =
  | { readonly type: "assignments"; readonly list: readonly (readonly [name: string, expression: string])[] }
  | { readonly type: "unsupported"; readonly reason: string };

const REFUSED = "only assignments such as n = 1, n += 1 and n++ can be kept";

export function translateScript(source: string, options: TranslateOptions): ScriptTranslation {
  let statements;
  try {
    statements = parse(source, { ecmaVersion: 2022 }).body;
  } catch (error) {
    return { type: "unsupported", reason: error instanceof Error ? error.message : String(error) };
  }
  const list: (readonly [string, string])[] = [];
  for (const statement of statements) {
    if (statement.type === "EmptyStatement") continue;
    const pair = statement.type === "ExpressionStatement"
      ? assignmentOf(statement.expression, options)
      : null;
    if (pair === null) return { type: "unsupported", reason: REFUSED };
    list.push(pair);
  }
  return { type: "assignments", list };
}

function assignmentOf(tree: Expression, options: TranslateOptions): readonly [string, string] | null {
  if (tree.type === "UpdateExpression" && tree.argument.type === "Identifier") {
    return [tree.argument.name, `${tree.argument.name} ${tree.operator.charAt(0)} 1`];
  }
  if (tree.type !== "AssignmentExpression") return null;
  const name = nameOf(tree.left);
  const value = translated(translateTree(tree.right, options));
  if (name === null || value === null) return null;
  if (tree.operator === "=") return [name, value];
  return tree.operator === "+=" || tree.operator === "-="
    ? [name, `${name} ${tree.operator.charAt(0)} (${value})`]
    : null;
}

function nameOf(left: Pattern): string | null {
  return left.type === "Identifier" ? left.name : null;
}

function translated(translation: Translation): string | null {
  return translation.type === "expression" ? translation.text : null;
}
