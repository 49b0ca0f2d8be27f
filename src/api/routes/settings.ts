/** What this process was told, for people: read-only, secrets masked. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ConfigRow, RouteDeps } from "../env.ts";

/** Nothing that callers send or a database holds is ever run: PyStator's switches for it stay off. */
const CODE_FLAGS = {
  allow_inline_code_actions: false as const,
  allow_inline_code_actions_source: "default" as const,
  allow_inline_code_imports: false as const,
  allow_inline_code_imports_source: "default" as const,
  allow_catalog_code: false as const,
  allow_catalog_code_source: "default" as const,
};
const codeFlags = {
  allow_inline_code_actions: z.literal(false),
  allow_inline_code_actions_source: z.literal("default"),
  allow_inline_code_imports: z.literal(false),
  allow_inline_code_imports_source: z.literal("default"),
  allow_catalog_code: z.literal(false),
  allow_catalog_code_source: z.literal("default"),
};

const AppConfig = z.object({
  theme: z.string(),
  app_name: z.string(),
  version: z.string(),
  ...codeFlags,
}).openapi("AppConfig");

const DiscoveryConfig = z.object({
  backend: z.literal("none"),
  database_url_source: z.literal("default"),
  database_url: z.string().nullable(),
  shadow_enabled: z.literal(false),
  min_edge_count: z.int(),
  min_confidence: z.number(),
  drift_alert_threshold: z.number(),
  drift_severe_threshold: z.number(),
  drift_min_sample: z.int(),
  low_sample_threshold: z.int(),
}).openapi("DiscoveryConfigResponse");

const RuntimeOverview = z.object({
  version: z.string(),
  app_name: z.string(),
  ui_theme: z.string(),
  api_url: z.string(),
  ...codeFlags,
  registry: z.object({ load_database: z.literal(false), load_database_source: z.literal("default") }),
  discovery: DiscoveryConfig.omit({ database_url: true }).extend({
    database_url_masked: z.string().nullable(),
  }),
  worker: z.record(z.string(), z.union([z.string(), z.number()])).openapi({
    description: "Settings of workers by their name",
  }),
  environment: z.enum(["production", "development", "test"]),
  auth_disabled: z.boolean(),
  auth_mode: z.enum(["open_no_login", "builtin_jwt", "external_oidc"]),
  database: z.object({
    configured_url_masked: z.string().nullable(),
    driver_kind: z.enum(["memory", "sqlite", "postgres"]),
    schema_applied: z.int().nullable(),
    schema_expected: z.int(),
  }),
  cors_origins: z.array(z.string()),
}).openapi("RuntimeOverview");

const ServerConfig = z.object({
  config_file_resolved: z.string().nullable(),
  config_write_target: z.string().nullable(),
  features_config_write_target: z.string().nullable(),
  rows: z.array(z.object({
    id: z.string(),
    env_key: z.string(),
    section: z.string(),
    kind: z.enum(["readonly", "secret"]),
    env_locked: z.literal(true),
    cfg_value: z.string().nullable(),
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

const ServerConfigPatch = z.strictObject({
  values: z.record(z.string().max(100), z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()])),
}).openapi("ServerConfigPatchRequest");

const text = z.string().max(2_048).nullish();
/** PyStator's clients name an address here: it is not connected to, and the answer says so. */
const callersAddress = {
  connection_string: text,
  host: text,
  port: z.union([z.int(), z.string().max(10), z.null()]).optional(),
  database: text,
  username: text,
  password: text,
  table_name: text,
};
/** What is tested was configured by the operator. */
const TestTarget = z.strictObject({ target: z.literal("store").default("store"), ...callersAddress }).openapi(
  "TestTargetRequest",
);
const TestDiscovery = z.strictObject({ backend: z.string().max(100), ...callersAddress }).openapi(
  "TestDiscoveryRequest",
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

const discoveryConfigRoute = defineRoute({
  method: "get",
  path: "/api/v1/settings/discovery-config",
  tags: ["settings"],
  summary: "That states are not inferred from observations: off, with PyStator's names",
  responses: { 200: jsonAnswer(DiscoveryConfig, "Settings") },
});

const testDiscoveryRoute = defineRoute({
  method: "post",
  path: "/api/v1/settings/test-discovery-database",
  tags: ["settings"],
  summary: "Says that there is no store of observations",
  request: { body: jsonBody(TestDiscovery) },
  responses: { 200: jsonAnswer(TestAnswer, "Result") },
});

const changeServerConfigRoute = defineRoute({
  method: "patch",
  path: "/api/v1/settings/server-config",
  tags: ["settings"],
  summary: "Refused: settings come from the environment and files of the operator",
  request: { body: jsonBody(ServerConfigPatch) },
  responses: { 403: problemAnswer("Settings cannot be changed over HTTP") },
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
  const urlRow = () => settings.configRows.find((one) => one.envKey === "PYSTATOR_DATABASE_URL");

  app.openapi(appConfigRoute, (c) =>
    c.json({
      theme: settings.theme,
      app_name: settings.appName,
      version: settings.version,
      ...CODE_FLAGS,
    }, 200));

  app.openapi(discoveryConfigRoute, (c) => c.json({ ...DISCOVERY, database_url: null }, 200));

  app.openapi(
    testDiscoveryRoute,
    (c) => c.json({ success: false, message: "States are not inferred from observations here" }, 200),
  );

  app.openapi(changeServerConfigRoute, () => {
    throw new AppError("forbidden", "Cannot change the settings over HTTP: they belong to the operator");
  });

  app.openapi(overviewRoute, async (c) => {
    const schema = await store.schema();
    return c.json({
      version: settings.version,
      app_name: settings.appName,
      ui_theme: settings.theme,
      environment: settings.environment,
      auth_disabled: auth.isOpen,
      auth_mode: auth.mode,
      api_url: new URL(c.req.url).origin,
      ...CODE_FLAGS,
      registry: { load_database: false as const, load_database_source: "default" as const },
      discovery: { ...DISCOVERY, database_url_masked: null },
      worker: workerSettings(settings.configRows),
      database: {
        configured_url_masked: urlRow()?.display ?? null,
        driver_kind: store.dialect,
        schema_applied: schema.applied,
        schema_expected: schema.expected,
      },
      cors_origins: [...settings.corsOrigins],
    }, 200);
  });

  app.openapi(serverConfigRoute, (c) =>
    c.json({
      config_file_resolved: null,
      config_write_target: null,
      features_config_write_target: null,
      rows: settings.configRows.map((row) => ({
        id: row.id,
        env_key: row.envKey,
        section: row.section,
        kind: row.isSecret ? "secret" as const : "readonly" as const,
        env_locked: true as const,
        cfg_value: null,
        effective_display: shown(row),
        source_hint: row.source,
        is_secret: row.isSecret,
        editable: false as const,
      })),
    }, 200));

  app.openapi(databaseRoute, async (c) => {
    const row = urlRow();
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
    const answer = isOfCaller(c.req.valid("json"))
      ? NOT_TESTED
      : await tested(() => store.ping(), "The store answers");
    return c.json(answer, 200);
  });

  app.openapi(testDeadLettersRoute, async (c) => {
    const answer = isOfCaller(c.req.valid("json"))
      ? NOT_TESTED
      : await tested(() => store.deadLetters.stats(), "Dead letters can be read");
    return c.json(answer, 200);
  });

  app.openapi(deadLetterFiguresRoute, async (c) => {
    if (isOfCaller(c.req.valid("json"))) throw new AppError("forbidden", NOT_TESTED.message);
    const { total, byReason, byStage, byStatus } = await store.deadLetters.stats();
    return c.json({
      total_messages: total,
      by_reason: { ...byReason },
      by_stage: { ...byStage },
      by_status: { ...byStatus },
    }, 200);
  });
}

const DISCOVERY = {
  backend: "none" as const,
  database_url_source: "default" as const,
  shadow_enabled: false as const,
  min_edge_count: 0,
  min_confidence: 0,
  drift_alert_threshold: 0,
  drift_severe_threshold: 0,
  drift_min_sample: 0,
  low_sample_threshold: 0,
};

function workerSettings(rows: readonly ConfigRow[]): Record<string, string | number> {
  return Object.fromEntries(
    rows.filter((row) => row.id.startsWith(WORKER_PREFIX)).map((row) => {
      const value = shown(row);
      return [row.id.slice(WORKER_PREFIX.length), /^[0-9]{1,9}$/.test(value) ? Number(value) : value];
    }),
  );
}

const WORKER_PREFIX = "worker_";

const NOT_TESTED = {
  success: false,
  message: "Addresses of callers are never connected to; send none to test what is configured",
};

/** PyStator's pages fill in what they know of the configured store; only an address of its own is refused. */
function isOfCaller(body: z.output<typeof TestTarget> | undefined): boolean {
  return body !== undefined &&
    [body.connection_string, body.host, body.database].some((value) =>
      value !== undefined && value !== null && value !== ""
    );
}

function shown(row: ConfigRow): string {
  return row.isSecret ? "***" : row.display;
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
