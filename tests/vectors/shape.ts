/** From the data of this engine to the shapes the cases have: without texts for people and facts the predecessor lacks. */
import type { JsonObject, JsonValue } from "../../src/json.ts";
import type { ErrorData, Outcome, ResultData } from "../../src/orchestrator/result.ts";
import type { ActionRow } from "../../src/engine/step.ts";

/** A result: no message, guard rows with the three facts that the predecessor records. */
export function resultShape(result: ResultData): JsonObject {
  return {
    ...result,
    on_exit_actions: actionShapes(result.on_exit_actions),
    actions_to_execute: actionShapes(result.actions_to_execute),
    on_enter_actions: actionShapes(result.on_enter_actions),
    error: result.error === null ? null : errorShape(result.error),
    metadata: metadataShape(result.metadata),
  };
}

/** The REST form of a result. */
export function outcomeShape(outcome: Outcome): JsonObject {
  const { error } = outcome;
  return {
    ...resultShape({ ...outcome, error: null }),
    error: error === null
      ? null
      : { code: error.code, type: error.type, details: detailsShape(error.details) },
  };
}

/** Rows of the actions of a run as the predecessor reports them: a branch is told by what it did. */
export function actionResultShapes(rows: readonly ActionRow[]): readonly JsonObject[] {
  return rows.filter((row) => !isOpenBranch(row)).map((row) => ({
    name: row.name,
    status: row.status,
    ...(row.result === undefined ? {} : { result: row.result }),
  }));
}

/** Trigger, source and target of each transition of the runs, in order. */
export function tripleShapes(results: readonly ResultData[]): readonly JsonValue[] {
  return results.map(({ trigger, source_state, target_state }) => [trigger, source_state, target_state]);
}

function isOpenBranch(row: ActionRow): boolean {
  if (row.name !== "_branch" || row.status !== "ok") return false;
  return JSON.stringify(row.result) !== '{"branch":"no_steps"}';
}

function actionShapes(actions: ResultData["on_exit_actions"]): JsonValue {
  return actions.map((action) => ({ ...action }));
}

/** Without texts for people and without the list of problems of a context, which the cases leave out. */
function errorShape({ type, code, context }: ErrorData): JsonObject {
  return { type, code, context: contextShape(context) };
}

function contextShape(context: JsonObject): JsonObject {
  const { problems: _problems, errors: _errors, error: _error, ...facts } = context;
  return facts;
}

function metadataShape(metadata: JsonObject): JsonObject {
  const { guards, orchestrator_original_error: original, ...others } = metadata;
  return {
    ...others,
    ...(guards === undefined ? {} : { guards: rowShapes(guards) }),
    ...(original === undefined ? {} : { orchestrator_original_error: pick(original, ["type", "code"]) }),
  };
}

function detailsShape(details: JsonObject): JsonObject {
  const { error_context: context, ...metadata } = details;
  return {
    ...metadataShape(metadata),
    error_context: isObject(context) ? contextShape(context) : context ?? null,
  };
}

function rowShapes(rows: JsonValue): JsonValue {
  return isList(rows) ? rows.map((row) => pick(row, ["name", "kind", "passed"])) : rows;
}

function pick(value: JsonValue, keys: readonly string[]): JsonValue {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
