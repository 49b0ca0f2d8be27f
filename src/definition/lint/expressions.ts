/** Expressions and checks that read what nobody sets, or use values as something that they are not. */
import { compileExpression } from "../../expression/expression.ts";
import { ExpressionError } from "../../expression/expression_error.ts";
import { checkExpression, type ExpressionProblem, type KnownNames } from "../../expression/names.ts";
import { nearest } from "../../expression/nearest.ts";
import type { Path } from "../findings.ts";
import type { LintInput } from "./input.ts";
import { walkMachine } from "./walk.ts";

/** Keys that the engine itself provides. */
const GIVEN = ["_event", "_entity_id"];

/** `unknown_name`, `unknown_function`, `bad_call`, `function_as_value`, `type_mismatch`, `unknown_state`. */
export function expressionRules(input: LintInput): void {
  const { spec, findings, tree } = input;
  const declared = new Set(spec.variables.map((variable) => variable.key));
  const written = new Set<string>();
  walkMachine(spec, { writes: (key) => void written.add(key) });
  const known = knownNames(input, new Set([...declared, ...written, ...GIVEN]));
  const reported = new Set<string>();
  walkMachine(spec, { expression: readExpression, check: ({ field }, path) => readField(field, path) });

  function readExpression(source: string, path: Path): void {
    try {
      const expression = compileExpression(source);
      // What shows without any declaration was reported when the machine was loaded.
      const before = new Set(checkExpression(expression, { names: null }).map(keyOf));
      for (const problem of checkExpression(expression, known)) {
        if (before.has(keyOf(problem))) continue;
        if (problem.code === "unknown_name") {
          readField(problem.name ?? "", path);
          continue;
        }
        findings.warning(problem.code, path, `${problem.message} in "${source}"`, {
          hint: problem.hint ?? undefined,
          data: { source, offset: problem.offset, length: problem.length },
        });
      }
      for (const name of expression.states) stateRule(name, path);
    } catch (error) {
      // The loader has said so already.
      if (!(error instanceof ExpressionError)) throw error;
    }
  }

  /** Payloads are laid over the context, so an unknown key is worth a word only when it looks like a slip. */
  function readField(field: string, path: Path): void {
    const [key = ""] = field.split(".");
    if (known.names === null || known.names.has(field) || known.names.has(key) || reported.has(key)) return;
    const meant = nearest(key, declared);
    if (meant === null) return;
    reported.add(key);
    findings.warning("undeclared_key", path, `Key "${key}" is read and never set`, {
      hint: `Did you mean "${meant}"?`,
      data: { key, nearest: meant },
    });
  }

  function stateRule(name: string, path: Path): void {
    if (tree.byName.has(name)) return;
    const meant = nearest(name, tree.byName.keys());
    findings.warning("unknown_state", path, `In("${name}") is never true: no such state`, {
      hint: meant === null ? undefined : `Did you mean "${meant}"?`,
      data: { state: name },
    });
  }
}

function keyOf({ code, offset, length }: ExpressionProblem): string {
  return `${code}:${offset}:${length}`;
}

/** Without declarations any name may come from outside. */
function knownNames({ spec }: LintInput, names: ReadonlySet<string>): KnownNames {
  const types = new Map(
    spec.variables.flatMap((variable) =>
      variable.type === null ? [] : [[variable.key, variable.type] as const]
    ),
  );
  return { names: spec.variables.length === 0 ? null : names, types };
}
