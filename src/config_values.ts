/** The configuration as the rooms see it: settings grouped by who needs them, URLs understood, defaults filled in. */
import { type ActionSecret, actionSecretsOf } from "./config_actions.ts";
import type { Settings } from "./settings.ts";

export interface Config {
  readonly environment: Settings["ENVIRONMENT"];
  readonly isProduction: boolean;
  readonly logLevel: Settings["LOG_LEVEL"];
  readonly database: DatabaseConfig;
  readonly celeryBrokerUrl: string | null;
  readonly api: ApiConfig;
  readonly auth: AuthSettings;
  readonly ui: UiConfig;
  readonly worker: WorkerConfig;
  /** Hosts that actions may reach although rules forbid them: `host:port`, `host` or CIDR. */
  readonly egressAllow: readonly string[];
  /** `whsec_…`; signs deliveries that have no secret of their own. */
  readonly webhookSecret: string | null;
  /** The folder of the operator's own actions and guards. */
  readonly modules: { readonly path: string | null; readonly net: readonly string[] };
  /** Values that `http` actions name, and the only hosts that each may be sent to. */
  readonly actionSecrets: readonly ActionSecret[];
  /** Where the command line finds a running API; null = use the database. */
  readonly remote: { readonly apiUrl: string; readonly token: string | null } | null;
  /** Every setting as it holds, secrets masked. */
  readonly rows: readonly ConfigRow[];
  /** What deserves a word at start, without any value. */
  readonly warnings: readonly string[];
  /** Values that may not appear in logs. */
  readonly secrets: readonly string[];
}

export interface ConfigRow {
  readonly id: string;
  readonly envKey: string;
  readonly section: string;
  readonly display: string;
  readonly source: "environment" | "file" | "default";
  readonly isSecret: boolean;
}

export interface DatabaseConfig {
  readonly url: string;
  readonly dialect: "sqlite" | "postgres" | "memory";
  /** Path of the SQLite file; null for the others. */
  readonly path: string | null;
  /** False when nobody named it and the file in the current folder is used; production asks for a name. */
  readonly isNamed: boolean;
  /** Answers lists and history; decisions never use it. */
  readonly readUrl: string | null;
  /** A pooler in transaction mode stands between: no prepared statements, no LISTEN. */
  readonly isPooled: boolean;
  readonly connectionsMax: number;
  /** One connection waits for hints of other processes. */
  readonly isListening: boolean;
  /** Prefix of the channels on which producers notify. */
  readonly channelPrefix: string;
}

export interface ApiConfig {
  /** null = nobody named one. */
  readonly host: string | null;
  readonly port: number;
  /** null = not set. */
  readonly corsOrigins: readonly string[] | null;
  readonly metricsToken: string | null;
  /** Tools of language models may change things, as far as the role of the caller goes. */
  readonly isMcpWriteAllowed: boolean;
  /** Proxies whose `X-Forwarded-For` counts: addresses or CIDR. */
  readonly trustedProxies: readonly string[];
  readonly streamPollMs: number;
  /** Requests of one caller in a minute; 0 = no limit. */
  readonly rateLimitPerMinute: number;
  /** Events that may wait before submissions are turned away; 0 = no limit. */
  readonly inboxMax: number;
  /** How long the oldest ready lane may wait before that; 0 = no limit. */
  readonly lagMaxMs: number;
}

/** As written; `checkStart` decides what it means. */
export interface AuthSettings {
  readonly isDisabled: boolean;
  readonly initialUser: string | null;
  readonly initialPassword: string | null;
  readonly users: string | null;
  readonly jwtSecret: string | null;
  readonly jwtSecretPrevious: string | null;
  readonly serviceUrl: string | null;
  readonly serviceIntrospectPath: string | null;
  /** null = not set. */
  readonly adminRoleClaims: readonly string[] | null;
  readonly adminGroupClaims: readonly string[] | null;
  readonly oidcIssuer: string | null;
  readonly oidcAudience: string | null;
  readonly oidcJwksUrl: string | null;
  readonly oidcRoleClaim: string | null;
  /** JSON: word of the claim → role. */
  readonly roleMap: string | null;
}

export interface UiConfig {
  readonly host: string | null;
  readonly port: number;
  readonly apiUrl: string;
  readonly theme: Settings["PYSTATOR_UI_THEME"];
  readonly appName: string;
}

export interface WorkerConfig {
  /** Its own database; null = the one of all. */
  readonly database: DatabaseConfig | null;
  /** null = made from host, process and chance. */
  readonly id: string | null;
  readonly concurrency: number;
  readonly pollMs: number;
  readonly claimLanesMax: number | null;
  readonly drainMs: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  readonly catalogRefreshMs: number;
  readonly machineSource: "db" | "yaml";
  readonly machineDir: string | null;
  readonly areMetricsShown: boolean;
  readonly health: { readonly host: string; readonly port: number } | null;
  /** A worker may run on the memory store, for tests. */
  readonly isMemoryAllowed: boolean;
  /** null = nothing of an entity is ever deleted. */
  readonly retention: RetentionConfig | null;
}

/** Windows in days; null = for ever. */
export interface RetentionConfig {
  readonly eventsCompletedDays: number | null;
  readonly deadLettersDays: number | null;
  readonly historyTerminalDays: number | null;
  readonly historyActiveDays: number | null;
  readonly batchSize: number;
  readonly sweepMs: number;
}

/** What was found on the way; both lists name settings, never values. */
export interface Findings {
  readonly problems: string[];
  readonly warnings: string[];
}

const DEFAULT_DATABASE_URL = "sqlite:///pystator.db";
const DEFAULT_API_PORT = 8000;
const DEFAULT_UI_PORT = 3000;
const DEFAULT_HEALTH_PORT = 9090;
/** Ten thousand a second: more than one process answers, so that only a runaway caller of a larger one meets it. */
const DEFAULT_INBOX_MAX = 1_000_000;
const DEFAULT_LAG_MAX_S = 86_400;
const DEFAULT_RATE_LIMIT_PER_MINUTE = 3_000_000;

const NO_CODE = "code from definitions and from the database is never run";
const ONE_INBOX = "events and data share one inbox and the worker's settings";
const ONE_PLACE = "dead letters live beside the events";
const NO_DISCOVERY = "discovery is not part of this program";

/** Accepted for the sake of existing manifests; each that is set says at start that it changes nothing. */
const IGNORED: Readonly<Partial<Record<keyof Settings, string>>> = {
  PYSTATOR_ALLOW_INLINE_CODE_ACTIONS: NO_CODE,
  PYSTATOR_ALLOW_INLINE_CODE_IMPORTS: NO_CODE,
  PYSTATOR_ALLOW_CATALOG_CODE: NO_CODE,
  PYSTATOR_REGISTRY_LOAD_DATABASE: NO_CODE,
  PYSTATOR_REDIS_URL: "nothing needs Redis but the broker of Celery",
  PYSTATOR_UI_DEMO: "the pages have no demo",
  PYSTATOR_DISCOVERY_DATABASE_URL: NO_DISCOVERY,
  PYSTATOR_DISCOVERY_MIN_EDGE_COUNT: NO_DISCOVERY,
  PYSTATOR_DISCOVERY_MIN_CONFIDENCE: NO_DISCOVERY,
  PYSTATOR_DISCOVERY_SHADOW_ENABLED: NO_DISCOVERY,
  PYSTATOR_DISCOVERY_DRIFT_ALERT_THRESHOLD: NO_DISCOVERY,
  PYSTATOR_DISCOVERY_DRIFT_SEVERE_THRESHOLD: NO_DISCOVERY,
  PYSTATOR_DISCOVERY_DRIFT_MIN_SAMPLE: NO_DISCOVERY,
  PYSTATOR_DISCOVERY_LOW_SAMPLE_THRESHOLD: NO_DISCOVERY,
  PYSTATOR_WORKER_MAX_ATTEMPTS: "the sender of an event says how often it is tried, else 5 times",
  PYSTATOR_WORKER_APPLY_DATA_MAX_ATTEMPTS: "the sender of data says how often it is tried, else 5 times",
  PYSTATOR_WORKER_APPLY_DATA_CONCURRENCY: ONE_INBOX,
  PYSTATOR_WORKER_APPLY_DATA_POLL_INTERVAL_MS: ONE_INBOX,
  PYSTATOR_WORKER_APPLY_DATA_CLAIM_BATCH_SIZE: ONE_INBOX,
  PYSTATOR_WORKER_DLQ_DATABASE_URL: ONE_PLACE,
  PYSTATOR_WORKER_DLQ_TABLE_NAME: ONE_PLACE,
  PYSTATOR_WORKER_RETENTION_EVENT_LOG_DAYS: "history is the log of events",
  PYSTATOR_WORKER_RETENTION_VACUUM_AFTER_SWEEP: "autovacuum does this",
  DOCS_ROOT: "the pages of docs are not served",
};

/** Groups checked settings; adds to `found` what cannot work together. */
export function configOf(
  settings: Settings,
  found: Findings & { readonly secrets: readonly string[]; readonly rows: readonly ConfigRow[] },
): Config {
  for (const { envKey, source } of found.rows) {
    const why = Object.entries(IGNORED).find(([name]) => name === envKey)?.[1];
    if (why !== undefined && source !== "default") found.warnings.push(`${envKey} has no effect: ${why}`);
  }
  if (!settings.PYSTATOR_WORKER_OUTBOX_ENABLED) {
    found.warnings.push(
      "PYSTATOR_WORKER_OUTBOX_ENABLED=false has no effect: every action leaves by the outbox",
    );
  }
  if (!settings.PYSTATOR_WORKER_DLQ_ENABLED) {
    found.warnings.push("PYSTATOR_WORKER_DLQ_ENABLED=false has no effect: nothing accepted is ever dropped");
  }
  const isProduction = settings.ENVIRONMENT === "production";
  const apiUrl = settings.PYSTATOR_API_URL?.replace(/\/+$/, "") ?? null;
  if (apiUrl !== null && !/^https?:\/\/[^\s/]+/.test(apiUrl)) {
    found.problems.push("PYSTATOR_API_URL must be an http or https address");
  }
  const actionSecrets = actionSecretsOf(settings.PYSTATOR_ACTION_SECRETS, found.problems);
  return {
    environment: settings.ENVIRONMENT,
    isProduction,
    logLevel: settings.LOG_LEVEL,
    database: mainDatabaseOf(settings, found.problems),
    celeryBrokerUrl: settings.PYSTATOR_CELERY_BROKER_URL,
    api: {
      host: settings.API_HOST ?? settings.HOST,
      port: settings.API_PORT ?? settings.PORT ?? DEFAULT_API_PORT,
      corsOrigins: settings.CORS_ORIGINS,
      metricsToken: settings.PYSTATOR_METRICS_TOKEN,
      isMcpWriteAllowed: settings.PYSTATOR_MCP_WRITE,
      trustedProxies: settings.PYSTATOR_TRUSTED_PROXIES ?? [],
      streamPollMs: settings.PYSTATOR_TRANSITIONS_STREAM_POLL_MS ?? 500,
      inboxMax: settings.PYSTATOR_INBOX_MAX ?? DEFAULT_INBOX_MAX,
      lagMaxMs: (settings.PYSTATOR_LAG_MAX_SECONDS ?? DEFAULT_LAG_MAX_S) * 1_000,
      rateLimitPerMinute: settings.PYSTATOR_RATE_LIMIT_PER_MINUTE ?? DEFAULT_RATE_LIMIT_PER_MINUTE,
    },
    auth: authOf(settings),
    ui: {
      host: settings.UI_HOST,
      port: settings.UI_PORT ?? DEFAULT_UI_PORT,
      apiUrl: apiUrl ?? `http://localhost:${DEFAULT_API_PORT}`,
      theme: settings.PYSTATOR_UI_THEME,
      appName: settings.PYSTATOR_UI_APP_NAME ?? "Stator",
    },
    worker: workerOf(settings, found.problems),
    egressAllow: settings.PYSTATOR_EGRESS_ALLOW ?? [],
    webhookSecret: settings.PYSTATOR_WEBHOOK_SECRET,
    modules: { path: settings.PYSTATOR_MODULES_DIR, net: settings.PYSTATOR_MODULES_NET ?? [] },
    actionSecrets,
    remote: apiUrl === null ? null : { apiUrl, token: settings.PYSTATOR_API_TOKEN },
    rows: found.rows,
    warnings: found.warnings,
    secrets: [...found.secrets, ...actionSecrets.map((secret) => secret.value)],
  };
}

function mainDatabaseOf(settings: Settings, problems: string[]): DatabaseConfig {
  const isNamed = settings.PYSTATOR_DATABASE_URL !== null;
  const url = settings.PYSTATOR_DATABASE_URL ?? DEFAULT_DATABASE_URL;
  const readUrl = settings.PYSTATOR_DATABASE_READ_URL;
  const database = databaseOf("PYSTATOR_DATABASE_URL", url, settings, problems);
  if (readUrl === null) return { ...database, isNamed };
  const read = databaseOf("PYSTATOR_DATABASE_READ_URL", readUrl, settings, problems);
  if (read.dialect !== database.dialect) {
    problems.push("PYSTATOR_DATABASE_READ_URL must be of the kind of the main database");
  }
  return { ...database, isNamed, readUrl: read.url };
}

/** Understands the URL forms of SQLAlchemy; drivers after `+` are left out. */
function databaseOf(name: string, url: string, settings: Settings, problems: string[]): DatabaseConfig {
  const rest = {
    isNamed: true,
    readUrl: null,
    isPooled: settings.PYSTATOR_DATABASE_POOLER,
    connectionsMax: settings.PYSTATOR_DATABASE_CONNECTIONS_MAX ?? 10,
    isListening: settings.PYSTATOR_WORKER_NOTIFY_LISTENER_ENABLED && !settings.PYSTATOR_DATABASE_POOLER,
    channelPrefix: settings.PYSTATOR_WORKER_NOTIFY_CHANNEL_PREFIX ?? "",
  };
  const [, scheme, tail] = /^([a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?:\/\/(.*)$/is.exec(url.trim()) ?? [];
  if (scheme === "postgresql" || scheme === "postgres") {
    return { ...rest, url: `postgresql://${tail ?? ""}`, dialect: "postgres", path: null };
  }
  if (scheme === "memory") return { ...rest, url: "memory://", dialect: "memory", path: null };
  if (scheme === "sqlite") {
    const path = (tail ?? "").replace(/^\//, "").replace(/\?.*$/s, "");
    if (path === "" || path === ":memory:") {
      return { ...rest, url: "memory://", dialect: "memory", path: null };
    }
    return { ...rest, url: `sqlite:///${path}`, dialect: "sqlite", path };
  }
  problems.push(
    scheme === "mongodb"
      ? `${name} must be a postgresql:// or sqlite:/// address; MongoDB is not supported`
      : `${name} must be a postgresql:// or sqlite:/// address`,
  );
  return { ...rest, url: DEFAULT_DATABASE_URL, dialect: "sqlite", path: "pystator.db" };
}

function authOf(settings: Settings): AuthSettings {
  return {
    isDisabled: settings.PYSTATOR_AUTH_DISABLED,
    initialUser: settings.PYSTATOR_AUTH_INITIAL_USER ?? settings.PYSTATOR_AUTH_INITIAL_USERNAME,
    initialPassword: settings.PYSTATOR_AUTH_INITIAL_PASSWORD,
    users: settings.PYSTATOR_AUTH_USERS,
    jwtSecret: settings.PYSTATOR_AUTH_JWT_SECRET,
    jwtSecretPrevious: settings.PYSTATOR_AUTH_JWT_SECRET_PREVIOUS,
    serviceUrl: settings.PYSTATOR_AUTH_SERVICE_URL,
    serviceIntrospectPath: settings.PYSTATOR_AUTH_SERVICE_INTROSPECT_PATH,
    adminRoleClaims: settings.PYSTATOR_AUTH_ADMIN_ROLE_CLAIMS,
    adminGroupClaims: settings.PYSTATOR_AUTH_ADMIN_GROUP_CLAIMS,
    oidcIssuer: settings.PYSTATOR_AUTH_OIDC_ISSUER,
    oidcAudience: settings.PYSTATOR_AUTH_OIDC_AUDIENCE,
    oidcJwksUrl: settings.PYSTATOR_AUTH_OIDC_JWKS_URL,
    oidcRoleClaim: settings.PYSTATOR_AUTH_OIDC_ROLE_CLAIM,
    roleMap: settings.PYSTATOR_AUTH_ROLE_MAP,
  };
}

function workerOf(settings: Settings, problems: string[]): WorkerConfig {
  const leaseS = settings.PYSTATOR_WORKER_CLAIM_LEASE_TIMEOUT_S ?? settings.PYSTATOR_WORKER_LEASE_SECONDS ??
    30;
  const heartbeatS = settings.PYSTATOR_WORKER_HEARTBEAT_SECONDS ??
    Math.min(10, Math.max(1, Math.floor(leaseS / 3)));
  if (leaseS <= heartbeatS) {
    problems.push("PYSTATOR_WORKER_LEASE_SECONDS must be greater than PYSTATOR_WORKER_HEARTBEAT_SECONDS");
  }
  const retryBaseMs = settings.PYSTATOR_WORKER_RETRY_BACKOFF_BASE_MS ?? 1_000;
  const retryMaxMs = settings.PYSTATOR_WORKER_RETRY_BACKOFF_MAX_MS ?? 300_000;
  if (retryMaxMs < retryBaseMs) {
    problems.push(
      "PYSTATOR_WORKER_RETRY_BACKOFF_MAX_MS must not be less than PYSTATOR_WORKER_RETRY_BACKOFF_BASE_MS",
    );
  }
  if (settings.PYSTATOR_WORKER_MACHINE_SOURCE === "yaml" && settings.PYSTATOR_WORKER_MACHINE_DIR === null) {
    problems.push("PYSTATOR_WORKER_MACHINE_DIR must be set when PYSTATOR_WORKER_MACHINE_SOURCE is yaml");
  }
  const url = settings.PYSTATOR_WORKER_DB_URL;
  const hasHealth = settings.PYSTATOR_WORKER_HEALTH_SERVER_ENABLED;
  return {
    database: url === null ? null : databaseOf("PYSTATOR_WORKER_DB_URL", url, settings, problems),
    id: settings.PYSTATOR_WORKER_ID,
    concurrency: settings.PYSTATOR_WORKER_CONCURRENCY ?? settings.WORKER_CONCURRENCY ?? 5,
    pollMs: settings.PYSTATOR_WORKER_POLL_INTERVAL_MS ?? settings.WORKER_POLL_INTERVAL ?? 500,
    claimLanesMax: settings.PYSTATOR_WORKER_CLAIM_BATCH_SIZE,
    drainMs: (settings.PYSTATOR_WORKER_DRAIN_TIMEOUT_S ?? 30) * 1_000,
    leaseMs: leaseS * 1_000,
    heartbeatMs: heartbeatS * 1_000,
    retryBaseMs,
    retryMaxMs,
    catalogRefreshMs: (settings.PYSTATOR_WORKER_CATALOG_REFRESH_INTERVAL_SECONDS ?? 5) * 1_000,
    machineSource: settings.PYSTATOR_WORKER_MACHINE_SOURCE,
    machineDir: settings.PYSTATOR_WORKER_MACHINE_DIR,
    areMetricsShown: settings.PYSTATOR_WORKER_METRICS_ENABLED,
    health: hasHealth
      ? {
        host: settings.PYSTATOR_WORKER_HEALTH_SERVER_HOST ?? "0.0.0.0",
        port: settings.PYSTATOR_WORKER_HEALTH_SERVER_PORT ?? DEFAULT_HEALTH_PORT,
      }
      : null,
    isMemoryAllowed: settings.PYSTATOR_WORKER_UNSAFE_IN_MEMORY,
    retention: settings.PYSTATOR_WORKER_RETENTION_ENABLED ? retentionOf(settings) : null,
  };
}

/** Rows of the two queues live in one inbox here: the longer of the two windows holds. */
function retentionOf(settings: Settings): RetentionConfig {
  return {
    eventsCompletedDays: settings.PYSTATOR_WORKER_RETENTION_COMPLETED_DAYS ?? longer(
      settings.PYSTATOR_WORKER_RETENTION_WORKER_EVENTS_COMPLETED_DAYS,
      settings.PYSTATOR_WORKER_RETENTION_APPLY_DATA_COMPLETED_DAYS,
      settings.PYSTATOR_WORKER_RETENTION_ACTION_OUTBOX_DISPATCHED_DAYS,
    ),
    deadLettersDays: settings.PYSTATOR_WORKER_RETENTION_DLQ_DAYS ?? longer(
      settings.PYSTATOR_WORKER_RETENTION_WORKER_EVENTS_DLQ_DAYS,
      settings.PYSTATOR_WORKER_RETENTION_APPLY_DATA_DLQ_DAYS,
      settings.PYSTATOR_WORKER_RETENTION_ACTION_OUTBOX_DEAD_DAYS,
    ),
    historyTerminalDays: settings.PYSTATOR_WORKER_RETENTION_TRANSITION_HISTORY_TERMINAL_DAYS,
    historyActiveDays: settings.PYSTATOR_WORKER_RETENTION_TRANSITION_HISTORY_ACTIVE_DAYS,
    batchSize: settings.PYSTATOR_WORKER_RETENTION_SWEEP_BATCH_SIZE ?? 10_000,
    sweepMs: (settings.PYSTATOR_WORKER_RETENTION_SWEEP_INTERVAL_SECONDS ?? 86_400) * 1_000,
  };
}

function longer(...windows: readonly (number | null)[]): number | null {
  const days = windows.filter((window) => window !== null);
  return days.length === windows.length ? Math.max(...days) : null;
}
