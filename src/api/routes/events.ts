/** What became of an event that was accepted. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Instant, JsonRecord, recordOf, timeOf, timeOrNull } from "./shared.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const EventStatus = z.object({
  event_id: z.string(),
  state: z.enum(["queued", "succeeded", "dead_letter"]),
  type: z.enum(["event", "data", "command"]),
  trigger: z.string(),
  machine: z.string(),
  entity_id: z.string(),
  attempts: z.int(),
  max_attempts: z.int(),
  error_message: z.string().nullable(),
  result: JsonRecord.nullable(),
  fires_at: Instant,
  created_at: Instant.nullable(),
  completed_at: Instant.nullable(),
  transition_history_id: z.string().nullable(),
}).openapi("EventStatusResponse");

const STATES = { pending: "queued", completed: "succeeded", dead_letter: "dead_letter" } as const;

const statusRoute = defineRoute({
  method: "get",
  path: "/api/v1/events/{event_id}",
  tags: ["events"],
  summary: "Where an event is: waiting, done or dead",
  request: { params: z.object({ event_id: z.string().max(64) }) },
  responses: { 200: jsonAnswer(EventStatus, "Its state"), 404: problemAnswer("No such event") },
});

export function addEventRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(statusRoute, async (c) => {
    const eventId = c.req.valid("param").event_id.toLowerCase();
    const found = UUID.test(eventId) ? await deps.store.inbox.status(eventId) : null;
    if (found === null) throw new AppError("event_not_found", "Cannot read the event: no such event");
    return c.json({
      event_id: found.eventId,
      state: STATES[found.state],
      type: found.type,
      trigger: found.trigger,
      machine: found.machineName,
      entity_id: found.entityId,
      attempts: found.attempts,
      max_attempts: found.attemptsMax,
      error_message: found.errorMessage,
      result: found.result === null ? null : recordOf(found.result),
      fires_at: timeOf(found.firesAtMs),
      created_at: timeOf(found.createdAtMs),
      completed_at: timeOrNull(found.completedAtMs),
      transition_history_id: found.historyId,
    }, 200);
  });
}
