/** What became of an event that was accepted. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../errors.ts";
import type { RouteDeps } from "./env.ts";
import { Instant, JsonRecord, recordOf, timeOf, timeOrNull } from "./routes/shared.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const EventStatus = z.object({
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

/** Throws `event_not_found`. */
export async function statusOfEvent(
  { store }: Pick<RouteDeps, "store">,
  eventId: string,
): Promise<z.infer<typeof EventStatus>> {
  const found = UUID.test(eventId) ? await store.inbox.status(eventId) : null;
  if (found === null) throw new AppError("event_not_found", "Cannot read the event: no such event");
  return {
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
  };
}

/** null while it waits. */
export async function endedEvent(
  deps: Pick<RouteDeps, "store">,
  eventId: string,
): Promise<z.infer<typeof EventStatus> | null> {
  const status = await statusOfEvent(deps, eventId);
  return status.state === "queued" ? null : status;
}
