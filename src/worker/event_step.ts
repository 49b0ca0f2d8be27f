/** One step of a job that sends an event to entities: the events are accepted with the row that counts them. */
import { uuidV5 } from "../orchestrator/action_id.ts";
import type { NewEvent } from "../orchestrator/event.ts";
import {
  type Job,
  JOB_ITEMS_KIND,
  JOB_KEPT_MS,
  type JobItem,
  jobItemsBody,
  jobPageId,
  settled,
  stepSizeOf,
} from "../orchestrator/job.ts";
import { entityFilterOf } from "../orchestrator/job_filter.ts";
import type { HeldJob, StepDeps, StepResult } from "./jobs.ts";

const ATTEMPTS_MAX = 5;

/** By id, so that each entity comes once, whatever the events change about it. */
export async function eventStep(deps: StepDeps, held: HeldJob): Promise<StepResult> {
  const { id, job } = held;
  const page = await deps.store.entities.list({
    ...entityFilterOf(job.filter),
    sortBy: "entity_id",
    isAscending: true,
    limit: stepSizeOf(job.rate),
    cursor: job.cursor,
  });
  const events = page.items.map((entity) => eventOf(id, job, entity.entityId));
  const items = events.map((event): JobItem => ({
    id: event.entityId,
    outcome: "done",
    eventId: event.eventId,
    error: null,
  }));
  if (items.length > 0) {
    await deps.store.operations.documents.put(JOB_ITEMS_KIND, jobPageId(id, job.pages), jobItemsBody(items), {
      expectedVersion: null,
      expiresAtMs: deps.storeNowMs() + JOB_KEPT_MS,
    });
  }
  const isAtEnd = page.nextCursor === null;
  const written = await deps.write(held, {
    ...settled(job, items),
    ...(job.matched === null ? { matched: page.total, isMatchedExact: page.isTotalExact } : {}),
    cursor: page.nextCursor,
    isAtEnd,
    ...(isAtEnd ? { status: "completed", endedAtMs: deps.storeNowMs() } : {}),
  }, { events });
  if (written !== null) deps.onItems?.(job.type, items);
  return written === null ? null : { held: written, count: items.length };
}

function eventOf(jobId: string, job: Job, entityId: string): NewEvent {
  return {
    eventId: uuidV5(`job:${jobId}:${entityId}`),
    entityId,
    // The entity was there a moment ago: it is not born again should it be gone by now.
    machineName: null,
    machineVersion: null,
    command: { type: "event", trigger: job.trigger ?? "", payload: job.payload },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: ATTEMPTS_MAX,
    traceparent: null,
    actor: job.actor,
  };
}
