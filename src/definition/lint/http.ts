/** Calls that cannot work: no address, placeholders that are no expressions. */
import { compileExpression } from "../../expression/expression.ts";
import { ExpressionError } from "../../expression/expression_error.ts";
import { placeholdersOf } from "../../expression/template.ts";
import type { JsonValue } from "../../json.ts";
import { isList, isObject } from "../cursor.ts";
import type { Path } from "../findings.ts";
import type { LintInput } from "./input.ts";
import { walkMachine } from "./walk.ts";

/** `http_without_url`, `plain_http`, `bad_placeholder`. */
export function httpRules({ spec, findings }: LintInput): void {
  walkMachine(spec, {
    action(action, path) {
      if (action.type === "celery" || action.type === "send_event" || action.type === "create_entity") {
        return placeholders(action.params, path);
      }
      if (action.type !== "http") return;
      const url = action.params["url"];
      if (typeof url !== "string" || url === "") {
        findings.warning("http_without_url", path, `Action "http" has no url: it always fails`);
      } else if (/^http:\/\/(?!localhost|127\.)/.test(url)) {
        findings.info("plain_http", path, `Action "http" sends in the clear to "${url}"`, {
          hint: "Write https",
        });
      }
      placeholders(action.params, path);
    },
  });

  function placeholders(value: JsonValue, path: Path): void {
    if (isList(value)) return value.forEach((item) => placeholders(item, path));
    if (isObject(value)) return Object.values(value).forEach((item) => placeholders(item, path));
    if (typeof value !== "string") return;
    for (const source of placeholdersOf(value)) {
      try {
        compileExpression(source);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        findings.warning(
          "bad_placeholder",
          path,
          `Placeholder "{{ ${source} }}" stays as written: ${error.message}`,
        );
      }
    }
  }
}
