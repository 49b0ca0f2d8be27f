/** Verbs on schedules: look at their times, add one, hold it, run it now. */
import type { Command } from "commander";
import { type Data, pathOf, rowsOf } from "./client.ts";
import {
  type CliContext,
  numberOption,
  objectOption,
  type PrintOptions,
  type TargetOptions,
  withTarget,
} from "./context.ts";
import { filterOf } from "./job_order.ts";
import { tableOf } from "./table.ts";

type Options = PrintOptions & TargetOptions;

interface AddOptions extends Options {
  readonly machine: string;
  readonly cron: string;
  readonly trigger: string;
  readonly timeZone?: string;
  readonly catchUp?: string;
  readonly entity?: string;
  readonly state?: string;
  readonly payload?: string;
  readonly rate?: string;
}

const HEADER = ["Schedule", "Machine", "Trigger", "When", "Status", "Next", "Sent"];

export function addScheduleCommands(program: Command, context: CliContext): void {
  const schedules = program.command("schedules").description("events that the clock sends");
  withTarget(schedules.command("list"))
    .description("list schedules with their next time")
    .option("-m, --machine <name>", "only of this machine")
    .action(async (options: Options & { machine?: string }) => {
      const query = { machine_name: options.machine, limit: "200" };
      const page = await context.withClient(options, (client) => client.get("/schedules", query));
      const rows = rowsOf(page, "schedules").map((row) => [
        row.schedule_id,
        row.machine_name,
        row.trigger,
        row.words,
        row.status,
        timesOf(row)[0],
        row.sent,
      ]);
      context.print(options, page, () => tableOf(HEADER, rows, "No schedules."));
    });
  withTarget(schedules.command("get <schedule>"))
    .description("show a schedule and its next five times")
    .action(async (id: string, options: Options) => {
      const schedule = await context.withClient(options, (client) => client.get(pathOf`/schedules/${id}`));
      context.print(options, schedule, () => detailText(schedule));
    });
  addNext(schedules.command("next <cron>"), context);
  addAdd(schedules.command("add <name>"), context);
  withTarget(schedules.command("delete <schedule>"))
    .description("send nothing any more")
    .action(async (id: string, options: Options) => {
      await context.withClient(options, (client) => client.send("DELETE", pathOf`/schedules/${id}`));
      context.print(options, { schedule_id: id }, `${id}: deleted`);
    });
  for (const verb of ["pause", "resume"] as const) {
    withTarget(schedules.command(`${verb} <schedule>`))
      .description(verb === "pause" ? "send nothing until it is resumed" : "go on with the next time")
      .action(async (id: string, options: Options) => {
        const path = pathOf`/schedules/${id}/${verb}`;
        const schedule = await context.withClient(options, (client) => client.send("POST", path));
        context.print(
          options,
          schedule,
          `${id}: ${schedule.status}, next ${timesOf(schedule)[0] ?? "never"}`,
        );
      });
  }
  withTarget(schedules.command("run <schedule>"))
    .description("send now, out of turn")
    .action(async (id: string, options: Options) => {
      const ran = await context.withClient(
        options,
        (client) => client.send("POST", pathOf`/schedules/${id}/run`),
      );
      const text = ran.job_id === null
        ? `${id}: sent to ${ran.entity_id} as ${ran.event_id}`
        : `${id}: job ${ran.job_id}`;
      context.print(options, ran, text);
    });
}

function addNext(command: Command, context: CliContext): void {
  withTarget(command)
    .description('tell what cron text means and when it is due, for example "0 9 * * 1-5"')
    .option("-z, --time-zone <zone>", "such as Europe/Berlin", "UTC")
    .action(async (cron: string, options: Options & { timeZone: string }) => {
      const body = { cron, time_zone: options.timeZone };
      const preview = await context.withClient(
        options,
        (client) => client.send("POST", "/schedules/preview", body),
      );
      context.print(options, preview, () => [String(preview.words), ...timesOf(preview)].join("\n"));
    });
}

function addAdd(command: Command, context: CliContext): void {
  withTarget(command)
    .description("send an event by the clock from now on")
    .requiredOption("-m, --machine <name>", "its machine")
    .requiredOption("-c, --cron <text>", 'such as "0 3 * * *" or @daily')
    .requiredOption("-t, --trigger <trigger>", "what is sent")
    .option("-z, --time-zone <zone>", "such as Europe/Berlin; UTC when absent")
    .option("--catch-up <word>", "missed ones: skip, last or all")
    .option("-e, --entity <id>", "to this entity, such as report-{{ date }}")
    .option("-s, --state <state>", "or to all active entities in this state")
    .option("-p, --payload <json>", "payload as JSON, or @FILE")
    .option("--rate <n>", "with --state: so many in a second")
    .action(async (name: string, options: AddOptions) => {
      const body = filterOf({
        name,
        machine_name: options.machine,
        cron: options.cron,
        time_zone: options.timeZone,
        catch_up: options.catchUp,
        trigger: options.trigger,
        payload: options.payload === undefined
          ? undefined
          : await objectOption("--payload", options.payload, context.deps),
        entity_id: options.entity,
        entities: options.state === undefined ? undefined : { state: options.state },
        rate: options.rate === undefined
          ? undefined
          : numberOption("--rate", options.rate, { min: 1, max: 1_000 }),
      });
      const schedule = await context.withClient(options, (client) => client.send("POST", "/schedules", body));
      context.print(options, schedule, () => detailText(schedule));
    });
}

function detailText(schedule: Data): string {
  const target = schedule.entity_id ?? `all that match ${JSON.stringify(schedule.entities)}`;
  return [
    `${schedule.schedule_id}: ${schedule.trigger} to ${target}, ${schedule.words}`,
    `Status: ${schedule.status}${schedule.error === null ? "" : ` (${schedule.error})`}`,
    `Missed ones: ${schedule.catch_up}`,
    `Sent: ${schedule.sent}, last for ${schedule.last_at ?? "no time yet"}`,
    ...timesOf(schedule).map((time) => `Next: ${time}`),
  ].join("\n");
}

function timesOf(data: Data): readonly string[] {
  return Array.isArray(data.next_at) ? data.next_at.map(String) : [];
}
