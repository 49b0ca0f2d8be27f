/** Putting many dead letters back: looked at first, then a job that does it at a rate and can be cancelled. */
import { z } from "@hono/zod-openapi";
import { newJob } from "../../orchestrator/job.ts";
import { letterFilterOf } from "../../orchestrator/job_filter.ts";
import { defineRoute, jsonAnswer, jsonBody } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import {
  DryRun,
  JobRecord,
  jobRecord,
  LetterFilterBody,
  Rate,
  SAMPLE_MAX,
  storedFilter,
  Why,
} from "./job_records.ts";
import { orderJob } from "./jobs.ts";
import { timeOf } from "./shared.ts";

const OrderRedrive = z.strictObject({
  filter: LetterFilterBody.default({}).openapi({ description: "Absent = all pending ones" }),
  rate: Rate,
  reason: Why,
  dry_run: z.boolean().default(false).openapi({ description: "Only count, and show some" }),
}).openapi("DLQRedriveRequest");

const redriveRoute = defineRoute({
  method: "post",
  path: "/api/v1/dlq/redrive",
  tags: ["dead letters"],
  summary: "Put back every pending letter that matches, oldest first, at a rate",
  request: { body: jsonBody(OrderRedrive) },
  responses: {
    200: jsonAnswer(DryRun, "Counted; nothing was ordered"),
    202: jsonAnswer(JobRecord, "Ordered; a worker takes it within a second"),
  },
});

export function addRedriveRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store } = deps;

  app.openapi(redriveRoute, async (c) => {
    const { filter, rate, reason, dry_run: isDryRun } = c.req.valid("json");
    const nowMs = await store.ping();
    // What dies again while the job runs is a new letter: it is not put back a second time.
    const until = { created_before: Math.min(filter.created_before ?? nowMs, nowMs) };
    const bounded = storedFilter({ ...filter, created_before: timeOf(until.created_before) });
    const page = await store.deadLetters.list({
      ...letterFilterOf(bounded),
      status: "pending",
      isAscending: true,
      limit: SAMPLE_MAX,
    });
    if (isDryRun) {
      const sample = page.items.map((letter) => letter.recordId);
      return c.json({ dry_run: true, matched: page.total, is_matched_exact: page.isTotalExact, sample }, 200);
    }
    const job = newJob({
      type: "redrive",
      filter: bounded,
      trigger: null,
      payload: {},
      rate,
      actor: c.var.caller.name,
      reason: reason ?? null,
    });
    const counted = { ...job, matched: page.total, isMatchedExact: page.isTotalExact };
    return c.json(jobRecord(await orderJob(c, deps, counted)), 202);
  });
}
