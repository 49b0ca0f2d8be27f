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
  auth_mode: z.enum(["open_no_login", "builtin_jwt"]),
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
      auth_mode: auth.isOpen ? "open_no_login" as const : "builtin_jwt" as const,
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
}
