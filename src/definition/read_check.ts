/** Checks (`field`, `op`, `value`) and the conditions built from them. */
import { CHECK_OPERATORS } from "../expression/check.ts";
import type { CheckOperator, CheckSpec, ConditionSpec, WhenSpec } from "../engine/spec.ts";
import type { JsonArray, JsonObject, JsonValue } from "../json.ts";
import { isList, isObject, kindOf, own, warnUnknownKeys } from "./cursor.ts";
import type { Findings, Path } from "./findings.ts";
import { checkPattern, checkSource } from "./read_expression.ts";

const CHECK_KEYS = new Set(["field", "op", "value", "values", "description"]);
const OPERATORS: ReadonlySet<string> = new Set(CHECK_OPERATORS);

/** null when the check says nothing usable; that is reported as `B09` or `B10`. */
export function readCheck(findings: Findings, path: Path, value: JsonValue | undefined): CheckSpec | null {
  if (!isObject(value)) {
    findings.error("B10", path, `Cannot read the check: a mapping with "field" and "op" expected`);
    return null;
  }
  const field = own(value, "field");
  const op = own(value, "op");
  if (typeof field !== "string" || field === "") {
    findings.error(
      "B10",
      [...path, "field"],
      `Cannot read the check: "field" must be a text that is not empty`,
    );
    return null;
  }
  if (typeof op !== "string") {
    findings.error("B10", [...path, "op"], `Cannot read the check of "${field}": "op" must be a text`);
    return null;
  }
  if (!isOperator(op)) {
    const meant = findings.meant(op, CHECK_OPERATORS);
    findings.error("B09", [...path, "op"], `Cannot use operator "${op}": not known`, {
      nearest: meant,
      hint: meant === null ? `One of ${CHECK_OPERATORS.join(", ")}` : undefined,
    });
    return null;
  }
  warnUnknownKeys({ object: value, path, findings }, CHECK_KEYS);
  const operand = own(value, "value") ?? null;
  const values = readValues(findings, path, { check: value, field, op });
  if (values === null) return null;
  if (op === "matches" && typeof operand === "string") checkPattern(findings, [...path, "value"], operand);
  return { type: "check", field, op, value: operand, values };
}

function isOperator(text: string): text is CheckOperator {
  return OPERATORS.has(text);
}

interface ValuesInput {
  readonly check: JsonObject;
  readonly field: string;
  readonly op: CheckOperator;
}

/** The list of `in` and `not_in`, also when it stands under `value`. */
function readValues(findings: Findings, path: Path, { check, field, op }: ValuesInput): JsonArray | null {
  if (op !== "in" && op !== "not_in") return [];
  const values = own(check, "values");
  if (isList(values)) return values;
  const alias = own(check, "value");
  if (values === undefined && isList(alias)) return alias;
  if (values === undefined && alias === undefined) {
    findings.warning(
      "empty_values",
      path,
      `Check "${field}" ${op} has no "values": nothing is a member of it`,
    );
    return [];
  }
  const found = values === undefined ? alias : values;
  findings.error(
    "B10",
    [...path, values === undefined ? "value" : "values"],
    `Cannot read the check of "${field}": "${op}" needs a list, ${kindOf(found ?? null)} found`,
  );
  return null;
}

const CONDITION_DEPTH_MAX = 16;

/** A condition of a state or invariant: a check, `any_of`, `all_of` or `negate`. */
export function readCondition(
  findings: Findings,
  path: Path,
  value: JsonValue | undefined,
  depth = 0,
): ConditionSpec | null {
  if (!isObject(value)) {
    findings.error("B10", path, `Cannot read the condition: a mapping with "field" and "op" expected`);
    return null;
  }
  if (depth > CONDITION_DEPTH_MAX) {
    findings.error("L01", path, `Cannot use the condition: nested deeper than ${CONDITION_DEPTH_MAX}`);
    return null;
  }
  for (const [key, type] of [["any_of", "anyOf"], ["all_of", "allOf"]] as const) {
    const list = own(value, key);
    if (list === undefined) continue;
    if (!isList(list) || list.length === 0) {
      findings.error("B21", [...path, key], `Cannot read "${key}": a list that is not empty expected`);
      return null;
    }
    const conditions = list.map((item, index) =>
      readCondition(findings, [...path, key, index], item, depth + 1)
    );
    return { type, conditions: conditions.filter((condition) => condition !== null) };
  }
  if (own(value, "negate") !== undefined) {
    const condition = readCondition(findings, [...path, "negate"], own(value, "negate"), depth + 1);
    return condition === null ? null : { type: "negate", condition };
  }
  return readCheck(findings, path, value);
}

/** `when` of an action or branch: a check or the text of an expression. */
export function readWhen(findings: Findings, path: Path, value: JsonValue): WhenSpec | null {
  if (typeof value === "string") {
    checkSource(findings, path, value);
    return { type: "expr", source: value };
  }
  if (isObject(value)) return readCheck(findings, path, value);
  findings.error(
    "B13",
    path,
    `Cannot read "when": a check or the text of an expression expected, ${kindOf(value)} found`,
  );
  return null;
}
