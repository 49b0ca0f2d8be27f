/** Carrying out the actions of a run in place: who does it is the host's choice, what is reported is written here. */
import type { ActionRequest, ActionRow, Run } from "./step.ts";
import type { JsonObject, JsonValue } from "../json.ts";

/** Does one action for the world, at once. A throw is a failed action and stops nothing. */
export type ActionExecutor = (request: ActionRequest) => ActionReport;

export interface ActionReport {
  readonly status: "ok" | "failed" | "skipped";
  readonly result?: JsonValue;
  readonly error?: string;
  /** Keys to lay over the context of the instance. */
  readonly context?: JsonObject;
}

/** Carries out all actions of `run` in order; the run that comes back tells of each what became of it. */
export function carryOut(run: Run, execute: ActionExecutor): Run {
  const reports = run.actions.map((request) => ({ request, report: attempt(request, execute) }));
  const waiting = [...reports];
  const steps = run.steps.map((step) => ({
    ...step,
    microsteps: step.microsteps.map((microstep) => ({
      ...microstep,
      actions: microstep.actions.map((row) => row.status === "pending" ? reported(row) : row),
    })),
  }));
  const changes = reports.map(({ report }) => report.context ?? {});
  const context: JsonObject = Object.assign({}, run.instance.context, ...changes);
  return { ...run, steps, instance: { ...run.instance, context } };

  /** Rows and requests come in the same order; a request without a row (an invoke) is passed over. */
  function reported(row: ActionRow): ActionRow {
    const place = waiting.findIndex(({ request }) => request.name === row.name);
    const entry = place === -1 ? undefined : waiting.splice(0, place + 1).at(-1);
    if (entry === undefined) return row;
    const { status, result, error } = entry.report;
    return {
      ...row,
      status,
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
    };
  }
}

function attempt(request: ActionRequest, execute: ActionExecutor): ActionReport {
  try {
    return execute(request);
  } catch (error) {
    return { status: "failed", error: error instanceof Error ? error.message : String(error) };
  }
}
