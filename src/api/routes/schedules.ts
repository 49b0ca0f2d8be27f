/** Events by the clock: those of machines and those that people add; pause, go on, run now. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { calendarOf, cronProblem } from "../../definition/cron.ts";
import { readOneSchedule } from "../../definition/read_schedules.ts";
import type { ScheduleSpec } from "../../engine/schedule_spec.ts";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { JOB_KIND, jobBody } from "../../orchestrator/job.ts";
import {
  newSchedule,
  type Schedule,
  SCHEDULE_KIND,
  scheduleBody,
  scheduleFrom,
  sendingOf,
} from "../../orchestrator/schedule.ts";
import type { StoredDocument } from "../../store/store.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import {
  CreateSchedule,
  Cron,
  previewOf,
  ReplaceSchedule,
  ScheduleId,
  ScheduleRecord,
  scheduleRecord,
  ScheduleTimes,
  TimeZone,
} from "./schedule_records.ts";
import { Cursor, MachineName, wholeNumber } from "./shared.ts";

/** Schedules that people may add, beside those of machines. */
const SCHEDULES_MAX = 1_000;
/** Tries to change a row that a worker moves on. */
const WRITE_TRIES_MAX = 20;

const ScheduleList = z.object({ schedules: z.array(ScheduleRecord), next_cursor: z.string().nullable() })
  .openapi("ScheduleListResponse");
const Ran = z.object({
  schedule_id: z.string(),
  event_id: z.string().nullable(),
  entity_id: z.string().nullable(),
  job_id: z.string().nullable(),
}).openapi("ScheduleRunResponse");

const params = z.object({ schedule_id: ScheduleId });
const NO_SCHEDULE = problemAnswer("No such schedule");
const OF_MACHINE = problemAnswer("It stands in the file of a machine, or changed meanwhile");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/schedules",
  tags: ["schedules"],
  summary: "Schedules by id",
  request: {
    query: z.strictObject({
      machine_name: MachineName.optional().openapi({ description: "A page may then hold fewer" }),
      limit: wholeNumber({ min: 1, max: 200 }).optional(),
      cursor: Cursor.optional(),
    }),
  },
  responses: { 200: jsonAnswer(ScheduleList, "One page") },
});

const createScheduleRoute = defineRoute({
  method: "post",
  path: "/api/v1/schedules",
  tags: ["schedules"],
  summary: "Send an event by the clock from now on",
  request: { body: jsonBody(CreateSchedule) },
  responses: {
    201: jsonAnswer(ScheduleRecord, "Stored"),
    404: problemAnswer("No such machine"),
    409: problemAnswer("There is one of this name"),
  },
});

const previewRoute = defineRoute({
  method: "post",
  path: "/api/v1/schedules/preview",
  tags: ["schedules"],
  summary: "Cron text in words, and the next five times",
  request: {
    body: jsonBody(
      z.strictObject({ cron: Cron, time_zone: TimeZone.default("UTC") }).openapi("SchedulePreviewRequest"),
    ),
  },
  responses: { 200: jsonAnswer(ScheduleTimes, "When it would be due") },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/schedules/{schedule_id}",
  tags: ["schedules"],
  summary: "One schedule",
  request: { params },
  responses: { 200: jsonAnswer(ScheduleRecord, "The schedule"), 404: NO_SCHEDULE },
});

const replaceRoute = defineRoute({
  method: "put",
  path: "/api/v1/schedules/{schedule_id}",
  tags: ["schedules"],
  summary: "Replace what it does; what became of it is kept",
  request: { params, body: jsonBody(ReplaceSchedule) },
  responses: { 200: jsonAnswer(ScheduleRecord, "Replaced"), 404: NO_SCHEDULE, 409: OF_MACHINE },
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/api/v1/schedules/{schedule_id}",
  tags: ["schedules"],
  summary: "Send nothing any more",
  request: { params },
  responses: { 204: { description: "Gone" }, 404: NO_SCHEDULE, 409: OF_MACHINE },
});

const pauseRoute = defineRoute({
  method: "post",
  path: "/api/v1/schedules/{schedule_id}/pause",
  tags: ["schedules"],
  summary: "Send nothing until it is resumed",
  request: { params },
  responses: { 200: jsonAnswer(ScheduleRecord, "Paused"), 404: NO_SCHEDULE },
});

const resumeRoute = defineRoute({
  method: "post",
  path: "/api/v1/schedules/{schedule_id}/resume",
  tags: ["schedules"],
  summary: "Go on with the next time; what came due meanwhile is not made up for",
  request: { params },
  responses: { 200: jsonAnswer(ScheduleRecord, "Goes on"), 404: NO_SCHEDULE },
});

const runRoute = defineRoute({
  method: "post",
  path: "/api/v1/schedules/{schedule_id}/run",
  tags: ["schedules"],
  summary: "Send now, out of turn",
  request: { params },
  responses: { 202: jsonAnswer(Ran, "Sent"), 404: NO_SCHEDULE },
});

export function addScheduleRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store } = deps;
  const { documents } = store.operations;

  app.openapi(listRoute, async (c) => {
    const { machine_name: machineName, limit, cursor } = c.req.valid("query");
    const page = await documents.list(SCHEDULE_KIND, {
      limit: limit ?? 50,
      cursor: cursor ?? null,
      isNewestFirst: false,
    });
    const schedules = page.items.map(scheduleRecord).filter((schedule) =>
      machineName === undefined || schedule.machine_name === machineName
    );
    return c.json({ schedules, next_cursor: page.nextCursor }, 200);
  });

  app.openapi(previewRoute, async (c) => {
    const { cron, time_zone: timeZone } = c.req.valid("json");
    const nowMs = await store.ping();
    const problem = cronProblem(cron, timeZone, nowMs);
    if (problem !== null) throw new AppError("validation_failed", `Cannot use cron "${cron}": ${problem}`);
    return c.json(previewOf({ cron, timeZone }, nowMs), 200);
  });

  app.openapi(createScheduleRoute, async (c) => {
    const { machine_name: machineName, ...body } = c.req.valid("json");
    const spec = specOrThrow(storable(body));
    await requireMachine(machineName);
    await requireRoom();
    const id = spec.name;
    const schedule = newSchedule(spec, { id, machineName, source: "api" });
    const version = await documents.put(SCHEDULE_KIND, id, scheduleBody(schedule), {
      expectedVersion: 0,
      expiresAtMs: null,
      dueAtMs: await nextOf(schedule),
    });
    if (version === null) {
      throw new AppError("conflict", `Cannot add schedule "${id}": there is one of this name`);
    }
    await note(c, "schedule.created", schedule);
    return c.json(scheduleRecord(await requireSchedule(id)), 201);
  });

  app.openapi(readRoute, async (c) => {
    return c.json(scheduleRecord(await requireSchedule(c.req.valid("param").schedule_id)), 200);
  });

  app.openapi(replaceRoute, async (c) => {
    const { schedule_id: id } = c.req.valid("param");
    const { machine_name: machineName, ...body } = c.req.valid("json");
    requireOwn(await requireSchedule(id));
    const spec = specOrThrow(storable({ ...body, name: id }));
    await requireMachine(machineName);
    const changed = await change(id, async (schedule, document) => {
      const next = { ...schedule, ...spec, machineName, problem: null };
      const isSameTime = spec.cron === schedule.cron && spec.timeZone === schedule.timeZone;
      const dueAtMs = isSameTime && document.dueAtMs !== null ? document.dueAtMs : await nextOf(next);
      return { schedule: next, dueAtMs: next.isPaused ? null : dueAtMs };
    });
    await note(c, "schedule.changed", scheduleFrom(changed.body));
    return c.json(scheduleRecord(changed), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const document = await requireSchedule(c.req.valid("param").schedule_id);
    requireOwn(document);
    await documents.delete(SCHEDULE_KIND, document.id);
    await note(c, "schedule.deleted", scheduleFrom(document.body));
    return c.body(null, 204);
  });

  app.openapi(pauseRoute, async (c) => {
    const changed = await change(
      c.req.valid("param").schedule_id,
      (schedule) => Promise.resolve({ schedule: { ...schedule, isPaused: true }, dueAtMs: null }),
    );
    await note(c, "schedule.paused", scheduleFrom(changed.body));
    return c.json(scheduleRecord(changed), 200);
  });

  app.openapi(resumeRoute, async (c) => {
    const changed = await change(c.req.valid("param").schedule_id, async (schedule, document) => ({
      schedule: { ...schedule, isPaused: false, problem: null, lateInARow: 0 },
      // One that is not held keeps its place: what came due a moment ago must not get lost.
      dueAtMs: document.dueAtMs ?? await nextOf(schedule),
    }));
    await note(c, "schedule.resumed", scheduleFrom(changed.body));
    return c.json(scheduleRecord(changed), 200);
  });

  app.openapi(runRoute, async (c) => {
    const { schedule_id: id } = c.req.valid("param");
    const schedule = scheduleFrom((await requireSchedule(id)).body);
    const nowMs = await store.ping();
    const sending = sendingOf(schedule, { dueAtMs: nowMs, runId: deps.newId(), actor: c.var.caller.name });
    if (sending.type === "event") await store.inbox.append([sending.event]);
    else {
      await documents.put(JOB_KIND, sending.jobId, jobBody(sending.job), {
        expectedVersion: 0,
        expiresAtMs: null,
        dueAtMs: nowMs,
      });
    }
    await note(c, "schedule.run", schedule);
    return c.json({
      schedule_id: id,
      event_id: sending.type === "event" ? sending.event.eventId : null,
      entity_id: sending.type === "event" ? sending.event.entityId : null,
      job_id: sending.type === "job" ? sending.jobId : null,
    }, 202);
  });

  async function requireSchedule(id: string): Promise<StoredDocument> {
    const document = await documents.get(SCHEDULE_KIND, id);
    if (document === null) throw new AppError("not_found", `Cannot find schedule "${id}": no such record`);
    return document;
  }

  async function requireMachine(name: string): Promise<void> {
    if (await deps.runtime.machines.find(name, null) !== null) return;
    throw new AppError("machine_not_found", `Cannot use machine "${name}": it is not stored`);
  }

  async function requireRoom(): Promise<void> {
    const { items } = await documents.list(SCHEDULE_KIND, { limit: SCHEDULES_MAX, isNewestFirst: false });
    if (items.filter(({ body }) => scheduleFrom(body).source === "api").length < SCHEDULES_MAX) return;
    throw new AppError("conflict", `Cannot add a schedule: there are ${SCHEDULES_MAX} already`);
  }

  async function nextOf({ cron, timeZone }: Pick<Schedule, "cron" | "timeZone">): Promise<number | null> {
    return calendarOf(cron, timeZone).nextAfter(await store.ping());
  }

  /** Workers move the row on with every occurrence: a change is made again until it fits. */
  async function change(
    id: string,
    make: (schedule: Schedule, document: StoredDocument) => Promise<{
      readonly schedule: Schedule;
      readonly dueAtMs: number | null;
    }>,
  ): Promise<StoredDocument> {
    for (let tries = 0; tries < WRITE_TRIES_MAX; tries++) {
      const document = await requireSchedule(id);
      const { schedule, dueAtMs } = await make(scheduleFrom(document.body), document);
      const version = await documents.put(SCHEDULE_KIND, id, scheduleBody(schedule), {
        expectedVersion: document.version,
        expiresAtMs: null,
        dueAtMs,
      });
      if (version !== null) return await requireSchedule(id);
    }
    throw new AppError("conflict", `Cannot change schedule "${id}": it changes all the time, try again`);
  }

  async function note(c: Context<ApiEnv>, action: string, schedule: Schedule): Promise<void> {
    await audit(c, deps, {
      action,
      resource: `schedule:${schedule.id}`,
      details: { machine_name: schedule.machineName, cron: schedule.cron, time_zone: schedule.timeZone },
    });
  }
}

function requireOwn(document: StoredDocument): void {
  const { source, machineName } = scheduleFrom(document.body);
  if (source === "api") return;
  throw new AppError(
    "conflict",
    `Cannot change schedule "${document.id}": it stands in machine "${machineName}"; pause it, or publish the machine without it`,
  );
}

function specOrThrow(body: JsonObject): ScheduleSpec {
  const read = readOneSchedule(body);
  if (read.ok) return read.spec;
  const [first] = read.diagnostics;
  throw new AppError("validation_failed", first?.message ?? "Cannot use the schedule", {
    details: { diagnostics: read.diagnostics },
  });
}

function storable(body: Readonly<Record<string, unknown>>): JsonObject {
  return JSON.parse(JSON.stringify(body));
}
