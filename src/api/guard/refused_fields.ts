/** What a schema refused, as paths and reasons; the refused values are never repeated. */
import { AppError } from "../../errors.ts";
import type { FieldError } from "../problem.ts";

const FIELDS_MAX = 50;
/** Names of fields are shown when they look like names; anything else might be a secret in the wrong place. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

const PLACES: Readonly<Record<string, string>> = {
  json: "body",
  param: "path",
  query: "query",
  header: "header",
};

/** `target` is the part of the request as the validator calls it. */
export function refusedFields(target: string, issues: readonly Issue[]): AppError {
  const place = PLACES[target] ?? target;
  const fields: FieldError[] = issues.slice(0, FIELDS_MAX).flatMap((issue) => {
    const path = [place, ...issue.path.map(shown)];
    return issue.keys === undefined
      ? [{ path, code: issue.code ?? "custom", message: issue.message }]
      : issue.keys.map((key) => ({
        path: [...path, shown(key)],
        code: "unknown_field",
        message: "Unknown field",
      }));
  });
  const first = fields[0];
  const where = first === undefined ? place : first.path.join(".");
  return new AppError("validation_failed", `Request is not valid: ${where}: ${first?.message ?? "refused"}`, {
    details: { field_errors: fields.slice(0, FIELDS_MAX) },
  });
}

function shown(part: PropertyKey): string | number {
  if (typeof part === "number") return part;
  const text = String(part);
  return NAME.test(text) ? text : "(unreadable name)";
}
