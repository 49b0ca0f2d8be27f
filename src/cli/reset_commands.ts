/** Verbs on the database that delete, or that the predecessor had and that would. */
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import {
  type CliContext,
  databaseArgument,
  type PrintOptions,
  targetFlags,
  type TargetOptions,
} from "./context.ts";
import { tableOf } from "./table.ts";

type Options = PrintOptions & TargetOptions & { readonly force?: boolean; readonly yes?: boolean };

/** `db` is the verb that they belong to. */
export function addResetCommands(db: Command, context: CliContext): void {
  const { database } = context.deps;
  const configOf = (url: string | undefined, options: Options) =>
    context.config(targetFlags({ ...options, ...databaseArgument(url) }));
  const withDatabase = (command: Command) =>
    command.option("--json", "answer with JSON").option("--yes", "do it without asking back");

  withDatabase(db.command("init [url]"))
    .description("create the tables; with --force --yes everything that is there is deleted first")
    .option("--db <url>", "database (PYSTATOR_DATABASE_URL), or its kind as the predecessor has it")
    .option("--force", "start from nothing")
    .action(async (url: string | undefined, { db: named, ...options }: Options) => {
      const isKind = named !== undefined && ["postgresql", "postgres", "sqlite"].includes(named);
      const config = configOf(url, named === undefined || isKind ? options : { ...options, db: named });
      const { applied } = await database.status(config);
      if (applied !== null && options.force !== true) {
        throw new AppError(
          "validation_failed",
          "Cannot initialise the database: it has tables. Bring them up to date with stator db upgrade, " +
            "or delete everything with --force --yes",
        );
      }
      if (applied !== null) confirm("delete everything in the database", config.isProduction, options.yes);
      const gone = applied === null ? {} : await database.empty(config, "everything");
      const upgraded = await database.upgrade(config);
      const text = `Database initialised.${applied === null ? "" : `\n${goneText(gone)}`}`;
      context.print(options, { applied: upgraded.applied, deleted: gone }, text);
    });
  withDatabase(db.command("truncate [url]"))
    .description("delete machines, entities and all about them; people, keys and the audit trail stay")
    .option("--db <url>", "database (PYSTATOR_DATABASE_URL)")
    .option("--force", "the same as --yes")
    .action(async (url: string | undefined, options: Options) => {
      const config = configOf(url, options);
      confirm("delete all machines and entities", config.isProduction, options.yes ?? options.force);
      const gone = await database.empty(config, "runtime");
      context.print(options, { deleted: gone }, () => goneText(gone));
    });
  const refused = [
    [
      "downgrade [url]",
      "--revision <revision>",
      "no way back is kept: restore a backup from before the upgrade",
    ],
    ["stamp [revision] [url]", "--db <url>", "revisions are noted by stator db upgrade alone"],
  ] as const;
  for (const [verb, flag, reason] of refused) {
    const name = verb.slice(0, verb.indexOf(" "));
    db.command(verb)
      .description(`refused: ${reason}`)
      .option(flag, "accepted and without effect")
      .action(() => {
        throw new AppError("bad_request", `Cannot ${name} the database: ${reason}`);
      });
  }
}

/** Throws `bad_request` unless it was said twice, and in production always. */
function confirm(what: string, isProduction: boolean, isSure: boolean | undefined): void {
  if (isProduction) {
    throw new AppError("bad_request", `Cannot ${what}: ENVIRONMENT is production`);
  }
  if (isSure !== true) throw new AppError("bad_request", `Cannot ${what} without --yes`);
}

function goneText(gone: Readonly<Record<string, number>>): string {
  const rows = Object.entries(gone).filter(([, count]) => count > 0);
  return tableOf(["Table", "Rows deleted"], rows, "There was nothing to delete.");
}
