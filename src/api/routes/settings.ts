/** What this process was told, for people: read-only, secrets masked. */
import { z } from "@hono/zod-openapi";
import { defineRoute, jsonAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";

const AppConfig = z.object({
  theme: z.string(),
  app_name: z.string(),
  version: z.string(),
  allow_inline_code_actions: z.literal(false),
  allow_inline_code_imports: z.literal(false),
  allow_catalog_code: z.literal(false),
}).openapi("AppConfig");

const RuntimeOverview = z.object({
  version: z.string(),
  app_name: z.string(),
  ui_theme: z.string(),
  environment: z.enum(["production", "development", "test"]),
  auth_disabled: z.boolean(),
  auth_mode: z.enum(["open_no_login", "builtin_jwt", "external_oidc"]),
  database: z.object({
    driver_kind: z.enum(["memory", "sqlite", "postgres"]),
    schema_applied: z.int().nullable(),
    schema_expected: z.int(),
  }),
  cors_origins: z.array(z.string()),
}).openapi("RuntimeOverview");

const ServerConfig = z.object({
  rows: z.array(z.object({
    id: z.string(),
    env_key: z.string(),
    section: z.string(),
    effective_display: z.string(),
    source_hint: z.enum(["environment", "file", "default"]),
    is_secret: z.boolean(),
    editable: z.literal(false),
  })),
}).openapi("ServerConfig");

const DatabaseConfig = z.object({
  configured_url: z.string().nullable(),
  actual_url: z.string(),
  database_type: z.string(),
  is_default: z.boolean(),
  machine_count: z.int(),
  message: z.string(),
}).openapi("DatabaseConfigResponse");

const DeadLetterConfig = z.object({
  dlq_enabled: z.literal(true),
  dlq_database_url: z.string().nullable(),
  dlq_table_name: z.string(),
  persistence: z.string(),
}).openapi("WorkerDlqConfigResponse");

/** A target is configured by the operator and named here; addresses of callers are never connected to. */
const TestTarget = z.strictObject({ target: z.literal("store").default("store") }).openapi(
  "TestTargetRequest",
);
const testBody = { required: false as const, content: { "application/json": { schema: TestTarget } } };

const TestAnswer = z.object({ success: z.boolean(), message: z.string() }).openapi("DatabaseTestResponse");

const DeadLetterFigures = z.object({
  total_messages: z.int(),
  by_reason: z.record(z.string(), z.int()),
  by_stage: z.record(z.string(), z.int()),
  by_status: z.record(z.string(), z.int()),
}).openapi("DlqStatsResponse");

const deadLetterConfigRoute = defineRoute({
  method: "get",
  path: "/api/v1/settings/worker-dlq-config",
  tags: ["settings"],
  summary: "Where dead letters are kept: always with everything else",
  responses: { 200: jsonAnswer(DeadLetterConfig, "Settings") },
});

const testDatabaseRoute = defineRoute({
  method: "post",
  path: "/api/v1/settings/test-database",
  tags: ["settings"],
  summary: "Whether the configured store answers",
  request: { body: testBody },
  responses: { 200: jsonAnswer(TestAnswer, "Result") },
});

const testDeadLettersRoute = defineRoute({
  method: "post",
  path: "/api/v1/settings/test-dlq",
  tags: ["settings"],
  summary: "Whether dead letters of the configured store can be read",
  request: { body: testBody },
  responses: { 200: jsonAnswer(TestAnswer, "Result") },
});

const deadLetterFiguresRoute = defineRoute({
  method: "post",
  path: "/api/v1/settings/dlq-stats",
  tags: ["settings"],
  summary: "Dead letters of the configured store, counted",
  request: { body: testBody },
  responses: { 200: jsonAnswer(DeadLetterFigures, "Figures") },
});

const appConfigRoute = defineRoute({
  method: "get",
  path: "/api/v1/settings/app-config",
  tags: ["settings"],
  summary: "Name, theme and version, for pages before a login",
  responses: { 200: jsonAnswer(AppConfig, "Settings of the pages") },
});

const overviewRoute = defineRoute({
  method: "get",
  path: "/api/v1/settings/runtime-overview",
  tags: ["settings"],
  summary: "How this process runs",
  responses: { 200: jsonAnswer(RuntimeOverview, "Overview") },
});

const serverConfigRoute = defineRoute({
  method: "get",
  path: "/api/v1/settings/server-config",
  tags: ["settings"],
  summary: "Effective settings and where they come from; they cannot be changed over HTTP",
  responses: { 200: jsonAnswer(ServerConfig, "Settings") },
});

const databaseRoute = defineRoute({
  method: "get",
  path: "/api/v1/settings/database-config",
  tags: ["settings"],
  summary: "Which kind of store is in use",
  responses: { 200: jsonAnswer(DatabaseConfig, "The store") },
});

export function addSettingsRoutes(app: ApiApp, deps: RouteDeps): void {
  const { settings, store, auth } = deps;

  app.openapi(appConfigRoute, (c) =>
    c.json({
      theme: settings.theme,
      app_name: settings.appName,
      version: settings.version,
      allow_inline_code_actions: false as const,
      allow_inline_code_imports: false as const,
      allow_catalog_code: false as const,
    }, 200));

  app.openapi(overviewRoute, async (c) => {
    const schema = await store.schema();
    return c.json({
      version: settings.version,
      app_name: settings.appName,
      ui_theme: settings.theme,
      environment: settings.environment,
      auth_disabled: auth.isOpen,
      auth_mode: auth.mode,
      database: {
        driver_kind: store.dialect,
        schema_applied: schema.applied,
        schema_expected: schema.expected,
      },
      cors_origins: [...settings.corsOrigins],
    }, 200);
  });

  app.openapi(serverConfigRoute, (c) =>
    c.json({
      rows: settings.configRows.map((row) => ({
        id: row.id,
        env_key: row.envKey,
        section: row.section,
        effective_display: row.isSecret ? "***" : row.display,
        source_hint: row.source,
        is_secret: row.isSecret,
        editable: false as const,
      })),
    }, 200));

  app.openapi(databaseRoute, async (c) => {
    const row = settings.configRows.find((one) => one.envKey === "PYSTATOR_DATABASE_URL");
    const machines = await store.machines.list({});
    return c.json({
      configured_url: row === undefined || row.source === "default" ? null : row.display,
      actual_url: row?.display ?? store.dialect,
      database_type: store.dialect,
      is_default: row === undefined || row.source === "default",
      machine_count: machines.length,
      message: "Set by the operator; it cannot be changed over HTTP",
    }, 200);
  });

  app.openapi(deadLetterConfigRoute, (c) =>
    c.json({
      dlq_enabled: true as const,
      dlq_database_url: null,
      dlq_table_name: "dead_letter",
      persistence: store.dialect,
    }, 200));

  app.openapi(testDatabaseRoute, async (c) => {
    const answer = await tested(() => store.ping(), "The store answers");
    return c.json(answer, 200);
  });

  app.openapi(testDeadLettersRoute, async (c) => {
    const answer = await tested(() => store.deadLetters.stats(), "Dead letters can be read");
    return c.json(answer, 200);
  });

  app.openapi(deadLetterFiguresRoute, async (c) => {
    const { total, byReason, byStage, byStatus } = await store.deadLetters.stats();
    return c.json({
      total_messages: total,
      by_reason: { ...byReason },
      by_stage: { ...byStage },
      by_status: { ...byStatus },
    }, 200);
  });
}

/** What a driver says about a failure names hosts and users: it stays inside. */
async function tested(
  run: () => Promise<unknown>,
  message: string,
): Promise<{ readonly success: boolean; readonly message: string }> {
  try {
    await run();
    return { success: true, message };
  } catch {
    return { success: false, message: "The store does not answer" };
  }
}
