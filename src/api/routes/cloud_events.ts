/** CloudEvents 1.0 from other systems, alone, in batches, or with their attributes in headers. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { unreachable } from "../../assert.ts";
import { AppError } from "../../errors.ts";
import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE } from "../../orchestrator/cloud_event.ts";
import type { NewEvent } from "../../orchestrator/event.ts";
import { binaryEvent, type IncomingEvent, readCloudEvent } from "../cloud_events/read.ts";
import { INCOMING_CLOUD_EVENT } from "../cloud_events/schema.ts";
import { type CommandRequest, hashOf, newEventOf } from "../commands.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { endedEvent, EventStatus } from "../event_status.ts";
import { applyPreferences, awaited, preferencesOf } from "../preferences.ts";
import { queueCommand, Queued } from "../queueing.ts";

const BATCH_MAX = 1_000;

const BatchAccepted = z.object({
  results: z.array(z.object({
    source: z.string(),
    id: z.string(),
    entity_id: z.string(),
    event_id: z.string(),
    status: z.enum(["queued", "duplicate", "conflict"]),
  })),
  total: z.int(),
  queued: z.int(),
}).openapi("CloudEventsAccepted");

const STATUSES = { accepted: "queued", duplicate: "duplicate", conflict: "conflict" } as const;

const cloudEventRoute = defineRoute({
  method: "post",
  path: "/api/v1/events",
  tags: ["events"],
  summary: "Take CloudEvents 1.0 for workers: structured, as a batch of up to 1,000, or binary",
  description:
    "`subject` is the entity, the last part of `type` the trigger, `data` the payload; the extensions " +
    "`machine`, `machineversion` and `trigger` say it outright. `source` and `id` together are the idempotency key. " +
    "In binary mode the attributes are headers (`ce-id`, `ce-source`, …) and the body is `data`. With " +
    "`Prefer: wait=N` the answer to one event waits until it is done.",
  request: {
    body: {
      required: false as const,
      content: {
        [CLOUD_EVENT_TYPE]: { schema: INCOMING_CLOUD_EVENT },
        [CLOUD_EVENT_BATCH_TYPE]: {
          schema: { type: "array" as const, maxItems: BATCH_MAX, items: INCOMING_CLOUD_EVENT },
        },
        "application/json": { schema: INCOMING_CLOUD_EVENT },
      },
    },
  },
  responses: {
    200: jsonAnswer(EventStatus, "Done within the time of `Prefer: wait=N`"),
    202: jsonAnswer(z.union([Queued, BatchAccepted]), "Accepted; of a batch one result for each, in order"),
    404: problemAnswer("No such entity, and no machine is named"),
    409: problemAnswer("The entity is not active"),
  },
});

type Sent =
  | { readonly type: "one"; readonly event: IncomingEvent }
  | { readonly type: "batch"; readonly events: readonly IncomingEvent[] };

export function addCloudEventRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(cloudEventRoute, async (c) => {
    const sent = sentEvents(c);
    switch (sent.type) {
      case "batch":
        return c.json(await acceptAll(c, sent.events), 202);
      case "one": {
        const { event } = sent;
        const queued = await queueCommand(c, deps, await requestOf(c, event));
        c.header("location", `/api/v1/events/${queued.event_id}`);
        const { waitSeconds } = preferencesOf(c.req.header("prefer"));
        if (waitSeconds === null) return c.json(queued, 202);
        applyPreferences(c, { isAsync: false, waitSeconds });
        const ended = await awaited(c, deps, { waitSeconds, ask: () => endedEvent(deps, queued.event_id) });
        return ended === null ? c.json(queued, 202) : c.json(ended, 200);
      }
      default:
        return unreachable(sent);
    }
  });

  /** Handed over in one go, so that the order given is the order of every entity. */
  async function acceptAll(
    c: Context<ApiEnv>,
    events: readonly IncomingEvent[],
  ): Promise<z.infer<typeof BatchAccepted>> {
    const newEvents = await Promise.all(
      events.map(async (event): Promise<NewEvent> => ({
        ...newEventOf(c, deps, await requestOf(c, event)),
        ...(event.traceparent === null ? {} : { traceparent: event.traceparent }),
      })),
    );
    const accepted = await Promise.all(newEvents.map((event) => deps.runtime.append(event)));
    const results = accepted.map((result, index) => ({
      source: events[index]?.source ?? "",
      id: events[index]?.id ?? "",
      entity_id: events[index]?.entityId ?? "",
      event_id: result.eventId,
      status: STATUSES[result.type],
    }));
    const queued = results.filter((result) => result.status === "queued").length;
    return { results, total: results.length, queued };
  }
}

function sentEvents(c: Context<ApiEnv>): Sent {
  const { sent } = c.var;
  const isBinary = c.req.header("ce-specversion") !== undefined || c.req.header("ce-id") !== undefined;
  const body: unknown = sent === null ? undefined : JSON.parse(sent.text);
  if (isBinary && (sent === null || sent.mediaType === "application/json")) {
    return { type: "one", event: readCloudEvent(binaryEvent(c.req.raw.headers, body)) };
  }
  if (sent === null) {
    throw new AppError(
      "validation_failed",
      "Cannot read the event: send a body, or the headers of binary mode",
    );
  }
  if (sent.mediaType !== CLOUD_EVENT_BATCH_TYPE) return { type: "one", event: readCloudEvent(body) };
  if (!Array.isArray(body)) throw new AppError("validation_failed", "Cannot read the batch: send an array");
  if (body.length > BATCH_MAX) {
    throw new AppError("validation_failed", `Cannot take the batch: more than ${BATCH_MAX} events`);
  }
  return { type: "batch", events: body.map((event: unknown, index) => readCloudEvent(event, [index])) };
}

/** The same `source` and `id` of one caller is the same event, whatever way it comes. */
async function requestOf(c: Context<ApiEnv>, event: IncomingEvent): Promise<CommandRequest> {
  const command = { type: "event", trigger: event.trigger, payload: event.payload } as const;
  const { entityId, machineName, machineVersion, source, id } = event;
  return {
    entityId,
    command,
    machineName,
    machineVersion,
    idempotency: {
      scope: `cloudevents:user:${c.var.caller.name}`,
      key: await hashOf({ source, id }),
      requestHash: await hashOf({ entityId, machineName, command }),
    },
  };
}
