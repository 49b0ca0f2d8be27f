/** Jobs and their filters as callers write and read them. */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../json.ts";
import { SEND_RATE_DEFAULT, SEND_RATE_MAX } from "../../engine/schedule_spec.ts";
import { type Job, jobFrom, type JobItem } from "../../orchestrator/job.ts";
import type { StoredDocument } from "../../store/store.ts";
import {
  EntityId,
  Instant,
  InstantText,
  JsonRecord,
  LabelsInput,
  MachineName,
  recordOf,
  timeOf,
  timeOrNull,
} from "./shared.ts";

/** Ids that a dry run shows. */
export const SAMPLE_MAX = 20;

export const EntityFilterBody = z.strictObject({
  machine_name: MachineName.optional(),
  state: z.string().min(1).max(1_000).optional().openapi({ description: "Compared without case" }),
  workflow_status: z.enum(["active", "complete", "failed"]).optional(),
  is_terminal: z.boolean().optional(),
  labels: LabelsInput.optional(),
  q: z.string().min(1).max(255).optional().openapi({ description: "Part of the entity id" }),
  created_after: InstantText.optional(),
  created_before: InstantText.optional(),
  updated_after: InstantText.optional(),
  updated_before: InstantText.optional(),
}).openapi("EntityFilter", { description: "Active entities that match all of this" });

export const LetterFilterBody = z.strictObject({
  source_name: MachineName.optional().openapi({ description: "Machine" }),
  entity_id: EntityId.optional(),
  reason: z.string().min(1).max(64).optional(),
  stage: z.string().min(1).max(64).optional(),
  created_after: InstantText.optional(),
  created_before: InstantText.optional(),
}).openapi("DeadLetterFilter", { description: "Pending dead letters that match all of this" });

export const Rate = z.int().min(1).max(SEND_RATE_MAX).default(SEND_RATE_DEFAULT).openapi({
  description: "Records in a second",
});
export const Why = z.string().trim().min(1).max(1_000).nullish().openapi({
  description: "For those who find the job",
});

export const JobStatusWord = z.enum(["queued", "running", "paused", "completed", "cancelled", "failed"]);

export const JobRecord = z.object({
  job_id: z.string(),
  type: z.enum(["event", "redrive"]),
  status: JobStatusWord,
  filter: JsonRecord,
  trigger: z.string().nullable(),
  payload: JsonRecord,
  rate: z.int(),
  matched: z.int().nullable().openapi({ description: "When it was ordered; null = not counted yet" }),
  is_matched_exact: z.boolean(),
  done: z.int().openapi({ description: "Accepted by their lanes; the items name the events" }),
  failed: z.int(),
  skipped: z.int(),
  progress: z.number().nullable().openapi({ description: "0 to 1" }),
  actor: z.string().nullable(),
  reason: z.string().nullable(),
  schedule_id: z.string().nullable(),
  error: z.string().nullable(),
  created_at: Instant,
  started_at: Instant.nullable(),
  ended_at: Instant.nullable(),
}).openapi("JobResponse");

export const DryRun = z.object({
  dry_run: z.literal(true),
  matched: z.int(),
  is_matched_exact: z.boolean(),
  sample: z.array(z.string()).openapi({ description: `Ids of the first ${SAMPLE_MAX}` }),
}).openapi("JobDryRunResponse");

export const JobItemRecord = z.object({
  id: z.string().openapi({ description: "Entity, or dead letter" }),
  outcome: z.enum(["done", "failed", "skipped"]),
  event_id: z.string().nullable().openapi({
    description: "What became of it: GET /api/v1/events/{event_id}",
  }),
  error: z.string().nullable(),
}).openapi("JobItemResponse");

export function jobRecord(document: StoredDocument): z.infer<typeof JobRecord> {
  const job = jobFrom(document.body);
  return {
    job_id: document.id,
    type: job.type,
    status: job.status,
    filter: recordOf(job.filter),
    trigger: job.trigger,
    payload: recordOf(job.payload),
    rate: job.rate,
    matched: job.matched,
    is_matched_exact: job.isMatchedExact,
    done: job.done,
    failed: job.failed,
    skipped: job.skipped,
    progress: progressOf(job),
    actor: job.actor,
    reason: job.reason,
    schedule_id: job.scheduleId,
    error: job.error,
    created_at: timeOf(document.createdAtMs),
    started_at: timeOrNull(job.startedAtMs),
    ended_at: timeOrNull(job.endedAtMs),
  };
}

export function jobItemRecord(item: JobItem): z.infer<typeof JobItemRecord> {
  return { id: item.id, outcome: item.outcome, event_id: item.eventId, error: item.error };
}

/** More may match by now than when it was ordered: a job that runs is never told to be at its end. */
function progressOf({ status, matched, done, failed, skipped }: Job): number | null {
  if (status === "completed") return 1;
  if (matched === null) return null;
  return matched === 0 ? 0 : Math.min(0.99, Math.round((done + failed + skipped) / matched * 100) / 100);
}

/** A filter as a job keeps it: instants as text, nothing that was left out. */
export function storedFilter(filter: Readonly<Record<string, unknown>>): JsonObject {
  const entries = Object.entries(filter).filter(([, value]) => value !== undefined).map(([key, value]) =>
    [key, typeof value === "number" ? timeOf(value) : value] as const
  );
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)));
}
