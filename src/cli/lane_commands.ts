/** Verbs of operators on one entity and on what waits: lanes, park, resume, force. */
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
import { tableOf } from "./table.ts";

type Options = PrintOptions & TargetOptions;

interface ForceOptions extends Options {
  readonly reason: string;
  readonly state?: string;
  readonly context?: string;
  readonly merge?: boolean;
  readonly ifVersion?: string;
}

export function addLaneCommands(program: Command, context: CliContext): void {
  addLanes(program.command("lanes"), context);
  addPark(program.command("park <entity>"), context);
  addResume(program.command("resume <entity>"), context);
  addForce(program.command("force <entity>"), context);
}

function addLanes(command: Command, context: CliContext): void {
  withTarget(command)
    .description("list the entities that wait for a person, oldest first")
    .option("-s, --state <state>", "held, parked, blocked or ready", "held")
    .option("-m, --machine <name>", "only of this machine")
    .option("-n, --limit <n>", "at most so many", "50")
    .action(async (options: Options & { state: string; machine?: string; limit: string }) => {
      const limit = numberOption("--limit", options.limit, { min: 1, max: 200 });
      const query = { state: options.state, machine_name: options.machine, limit: String(limit) };
      const page = await context.withClient(options, (client) => client.get("/lanes", query));
      const rows = rowsOf(page, "lanes").map((row) => [
        row.entity_id,
        row.machine_name,
        row.state,
        row.parked_at ?? row.ready_at,
        row.waiting,
        row.reason ?? (row.dead_letter_id === null ? "" : `dead letter ${row.dead_letter_id}`),
      ]);
      const header = ["Entity", "Machine", "State", "Since", "Waiting", "Why"];
      context.print(options, page, () => tableOf(header, rows, `No lane is ${options.state}.`));
    });
}

function addPark(command: Command, context: CliContext): void {
  withTarget(command)
    .description("hold an entity: events wait until it is resumed")
    .requiredOption("-r, --reason <text>", "why, for those who find it")
    .action(async (entity: string, options: Options & { reason: string }) => {
      const path = pathOf`/entities/${entity}/park`;
      const lane = await context.withClient(
        options,
        (client) => client.send("POST", path, { reason: options.reason }),
      );
      context.print(options, lane, `${entity}: parked\nLet it go on: stator resume ${entity} --reason …`);
    });
}

function addResume(command: Command, context: CliContext): void {
  withTarget(command)
    .description("let a parked entity go on")
    .requiredOption("-r, --reason <text>", "why now")
    .action(async (entity: string, options: Options & { reason: string }) => {
      const path = pathOf`/entities/${entity}/resume`;
      const lane = await context.withClient(
        options,
        (client) => client.send("POST", path, { reason: options.reason }),
      );
      context.print(options, lane, `${entity}: goes on, ${lane.waiting} waiting`);
    });
}

function addForce(command: Command, context: CliContext): void {
  withTarget(command)
    .description("set the state or the context of an entity by hand")
    .requiredOption("-r, --reason <text>", "why; kept in history and in the audit trail")
    .option("-s, --state <state>", "a state of its machine, or parallel:region=state,…")
    .option("-c, --context <json>", "the whole context as JSON, or @FILE")
    .option("--merge", "only set the keys that --context names")
    .option("--if-version <n>", "only while the entity has this version")
    .action(async (entity: string, options: ForceOptions) => {
      const body = {
        reason: options.reason,
        ...(options.state === undefined ? {} : { state: options.state }),
        ...(options.context === undefined
          ? {}
          : { context: await objectOption("--context", options.context, context.deps) }),
        ...(options.merge === true ? { merge: true } : {}),
      };
      const headers: Data = options.ifVersion === undefined ? {} : { "if-match": `"${options.ifVersion}"` };
      const path = pathOf`/entities/${entity}/force`;
      const state = await context.withClient(
        options,
        (client) => client.send("POST", path, body, headers),
      );
      context.print(options, state, `${entity}: now in ${state.current_state}, version ${state.version}`);
    });
}
