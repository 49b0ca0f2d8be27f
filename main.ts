/** Puts the program together: the only file that knows every kind of store. */
import { runCli } from "./src/cli/cli.ts";
import type { ApiConnection, CliDeps, PredecessorImport } from "./src/cli/deps.ts";
import { adviceOf, EXIT_OK, exitCodeOf } from "./src/cli/exit_code.ts";
import { createIo } from "./src/cli/io.ts";
import { systemClock } from "./src/clock.ts";
import { machineVariablesOf, readProcessConfig } from "./src/config.ts";
import type { Config, DatabaseConfig } from "./src/config_values.ts";
import { AppError, messageOf } from "./src/errors.ts";
import { createApiProxy } from "./src/host/api_proxy.ts";
import { openStore } from "./src/host/open_store.ts";
import type { Databases, ProcessDeps } from "./src/host/process.ts";
import { withReadReplica } from "./src/host/read_replica.ts";
import { createStopSignal } from "./src/host/stop_signal.ts";
import { surviveConnectionErrors } from "./src/host/survive.ts";
import type { Store } from "./src/store/store.ts";
import { createMemoryStore } from "./src/store/memory/memory_store.ts";
import { expectedVersion, readMigrations } from "./src/store/migrations.ts";
import { createLog, silentLog, writeLine } from "./src/telemetry/log.ts";
import { createMetrics } from "./src/telemetry/metrics.ts";
import project from "./deno.json" with { type: "json" };

const newId = () => crypto.randomUUID();

const databases: Databases = {
  async open(database) {
    switch (database.dialect) {
      case "memory":
        return createMemoryStore();
      case "sqlite":
        return await openSqlite(database.url);
      case "postgres":
        return await openPostgres(database);
    }
  },
  async upgrade(database) {
    switch (database.dialect) {
      case "memory":
        return { applied: [], notes: [] };
      case "sqlite":
      case "postgres":
        return await (await import("./src/store/migrate.ts")).migrate(database.url);
    }
  },
  async status(database) {
    const expected = expectedVersion(
      database.dialect === "memory" ? [] : await readMigrations(database.dialect),
    );
    if (database.dialect === "sqlite") {
      const { sqlitePathOf } = await import("./src/store/migrate.ts");
      if (!(await isFile(sqlitePathOf(database.url)))) return { applied: null, expected };
    }
    const store = await databases.open(database);
    try {
      return await store.schema();
    } finally {
      await store.close();
    }
  },
  async hazards(database) {
    return database.dialect === "postgres" ? await postgresHazards(database.url) : [];
  },
  async migrations(database) {
    if (database.dialect === "memory") return [];
    return (await readMigrations(database.dialect)).map((migration) => migration.name);
  },
};

if (import.meta.main) Deno.exit(await runCli(Deno.args, createDeps()));

/** What the command line runs on. `wrap` sees every store that a process opens, before the process does. */
export function createDeps(wrap: (store: Store) => Store = (store) => store): CliDeps {
  const wrapped = { ...databases, open: async (of: DatabaseConfig) => wrap(await databases.open(of)) };
  const runProcess = (config: Config, kind: string, load: LoadProcess) =>
    runOn(wrapped, { config, kind, load });
  return {
    version: project.version,
    io: createIo(),
    readConfig: readProcessConfig,
    machineVariables: machineVariablesOf,
    connect,
    database: {
      upgrade: (config) => databases.upgrade(config.database),
      status: (config) => databases.status(config.database),
      empty: async ({ database }, what) =>
        await (await import("./src/store/empty.ts")).emptyDatabase(database.url, what),
      migrations: (config) => databases.migrations(config.database),
      importPredecessor,
    },
    processes: {
      // A process loads what it runs and nothing else: it starts in half the time.
      api: (config) => runProcess(config, "api", async () => (await import("./src/host/run_api.ts")).runApi),
      worker: (config) =>
        runProcess(config, "worker", async () => (await import("./src/host/run_worker.ts")).runWorker),
      ui: (config) => runProcess(config, "ui", async () => (await import("./src/host/run_ui.ts")).runUi),
      dev: (config) => runProcess(config, "dev", async () => (await import("./src/host/run_dev.ts")).runDev),
    },
  };
}

type LoadProcess = () => Promise<(deps: ProcessDeps, signal: AbortSignal) => Promise<void>>;

/** Runs one process until it is told to stop. Whatever keeps it from running is said as a line of the log. */
async function runOn(
  databases: Databases,
  { config, kind, load }: {
    readonly config: Config;
    readonly kind: string;
    readonly load: LoadProcess;
  },
): Promise<number> {
  const log = createLog({
    level: config.logLevel,
    clock: systemClock,
    write: writeLine,
    secrets: config.secrets,
  })
    .child({ process: kind });
  const metrics = createMetrics();
  metrics.set("stator_build_info", { version: project.version }, 1);
  surviveConnectionErrors({ log, metrics, exit: Deno.exit });
  const stop = createStopSignal();
  for (const warning of config.warnings) log.warning(warning);
  try {
    const run = await load();
    await run({ ...processDeps(config, { log, metrics }), databases }, stop.signal);
    return EXIT_OK;
  } catch (error) {
    const advice = adviceOf(error);
    log.error("Cannot run", {
      error: messageOf(error),
      code: error instanceof AppError ? error.code : "internal",
      ...(advice === null ? {} : { advice }),
      ...(error instanceof AppError ? {} : { stack: error instanceof Error ? error.stack : undefined }),
    });
    return exitCodeOf(error);
  } finally {
    stop.dispose();
  }
}

function processDeps(config: Config, tools: Pick<ProcessDeps, "log" | "metrics">): ProcessDeps {
  return {
    ...tools,
    config,
    version: project.version,
    clock: systemClock,
    newId,
    hostname: hostname(),
    databases,
  };
}

async function importPredecessor(
  { database }: Config,
  options: Parameters<CliDeps["database"]["importPredecessor"]>[1],
): Promise<PredecessorImport> {
  const { importPredecessorInto } = await import("./src/host/import_predecessor.ts");
  const { openPredecessor } = await import("./src/store/predecessor/open_source.ts");
  const source = await openPredecessor(options.from ?? database.url);
  try {
    if (!options.isDryRun) await databases.upgrade(database);
    const isEmpty = (await databases.status(database)).applied === null;
    const store = isEmpty ? createMemoryStore() : await databases.open(database);
    try {
      return await importPredecessorInto(store, source, { ...options, newId });
    } finally {
      await store.close();
    }
  } finally {
    await source.close();
  }
}

/** A running API when its address is set; else one in this process, open to whoever may read the database. */
async function connect(config: Config): Promise<ApiConnection> {
  if (config.remote !== null) {
    const send = createApiProxy(config.remote.apiUrl);
    return { fetch: send, token: config.remote.token, close: () => Promise.resolve() };
  }
  const { createCore, modulesOf } = await import("./src/host/core.ts");
  const { createApiOn, OPEN } = await import("./src/host/run_api.ts");
  const deps = processDeps(config, { log: silentLog, metrics: createMetrics() });
  const store = await openStore(deps, { database: config.database, signal: AbortSignal.abort() });
  const core = createCore(deps, store, { workerId: null, modules: await modulesOf(deps, "guards") });
  const api = await createApiOn(core, deps, OPEN);
  return {
    fetch: api.fetch,
    token: null,
    async close() {
      api.close();
      core.close();
      await store.close();
    },
  };
}

async function openSqlite(url: string): Promise<Store> {
  const { sqlitePathOf } = await import("./src/store/migrate.ts");
  const { openSqliteStore } = await import("./src/store/sqlite/sqlite_store.ts");
  return await openSqliteStore({ path: sqlitePathOf(url) });
}

/** One connection listens, the others are shared between turns and single statements. */
async function openPostgres(database: DatabaseConfig): Promise<Store> {
  const { openPostgresStore } = await import("./src/store/postgres/postgres_store.ts");
  const turnsMax = Math.max(1, Math.floor((database.connectionsMax - 1) / 2));
  const limits = { turnsMax, callsMax: Math.max(1, database.connectionsMax - 1 - turnsMax) };
  const open = (url: string, isListening: boolean) =>
    openPostgresStore({
      url,
      ...(database.isPooled ? { isPooled: true } : {}),
      isListening,
      channelPrefix: database.channelPrefix,
      ...limits,
    });
  const primary = await open(database.url, database.isListening);
  if (database.readUrl === null) return primary;
  return withReadReplica(primary, await open(database.readUrl, false));
}

/** A crash of a server with these settings forgets events that were answered. */
async function postgresHazards(url: string): Promise<readonly string[]> {
  const { connectPostgres, DEFAULT_POSTGRES_LIMITS } = await import("./src/store/postgres/connect.ts");
  const { parsePostgresUrl } = await import("./src/store/postgres/connection_url.ts");
  const options = { applicationName: "stator-check", limits: DEFAULT_POSTGRES_LIMITS };
  const connection = connectPostgres(parsePostgresUrl(url), options);
  try {
    const rows = await connection.all(
      "select name from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off'",
    );
    return rows.map((row) => `${row["name"]} off`);
  } finally {
    await connection.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => null);
  return info?.isFile === true;
}

function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    // The name is only there to tell workers apart; their ids differ anyway.
    return "host";
  }
}
