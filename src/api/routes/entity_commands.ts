/** Commands that move an entity: create, send an event now or later, apply data. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import type { Decision } from "../../orchestrator/decision.ts";
import type { Command } from "../../orchestrator/event.ts";
import type { LoadedMachine } from "../../orchestrator/loaded_machine.ts";
import { outcomeErrorOf, resultOf } from "../../orchestrator/result.ts";
import {
  ATTEMPTS_MAX_DEFAULT,
  type CommandRequest,
  decideNow,
  decideOnce,
  idempotencyOf,
} from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { expectedVersionOf } from "../preconditions.ts";
import { queueCommand, Queued } from "../queueing.ts";
import {
  CallerRecord,
  entityParams,
  idempotencyHeaders,
  Instant,
  InstantText,
  JsonRecord,
  MachineName,
  MachineVersion,
  recordOf,
  timeOf,
  Trigger,
} from "./shared.ts";

const CreateEntity = z.strictObject({
  machine_name: MachineName,
  machine_version: MachineVersion.nullish(),
  context: CallerRecord.default({}),
  labels: z.record(z.string(), z.string()).default({}),
}).openapi("CreateEntityRequest");

const CreatedEntity = z.object({
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

export const SendEvent = z.strictObject({
  trigger: Trigger,
  context: CallerRecord.default({}),
  machine_name: MachineName.nullish(),
  machine_version: MachineVersion.nullish(),
}).openapi("ProcessEntityEventRequest");

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

const ApplyData = z.strictObject({
  data: CallerRecord.default({}),
  machine_name: MachineName.nullish(),
  fires_at: InstantText.nullish(),
  idempotency_key: z.string().min(1).max(255).nullish(),
  max_attempts: z.int().min(1).max(100).nullish(),
}).openapi("ApplyDataRequest");

const AppliedData = z.object({
  entity_id: z.string(),
  machine_name: z.string(),
  event_id: z.string(),
}).openapi("ApplyDataEnqueueResponse");

const QueueEvent = z.strictObject({
  trigger: Trigger,
  context: CallerRecord.default({}),
  machine_name: MachineName.nullish(),
  machine_version: MachineVersion.nullish(),
  fires_at: InstantText.nullish(),
  idempotency_key: z.string().min(1).max(255).nullish(),
  max_attempts: z.int().min(1).max(100).nullish(),
}).openapi("QueueEventRequest");

const createEntityRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/create",
  tags: ["entities"],
  summary: "Create an entity in the initial state of its machine",
  request: { params: entityParams, headers: idempotencyHeaders, body: jsonBody(CreateEntity) },
  responses: {
    200: jsonAnswer(CreatedEntity, "Created"),
    404: problemAnswer("No such machine or version"),
    409: problemAnswer("The id is taken"),
  },
});

const sendEventRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/events",
  tags: ["entities"],
  summary: "Send an event and wait for what it does; creates the entity when a machine is named",
  description:
    "A refused event is answered with 200 and `success: false`. With `Prefer: respond-async` the event is " +
    "only accepted (202) and a worker decides it. `If-Match` with the entity's ETag refuses a change of something " +
    "that changed meanwhile (412).",
  request: { params: entityParams, headers: idempotencyHeaders, body: jsonBody(SendEvent) },
  responses: {
    200: jsonAnswer(EventAnswer, "Decided"),
    202: jsonAnswer(Queued, "Accepted"),
    404: problemAnswer("No such machine or version"),
    409: problemAnswer("The entity is archived, deleted, of another machine, or waits for a person"),
    412: problemAnswer("The entity changed"),
  },
});

const applyDataRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/apply-data",
  tags: ["entities"],
  summary: "Queue data for an entity: a worker merges it and lets the machine route",
  request: { params: entityParams, headers: idempotencyHeaders, body: jsonBody(ApplyData) },
  responses: {
    200: jsonAnswer(AppliedData, "Accepted"),
    404: problemAnswer("No such entity"),
    409: problemAnswer("The entity is not active"),
  },
});

const queueEventRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/queue-event",
  tags: ["entities"],
  summary: "Queue an event for a worker, now or at a given time",
  request: { params: entityParams, headers: idempotencyHeaders, body: jsonBody(QueueEvent) },
  responses: {
    202: jsonAnswer(Queued, "Accepted"),
    404: problemAnswer("No such entity, and no machine is named"),
    409: problemAnswer("The entity is not active"),
  },
});

export function addEntityCommandRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(createEntityRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const body = c.req.valid("json");
    const answer = await decideOnce(c, deps, {
      request: {
        entityId,
        command: { type: "create", context: body.context, labels: body.labels },
        machineName: body.machine_name,
        machineVersion: body.machine_version ?? null,
        idempotency: await idempotencyOf(c, { entityId, operation: "create", body: body }),
      },
      answerOf: createdEntity,
      readAnswer: (stored) => CreatedEntity.parse(stored),
    });
    return c.json(answer, 200);
  });

  app.openapi(sendEventRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const body = c.req.valid("json");
    const idempotency = await idempotencyOf(c, { entityId, operation: "event", body: body });
    const request = {
      entityId,
      command: { type: "event", trigger: body.trigger, payload: body.context },
      machineName: body.machine_name ?? null,
      machineVersion: body.machine_version ?? null,
      idempotency,
      ifVersion: await expectedVersionOf(c, deps, entityId),
    } as const;
    if (prefersAsync(c.req.header("prefer"))) {
      if (request.ifVersion !== null) {
        throw new AppError(
          "bad_request",
          "Cannot accept the event: If-Match and respond-async exclude each other",
        );
      }
      const queued = await orNoMachine(request.machineName, () => queueCommand(c, deps, request));
      c.header("preference-applied", "respond-async");
      c.header("location", `/api/v1/events/${queued.event_id}`);
      return c.json(queued, 202);
    }
    const answer = await orNoMachine(request.machineName, () => sendNow(c, deps, request));
    if (answer.version !== null) c.header("etag", `"${answer.version}"`);
    return c.json(answer, 200);
  });

  app.openapi(applyDataRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const body = c.req.valid("json");
    const queued = await queueCommand(c, deps, {
      entityId,
      command: { type: "data", data: body.data },
      machineName: body.machine_name ?? null,
      notBeforeMs: body.fires_at ?? null,
      attemptsMax: body.max_attempts ?? ATTEMPTS_MAX_DEFAULT,
      bodyKey: body.idempotency_key ?? null,
      idempotency: await idempotencyOf(c, { entityId, operation: "apply-data", body: body }),
      isEntityNeeded: true,
    });
    return c.json({ entity_id: entityId, machine_name: queued.machine_name, event_id: queued.event_id }, 200);
  });

  app.openapi(queueEventRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const body = c.req.valid("json");
    const queued = await queueCommand(c, deps, {
      entityId,
      command: { type: "event", trigger: body.trigger, payload: body.context },
      machineName: body.machine_name ?? null,
      machineVersion: body.machine_version ?? null,
      notBeforeMs: body.fires_at ?? null,
      attemptsMax: body.max_attempts ?? ATTEMPTS_MAX_DEFAULT,
      bodyKey: body.idempotency_key ?? null,
      idempotency: await idempotencyOf(c, { entityId, operation: "queue-event", body: body }),
    });
    c.header("location", `/api/v1/events/${queued.event_id}`);
    return c.json(queued, 202);
  });
}

interface EventRequest extends CommandRequest {
  readonly command: Command & { readonly type: "event" };
}

/** Decides an event and answers its sender; with a key the answer is kept and given again. */
export async function sendNow(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  request: EventRequest,
): Promise<z.infer<typeof EventAnswer>> {
  const { entityId, command: { trigger }, idempotency = null } = request;
  if (idempotency === null) {
    const { decision, eventId } = await decideNow(c, deps, request);
    const loaded = decision.run?.refusal == null ? null : await machineOf(deps, decision);
    return eventAnswer(decision, { eventId, entityId, trigger, loaded });
  }
  // The answer is stored in the transaction of the event, so that its machine is looked up before.
  const entity = await deps.store.entities.get(entityId);
  const name = entity?.machineName ?? request.machineName ?? null;
  const version = entity?.machineVersion ?? request.machineVersion ?? null;
  const loaded = name === null ? null : await deps.runtime.machines.find(name, version);
  return await decideOnce(c, deps, {
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

/** Without a machine an unknown entity cannot be created: that is a mistake in the request, not a missing resource. */
async function orNoMachine<Answer>(machineName: string | null, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "entity_not_found" || machineName !== null) {
      throw error;
    }
    throw new AppError("entity_not_found", `${error.message}; name a machine to create it`, {
      cause: error,
      details: { status: 400 },
    });
  }
}

function prefersAsync(header: string | undefined): boolean {
  return header !== undefined &&
    header.split(",").some((part) => part.trim().toLowerCase() === "respond-async");
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
