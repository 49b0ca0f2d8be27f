/** What senders of commands are told: states and actions as the row of history has them, and why something was refused. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import type { Decision } from "../../orchestrator/decision.ts";
import type { Command } from "../../orchestrator/event.ts";
import type { LoadedMachine } from "../../orchestrator/loaded_machine.ts";
import { outcomeErrorOf, resultOf } from "../../orchestrator/result.ts";
import { type CommandRequest, decideFor, decideOnceFor, type Sender, senderOf } from "../commands.ts";
import type { ApiEnv, RouteDeps } from "../env.ts";
import { Instant, JsonRecord, recordOf, timeOf } from "./shared.ts";

export const CreatedEntity = z.object({
  entity_id: z.string(),
  current_state: z.string(),
  machine_name: z.string().nullable(),
  machine_version: z.string().nullable(),
  context: JsonRecord,
  created_at: Instant.nullable(),
  updated_at: Instant.nullable(),
  transition_id: z.string(),
  version: z.int(),
}).openapi("CreateEntityResponse");

export const OutcomeError = z.object({
  code: z.string(),
  type: z.string(),
  message: z.string(),
  details: JsonRecord.nullable(),
}).openapi("FsmOutcomeError");

const ActionResultItem = z.object({
  name: z.string(),
  status: z.enum(["ok", "failed", "skipped", "pending"]),
  success: z.boolean(),
  skipped: z.boolean(),
  phase: z.enum(["exit", "transition", "enter"]),
  result: z.unknown().optional(),
  error: z.string().optional(),
}).openapi("ActionResult");

export const EventAnswer = z.object({
  success: z.boolean(),
  entity_id: z.string(),
  source_state: z.string(),
  target_state: z.string().nullable(),
  trigger: z.string(),
  actions: z.array(z.string()),
  action_results: z.array(ActionResultItem).nullable(),
  error_detail: OutcomeError.nullable(),
  shadow_diff: JsonRecord.nullable(),
  transition_id: z.string().nullable(),
  event_id: z.string(),
  outcome: z.string(),
  version: z.int().nullable(),
}).openapi("ProcessEntityEventResponse");

export interface EventRequest extends CommandRequest {
  readonly command: Command & { readonly type: "event" };
}

/** Decides an event and answers its sender; with a key the answer is kept and given again. */
export async function sendNow(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  request: EventRequest,
): Promise<z.infer<typeof EventAnswer>> {
  const { answer, isReplayed } = await answerFor(senderOf(c), deps, request);
  if (isReplayed) c.header("idempotency-replayed", "true");
  return answer;
}

/** The same without the context of a route. */
export async function answerFor(
  sender: Sender,
  deps: RouteDeps,
  request: EventRequest,
): Promise<{ readonly answer: z.infer<typeof EventAnswer>; readonly isReplayed: boolean }> {
  const { entityId, command: { trigger }, idempotency = null } = request;
  if (idempotency === null) {
    const { decision, eventId } = await decideFor(sender, deps, request);
    const loaded = decision.run?.refusal == null ? null : await machineOf(deps, decision);
    return { answer: eventAnswer(decision, { eventId, entityId, trigger, loaded }), isReplayed: false };
  }
  // The answer is stored in the transaction of the event, so that its machine is looked up before.
  const entity = await deps.store.entities.get(entityId);
  const name = entity?.machineName ?? request.machineName ?? null;
  const version = entity?.machineVersion ?? request.machineVersion ?? null;
  const loaded = name === null ? null : await deps.runtime.machines.find(name, version);
  return await decideOnceFor(sender, deps, {
    request,
    answerOf: (decision, eventId) => eventAnswer(decision, { eventId, entityId, trigger, loaded }),
    readAnswer: (stored) => EventAnswer.parse(stored),
  });
}

async function machineOf(deps: RouteDeps, { history }: Decision): Promise<LoadedMachine | null> {
  if (history === null || history.machineName === "") return null;
  return await deps.runtime.machines.find(
    history.machineName,
    history.machineVersion === "" ? null : history.machineVersion,
  );
}

export function createdEntity(decision: Decision): z.infer<typeof CreatedEntity> {
  const { entity, history } = decision;
  if (entity === null || history === null) {
    throw new AppError("validation_failed", decision.message ?? "Cannot create the entity", {
      details: { reason: decision.reason, transition_id: history?.id ?? null },
    });
  }
  return {
    entity_id: entity.entityId,
    current_state: entity.currentState,
    machine_name: entity.machineName,
    machine_version: entity.machineVersion,
    context: recordOf(entity.context),
    created_at: timeOf(entity.createdAtMs),
    updated_at: timeOf(entity.updatedAtMs),
    transition_id: history.id,
    version: entity.version,
  };
}

/** What the sender of an event is told. The row of history is the one source of states and actions. */
export function eventAnswer(
  decision: Decision,
  facts: {
    readonly eventId: string;
    readonly entityId: string;
    readonly trigger: string;
    /** Only needed to explain a refusal. */
    readonly loaded: LoadedMachine | null;
  },
): z.infer<typeof EventAnswer> {
  const { history, entity, run } = decision;
  const isSuccess = history?.isSuccess ?? run?.refusal === null;
  const rows = [...(decision.created?.actions ?? []), ...(history?.actions ?? [])];
  return {
    success: isSuccess,
    entity_id: facts.entityId,
    source_state: history?.fromState ?? entity?.currentState ?? "",
    target_state: history?.toState ?? null,
    trigger: facts.trigger,
    actions: isSuccess ? rows.map((row) => row.name) : [],
    action_results: isSuccess
      ? rows.map((row) => ({
        name: row.name,
        status: row.status,
        success: row.status !== "failed",
        skipped: row.status === "skipped",
        phase: row.phase,
        ...(row.result === undefined ? {} : { result: row.result }),
        ...(row.error === undefined ? {} : { error: row.error }),
      }))
      : null,
    error_detail: isSuccess ? null : errorDetail(decision, facts.loaded),
    shadow_diff: null,
    transition_id: history?.id ?? null,
    event_id: facts.eventId,
    outcome: history?.outcome ?? "refused",
    version: entity?.version ?? null,
  };
}

/** Always there when the event was not taken. */
function errorDetail(decision: Decision, loaded: LoadedMachine | null): z.infer<typeof OutcomeError> {
  const { run } = decision;
  const step = run?.steps.find((one) => one.refusal !== null);
  const error = loaded === null || step === undefined ? null : outcomeErrorOf(resultOf(loaded, step));
  if (error !== null) return { ...error, details: recordOf(error.details) };
  return {
    code: run?.refusal?.code ?? decision.reason ?? "unknown",
    type: "FSMError",
    message: decision.message ?? "The event was refused",
    details: run?.refusal === null || run === null ? null : recordOf(run.refusal.details),
  };
}
