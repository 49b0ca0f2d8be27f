/** The command line in this process: files in memory, output kept, one store for all calls. */
import { runCli } from "../../src/cli/cli.ts";
import type { CliDeps } from "../../src/cli/deps.ts";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { AppError } from "../../src/errors.ts";
import { NO_MODULES } from "../../src/actions/modules/modules.ts";
import { createCore } from "../../src/host/core.ts";
import type { ProcessDeps } from "../../src/host/process.ts";
import { createApiOn, OPEN } from "../../src/host/run_api.ts";
import { createMemoryStore } from "../../src/store/memory/memory_store.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliWorld {
  run(...args: readonly string[]): Promise<CliRun>;
  readonly files: Map<string, string>;
  /** Kinds of process that were started, with their ports. */
  readonly started: string[];
}

const MACHINES = new URL("../../machines/", import.meta.url);

export async function createCliWorld(): Promise<CliWorld> {
  const files = new Map<string, string>();
  for await (const entry of Deno.readDir(MACHINES)) {
    if (!entry.isFile) continue;
    files.set(`machines/${entry.name}`, await Deno.readTextFile(new URL(entry.name, MACHINES)));
  }
  const started: string[] = [];
  const store = createMemoryStore();
  const noFile = (path: string) => {
    throw new Deno.errors.NotFound(path);
  };
  const config = readConfig({ ENVIRONMENT: "test" }, { readTextFile: noFile });
  const process: ProcessDeps = {
    config,
    version: "0.0.0",
    log: silentLog,
    metrics: createMetrics(),
    clock: systemClock,
    newId: () => crypto.randomUUID(),
    hostname: "test",
    databases: {
      open: () => Promise.resolve(store),
      upgrade: () => Promise.resolve({ applied: [], notes: [] }),
      status: () => store.schema(),
      hazards: () => Promise.resolve([]),
      migrations: () => Promise.resolve(["0001_first.sql", "0002_second.sql"]),
    },
  };
  const start = (kind: string) => (of: { readonly api: { readonly port: number } }) => {
    started.push(`${kind} ${of.api.port}`);
    return Promise.resolve(0);
  };
  const depsFor = (out: string[], err: string[]): CliDeps => ({
    version: "0.0.0",
    io: {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      readText: (path) => {
        const text = files.get(path);
        if (text === undefined) {
          throw new AppError("not_found", `Cannot read "${path}": there is no such file`);
        }
        return Promise.resolve(text);
      },
      writeText: (path, text) => Promise.resolve(void files.set(path, text)),
      listFiles: (folder) =>
        Promise.resolve(
          [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) =>
            path.slice(folder.length + 1)
          ).toSorted(),
        ),
      isFolder: (path) => Promise.resolve([...files.keys()].some((file) => file.startsWith(`${path}/`))),
    },
    readConfig: (flags) => readConfig({ ENVIRONMENT: "test" }, { flags, readTextFile: noFile }),
    machineVariables: () => ({ MACHINE_HOST: "carrier.example.com" }),
    connect: async () => {
      const api = await createApiOn(
        createCore(process, store, { workerId: null, modules: NO_MODULES }),
        process,
        OPEN,
      );
      return {
        fetch: api.fetch,
        token: null,
        close: () => Promise.resolve(api.close()),
      };
    },
    database: {
      upgrade: process.databases.upgrade.bind(null, config.database),
      status: process.databases.status.bind(null, config.database),
      migrations: process.databases.migrations.bind(null, config.database),
      empty: (_config, what) =>
        Promise.resolve<Record<string, number>>(
          what === "runtime" ? { entity: 1 } : { account: 2, entity: 1 },
        ),
      importPredecessor: (_config, { from, isDryRun }) =>
        Promise.resolve({
          machines: { imported: 1, present: 0, refused: 0 },
          entities: { imported: isDryRun ? 7 : 8, present: 0, refused: from === null ? 0 : 1 },
          events: { imported: 0, present: 0, refused: 0 },
          dead_letters: { imported: 0, present: 0, refused: 0 },
          history_rows: 9,
          problems: from === null ? [] : [{ what: "entity o-1", message: "no" }],
        }),
    },
    processes: { api: start("api"), worker: start("worker"), ui: start("ui"), dev: start("dev") },
  });
  return {
    files,
    started,
    async run(...args) {
      const out: string[] = [];
      const err: string[] = [];
      const code = await runCli(args, depsFor(out, err));
      return { code, out: out.join("\n"), err: err.join("\n") };
    },
  };
}
