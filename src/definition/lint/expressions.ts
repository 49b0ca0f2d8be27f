/** Expressions and checks that read what nobody sets, or use values as something that they are not. */
import { compileExpression, type Expression } from "../../expression/expression.ts";
import { ExpressionError } from "../../expression/expression_error.ts";
import { checkExpression, type DeclaredType, type ExpressionProblem } from "../../expression/names.ts";
import type { MachineSpec } from "../../engine/spec.ts";
import type { Path } from "../findings.ts";
import type { LintInput } from "./input.ts";
import { walkMachine } from "./walk.ts";

/** Keys that the engine itself provides. */
const GIVEN = ["_event", "_entity_id"];

/** `type_mismatch`, `undeclared_key`, `unknown_state`. */
export function expressionRules(input: LintInput): void {
  const { spec, findings, tree } = input;
  const declared = new Set(spec.variables.map((variable) => variable.key));
  const set = new Set([...declared, ...GIVEN]);
  walkMachine(spec, { writes: (key) => void set.add(key) });
  const asked = new Set<string>();
  const types = typesOf(spec);
  walkMachine(spec, { expression: readExpression, check: ({ field }, path) => readField(field, path) });

  function readExpression(source: string, path: Path): void {
    try {
      const expression = compileExpression(source);
      if (types.size > 0) typeRules(expression, path);
      for (const name of expression.names) readField(name, path);
      for (const name of expression.states) stateRule(name, path);
    } catch (error) {
      // The loader has said so already.
      if (!(error instanceof ExpressionError)) throw error;
    }
  }

  function typeRules(expression: Expression, path: Path): void {
    // What shows without any declaration was reported when the machine was loaded.
    const before = new Set(checkExpression(expression, { names: null }).map(keyOf));
    for (const problem of checkExpression(expression, { names: null, types })) {
      if (before.has(keyOf(problem))) continue;
      findings.warning(problem.code, path, `${problem.message} in "${expression.source}"`, {
        hint: problem.hint ?? undefined,
        data: { source: expression.source, offset: problem.offset, length: problem.length },
      });
    }
  }

  /** Payloads are laid over the context, so an unknown key is worth a word only when it looks like a slip. */
  function readField(field: string, path: Path): void {
    const [key = ""] = field.split(".");
    if (declared.size === 0 || set.has(field) || set.has(key) || asked.has(key)) return;
    asked.add(key);
    const meant = findings.meant(key, declared);
    if (meant === null) return;
    findings.warning("undeclared_key", path, `Key "${key}" is read and never set`, {
      nearest: meant,
      data: { key },
    });
  }

  function stateRule(name: string, path: Path): void {
    if (tree.byName.has(name)) return;
    findings.warning("unknown_state", path, `In("${name}") is never true: no such state`, {
      nearest: findings.meant(name, tree.byName.keys()),
      data: { state: name },
    });
  }
}

function keyOf({ code, offset, length }: ExpressionProblem): string {
  return `${code}:${offset}:${length}`;
}

function typesOf({ variables }: MachineSpec): ReadonlyMap<string, DeclaredType> {
  return new Map(
    variables.flatMap((variable) => variable.type === null ? [] : [[variable.key, variable.type] as const]),
  );
}
