/** Every setting by the name of its environment variable: what it may say, and what holds when it says nothing. */
import { z } from "zod";

export const ENVIRONMENTS = ["production", "development", "test"] as const;
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export const UI_THEMES = [
  "light",
  "dark",
  "system",
  "ocean",
  "forest",
  "sunset",
  "high-contrast",
  "sepia",
  "violet",
  "evergreen",
] as const;

const PORT_MAX = 65_535;
const DAY_S = 86_400;
const DAYS_MAX = 36_500;

/** Values arrive as text that is not blank; what is absent takes its default. Messages never repeat a value. */
export const settingsSchema = z.object({
  ENVIRONMENT: choice(ENVIRONMENTS, "development"),
  LOG_LEVEL: choice(LOG_LEVELS, "info"),
  CORS_ORIGINS: list(),
  HOST: text(),
  PORT: whole(0, PORT_MAX),
  API_HOST: text(),
  API_PORT: whole(0, PORT_MAX),
  UI_HOST: text(),
  UI_PORT: whole(0, PORT_MAX),
  SERVICE: text(),
  RUN_MIGRATIONS: toggle(false),
  WORKER_CONCURRENCY: whole(1, 1_000),
  WORKER_POLL_INTERVAL: whole(10, 3_600_000),
  DOCS_ROOT: text(),

  PYSTATOR_DATABASE_URL: text(),
  PYSTATOR_DATABASE_READ_URL: text(),
  PYSTATOR_DATABASE_POOLER: toggle(false),
  PYSTATOR_DATABASE_CONNECTIONS_MAX: whole(3, 200),
  PYSTATOR_REDIS_URL: text(),
  PYSTATOR_CELERY_BROKER_URL: text(),
  PYSTATOR_API_URL: text(),
  PYSTATOR_API_TOKEN: text(),

  PYSTATOR_AUTH_DISABLED: toggle(false),
  PYSTATOR_AUTH_INITIAL_USER: text(),
  PYSTATOR_AUTH_INITIAL_USERNAME: text(),
  PYSTATOR_AUTH_INITIAL_PASSWORD: text(),
  PYSTATOR_AUTH_USERS: text(),
  PYSTATOR_AUTH_JWT_SECRET: text(),
  PYSTATOR_AUTH_JWT_SECRET_PREVIOUS: text(),
  PYSTATOR_AUTH_SERVICE_URL: text(),
  PYSTATOR_AUTH_SERVICE_INTROSPECT_PATH: text(),
  PYSTATOR_AUTH_ADMIN_ROLE_CLAIMS: list(),
  PYSTATOR_AUTH_ADMIN_GROUP_CLAIMS: list(),
  PYSTATOR_AUTH_OIDC_ISSUER: text(),
  PYSTATOR_AUTH_OIDC_AUDIENCE: text(),
  PYSTATOR_AUTH_OIDC_JWKS_URL: text(),
  PYSTATOR_AUTH_OIDC_ROLE_CLAIM: text(),
  PYSTATOR_AUTH_ROLE_MAP: text(),
  PYSTATOR_INBOX_MAX: whole(0, 1_000_000_000),
  PYSTATOR_LAG_MAX_SECONDS: whole(0, 30 * DAY_S),
  PYSTATOR_RATE_LIMIT_PER_MINUTE: whole(0, 100_000_000),
  PYSTATOR_METRICS_TOKEN: text(),
  PYSTATOR_MCP_WRITE: toggle(false),
  PYSTATOR_TRUSTED_PROXIES: list(),
  PYSTATOR_EGRESS_ALLOW: list(),
  PYSTATOR_WEBHOOK_SECRET: text(),
  PYSTATOR_MODULES_DIR: text(),
  PYSTATOR_MODULES_NET: list(),
  PYSTATOR_ACTION_SECRETS: text(),

  PYSTATOR_UI_THEME: choice(UI_THEMES, "light"),
  PYSTATOR_UI_APP_NAME: text(),
  PYSTATOR_UI_DEMO: toggle(false),
  PYSTATOR_TRANSITIONS_STREAM_POLL_MS: whole(100, 5_000),
  PYSTATOR_REGISTRY_LOAD_DATABASE: toggle(true),
  PYSTATOR_ALLOW_INLINE_CODE_ACTIONS: toggle(false),
  PYSTATOR_ALLOW_INLINE_CODE_IMPORTS: toggle(false),
  PYSTATOR_ALLOW_CATALOG_CODE: toggle(false),

  PYSTATOR_DISCOVERY_DATABASE_URL: text(),
  PYSTATOR_DISCOVERY_MIN_EDGE_COUNT: whole(1, 1_000_000),
  PYSTATOR_DISCOVERY_MIN_CONFIDENCE: fraction(),
  PYSTATOR_DISCOVERY_SHADOW_ENABLED: toggle(true),
  PYSTATOR_DISCOVERY_DRIFT_ALERT_THRESHOLD: fraction(),
  PYSTATOR_DISCOVERY_DRIFT_SEVERE_THRESHOLD: fraction(),
  PYSTATOR_DISCOVERY_DRIFT_MIN_SAMPLE: whole(1, 1_000_000),
  PYSTATOR_DISCOVERY_LOW_SAMPLE_THRESHOLD: whole(1, 1_000_000),

  PYSTATOR_WORKER_DB_URL: text(),
  PYSTATOR_WORKER_POLL_INTERVAL_MS: whole(10, 3_600_000),
  PYSTATOR_WORKER_CONCURRENCY: whole(1, 1_000),
  PYSTATOR_WORKER_CLAIM_BATCH_SIZE: whole(1, 1_000),
  PYSTATOR_WORKER_APPLY_DATA_POLL_INTERVAL_MS: whole(10, 3_600_000),
  PYSTATOR_WORKER_APPLY_DATA_CONCURRENCY: whole(1, 1_000),
  PYSTATOR_WORKER_APPLY_DATA_CLAIM_BATCH_SIZE: whole(1, 1_000),
  PYSTATOR_WORKER_DRAIN_TIMEOUT_S: whole(0, 3_600),
  PYSTATOR_WORKER_MAX_ATTEMPTS: whole(1, 100),
  PYSTATOR_WORKER_APPLY_DATA_MAX_ATTEMPTS: whole(1, 100),
  PYSTATOR_WORKER_MACHINE_SOURCE: choice(["db", "yaml"], "db"),
  PYSTATOR_WORKER_MACHINE_DIR: text(),
  PYSTATOR_WORKER_ID: text(),
  PYSTATOR_WORKER_LEASE_SECONDS: whole(1, DAY_S),
  PYSTATOR_WORKER_HEARTBEAT_SECONDS: whole(1, DAY_S),
  PYSTATOR_WORKER_CLAIM_LEASE_TIMEOUT_S: whole(1, DAY_S),
  PYSTATOR_WORKER_RETRY_BACKOFF_BASE_MS: whole(1, 3_600_000),
  PYSTATOR_WORKER_RETRY_BACKOFF_MAX_MS: whole(1, DAY_S * 1_000),
  PYSTATOR_WORKER_CATALOG_REFRESH_INTERVAL_SECONDS: whole(0, DAY_S),
  PYSTATOR_WORKER_DLQ_ENABLED: toggle(true),
  PYSTATOR_WORKER_DLQ_DATABASE_URL: text(),
  PYSTATOR_WORKER_DLQ_TABLE_NAME: text(),
  PYSTATOR_WORKER_OUTBOX_ENABLED: toggle(true),
  PYSTATOR_WORKER_NOTIFY_LISTENER_ENABLED: toggle(true),
  PYSTATOR_WORKER_NOTIFY_CHANNEL_PREFIX: text(),
  PYSTATOR_WORKER_METRICS_ENABLED: toggle(true),
  PYSTATOR_WORKER_HEALTH_SERVER_ENABLED: toggle(false),
  PYSTATOR_WORKER_HEALTH_SERVER_HOST: text(),
  PYSTATOR_WORKER_HEALTH_SERVER_PORT: whole(0, PORT_MAX),
  PYSTATOR_WORKER_RETENTION_ENABLED: toggle(false),
  PYSTATOR_WORKER_RETENTION_WORKER_EVENTS_COMPLETED_DAYS: days(7),
  PYSTATOR_WORKER_RETENTION_WORKER_EVENTS_DLQ_DAYS: days(90),
  PYSTATOR_WORKER_RETENTION_APPLY_DATA_COMPLETED_DAYS: days(3),
  PYSTATOR_WORKER_RETENTION_APPLY_DATA_DLQ_DAYS: days(90),
  PYSTATOR_WORKER_RETENTION_ACTION_OUTBOX_DISPATCHED_DAYS: days(7),
  PYSTATOR_WORKER_RETENTION_ACTION_OUTBOX_DEAD_DAYS: days(90),
  PYSTATOR_WORKER_RETENTION_TRANSITION_HISTORY_TERMINAL_DAYS: days(365),
  PYSTATOR_WORKER_RETENTION_TRANSITION_HISTORY_ACTIVE_DAYS: days(null),
  PYSTATOR_WORKER_RETENTION_EVENT_LOG_DAYS: days(null),
  PYSTATOR_WORKER_RETENTION_COMPLETED_DAYS: days(null),
  PYSTATOR_WORKER_RETENTION_DLQ_DAYS: days(null),
  PYSTATOR_WORKER_RETENTION_SWEEP_INTERVAL_SECONDS: whole(1, DAY_S * 30),
  PYSTATOR_WORKER_RETENTION_SWEEP_BATCH_SIZE: whole(1, 1_000_000),
  PYSTATOR_WORKER_RETENTION_VACUUM_AFTER_SWEEP: toggle(false),
  PYSTATOR_WORKER_UNSAFE_IN_MEMORY: toggle(false),
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Settings whose value must never be shown. Each of these can be given as `NAME_FILE` as well, like every other. */
export const SECRET_SETTINGS: readonly SettingName[] = [
  "PYSTATOR_AUTH_INITIAL_PASSWORD",
  "PYSTATOR_AUTH_USERS",
  "PYSTATOR_AUTH_JWT_SECRET",
  "PYSTATOR_AUTH_JWT_SECRET_PREVIOUS",
  "PYSTATOR_METRICS_TOKEN",
  "PYSTATOR_API_TOKEN",
  "PYSTATOR_WEBHOOK_SECRET",
  "PYSTATOR_ACTION_SECRETS",
  "PYSTATOR_DATABASE_URL",
  "PYSTATOR_DATABASE_READ_URL",
  "PYSTATOR_REDIS_URL",
  "PYSTATOR_CELERY_BROKER_URL",
  "PYSTATOR_DISCOVERY_DATABASE_URL",
  "PYSTATOR_WORKER_DB_URL",
  "PYSTATOR_WORKER_DLQ_DATABASE_URL",
];

export const SETTING_NAMES: ReadonlySet<string> = new Set(Object.keys(settingsSchema.shape));

/** true for `1 true yes on`, false for `0 false no off`, in any case; null for everything else. */
export function toggleOf(value: string): boolean | null {
  const word = value.trim().toLowerCase();
  if (["1", "true", "yes", "on"].includes(word)) return true;
  if (["0", "false", "no", "off"].includes(word)) return false;
  return null;
}

function text() {
  return z.string().nullable().default(null);
}

function list() {
  return z.string().nullable().default(null).transform((value) =>
    value === null ? null : value.split(",").map((item) => item.trim()).filter((item) => item !== "")
  );
}

function choice<const Values extends readonly string[]>(values: Values, fallback: Values[number]) {
  return z.string().default(fallback).transform((value, context): Values[number] => {
    const found = values.find((candidate) => candidate === value.trim().toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: "custom", message: `must be one of ${values.join(", ")}` });
    return z.NEVER;
  });
}

function toggle(fallback: boolean) {
  return z.string().nullable().default(null).transform((value, context) => {
    const found = value === null ? fallback : toggleOf(value);
    if (found !== null) return found;
    context.addIssue({ code: "custom", message: "must be true or false" });
    return z.NEVER;
  });
}

function whole(min: number, max: number) {
  return z.string().nullable().default(null).transform((value, context) => {
    if (value === null) return null;
    const number = /^\d{1,12}$/.test(value.trim()) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    context.addIssue({ code: "custom", message: `must be a whole number from ${min} to ${max}` });
    return z.NEVER;
  });
}

function fraction() {
  return z.string().nullable().default(null).transform((value, context) => {
    if (value === null) return null;
    const number = /^(0|1|0?\.\d{1,9}|1\.0{1,9})$/.test(value.trim()) ? Number(value) : NaN;
    if (number >= 0 && number <= 1) return number;
    context.addIssue({ code: "custom", message: "must be a number from 0 to 1" });
    return z.NEVER;
  });
}

/** A window in days; `none`, `forever`, `keep` and `-1` mean for ever (null). */
function days(fallback: number | null) {
  return z.string().nullable().default(null).transform((value, context) => {
    if (value === null) return fallback;
    const word = value.trim().toLowerCase();
    if (["none", "forever", "keep", "-1"].includes(word)) return null;
    const number = /^\d{1,5}$/.test(word) ? Number(word) : NaN;
    if (number >= 1 && number <= DAYS_MAX) return number;
    context.addIssue({
      code: "custom",
      message: `must be a number of days from 1 to ${DAYS_MAX}, or "forever"`,
    });
    return z.NEVER;
  });
}
