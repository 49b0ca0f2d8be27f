/** Work on machines that callers send: plain data in, plain data out, so that it can be done in another thread. */
import { unreachable } from "../../assert.ts";
import type { Diagnostic } from "../../definition/diagnostic.ts";
import { doubtMachines, type LintRegistry } from "../../definition/lint.ts";
import { AppError, type ErrorCode } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { processEvent, processWithAssumedGuards } from "../../orchestrator/process.ts";
import { type Outcome, outcomeOf } from "../../orchestrator/result.ts";
import {
  type DefinitionSource,
  inspectDefinition,
  type MachineSummary,
  readDefinition,
  requireDefinition,
  summaryOf,
} from "../definitions.ts";
import { type PlayedSimulation, playSimulation, type SimulationInput } from "../simulation.ts";

export type Job = InspectJob | ProcessJob | SimulateJob;

export interface InspectJob {
  readonly type: "inspect";
  readonly source: DefinitionSource;
  /** Also what a linter doubts; then no name is needed. */
  readonly isLinted: boolean;
  /** Names that the linter need not doubt. */
  readonly registry?: LintRegistry;
}

export interface ProcessJob {
  readonly type: "process";
  readonly document: JsonObject;
  readonly currentState: string;
  readonly trigger: string;
  readonly context: JsonObject;
  readonly nowMs: number;
  readonly areGuardsAssumed: boolean;
}

export interface SimulateJob {
  readonly type: "simulate";
  readonly document: JsonObject;
  readonly context: JsonObject;
  readonly inputs: readonly SimulationInput[];
  readonly nowMs: number;
}

export interface Inspection {
  /** null = it cannot be used. */
  readonly machine: MachineSummary | null;
  /** As it is stored. */
  readonly document: JsonObject | null;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

export interface JobResults {
  readonly inspect: Inspection;
  readonly process: Outcome;
  readonly simulate: PlayedSimulation;
}

/** What a thread answers: the result, or a caller's mistake in a form that survives the way. */
export type JobReply =
  | { readonly type: "done"; readonly result: JobResults[Job["type"]] }
  | {
    readonly type: "refused";
    readonly code: ErrorCode;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  };

/** Does the work here and now. Throws `AppError` for mistakes of the caller. */
export function runJob<Type extends Job["type"]>(job: Extract<Job, { type: Type }>): JobResults[Type];
export function runJob(job: Job): JobResults[Job["type"]] {
  switch (job.type) {
    case "inspect":
      return inspect(job);
    case "process": {
      const { loaded } = requireDefinition({ type: "document", document: job.document }, "anonymous");
      const { currentState, trigger, context, nowMs } = job;
      const request = { currentState, trigger, context, nowMs };
      return outcomeOf(
        job.areGuardsAssumed ? processWithAssumedGuards(loaded, request) : processEvent(loaded, request),
      );
    }
    case "simulate": {
      const { loaded } = requireDefinition({ type: "document", document: job.document }, "anonymous");
      return playSimulation(loaded, { context: job.context, inputs: job.inputs, nowMs: job.nowMs });
    }
    default:
      return unreachable(job);
  }
}

function inspect({ source, isLinted, registry }: InspectJob): Inspection {
  const { machine, errors, warnings } = isLinted
    ? inspectDefinition(source, registry)
    : readDefinition(source);
  const elsewhere = machine === null || isLinted || registry?.machines === undefined
    ? []
    : doubtMachines(machine.loaded.spec, registry.machines);
  return {
    machine: machine === null ? null : summaryOf(machine.loaded),
    document: machine?.document ?? null,
    errors,
    warnings: [...warnings, ...elsewhere],
  };
}

export function replyOf(job: Job): JobReply {
  try {
    return { type: "done", result: runJob(job) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { type: "refused", code: error.code, message: error.message, details: error.details };
  }
}
