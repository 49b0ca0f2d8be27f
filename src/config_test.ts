/** Where settings come from, what they may say, and what they become. */
import { AppError } from "./errors.ts";
import { type Environment, nearestSetting, readConfig } from "./config.ts";
import type { Config } from "./config_values.ts";
import { SETTING_NAMES } from "./settings.ts";

function noFiles(path: string): string {
  throw new Deno.errors.NotFound(path);
}

function configOf(env: Environment, files: Readonly<Record<string, string>> = {}): Config {
  return readConfig(env, { readTextFile: (path) => files[path] ?? noFiles(path) });
}

function problemOf(env: Environment, files: Readonly<Record<string, string>> = {}): string {
  try {
    configOf(env, files);
  } catch (error) {
    if (error instanceof AppError && error.code === "bad_configuration") return error.message;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

function check(name: string, read: (config: Config) => unknown, env: Environment, expected: unknown): void {
  Deno.test(`readConfig() ${name}`, () => same(read(configOf(env)), expected));
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

const database = (config: Config) => [config.database.dialect, config.database.url, config.database.path];

check("defaults to a file in the current folder", database, {}, [
  "sqlite",
  "sqlite:///pystator.db",
  "pystator.db",
]);
check("knows an absolute path", database, { PYSTATOR_DATABASE_URL: "sqlite:////var/x.db" }, [
  "sqlite",
  "sqlite:////var/x.db",
  "/var/x.db",
]);
check("takes a driver's name away", database, { PYSTATOR_DATABASE_URL: "postgresql+psycopg://u:p@h/d" }, [
  "postgres",
  "postgresql://u:p@h/d",
  null,
]);
check("knows the short scheme", database, { PYSTATOR_DATABASE_URL: "postgres://h/d" }, [
  "postgres",
  "postgresql://h/d",
  null,
]);
check("knows memory", database, { PYSTATOR_DATABASE_URL: "sqlite://" }, ["memory", "memory://", null]);
check("keeps a percent sign", database, { PYSTATOR_DATABASE_URL: "postgresql://u:a%40b%%@h/d" }, [
  "postgres",
  "postgresql://u:a%40b%%@h/d",
  null,
]);

const ports = (config: Config) => [config.api.port, config.ui.port];
check("defaults to the guide's ports", ports, {}, [8000, 3000]);
check("prefers API_PORT to PORT", ports, { API_PORT: "8004", PORT: "9" }, [8004, 3000]);
check("reads PORT", ports, { PORT: "0" }, [0, 3000]);

check("reads the log level in any case", (config) => config.logLevel, { LOG_LEVEL: "Warning" }, "warning");
check("splits origins", (config) => config.api.corsOrigins, { CORS_ORIGINS: " https://a , https://b," }, [
  "https://a",
  "https://b",
]);
check("leaves the last slash of the address away", (config) => config.ui.apiUrl, {
  PYSTATOR_API_URL: "http://api:8000/",
}, "http://api:8000");

const worker = (
  config: Config,
) => [config.worker.concurrency, config.worker.pollMs, config.worker.drainMs, config.worker.leaseMs];
check("has the worker's defaults", worker, {}, [5, 500, 30_000, 30_000]);
check("reads the container's names", worker, { WORKER_CONCURRENCY: "2", WORKER_POLL_INTERVAL: "50" }, [
  2,
  50,
  30_000,
  30_000,
]);
check("prefers the full names", worker, { WORKER_CONCURRENCY: "2", PYSTATOR_WORKER_CONCURRENCY: "7" }, [
  7,
  500,
  30_000,
  30_000,
]);
check("honours the older name of the lease", worker, {
  PYSTATOR_WORKER_CLAIM_LEASE_TIMEOUT_S: "60",
  PYSTATOR_WORKER_DRAIN_TIMEOUT_S: "5",
}, [5, 500, 5_000, 60_000]);
check("keeps history for ever", (config) => config.worker.retention?.historyTerminalDays, {
  PYSTATOR_WORKER_RETENTION_ENABLED: "true",
  PYSTATOR_WORKER_RETENTION_TRANSITION_HISTORY_TERMINAL_DAYS: "forever",
}, null);
check("keeps the longer of two windows", (config) => config.worker.retention?.eventsCompletedDays, {
  PYSTATOR_WORKER_RETENTION_ENABLED: "on",
  PYSTATOR_WORKER_RETENTION_APPLY_DATA_COMPLETED_DAYS: "30",
}, 30);

function refuses(name: string, env: Environment, mention: string): void {
  Deno.test(`readConfig() refuses ${name}`, () => {
    const message = problemOf(env);
    if (!message.includes(mention)) throw new Error(`expected a word about ${mention}: ${message}`);
    for (const value of Object.values(env)) {
      if (value !== undefined && value.length > 5 && message.includes(value)) {
        throw new Error(`it repeats a value: ${message}`);
      }
    }
  });
}

refuses("a number that is text", { PYSTATOR_WORKER_CONCURRENCY: "a-few" }, "PYSTATOR_WORKER_CONCURRENCY");
refuses(
  "a negative number",
  { PYSTATOR_WORKER_POLL_INTERVAL_MS: "-500" },
  "PYSTATOR_WORKER_POLL_INTERVAL_MS",
);
refuses("a port out of range", { API_PORT: "70000" }, "65535");
refuses("a switch that is neither", { PYSTATOR_WORKER_RETENTION_ENABLED: "possibly" }, "true or false");
refuses("an unknown level", { LOG_LEVEL: "loud" }, "debug, info, warning, error");
refuses("MongoDB", { PYSTATOR_DATABASE_URL: "mongodb://u:secret@h/d" }, "MongoDB is not supported");
refuses("a window of zero days", { PYSTATOR_WORKER_RETENTION_DLQ_DAYS: "0" }, "forever");
refuses("yaml without a folder", { PYSTATOR_WORKER_MACHINE_SOURCE: "yaml" }, "PYSTATOR_WORKER_MACHINE_DIR");
refuses("a lease shorter than its heartbeat", {
  PYSTATOR_WORKER_LEASE_SECONDS: "5",
  PYSTATOR_WORKER_HEARTBEAT_SECONDS: "5",
}, "HEARTBEAT");
refuses("an address that is none", { PYSTATOR_API_URL: "api:8000" }, "PYSTATOR_API_URL");
refuses(
  "a read database of another kind",
  { PYSTATOR_DATABASE_READ_URL: "postgresql://h/d" },
  "PYSTATOR_DATABASE_READ_URL",
);

Deno.test("readConfig() tells every problem at once", () => {
  const message = problemOf({ API_PORT: "x", LOG_LEVEL: "y", ENVIRONMENT: "z" });
  for (const name of ["API_PORT", "LOG_LEVEL", "ENVIRONMENT"]) {
    if (!message.includes(name)) throw new Error(`${name} is not in: ${message}`);
  }
});

Deno.test("readConfig() warns of unknown names and offers the nearest", () => {
  const { warnings } = configOf({
    PYSTATOR_WORKER_CONCURENCY: "3",
    PYSTATOR_SOMETHING_ELSE_ENTIRELY: "1",
    PATH: "/bin",
  });
  same(warnings, [
    "PYSTATOR_WORKER_CONCURENCY is not a setting and has no effect; did you mean PYSTATOR_WORKER_CONCURRENCY?",
    "PYSTATOR_SOMETHING_ELSE_ENTIRELY is not a setting and has no effect",
  ]);
  same(nearestSetting("PYSTATOR_DATABASE_URI"), "PYSTATOR_DATABASE_URL");
});

Deno.test("readConfig() says of settings without effect why they have none", () => {
  const { warnings } = configOf({
    PYSTATOR_ALLOW_CATALOG_CODE: "false",
    PYSTATOR_WORKER_OUTBOX_ENABLED: "false",
    PYSTATOR_WORKER_DLQ_ENABLED: "true",
  });
  same(warnings, [
    "PYSTATOR_ALLOW_CATALOG_CODE has no effect: code from definitions and from the database is never run",
    "PYSTATOR_WORKER_OUTBOX_ENABLED=false has no effect: every action leaves by the outbox",
  ]);
});

const FILE = `
[database]
PYSTATOR_DATABASE_URL = postgresql://u:100%real@h/d
[worker]
# short names are those of the worker
concurrency: 9
PYSTATOR_WORKER_POLL_INTERVAL_MS = 100
[auth]
PYSTATOR_AUTH_USERS =
    [{"username": "ann",
      "password": "violet-Otter-9-lamp"}]
unknown_option = 1
`;

Deno.test("readConfig() reads pystator.cfg of the current folder, below the environment", () => {
  const config = configOf({ PYSTATOR_WORKER_POLL_INTERVAL_MS: "700" }, { "pystator.cfg": FILE });
  same([config.database.url, config.worker.concurrency, config.worker.pollMs], [
    "postgresql://u:100%real@h/d",
    9,
    700,
  ]);
  same(JSON.parse(config.auth.users ?? "null"), [{ username: "ann", password: "violet-Otter-9-lamp" }]);
  same(config.warnings, ["unknown_option in pystator.cfg is not a setting and has no effect"]);
  same(config.secrets.includes("violet-Otter-9-lamp"), true);
  const sources = Object.fromEntries(config.rows.map((row) => [row.envKey, row.source]));
  same(
    [sources.PYSTATOR_WORKER_CONCURRENCY, sources.PYSTATOR_WORKER_POLL_INTERVAL_MS, sources.LOG_LEVEL],
    ["file", "environment", "default"],
  );
});

Deno.test("readConfig() reads pystator.cfg of the home folder after that of the current one", () => {
  const config = configOf({ HOME: "/home/ann" }, {
    "pystator.cfg": "[worker]\nconcurrency = 2",
    "/home/ann/.pystator/pystator.cfg": "[worker]\nconcurrency = 3\n[ui]\nPYSTATOR_UI_THEME = ocean",
  });
  same([config.worker.concurrency, config.ui.theme], [2, "ocean"]);
});

Deno.test("readConfig() refuses a line of pystator.cfg that it does not understand", () => {
  const message = problemOf({}, { "pystator.cfg": "[worker]\nconcurrency" });
  same(message.includes("line 2"), true);
});

Deno.test("readConfig() lets a flag win over everything", () => {
  const config = readConfig({ API_PORT: "1" }, { flags: { API_PORT: "2" }, readTextFile: noFiles });
  same(config.api.port, 2);
});

Deno.test("readConfig() masks secrets among its rows", () => {
  const { rows } = configOf({
    PYSTATOR_DATABASE_URL: "postgresql://u:hunter2x@h/d",
    PYSTATOR_AUTH_JWT_SECRET: "s3cr3t-s3cr3t",
  });
  const text = JSON.stringify(rows);
  same([rows.length, text.includes("hunter2x"), text.includes("s3cr3t")], [SETTING_NAMES.size, false, false]);
});
