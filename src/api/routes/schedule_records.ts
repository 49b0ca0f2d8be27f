/** Schedules as callers write and read them: with their times in words, and the next five. */
import { z } from "@hono/zod-openapi";
import { calendarOf, CRON_LENGTH_MAX, nextTimes } from "../../definition/cron.ts";
import { cronWords } from "../../definition/cron_words.ts";
import { CATCH_UPS, SCHEDULE_NAME_PATTERN } from "../../definition/read_schedules.ts";
import { SEND_RATE_MAX } from "../../engine/schedule_spec.ts";
import { scheduleFrom } from "../../orchestrator/schedule.ts";
import type { StoredDocument } from "../../store/store.ts";
import {
  CallerRecord,
  Instant,
  JsonRecord,
  LabelsInput,
  MachineName,
  recordOf,
  timeOf,
  timeOrNull,
  Trigger,
} from "./shared.ts";

const NEXT_TIMES = 5;

export const Cron = z.string().min(1).max(CRON_LENGTH_MAX).openapi({
  example: "0 3 * * *",
  description: "Five fields, six with seconds in front, or @hourly, @daily, @weekly, @monthly, @yearly",
});
export const TimeZone = z.string().min(1).max(64).openapi({ example: "Europe/Berlin" });
export const ScheduleId = z.string().regex(
  /^[a-z0-9_]{1,200}:[a-z0-9][a-z0-9_.-]{0,99}$|^[a-z0-9][a-z0-9_.-]{0,99}$/,
);

const EntitiesBody = z.strictObject({
  state: z.string().min(1).max(1_000).optional(),
  workflow_status: z.enum(["active", "complete", "failed"]).optional(),
  is_terminal: z.boolean().optional(),
  labels: LabelsInput.optional(),
  q: z.string().min(1).max(255).optional().openapi({ description: "Part of the entity id" }),
});

const FIELDS = {
  machine_name: MachineName,
  description: z.string().max(1_000).optional(),
  cron: Cron,
  time_zone: TimeZone.default("UTC"),
  catch_up: z.enum(CATCH_UPS).default("last").openapi({
    description: "Occurrences that were missed: none, the most recent one, or each in order",
  }),
  trigger: Trigger,
  payload: CallerRecord.optional().openapi({
    description: "Texts may use {{ date }}, {{ time }}, {{ due_at }}",
  }),
  entity_id: z.string().min(1).max(255).optional().openapi({
    description: "One entity, created when it is missing; may use {{ date }}",
    example: "report-{{ date }}",
  }),
  entities: EntitiesBody.optional().openapi({ description: "Or all active entities that match" }),
  rate: z.int().min(1).max(SEND_RATE_MAX).optional().openapi({ description: "Entities in a second" }),
};

export const CreateSchedule = z.strictObject({
  name: z.string().regex(new RegExp(SCHEDULE_NAME_PATTERN)),
  ...FIELDS,
}).openapi("ScheduleCreateRequest");

export const ReplaceSchedule = z.strictObject(FIELDS).openapi("ScheduleUpdateRequest");

export const ScheduleRecord = z.object({
  schedule_id: z.string(),
  name: z.string(),
  description: z.string(),
  machine_name: z.string(),
  source: z.enum(["machine", "api"]).openapi({
    description: "Where it stands: in the machine's file, or here",
  }),
  cron: z.string(),
  time_zone: z.string(),
  words: z.string(),
  catch_up: z.enum(CATCH_UPS),
  trigger: z.string(),
  payload: JsonRecord,
  entity_id: z.string().nullable(),
  entities: JsonRecord.nullable(),
  rate: z.int().nullable(),
  status: z.enum(["active", "paused", "ended", "failed"]),
  error: z.string().nullable(),
  next_at: z.array(Instant).openapi({ description: `The next ${NEXT_TIMES} times; none while it is paused` }),
  last_at: Instant.nullable().openapi({ description: "Due time of the last occurrence that was sent" }),
  sent: z.int(),
  skipped_at: Instant.nullable().openapi({ description: "When occurrences were left out last" }),
  created_at: Instant,
  updated_at: Instant,
}).openapi("ScheduleResponse");

export const ScheduleTimes = z.object({ words: z.string(), next_at: z.array(Instant) })
  .openapi("SchedulePreviewResponse");

export function scheduleRecord(document: StoredDocument): z.infer<typeof ScheduleRecord> {
  const schedule = scheduleFrom(document.body);
  const { target } = schedule;
  return {
    schedule_id: document.id,
    name: schedule.name,
    description: schedule.description,
    machine_name: schedule.machineName,
    source: schedule.source,
    cron: schedule.cron,
    time_zone: schedule.timeZone,
    words: cronWords(schedule.cron, schedule.timeZone),
    catch_up: schedule.catchUp,
    trigger: schedule.trigger,
    payload: recordOf(schedule.payload),
    entity_id: target.type === "entity" ? target.entityId : null,
    entities: target.type === "entities" ? recordOf(target.filter) : null,
    rate: target.type === "entities" ? target.rate : null,
    status: schedule.problem !== null
      ? "failed"
      : schedule.isPaused
      ? "paused"
      : document.dueAtMs === null
      ? "ended"
      : "active",
    error: schedule.problem,
    next_at: document.dueAtMs === null ? [] : timesFrom(schedule, document.dueAtMs),
    last_at: timeOrNull(schedule.lastDueAtMs),
    sent: schedule.sent,
    skipped_at: timeOrNull(schedule.skippedAtMs),
    created_at: timeOf(document.createdAtMs),
    updated_at: timeOf(document.updatedAtMs),
  };
}

/** The time that is due first, and those behind it. */
function timesFrom(when: { readonly cron: string; readonly timeZone: string }, dueAtMs: number): string[] {
  const later = nextTimes(calendarOf(when.cron, when.timeZone), dueAtMs, NEXT_TIMES - 1);
  return [dueAtMs, ...later].map(timeOf);
}

export function previewOf(
  when: { readonly cron: string; readonly timeZone: string },
  nowMs: number,
): z.infer<typeof ScheduleTimes> {
  const times = nextTimes(calendarOf(when.cron, when.timeZone), nowMs, NEXT_TIMES);
  return { words: cronWords(when.cron, when.timeZone), next_at: times.map(timeOf) };
}
