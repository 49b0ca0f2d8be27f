/** What surrounds a machine in a case: guards with fixed answers, actions with fixed ends, one clock. */
import { unreachable } from "../../src/assert.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createActions } from "../../src/actions/actions.ts";
import { renderTemplate } from "../../src/expression/template.ts";
import { type ActionReport, carryOut } from "../../src/engine/carry_out.ts";
import { TransientGuardError } from "../../src/engine/transient_guard.ts";
import type { ActionRequest, GuardFunction, Run } from "../../src/engine/step.ts";
import type { JsonObject } from "../../src/json.ts";
import type { ActionResult, LeasedAction } from "../../src/orchestrator/outbox.ts";
import { asText, optionalObject } from "./case.ts";

/** 2026-01-02T03:04:05.678Z: results show only that a time is a time. */
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Guards of the case: each answers as its input says, `error` and `io_error` fail. */
export function guardsOf(input: JsonObject): ReadonlyMap<string, GuardFunction> {
  return new Map(
    Object.entries(optionalObject(input, "guards")).map(([name, answer]) => [name, () => {
      if (answer === "error") throw new Error("the guard failed");
      if (answer === "io_error") throw new TransientGuardError("the connection was lost");
      return answer;
    }]),
  );
}

/** Carries out the actions of `run` after it, as a dispatcher would; rows of the run then tell what became of them. */
export async function deliver(run: Run, input: JsonObject): Promise<Run> {
  const reports: ActionReport[] = [];
  for (const request of run.actions) reports.push(await deliverOne(request, input));
  const next = reports[Symbol.iterator]();
  return carryOut(run, () => {
    const { value, done } = next.next();
    return done === true ? { status: "failed", error: "more actions than reports" } : value;
  });
}

/** One action through the table of handlers: built-in ones are real, stubs end as the case says. */
export async function deliverOne(request: ActionRequest, input: JsonObject): Promise<ActionReport> {
  const stubs = Object.entries(optionalObject(input, "action_stubs")).map(([name, end]) =>
    [name, () => Promise.resolve(stubResult(asText(end, name)))] as const
  );
  const actions = createActions({
    log: silentLog,
    metrics: null,
    clock: { nowMs: () => NOW_MS, sleep: () => Promise.resolve() },
    outgoing: () => Promise.resolve({ type: "failed", reason: "there is no network here" }),
    render: (value, action) => renderTemplate(value, { values: action.context }),
    webhooksOf: () => Promise.resolve([]),
    renderValues: (value, action) => renderTemplate(value, { values: action.context }),
    sendEvent: () => Promise.resolve({ type: "done", output: null }),
    createEntity: () => Promise.resolve({ type: "done", output: null }),
    handlers: new Map(stubs),
  });
  return reportOf(await actions.run(leasedOf(request), new AbortController().signal));
}

function stubResult(end: string): ActionResult {
  if (end === "ok") return { type: "done", output: null };
  return { type: "failed", error: "the action failed", isFinal: true, retryAfterMs: null };
}

function reportOf(result: ActionResult): ActionReport {
  switch (result.type) {
    case "done":
      return result.output === null ? { status: "ok" } : { status: "ok", result: result.output };
    case "skipped":
      return { status: "skipped", result: result.reason };
    case "failed":
      return { status: "failed", error: result.error };
    default:
      return unreachable(result);
  }
}

function leasedOf(request: ActionRequest): LeasedAction {
  return {
    ...request,
    actionId: "00000000-0000-5000-8000-000000000000",
    entityId: "e-1",
    machineName: "probe",
    machineVersion: "1.0.0",
    position: 1,
    ordinal: 0,
    traceparent: null,
    dueAtMs: NOW_MS,
    attemptsMax: 1,
    createdAtMs: NOW_MS,
    leaseNo: 1,
    leaseUntilMs: NOW_MS,
    attempts: 0,
  };
}
