/** Whether this process lives, whether it can work, and its figures. */
import { z } from "@hono/zod-openapi";
import { defineRoute, jsonAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";

const HEALTH_CACHE_MS = 1_000;

const Root = z.object({
  name: z.string(),
  version: z.string(),
  api_version: z.string(),
  docs: z.string(),
  redoc: z.string(),
  openapi: z.string(),
}).openapi("Root");

const Health = z.object({
  status: z.enum(["healthy", "unhealthy"]),
  version: z.string(),
  /** Only there when nobody needs to log in. */
  auth_disabled: z.literal(true).optional(),
}).openapi("Health");

const Live = z.object({ status: z.literal("alive") }).openapi("Live");

const Ready = z.object({
  status: z.enum(["ready", "not ready"]),
  checks: z.object({ store: z.boolean(), schema: z.boolean() }),
}).openapi("Ready");

const rootRoute = defineRoute({
  method: "get",
  path: "/",
  tags: ["health"],
  summary: "What this is",
  responses: { 200: jsonAnswer(Root, "Name and version") },
});

const healthRoute = defineRoute({
  method: "get",
  path: "/health",
  tags: ["health"],
  summary: "Whether the service works; asks the store at most once a second",
  responses: {
    200: jsonAnswer(Health, "It works"),
    503: jsonAnswer(Health, "The store does not answer"),
  },
});

const liveRoute = defineRoute({
  method: "get",
  path: "/health/live",
  tags: ["health"],
  summary: "Whether the process lives; asks nobody",
  responses: { 200: jsonAnswer(Live, "It lives") },
});

const readyRoute = defineRoute({
  method: "get",
  path: "/ready",
  tags: ["health"],
  summary: "Whether requests can be served: store reachable, schema as expected",
  responses: { 200: jsonAnswer(Ready, "Ready"), 503: jsonAnswer(Ready, "Not ready") },
});

const metricsRoute = defineRoute({
  method: "get",
  path: "/metrics",
  tags: ["health"],
  summary: "Figures of this process for Prometheus",
  responses: { 200: { description: "Text format 0.0.4", content: { "text/plain": { schema: z.string() } } } },
});

export function addHealthRoutes(app: ApiApp, deps: RouteDeps): void {
  const { settings, store, clock, metrics, auth } = deps;
  let last: { readonly atMs: number; readonly check: Promise<Checks> } | null = null;

  app.openapi(rootRoute, (c) =>
    c.json({
      name: settings.appName,
      version: settings.version,
      api_version: "v1",
      docs: "/docs",
      redoc: "/redoc",
      openapi: "/openapi.json",
    }, 200));

  app.openapi(healthRoute, async (c) => {
    const { store: isHealthy } = await checks();
    const body = { version: settings.version, ...(auth.isOpen ? { auth_disabled: true as const } : {}) };
    c.header("cache-control", "no-store");
    return isHealthy
      ? c.json({ status: "healthy" as const, ...body }, 200)
      : c.json({ status: "unhealthy" as const, ...body }, 503);
  });

  app.openapi(liveRoute, (c) => c.json({ status: "alive" as const }, 200));

  app.openapi(readyRoute, async (c) => {
    const found = await checks();
    c.header("cache-control", "no-store");
    return found.store && found.schema
      ? c.json({ status: "ready" as const, checks: found }, 200)
      : c.json({ status: "not ready" as const, checks: found }, 503);
  });

  app.openapi(metricsRoute, async (c) => {
    const text = await metrics.render();
    return c.text(text, 200, { "content-type": metrics.contentType });
  });

  /** Everybody who asks within a second shares one look at the store. */
  function checks(): Promise<Checks> {
    const nowMs = clock.nowMs();
    if (last !== null && nowMs - last.atMs < HEALTH_CACHE_MS && nowMs >= last.atMs) return last.check;
    last = { atMs: nowMs, check: look() };
    return last.check;
  }

  async function look(): Promise<Checks> {
    try {
      await store.ping();
      const { applied, expected } = await store.schema();
      return { store: true, schema: applied !== null && applied >= expected };
    } catch {
      return { store: false, schema: false };
    }
  }
}

interface Checks {
  readonly store: boolean;
  readonly schema: boolean;
}
