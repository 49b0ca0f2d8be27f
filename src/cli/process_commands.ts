/** Verbs that run until they are told to stop: api, worker, ui serve, dev. */
import type { Command } from "commander";
import type { Environment } from "../config.ts";
import type { CliContext } from "./context.ts";
import { addWorkerStatus } from "./dead_letter_commands.ts";

interface ListenOptions {
  readonly host?: string;
  readonly port?: string;
  readonly db?: string;
}

export function addProcessCommands(program: Command, context: CliContext): void {
  const { processes } = context.deps;

  withAddress(program.command("api"))
    .description("serve the API")
    .option("--reload", "accepted for existing manifests; the process never reloads by itself")
    .option("--no-reload", "accepted for existing manifests")
    .action(async (options: ListenOptions) => {
      context.exit(await processes.api(context.config(apiFlags(options))));
    });

  const worker = program.command("worker")
    .description("decide queued events, fire timers, deliver actions")
    .option("--concurrency <n>", "turns and deliveries at one time (PYSTATOR_WORKER_CONCURRENCY)")
    .option("--poll-interval <ms>", "longest wait between two looks (PYSTATOR_WORKER_POLL_INTERVAL_MS)")
    .option("--app <module>", "accepted for existing manifests and without effect")
    .option("--db <url>", "database (PYSTATOR_DATABASE_URL)")
    .action(async (options: { concurrency?: string; pollInterval?: string; app?: string; db?: string }) => {
      const flags = {
        PYSTATOR_WORKER_CONCURRENCY: options.concurrency,
        PYSTATOR_WORKER_POLL_INTERVAL_MS: options.pollInterval,
        PYSTATOR_DATABASE_URL: options.db,
      };
      if (options.app !== undefined) {
        context.deps.io.err("--app has no effect: code of applications is not loaded");
      }
      context.exit(await processes.worker(context.config(flags)));
    });
  addWorkerStatus(worker, context);

  const ui = program.command("ui").description("the pages");
  ui.command("serve", { isDefault: true })
    .description("serve the pages and pass the API on")
    .option("--host <host>", "address to listen on (UI_HOST)")
    .option("--port <port>", "port to listen on (UI_PORT)")
    .option("--api-url <url>", "where the API is (PYSTATOR_API_URL)")
    .action(async (options: ListenOptions & { apiUrl?: string }) => {
      const flags = { UI_HOST: options.host, UI_PORT: options.port, PYSTATOR_API_URL: options.apiUrl };
      context.exit(await processes.ui(context.config(flags)));
    });

  for (const verb of ["build", "dev"]) {
    ui.command(verb)
      .description("accepted for existing scripts; there is nothing to build")
      .action(() => context.deps.io.out("The pages are part of the program. Serve them: stator ui serve"));
  }
  const docs = program.command("docs").description("where the documentation is");
  for (const verb of ["serve", "build"]) {
    docs.command(verb)
      .description("accepted for existing scripts")
      .action(() =>
        context.deps.io.out("The documentation is in the folder docs; a running API shows its own at /docs")
      );
  }
  docs.action(() => context.deps.io.out(docs.helpInformation().trimEnd()));

  withAddress(program.command("dev"))
    .description("everything in one process on SQLite, with the sample machines")
    .action(async (options: ListenOptions) => {
      context.exit(await processes.dev(context.config(apiFlags(options))));
    });
}

function withAddress(command: Command): Command {
  return command
    .option("--host <host>", "address to listen on (API_HOST, HOST)")
    .option("--port <port>", "port to listen on (API_PORT, PORT)")
    .option("--db <url>", "database (PYSTATOR_DATABASE_URL)");
}

function apiFlags(options: ListenOptions): Environment {
  return { API_HOST: options.host, API_PORT: options.port, PYSTATOR_DATABASE_URL: options.db };
}
