/** Work on many records: ordered once, done by a worker at a rate, looked at, paused and cancelled meanwhile. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import {
  controlled,
  isJobOver,
  type Job,
  JOB_ITEMS_KIND,
  JOB_KEPT_MS,
  JOB_KIND,
  jobBody,
  type JobControl,
  jobFrom,
  jobItemsFrom,
  jobPageId,
  newJob,
} from "../../orchestrator/job.ts";
import { entityFilterOf } from "../../orchestrator/job_filter.ts";
import type { StoredDocument } from "../../store/store.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import {
  DryRun,
  EntityFilterBody,
  JobItemRecord,
  jobItemRecord,
  JobRecord,
  jobRecord,
  JobStatusWord,
  Rate,
  SAMPLE_MAX,
  storedFilter,
  Why,
} from "./job_records.ts";
import { CallerRecord, Cursor, Trigger, wholeNumber } from "./shared.ts";

/** Tries to change a job while its worker writes down how far it is. */
const CONTROL_TRIES_MAX = 20;
/** Pages of the trail in one answer; each has up to a hundred items. */
const ITEM_PAGES = 5;

const OrderJob = z.strictObject({
  trigger: Trigger,
  payload: CallerRecord.optional(),
  filter: EntityFilterBody.refine(
    (filter) => Object.values(filter).some((value) => value !== undefined),
    "Say at least one thing that entities must match",
  ),
  rate: Rate,
  reason: Why,
  dry_run: z.boolean().default(false).openapi({ description: "Only count, and show some" }),
}).openapi("JobCreateRequest");

const JobList = z.object({ jobs: z.array(JobRecord), next_cursor: z.string().nullable() })
  .openapi("JobListResponse");
const JobItems = z.object({ items: z.array(JobItemRecord), next_cursor: z.string().nullable() })
  .openapi("JobItemsResponse");

const jobParams = z.object({ job_id: z.string().min(1).max(64) });
const NO_JOB = problemAnswer("No such job");

const createJobRoute = defineRoute({
  method: "post",
  path: "/api/v1/jobs",
  tags: ["jobs"],
  summary: "Send an event to every entity that matches, at a rate",
  request: { body: jsonBody(OrderJob) },
  responses: {
    200: jsonAnswer(DryRun, "Counted; nothing was ordered"),
    202: jsonAnswer(JobRecord, "Ordered; a worker takes it within a second"),
  },
});

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/jobs",
  tags: ["jobs"],
  summary: "Jobs, newest first",
  request: {
    query: z.strictObject({
      status: JobStatusWord.optional().openapi({ description: "A page may then hold fewer" }),
      limit: wholeNumber({ min: 1, max: 200 }).optional(),
      cursor: Cursor.optional(),
    }),
  },
  responses: { 200: jsonAnswer(JobList, "One page") },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/jobs/{job_id}",
  tags: ["jobs"],
  summary: "One job, with its progress",
  request: { params: jobParams },
  responses: { 200: jsonAnswer(JobRecord, "The job"), 404: NO_JOB },
});

const itemsRoute = defineRoute({
  method: "get",
  path: "/api/v1/jobs/{job_id}/items",
  tags: ["jobs"],
  summary: "What became of each record, in the order in which they were taken",
  request: { params: jobParams, query: z.strictObject({ cursor: Cursor.optional() }) },
  responses: { 200: jsonAnswer(JobItems, "One page"), 404: NO_JOB },
});

const SUMMARIES = {
  cancel: "End it; what was sent stays sent",
  pause: "Hold it where it is",
  resume: "Go on where it was held",
} as const satisfies Record<JobControl, string>;

function controlRoute<Control extends JobControl>(control: Control) {
  return defineRoute({
    method: "post",
    path: `/api/v1/jobs/{job_id}/${control}`,
    tags: ["jobs"],
    summary: SUMMARIES[control],
    request: { params: jobParams },
    responses: {
      200: jsonAnswer(JobRecord, "The job as it is now"),
      404: NO_JOB,
      409: problemAnswer("It is over"),
    },
  });
}

const cancelRoute = controlRoute("cancel");
const pauseRoute = controlRoute("pause");
const resumeRoute = controlRoute("resume");

export function addJobRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store } = deps;
  const { documents } = store.operations;

  app.openapi(createJobRoute, async (c) => {
    const { dry_run: isDryRun, filter, rate, trigger, payload, reason } = c.req.valid("json");
    const stored = storedFilter(filter);
    const page = await store.entities.list({
      ...entityFilterOf(stored),
      sortBy: "entity_id",
      isAscending: true,
      limit: SAMPLE_MAX,
    });
    if (isDryRun) {
      const sample = page.items.map((entity) => entity.entityId);
      return c.json({ dry_run: true, matched: page.total, is_matched_exact: page.isTotalExact, sample }, 200);
    }
    const job = newJob({
      type: "event",
      filter: stored,
      trigger,
      payload: payload ?? {},
      rate,
      actor: c.var.caller.name,
      reason: reason ?? null,
    });
    const counted = { ...job, matched: page.total, isMatchedExact: page.isTotalExact };
    return c.json(jobRecord(await orderJob(c, deps, counted)), 202);
  });

  app.openapi(listRoute, async (c) => {
    const { status, limit, cursor } = c.req.valid("query");
    const page = await documents.list(JOB_KIND, {
      limit: limit ?? 50,
      cursor: cursor ?? null,
      isNewestFirst: true,
    });
    const jobs = page.items.map(jobRecord).filter((job) => status === undefined || job.status === status);
    return c.json({ jobs, next_cursor: page.nextCursor }, 200);
  });

  app.openapi(readRoute, async (c) => {
    return c.json(jobRecord(await requireJob(deps, c.req.valid("param").job_id)), 200);
  });

  app.openapi(itemsRoute, async (c) => {
    const { job_id: id } = c.req.valid("param");
    const { pages } = jobFrom((await requireJob(deps, id)).body);
    const page = await documents.list(JOB_ITEMS_KIND, {
      prefix: `${id}:`,
      limit: ITEM_PAGES,
      cursor: c.req.valid("query").cursor ?? null,
      isNewestFirst: false,
    });
    // The page of a step that was overtaken by a cancellation does not count.
    const counted = page.items.filter((document) => document.id < jobPageId(id, pages));
    return c.json({
      items: counted.flatMap((document) => jobItemsFrom(document.body)).map(jobItemRecord),
      next_cursor: page.nextCursor,
    }, 200);
  });

  app.openapi(cancelRoute, async (c) => c.json(await control(c, c.req.valid("param").job_id, "cancel"), 200));
  app.openapi(pauseRoute, async (c) => c.json(await control(c, c.req.valid("param").job_id, "pause"), 200));
  app.openapi(resumeRoute, async (c) => c.json(await control(c, c.req.valid("param").job_id, "resume"), 200));

  async function control(
    c: Context<ApiEnv>,
    id: string,
    wish: JobControl,
  ): Promise<z.infer<typeof JobRecord>> {
    for (let tries = 0; tries < CONTROL_TRIES_MAX; tries++) {
      const document = await requireJob(deps, id);
      const before = jobFrom(document.body);
      const nowMs = await store.ping();
      const job = controlled(before, wish, nowMs);
      if (job === null) throw new AppError("conflict", `Cannot ${wish} job "${id}": it is ${before.status}`);
      if (job.status === before.status) return jobRecord(document);
      const version = await documents.put(JOB_KIND, id, jobBody(job), {
        expectedVersion: document.version,
        expiresAtMs: isJobOver(job.status) ? nowMs + JOB_KEPT_MS : null,
        dueAtMs: job.status === "queued" ? nowMs : null,
      });
      if (version === null) continue;
      await audit(c, deps, {
        action: AUDIT[wish],
        resource: `job:${id}`,
        details: { done: job.done, matched: job.matched },
      });
      return jobRecord({ ...document, body: jobBody(job) });
    }
    throw new AppError("conflict", `Cannot ${wish} job "${id}": it changes all the time, try again`);
  }
}

const AUDIT = {
  cancel: "job.cancelled",
  pause: "job.paused",
  resume: "job.resumed",
} as const satisfies Record<JobControl, string>;

/** Keeps a job for a worker to take. */
export async function orderJob(c: Context<ApiEnv>, deps: RouteDeps, job: Job): Promise<StoredDocument> {
  const id = deps.newId();
  await deps.store.operations.documents.put(JOB_KIND, id, jobBody(job), {
    expectedVersion: 0,
    expiresAtMs: null,
    dueAtMs: 0,
  });
  await audit(c, deps, {
    action: "job.created",
    resource: `job:${id}`,
    details: {
      type: job.type,
      filter: job.filter,
      trigger: job.trigger,
      rate: job.rate,
      matched: job.matched,
      reason: job.reason,
    },
  });
  return await requireJob(deps, id);
}

async function requireJob(deps: RouteDeps, id: string): Promise<StoredDocument> {
  const document = await deps.store.operations.documents.get(JOB_KIND, id);
  if (document === null) throw new AppError("not_found", `Cannot find job "${id}": no such record`);
  return document;
}
