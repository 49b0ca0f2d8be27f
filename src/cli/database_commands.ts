/** Verbs on the schema of the database. */
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import {
  type CliContext,
  databaseArgument,
  type PrintOptions,
  targetFlags,
  type TargetOptions,
} from "./context.ts";
import type { PredecessorImport } from "./deps.ts";
import { EXIT_FAILED } from "./exit_code.ts";
import { addSeed } from "./publish_commands.ts";
import { tableOf } from "./table.ts";

type Options = PrintOptions & TargetOptions;

const PROGRESS_EVERY = 1_000;

/** Answers the verb `db`, for more verbs under it. */
export function addDatabaseCommands(program: Command, context: CliContext): Command {
  const { io, database } = context.deps;
  const db = program.command("db").description("the schema of the database");
  const configOf = (url: string | undefined, options: Options) =>
    context.config(targetFlags({ ...options, ...databaseArgument(url) }));
  const withDatabase = (command: Command) =>
    command.option("--db <url>", "database (PYSTATOR_DATABASE_URL)").option("--json", "answer with JSON");

  withDatabase(db.command("upgrade [url]"))
    .description("bring the tables up to date; safe to run from several places at once")
    .option("--revision <revision>", "only head is known", "head")
    .action(async (url: string | undefined, options: Options & { revision: string }) => {
      if (options.revision !== "head") {
        throw new AppError(
          "bad_request",
          `Cannot upgrade to "${options.revision}": the program fits its newest schema only`,
        );
      }
      const { applied, notes } = await database.upgrade(configOf(url, options));
      for (const note of notes) io.err(note);
      const text = applied.length === 0 ? "Database is up to date." : `Applied: ${applied.join(", ")}`;
      context.print(
        options,
        { applied },
        `Upgrading database to revision: head...\n${text}\nDatabase upgraded successfully!`,
      );
    });
  withDatabase(db.command("current [url]"))
    .description("print the revision of the database")
    .action(async (url: string | undefined, options: Options) => {
      const status = await database.status(configOf(url, options));
      const text = status.applied === null
        ? "Database is not initialised. Create the tables: stator db upgrade"
        : `Current database revision: ${status.applied}`;
      context.print(options, status, text);
      if (status.applied === null) context.exit(EXIT_FAILED);
    });
  for (const verb of ["status", "check"]) {
    withDatabase(db.command(`${verb} [url]`))
      .description(
        verb === "check" ? "fail unless the tables fit this program" : "compare the tables with this program",
      )
      .action(async (url: string | undefined, options: Options) => {
        const status = await database.status(configOf(url, options));
        const isFit = status.applied !== null && status.applied >= status.expected;
        const word = isFit ? "fits" : "must be upgraded: stator db upgrade";
        context.print(
          options,
          { ...status, is_current: isFit },
          `Database has revision ${status.applied ?? "none"}, this program needs ${status.expected}: ${word}`,
        );
        if (verb === "check" && !isFit) context.exit(EXIT_FAILED);
      });
  }
  withDatabase(db.command("history [url]"))
    .description("list the revisions that this program knows, newest first")
    .action(async (url: string | undefined, options: Options) => {
      const names = (await database.migrations(configOf(url, options))).toReversed();
      context.print(options, { revisions: names }, names.join("\n"));
    });
  withDatabase(db.command("import [url]"))
    .description("take over machines, entities, history and waiting events of a PyStator database")
    .option("--from <url>", "the database of PyStator (default: the same database)")
    .option("--dry-run", "only say what would be taken over")
    .action(async (url: string | undefined, options: Options & { from?: string; dryRun?: boolean }) => {
      const report = await database.importPredecessor(configOf(url, options), {
        from: options.from ?? null,
        isDryRun: options.dryRun === true,
        onProgress: (entities) => {
          if (entities % PROGRESS_EVERY === 0) io.err(`${entities} entities read`);
        },
      });
      context.print(options, report, () => importText(report, options.dryRun === true));
      if (report.problems.length > 0) context.exit(EXIT_FAILED);
    });
  addSeed(db.command("seed [folder] [url]"), context);
  db.action(() => {
    io.err(db.helpInformation());
    context.exit(EXIT_FAILED);
  });
  return db;
}

function importText(report: PredecessorImport, isDryRun: boolean): string {
  const rows = (["machines", "entities", "events", "dead_letters"] as const).map((kind) => {
    const { imported, present, refused } = report[kind];
    return [kind.replace("_", " "), imported, present, refused];
  });
  const head = ["", isDryRun ? "Would be taken over" : "Taken over", "There already", "Refused"];
  return [
    tableOf(head, rows, ""),
    `${report.history_rows} rows of history come with the entities.`,
    ...report.problems.map(({ what, message }) => `${what}: ${message}`),
  ].join("\n");
}
