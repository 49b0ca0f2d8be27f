/** Examining the service: everything that goes wrong first, in one answer. */
import { z } from "@hono/zod-openapi";
import { defineRoute, jsonAnswer } from "../contract.ts";
import { diagnose } from "../doctor.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Instant, timeOf } from "./shared.ts";

const COUNT_MAX = 10_000;

const Diagnosis = z.object({
  status: z.enum(["ok", "findings"]),
  store: z.string().openapi({ example: "PostgreSQL 18.1" }),
  checked_at: Instant,
  checks: z.array(z.object({
    name: z.string(),
    verdict: z.enum(["ok", "warning", "problem"]),
    summary: z.string().openapi({ description: "What was found" }),
    advice: z.string().nullable().openapi({ description: "What to do next" }),
  })),
}).openapi("Diagnosis");

const doctorRoute = defineRoute({
  method: "get",
  path: "/api/v1/doctor",
  tags: ["observability"],
  summary: "What is wrong: schema, clock, lag, lanes, dead letters, bloat, transactions, settings",
  responses: { 200: jsonAnswer(Diagnosis, "One verdict for each check") },
});

export function addDoctorRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store, clock } = deps;

  app.openapi(doctorRoute, async (c) => {
    const beforeMs = clock.nowMs();
    const storeNowMs = await store.ping();
    const skewMs = storeNowMs - (beforeMs + clock.nowMs()) / 2;
    const [schema, lanes, workers, facts] = await Promise.all([
      store.schema(),
      store.lanes.counts(COUNT_MAX),
      store.operations.workers(),
      store.facts(),
    ]);
    const checks = diagnose({ schema, skewMs, lanes, workers, nowMs: storeNowMs, store: facts });
    c.header("cache-control", "no-store");
    return c.json({
      status: checks.every((check) => check.verdict === "ok") ? "ok" as const : "findings" as const,
      store: facts.product,
      checked_at: timeOf(storeNowMs),
      checks: [...checks],
    }, 200);
  });
}
