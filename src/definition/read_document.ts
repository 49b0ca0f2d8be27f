/** A whole document as typed data, with every slip of its form. */
import type { ConditionSpec, InvariantSpec, Profile, VariableSpec } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import {
  booleanOr,
  type Cursor,
  cursorsOf,
  integerOrNull,
  isList,
  isObject,
  objectOr,
  own,
  requiredText,
  textOr,
  textOrNull,
  warnUnknownKeys,
  wrongKind,
} from "./cursor.ts";
import type { DocumentDraft } from "./draft.ts";
import { dotted, type Findings, type Path } from "./findings.ts";
import { isStateName, NAME_RULE } from "./names.ts";
import { readCondition } from "./read_check.ts";
import { checkSource } from "./read_expression.ts";
import { readMeta, readWord } from "./read_meta.ts";
import { readSchedules } from "./read_schedules.ts";
import { readStates } from "./read_state.ts";
import { readTransitions } from "./read_transition.ts";

const DOCUMENT_KEYS = new Set([
  "meta",
  "states",
  "transitions",
  "groups",
  "error_policy",
  "state_variables",
  "context_invariants",
  "events",
  "schedules",
]);
/** Written by PyStator's own editor. */
const EDITOR_KEYS = new Set(["action_definitions", "guard_definitions", "$schema"]);
const VARIABLE_KEYS = new Set(["key", "type", "required", "default", "default_expr", "description"]);
const VARIABLE_TYPES = ["string", "number", "integer", "boolean", "object", "array"] as const;

export function readDocument(findings: Findings, document: JsonObject): DocumentDraft {
  const cursor: Cursor = { object: document, path: [], findings };
  const meta = readMeta(findings, own(document, "meta"));
  const groups = own(document, "groups");
  if (groups !== undefined && groups !== null && !isObject(groups)) {
    wrongKind(findings, ["groups"], "a mapping", groups);
  }
  const states = readStates(cursor, meta.profile);
  const transitions = readTransitions(cursor, meta.profile);
  const policy = { defaultFallback: readPolicy(cursor) };
  const variables = readVariables(cursor, meta.profile);
  const invariants = readInvariants(cursor);
  const events = readEvents(cursor);
  const schedules = readSchedules(cursor, transitions);
  duplicateVariables(findings, variables);
  warnUnknownKeys(cursor, new Set([...DOCUMENT_KEYS, ...EDITOR_KEYS]));
  return { meta, states, transitions, policy, variables, invariants, events, schedules };
}

function readPolicy(cursor: Cursor): string | null {
  const value = own(cursor.object, "error_policy");
  if (value === undefined || value === null) return null;
  const { findings } = cursor;
  const path: Path = ["error_policy"];
  if (!isObject(value)) {
    wrongKind(findings, path, "a mapping", value);
    return null;
  }
  const inner = { object: value, path, findings };
  const fallback = textOrNull(inner, "default_fallback");
  const attempts = integerOrNull(inner, "retry_attempts");
  if (attempts !== null && attempts < 0) {
    wrongKind(findings, [...path, "retry_attempts"], "a whole number that is not negative", attempts);
  }
  for (const key of Object.keys(value)) {
    if (key === "default_fallback") continue;
    if (key === "retry_attempts") {
      if (attempts !== null && attempts > 0) {
        findings.info("retry_attempts_unused", [...path, key], `"retry_attempts" changes nothing`, {
          hint: "Say how often on the action: retry",
        });
      }
      continue;
    }
    const code = key === "on_invalid_trigger" ? "W01" : key === "strict_mode" ? "W02" : "W03";
    findings.warning(
      code,
      [...path, key],
      `Key "${key}" means nothing in error_policy: it is kept and not used`,
      {
        hint: code === "W03" ? undefined : "Use meta.strict_mode or meta.reject_invalid_events",
      },
    );
  }
  return fallback;
}

function readVariables(cursor: Cursor, profile: Profile): readonly VariableSpec[] {
  const value = own(cursor.object, "state_variables");
  if (value === undefined || value === null) return [];
  const { findings } = cursor;
  if (!isList(value)) {
    wrongKind(findings, ["state_variables"], "a list", value);
    return [];
  }
  return value.flatMap((item, index) => {
    const path = ["state_variables", index];
    const key = keyOfScalar(item);
    if (key !== null) return [readVariable({ object: { key }, path, findings }, profile)];
    if (isObject(item)) return [readVariable({ object: item, path, findings }, profile)];
    wrongKind(findings, path, "a mapping or the name of a variable", item);
    return [];
  });
}

/** Finding `F14`, looked at only when the whole form is right. */
function duplicateVariables(findings: Findings, variables: readonly VariableSpec[]): void {
  if (findings.list.some(({ severity, code }) => severity === "error" && code.startsWith("F"))) return;
  const seen = new Set<string>();
  const twice = new Map<string, number>();
  for (const [index, { key }] of variables.entries()) {
    if (seen.has(key) && !twice.has(key)) twice.set(key, index);
    seen.add(key);
  }
  if (twice.size === 0) return;
  const shown = [...twice.keys()].map((key) => `"${key}"`).join(", ");
  const where = ["state_variables", [...twice.values()][0]];
  findings.error("F14", [], `Cannot declare state variable ${shown} twice`, {
    data: { at: "", names: [...twice.keys()], where },
  });
}

/** A scalar is the name of a variable, as PyStator prints it; null for lists and mappings. */
function keyOfScalar(item: JsonValue): string | null {
  if (item === null) return "None";
  if (typeof item === "boolean") return item ? "True" : "False";
  return typeof item === "object" ? null : String(item);
}

function readVariable(cursor: Cursor, profile: Profile): VariableSpec {
  const { findings, path, object } = cursor;
  const key = requiredText(cursor, "key") ?? "";
  if (
    own(object, "key") !== undefined && typeof own(object, "key") === "string" && !isStateName(key, profile)
  ) {
    findings.error("F03", [...path, "key"], `Cannot use variable name "${key}": ${NAME_RULE} only`, {
      data: { at: dotted([...path, "key"]) },
    });
  }
  const type = textOrNull(cursor, "type") === null ? null : readWord(cursor, "type", VARIABLE_TYPES);
  const isRequired = booleanOr(cursor, "required", false);
  const defaultExpr = textOrNull(cursor, "default_expr");
  if (defaultExpr !== null) checkSource(findings, [...path, "default_expr"], defaultExpr);
  const fallback = own(object, "default");
  if (fallback !== undefined && fallback !== null && type !== null && !isOfType(fallback, type)) {
    findings.warning("default_type", [...path, "default"], `Default of "${key}" is not of type ${type}`);
  }
  const variable = {
    key,
    type,
    isRequired,
    defaultExpr,
    description: textOrNull(cursor, "description") ?? "",
    ...(fallback === undefined ? {} : { default: fallback }),
  };
  warnUnknownKeys(cursor, VARIABLE_KEYS);
  return variable;
}

function isOfType(value: JsonValue, type: typeof VARIABLE_TYPES[number]): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return isList(value);
    case "object":
      return isObject(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
  }
}

function readInvariants(cursor: Cursor): readonly InvariantSpec[] {
  const value = own(cursor.object, "context_invariants");
  if (value === undefined || value === null) return [];
  return cursorsOf(cursor, "context_invariants", value).flatMap((inner) => {
    const before = inner.findings.list.length;
    const name = textOrNull(inner, "name");
    const description = textOrNull(inner, "description");
    const field = textOrNull(inner, "field");
    textOrNull(inner, "op");
    for (const key of ["check", "negate"]) if (own(inner.object, key) !== null) objectOr(inner, key, {});
    for (const key of ["all_of", "any_of", "values"]) listKind(inner, key);
    if (inner.findings.list.slice(before).some(({ code }) => code.startsWith("F"))) return [];
    const condition = readInvariant(inner);
    const label = [name, description, field].find((text) => text !== null && text !== "");
    return condition === null ? [] : [{ label: label ?? "context_invariant", condition }];
  });
}

function listKind(cursor: Cursor, key: string): void {
  const value = own(cursor.object, key) ?? null;
  if (value !== null && !isList(value)) wrongKind(cursor.findings, [...cursor.path, key], "a list", value);
}

/** Several forms in one invariant: `check`, `all_of`, `any_of`, `negate` and the flat one win in this order. */
function readInvariant({ object, path, findings }: Cursor): ConditionSpec | null {
  const check = own(object, "check") ?? null;
  if (check !== null) return readCondition(findings, [...path, "check"], check);
  for (const key of ["all_of", "any_of", "negate"]) {
    const value = own(object, key) ?? null;
    if (value !== null) return readCondition(findings, path, { [key]: value });
  }
  if ((own(object, "field") ?? null) === null || (own(object, "op") ?? null) === null) {
    findings.error("F15", path, "Cannot read the invariant: a check, all_of, any_of or negate expected", {
      data: { at: dotted(path) },
    });
    return null;
  }
  const { name: _name, description: _description, check: _check, ...flat } = object;
  return readCondition(findings, path, flat);
}

function readEvents(cursor: Cursor): readonly string[] {
  const value = own(cursor.object, "events");
  if (value === undefined || value === null) return [];
  return cursorsOf(cursor, "events", value).map((inner) => {
    textOr({ ...inner, object: withoutNull(inner.object, "description") }, "description", "");
    return requiredText(inner, "name") ?? "";
  });
}

function withoutNull(object: JsonObject, key: string): JsonObject {
  if (own(object, key) !== null) return object;
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
