/** Verbs on one entity: send, get, history, explain, can; and the predecessor's longer forms of them. */
import type { Command } from "commander";
import { type Client, type Data, pathOf, rowsOf } from "./client.ts";
import {
  type CliContext,
  numberOption,
  objectOption,
  type PrintOptions,
  type TargetOptions,
  withTarget,
} from "./context.ts";
import { EXIT_FAILED } from "./exit_code.ts";
import { tableOf } from "./table.ts";

type Options = PrintOptions & TargetOptions;

interface SendOptions extends Options {
  readonly machine?: string;
  readonly machineVersion?: string;
  readonly payload?: string;
  readonly idempotencyKey?: string;
  readonly async?: boolean;
}

export function addEntityCommands(program: Command, context: CliContext): void {
  addSend(program.command("send <entity> <trigger>"), context);
  addGet(program.command("get <entity>"), context);
  addHistory(program.command("history <entity>"), context);
  addExplain(program.command("explain <entity> [trigger]"), context);
  addCan(program.command("can <entity>"), context);

  const event = program.command("event").description("events of entities");
  addSend(event.command("submit <entity> <trigger>"), context);
  withTarget(event.command("show <id>")).description("what became of an event")
    .action(async (id: string, options: Options) => {
      const status = await context.withClient(options, (client) => client.get(pathOf`/events/${id}`));
      context.print(options, status, () => fieldsOf(status));
    });
  const entity = program.command("entity").description("entities");
  addGet(entity.command("show <entity>"), context);
  addHistory(entity.command("history <entity>"), context);
  addCreate(entity.command("create <entity>"), context);
  addList(entity.command("list"), context);
}

function addSend(command: Command, context: CliContext): void {
  withTarget(command)
    .description("send an event to an entity and wait for the decision")
    .option("-m, --machine <name>", "machine of the entity; creates it when it does not exist yet")
    .option("--machine-version <version>", "version for a new entity; default: the newest")
    .option("-p, --payload <json>", "payload as JSON, or @FILE")
    .option("-k, --idempotency-key <key>", "sending again with this key gives the same answer")
    .option("--async", "only queue it; a worker decides")
    .action(async (entity: string, trigger: string, options: SendOptions) => {
      const payload = await objectOption("--payload", options.payload, context.deps);
      const headers = {
        ...(options.idempotencyKey === undefined ? {} : { "idempotency-key": options.idempotencyKey }),
        ...(options.async === true ? { prefer: "respond-async" } : {}),
      };
      const body = {
        trigger,
        context: payload,
        ...(options.machine === undefined ? {} : { machine_name: options.machine }),
        ...(options.machineVersion === undefined ? {} : { machine_version: options.machineVersion }),
      };
      const answer = await context.withClient(
        options,
        (client) => client.send("POST", pathOf`/entities/${entity}/events`, body, headers),
      );
      context.print(options, answer, () => sentText(entity, trigger, answer));
      if (answer.success === false) context.exit(EXIT_FAILED);
    });
}

function sentText(entity: string, trigger: string, answer: Data): string {
  if (answer.success === true) {
    const actions = Array.isArray(answer.actions) && answer.actions.length > 0
      ? `, ${answer.actions.length} actions`
      : "";
    return `${entity}: ${answer.source_state} -> ${answer.target_state ?? answer.source_state}${actions}`;
  }
  if (answer.success === false) {
    const detail = isData(answer.error_detail) ? answer.error_detail : {};
    const reason = detail.message ?? detail.code ?? "refused";
    return `${entity}: refused "${trigger}" in ${answer.source_state}: ${reason}\nSee why: stator explain ${entity} ${trigger}`;
  }
  return `${entity}: queued "${trigger}" as ${answer.event_id}\nSee what became of it: stator event show ${answer.event_id}`;
}

function addCreate(command: Command, context: CliContext): void {
  withTarget(command)
    .description("create an entity")
    .requiredOption("-m, --machine <name>", "machine")
    .option("--machine-version <version>", "default: the newest")
    .option("-c, --context <json>", "context as JSON, or @FILE")
    .action(
      async (
        entity: string,
        options: Options & { machine: string; machineVersion?: string; context?: string },
      ) => {
        const body = {
          machine_name: options.machine,
          ...(options.machineVersion === undefined ? {} : { machine_version: options.machineVersion }),
          context: await objectOption("--context", options.context, context.deps),
        };
        const path = pathOf`/entities/${entity}/create`;
        const answer = await context.withClient(options, (client) => client.send("POST", path, body));
        context.print(options, answer, `${entity}: created in ${answer.current_state}`);
      },
    );
}

function addGet(command: Command, context: CliContext): void {
  withTarget(command).description("show an entity").action(async (entity: string, options: Options) => {
    const state = await context.withClient(
      options,
      (client) => client.get(pathOf`/entities/${entity}/state`),
    );
    context.print(options, state, () => fieldsOf(state));
  });
}

function addList(command: Command, context: CliContext): void {
  withTarget(command)
    .description("list entities")
    .option("-m, --machine <name>", "only of this machine")
    .option("-s, --state <state>", "only in this state")
    .option("-n, --limit <n>", "at most so many", "50")
    .action(async (options: Options & { machine?: string; state?: string; limit: string }) => {
      const limit = numberOption("--limit", options.limit, { min: 1, max: 200 });
      const query = { machine_name: options.machine, state: options.state, limit: String(limit) };
      const page = await context.withClient(options, (client) => client.get("/entities", query));
      const rows = rowsOf(page, "entities").map((
        row,
      ) => [row.entity_id, row.machine_name, row.current_state, row.updated_at]);
      context.print(
        options,
        page,
        () => tableOf(["Entity", "Machine", "State", "Updated"], rows, "No entities found."),
      );
    });
}

function addHistory(command: Command, context: CliContext): void {
  withTarget(command)
    .description("show what happened to an entity, newest first")
    .option("-n, --limit <n>", "at most so many rows", "50")
    .action(async (entity: string, options: Options & { limit: string }) => {
      const limit = numberOption("--limit", options.limit, { min: 1, max: 200 });
      const path = pathOf`/entities/${entity}/history`;
      const rows = await context.withClient(options, (client) => client.list(path, { limit: String(limit) }));
      const cells = rows.map((row) => [
        row.created_at,
        row.trigger,
        row.source_state,
        row.target_state,
        row.success === false ? row.error_message ?? "refused" : "ok",
      ]);
      context.print(
        options,
        rows,
        () => tableOf(["Time", "Trigger", "From", "To", "Result"], cells, `No history for "${entity}".`),
      );
    });
}

function addExplain(command: Command, context: CliContext): void {
  withTarget(command)
    .description("tell why an entity is where it is, or why a trigger would be refused")
    .option("-p, --payload <json>", "payload to try the trigger with")
    .action(async (entity: string, trigger: string | undefined, options: Options & { payload?: string }) => {
      const payload = await objectOption("--payload", options.payload, context.deps);
      const answer = await context.withClient(options, async (client) => {
        if (trigger === undefined) return await client.get(pathOf`/entities/${entity}/explain`);
        return await client.send("POST", pathOf`/entities/${entity}/dry-run`, { trigger, context: payload });
      });
      context.print(
        options,
        answer,
        () => trigger === undefined ? triggersText(entity, answer) : dryRunText(entity, trigger, answer),
      );
    });
}

function triggersText(entity: string, answer: Data): string {
  const rows = rowsOf(answer, "triggers").map((row) => [
    row.trigger,
    row.would_succeed === true ? "yes" : "no",
    row.target_state,
    row.would_succeed === true ? "" : row.message,
  ]);
  const head = `${entity} is in ${answer.current_state}`;
  return `${head}\n${
    tableOf(["Trigger", "Accepted", "To", "Why not"], rows, "Its machine knows no trigger.")
  }`;
}

function dryRunText(entity: string, trigger: string, answer: Data): string {
  if (answer.would_succeed === true) {
    return `${entity}: "${trigger}" would lead from ${answer.source_state} to ${answer.target_state}`;
  }
  const lines = [
    `${entity}: "${trigger}" would be refused in ${answer.source_state}: ${
      answer.error_message ?? "no reason given"
    }`,
  ];
  for (const candidate of rowsOf(answer, "candidates")) {
    lines.push(`  ${candidate.source} -> ${candidate.dest ?? candidate.source}: ${candidate.verdict}`);
    for (const guard of rowsOf(candidate, "guards")) {
      lines.push(
        `    ${guard.passed === true ? "holds" : "fails"}: ${guard.name}${valuesText(guard.values)}`,
      );
    }
  }
  return lines.join("\n");
}

function valuesText(values: unknown): string {
  return isData(values) && Object.keys(values).length > 0 ? ` with ${JSON.stringify(values)}` : "";
}

function addCan(command: Command, context: CliContext): void {
  withTarget(command)
    .description("list what an entity would accept now")
    .action(async (entity: string, options: Options) => {
      const path = pathOf`/entities/${entity}/available-triggers`;
      const answer = await context.withClient(options, (client: Client) => client.get(path));
      const rows = rowsOf(answer, "triggers").map((row) => [
        row.trigger,
        row.target_state,
        row.has_guard === true ? row.guard_description ?? "yes" : "",
      ]);
      context.print(
        options,
        answer,
        () =>
          tableOf(
            ["Trigger", "To", "Guard"],
            rows,
            `Nothing can be sent to "${entity}" in ${answer.current_state}.`,
          ),
      );
    });
}

function fieldsOf(data: Data): string {
  const width = Math.max(0, ...Object.keys(data).map((key) => key.length));
  return Object.entries(data)
    .map(([key, value]) =>
      `${key.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`
    )
    .join("\n");
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
