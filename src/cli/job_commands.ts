/** Verbs on jobs: order one, look, hold, end. */
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { type Data, pathOf, rowsOf } from "./client.ts";
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

interface SendOptions extends OrderOptions {
  readonly machine?: string;
  readonly state?: string;
  readonly label: readonly string[];
  readonly q?: string;
  readonly payload?: string;
}

const HEADER = ["Job", "Type", "Status", "Done", "Failed", "Skipped", "Of", "Created", "Why"];

export function addJobCommands(program: Command, context: CliContext): void {
  const jobs = program.command("jobs").description("work on many entities or dead letters");
  addList(jobs.command("list"), context);
  addGet(jobs.command("get <job>"), context);
  addItems(jobs.command("items <job>"), context);
  addSend(jobs.command("send <trigger>"), context);
  for (const verb of ["cancel", "pause", "resume"] as const) {
    withTarget(jobs.command(`${verb} <job>`))
      .description(VERBS[verb])
      .action(async (id: string, options: Options) => {
        const path = pathOf`/jobs/${id}/${verb}`;
        const job = await context.withClient(options, (client) => client.send("POST", path));
        context.print(options, job, `${id}: ${job.status}, ${job.done} of ${job.matched ?? "?"} done`);
      });
  }
}

const VERBS = {
  cancel: "end it; what was sent stays sent",
  pause: "hold it where it is",
  resume: "go on where it was held",
} as const;

function addList(command: Command, context: CliContext): void {
  withTarget(command)
    .description("list jobs, newest first")
    .option("-s, --status <status>", "only in this status")
    .option("-n, --limit <n>", "at most so many", "50")
    .action(async (options: Options & { status?: string; limit: string }) => {
      const limit = numberOption("--limit", options.limit, { min: 1, max: 200 });
      const query = { status: options.status, limit: String(limit) };
      const page = await context.withClient(options, (client) => client.get("/jobs", query));
      const rows = rowsOf(page, "jobs").map(cellsOf);
      context.print(options, page, () => tableOf(HEADER, rows, "No jobs."));
    });
}

function addGet(command: Command, context: CliContext): void {
  withTarget(command).description("show how far a job is").action(async (id: string, options: Options) => {
    const job = await context.withClient(options, (client) => client.get(pathOf`/jobs/${id}`));
    context.print(options, job, () =>
      Object.entries(job).filter(([, value]) => value !== null)
        .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join("\n"));
  });
}

function addItems(command: Command, context: CliContext): void {
  withTarget(command)
    .description("list what became of each record of a job")
    .option("--cursor <cursor>", "the next page, as the page before says")
    .action(async (id: string, options: Options & { cursor?: string }) => {
      const query = { cursor: options.cursor };
      const page = await context.withClient(
        options,
        (client) => client.get(pathOf`/jobs/${id}/items`, query),
      );
      const rows = rowsOf(page, "items").map((row) => [row.id, row.outcome, row.event_id, row.error]);
      const more = typeof page.next_cursor === "string" ? `\nMore: --cursor ${page.next_cursor}` : "";
      context.print(
        options,
        page,
        () => tableOf(["Record", "Outcome", "Event", "Error"], rows, "Nothing yet.") + more,
      );
    });
}

function addSend(command: Command, context: CliContext): void {
  withOrder(withTarget(command))
    .description("send an event to every active entity that matches, as a job")
    .option("-m, --machine <name>", "of this machine")
    .option("-s, --state <state>", "in this state")
    .option("-l, --label <key=value>", "with this label; may be repeated", gathered, [])
    .option("-q, --q <text>", "with this text in the id")
    .option("-p, --payload <json>", "payload as JSON, or @FILE")
    .action(async (trigger: string, options: SendOptions) => {
      const filter = filterOf({
        machine_name: options.machine,
        state: options.state,
        labels: options.label.length === 0 ? undefined : labelsOf(options.label),
        q: options.q,
      });
      if (Object.keys(filter).length === 0) {
        throw new AppError(
          "bad_request",
          "Cannot send to all there are: say which ones, for example --machine order",
        );
      }
      const payload = await objectOption("--payload", options.payload, context.deps);
      await sendOrder(context, options, {
        path: "/jobs",
        body: { trigger, payload, filter },
        what: "entities",
      });
    });
}

function gathered(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function labelsOf(pairs: readonly string[]): Data {
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw new AppError("bad_request", `Cannot read --label "${pair}": write key=value`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  }));
}

function cellsOf(job: Data): readonly unknown[] {
  const { job_id: id, type, status, done, failed, skipped, matched, created_at: createdAt, reason } = job;
  return [id, type, status, done, failed, skipped, matched, createdAt, reason];
}
