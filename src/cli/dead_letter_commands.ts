/** Verbs on dead letters and workers. */
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { pathOf, rowsOf } from "./client.ts";
import {
  type CliContext,
  numberOption,
  objectOption,
  type PrintOptions,
  type TargetOptions,
  withTarget,
} from "./context.ts";
import { filterOf, type OrderOptions, sendOrder, withOrder } from "./job_order.ts";
import { tableOf } from "./table.ts";

type Options = PrintOptions & TargetOptions;

export function addDeadLetterCommands(program: Command, context: CliContext): void {
  const dlq = program.command("dead-letters").alias("dlq").description(
    "events and actions that could not be processed",
  );
  withTarget(dlq.command("list"))
    .description("list dead letters, newest first")
    .option("-m, --machine <name>", "only of this machine")
    .option("-r, --reason <reason>", "only for this reason")
    .option("-s, --status <status>", "only in this status")
    .option("-n, --limit <n>", "at most so many", "50")
    .action(
      async (options: Options & { machine?: string; reason?: string; status?: string; limit: string }) => {
        const limit = numberOption("--limit", options.limit, { min: 1, max: 500 });
        const query = {
          source_name: options.machine,
          reason: options.reason,
          status: options.status,
          limit: String(limit),
        };
        const page = await context.withClient(options, (client) => client.get("/dlq", query));
        const rows = rowsOf(page, "records").map((row) => [
          row.record_id,
          row.source_name,
          entityOf(row.payload),
          row.reason,
          row.status,
          row.error_message,
        ]);
        const header = ["Record", "Machine", "Entity", "Reason", "Status", "Error"];
        context.print(options, page, () => tableOf(header, rows, "No dead letters."));
      },
    );
  withTarget(dlq.command("show <record>")).description("show one dead letter")
    .action(async (record: string, options: Options) => {
      const letter = await context.withClient(options, (client) => client.get(pathOf`/dlq/${record}`));
      context.deps.io.out(JSON.stringify(letter, null, 2));
    });
  withTarget(dlq.command("replay <record>"))
    .description("put it back; a second call changes nothing")
    .option("-p, --payload <json>", "use this payload instead of the stored one")
    .action(async (record: string, options: Options & { payload?: string }) => {
      const body = options.payload === undefined
        ? undefined
        : { payload: await objectOption("--payload", options.payload, context.deps) };
      const path = pathOf`/dlq/${record}/replay`;
      const answer = await context.withClient(options, (client) => client.send("POST", path, body));
      context.print(options, answer, `${record}: queued again as ${answer.event_id}`);
    });
  addRedrive(dlq.command("redrive"), context);
  withTarget(dlq.command("discard <record>")).description("decide that it is not needed")
    .action(async (record: string, options: Options) => {
      const path = pathOf`/dlq/${record}/discard`;
      const answer = await context.withClient(options, (client) => client.send("POST", path));
      context.print(options, answer, `${record}: ${answer.status}`);
    });
}

interface RedriveOptions extends OrderOptions {
  readonly machine?: string;
  readonly entity?: string;
  readonly stage?: string;
  readonly for?: string;
  readonly after?: string;
  readonly before?: string;
  readonly all?: boolean;
}

function addRedrive(command: Command, context: CliContext): void {
  withOrder(withTarget(command))
    .description("put back all that match, oldest first, as a job")
    .option("-m, --machine <name>", "only of this machine")
    .option("-e, --entity <id>", "only of this entity")
    .option("--stage <stage>", "only of this stage")
    .option("--for <reason>", "only those that died for this reason, such as guard_rejected")
    .option("--after <time>", "only those that died at this time or later")
    .option("--before <time>", "only those that died at this time or earlier")
    .option("--all", "all that wait, whatever their machine")
    .action(async (options: RedriveOptions) => {
      const filter = filterOf({
        source_name: options.machine,
        entity_id: options.entity,
        reason: options.for,
        stage: options.stage,
        created_after: options.after,
        created_before: options.before,
      });
      if (Object.keys(filter).length === 0 && options.all !== true) {
        throw new AppError(
          "bad_request",
          "Cannot redrive: say which ones, for example --machine order, or --all",
        );
      }
      await sendOrder(context, options, { path: "/dlq/redrive", body: { filter }, what: "dead letters" });
    });
}

/** Lists the workers that live; a subcommand of `worker`. */
export function addWorkerStatus(worker: Command, context: CliContext): void {
  withTarget(worker.command("status"))
    .description("list the workers that reported within the last minute")
    .action(async (options: Options) => {
      const answer = await context.withClient(options, (client) => client.get("/workers"));
      const rows = rowsOf(answer, "workers").map((
        row,
      ) => [row.worker_id, row.started_at, row.seen_at, row.info]);
      context.print(
        options,
        answer,
        () =>
          tableOf(["Worker", "Started", "Seen", "Info"], rows, "No worker runs. Start one: stator worker"),
      );
    });
}

function entityOf(payload: unknown): unknown {
  return typeof payload === "object" && payload !== null && "entity_id" in payload ? payload.entity_id : null;
}
