/** Commands that move an entity: create, send an event now or later, apply data. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { ATTEMPTS_MAX_DEFAULT, decideOnce, idempotencyOf } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { Context } from "hono";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { expectedVersionOf } from "../preconditions.ts";
import { endedEvent, EventStatus } from "../event_status.ts";
import { queueCommand, Queued } from "../queueing.ts";
import { applyPreferences, awaited, preferencesOf } from "../preferences.ts";
import { CreatedEntity, createdEntity, EventAnswer, type EventRequest, sendNow } from "./event_answers.ts";
import {
  CallerRecord,
  entityParams,
  idempotencyHeaders,
  InstantOrNull,
  LabelsInput,
  MachineName,
  MachineVersion,
  Trigger,
} from "./shared.ts";

const CreateEntity = z.strictObject({
  machine_name: MachineName,
  machine_version: MachineVersion.nullish(),
  context: CallerRecord.default({}),
  labels: LabelsInput.default({}),
}).openapi("CreateEntityRequest");

export const SendEvent = z.strictObject({
  trigger: Trigger,
  context: CallerRecord.default({}),
  machine_name: MachineName.nullish(),
  machine_version: MachineVersion.nullish(),
}).openapi("ProcessEntityEventRequest");

const ApplyData = z.strictObject({
  data: CallerRecord.default({}),
  machine_name: MachineName.nullish(),
  fires_at: InstantOrNull,
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
  fires_at: InstantOrNull,
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
    "only accepted (202) and a worker decides it; with `Prefer: wait=N` it is decided within N seconds, at most 30, or " +
    "accepted so. `If-Match` with the entity's ETag refuses a change of something " +
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
    200: jsonAnswer(EventStatus, "Done within the time of `Prefer: wait=N`"),
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
    const wishes = preferencesOf(c.req.header("prefer"));
    const { isAsync, waitSeconds } = wishes;
    applyPreferences(c, wishes);
    if (isAsync) {
      if (request.ifVersion !== null) {
        throw new AppError(
          "bad_request",
          "Cannot accept the event: If-Match and respond-async exclude each other",
        );
      }
    }
    const answer = isAsync && waitSeconds === null
      ? null
      : await orNoMachine(request.machineName, () => sentWithin(c, waitSeconds, request));
    if (answer === null) {
      const queued = await orNoMachine(request.machineName, () => queueCommand(c, deps, request));
      c.header("location", `/api/v1/events/${queued.event_id}`);
      return c.json(queued, 202);
    }
    if (answer.version !== null) c.header("etag", `"${answer.version}"`);
    return c.json(answer, 200);
  });

  /** With a time to wait an entity that is busy is asked again; null = it stayed so, and the event goes into its queue. */
  async function sentWithin(
    c: Context<ApiEnv>,
    waitSeconds: number | null,
    request: EventRequest,
  ): Promise<z.infer<typeof EventAnswer> | null> {
    if (waitSeconds === null) return await sendNow(c, deps, request);
    const isQueueable = (request.ifVersion ?? null) === null;
    return await awaited(c, deps, {
      waitSeconds,
      ask: async () => {
        try {
          return await sendNow(c, deps, request);
        } catch (error) {
          if (!isQueueable || !isBusy(error)) throw error;
          return null;
        }
      },
    });
  }

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
    const { waitSeconds } = preferencesOf(c.req.header("prefer"));
    if (waitSeconds === null) return c.json(queued, 202);
    applyPreferences(c, { isAsync: false, waitSeconds });
    const ended = await awaited(c, deps, { waitSeconds, ask: () => endedEvent(deps, queued.event_id) });
    return ended === null ? c.json(queued, 202) : c.json(ended, 200);
  });
}

/** Earlier events of the entity are not done yet; that passes. */
function isBusy(error: unknown): boolean {
  return error instanceof AppError && error.code === "too_many_requests";
}

/** Without a machine an unknown entity cannot be created: that is a mistake in the request, not a missing resource. */
export async function orNoMachine<Answer>(
  machineName: string | null,
  run: () => Promise<Answer>,
): Promise<Answer> {
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
