/** Events for many entities at once, and what became of one that was accepted. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ATTEMPTS_MAX_DEFAULT, hashOf, newEventOf } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { endedEvent, EventStatus, statusOfEvent } from "../event_status.ts";
import { answerOnce } from "../kept_answers.ts";
import { applyPreferences, awaited, preferencesOf } from "../preferences.ts";
import {
  CallerRecord,
  EntityId,
  idempotencyHeaders,
  InstantOrNull,
  MachineName,
  MachineVersion,
  Trigger,
} from "./shared.ts";

const statusRoute = defineRoute({
  method: "get",
  path: "/api/v1/events/{event_id}",
  tags: ["events"],
  summary: "Where an event is: waiting, done or dead",
  description:
    "With `Prefer: wait=N` the answer comes when it is done or dead, after N seconds (at most 30) at the latest",
  request: { params: z.object({ event_id: z.string().max(64) }) },
  responses: { 200: jsonAnswer(EventStatus, "Its state"), 404: problemAnswer("No such event") },
});

const BATCH_MAX = 1_000;

const Batch = z.strictObject({
  events: z.array(z.strictObject({
    entity_id: EntityId,
    trigger: Trigger,
    context: CallerRecord.default({}),
    machine_name: MachineName.nullish(),
    machine_version: MachineVersion.nullish(),
    fires_at: InstantOrNull,
    idempotency_key: z.string().min(1).max(255).nullish(),
    max_attempts: z.int().min(1).max(100).nullish(),
  })).min(1).max(BATCH_MAX),
}).openapi("BatchEventsRequest");

const BatchAnswer = z.object({
  results: z.array(z.object({
    entity_id: z.string(),
    event_id: z.string(),
    status: z.enum(["queued", "duplicate", "conflict"]),
  })),
  total: z.int(),
  queued: z.int(),
}).openapi("BatchEventsResponse");

const batchRoute = defineRoute({
  method: "post",
  path: "/api/v1/events/batch",
  tags: ["events"],
  summary: "Accept up to 1,000 events for workers, in the order given",
  request: { headers: idempotencyHeaders, body: jsonBody(Batch) },
  responses: { 202: jsonAnswer(BatchAnswer, "One result for each, in order") },
});

const BATCH_STATUSES = { accepted: "queued", duplicate: "duplicate", conflict: "conflict" } as const;

export function addEventRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(batchRoute, async (c) => {
    const body = c.req.valid("json");
    const answer = await answerOnce(c, deps, {
      operation: "events/batch",
      body,
      readAnswer: (stored) => BatchAnswer.parse(stored),
      run: () => acceptAll(c, body.events),
    });
    return c.json(answer, 202);
  });

  async function acceptAll(
    c: Context<ApiEnv>,
    events: z.output<typeof Batch>["events"],
  ): Promise<z.infer<typeof BatchAnswer>> {
    const newEvents = await Promise.all(events.map(async (event) => {
      const command = { type: "event", trigger: event.trigger, payload: event.context } as const;
      const key = event.idempotency_key ?? null;
      return newEventOf(c, deps, {
        entityId: event.entity_id,
        command,
        machineName: event.machine_name ?? null,
        machineVersion: event.machine_version ?? null,
        notBeforeMs: event.fires_at ?? null,
        attemptsMax: event.max_attempts ?? ATTEMPTS_MAX_DEFAULT,
        idempotency: key === null ? null : {
          scope: `user:${c.var.caller.name}|entity:${event.entity_id}`,
          key,
          requestHash: await hashOf(command),
        },
      });
    }));
    // Handed over in one go, so that the order given is the order of every lane.
    const accepted = await Promise.all(newEvents.map((event) => deps.runtime.append(event)));
    const results = accepted.map((result, index) => ({
      entity_id: events[index]?.entity_id ?? "",
      event_id: result.eventId,
      status: BATCH_STATUSES[result.type],
    }));
    const queued = results.filter((result) => result.status === "queued").length;
    return { results, total: results.length, queued };
  }

  app.openapi(statusRoute, async (c) => {
    const eventId = c.req.valid("param").event_id.toLowerCase();
    const { waitSeconds } = preferencesOf(c.req.header("prefer"));
    if (waitSeconds !== null) {
      applyPreferences(c, { isAsync: false, waitSeconds });
      await awaited(c, deps, { waitSeconds, ask: () => endedEvent(deps, eventId) });
    }
    return c.json(await statusOfEvent(deps, eventId), 200);
  });
}
