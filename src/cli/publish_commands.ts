/** Verbs on stored machines: publish a file, list, get, create, delete, seed. */
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { type Client, type Data, pathOf, rowsOf } from "./client.ts";
import {
  type CliContext,
  databaseArgument,
  type PrintOptions,
  type TargetOptions,
  withTarget,
} from "./context.ts";
import type { CliDeps } from "./deps.ts";
import { EXIT_FAILED } from "./exit_code.ts";
import { readDocument } from "./machine_file.ts";
import { tableOf } from "./table.ts";

type Options = PrintOptions & TargetOptions;

export function addPublishCommands(program: Command, context: CliContext): void {
  const { deps } = context;
  withTarget(program.command("publish <files...>"))
    .description("store machine files; a version that is stored already with the same text is left alone")
    .action(async (files: readonly string[], options: Options) => {
      const records = await context.withClient(options, async (client) => {
        const published = [];
        for (const file of files) published.push(await publish(file, client, deps));
        return published;
      });
      context.print(options, records, () => records.map(publishedText).join("\n"));
    });

  const machines = program.command("machines").description("stored machines");
  withTarget(machines.command("list [url]"))
    .description("list stored machines")
    .option("--name <name>", "only of this name")
    .action(async (url: string | undefined, options: Options & { name?: string }) => {
      const target = { ...options, ...databaseArgument(url) };
      const page = await context.withClient(
        target,
        (client) => client.get("/machines", { name: options.name }),
      );
      const rows = rowsOf(page, "machines").map((row) => [row.name, row.version, row.description]);
      context.print(
        options,
        page,
        () => tableOf(["Name", "Version", "Description"], rows, "No machines found."),
      );
    });
  withTarget(machines.command("get <name> [url]"))
    .description("show a stored machine")
    .option("--version <version>", "default: the newest")
    .action(async (name: string, url: string | undefined, options: Options & { version?: string }) => {
      const target = { ...options, ...databaseArgument(url) };
      const record = await context.withClient(
        target,
        async (client) => await client.get(pathOf`/machines/${await idOf(client, name, options.version)}`),
      );
      context.print(options, record, () => JSON.stringify(record.config ?? record, null, 2));
    });
  withTarget(machines.command("create <path> [url]"))
    .description("store one machine file; a name and version that are taken are refused")
    .action(async (path: string, url: string | undefined, options: Options) => {
      const record = await context.withClient({ ...options, ...databaseArgument(url) }, async (client) => {
        return await client.send("POST", "/machines", { config: await readDocument(path, deps) });
      });
      context.print(options, record, `Created: ${record.name}@${record.version} (id: ${record.id})`);
    });
  withTarget(machines.command("delete <name> <version> [url]"))
    .description("delete a stored machine that no entity uses")
    .action(async (name: string, version: string, url: string | undefined, options: Options) => {
      await context.withClient({ ...options, ...databaseArgument(url) }, async (client) => {
        await client.send("DELETE", pathOf`/machines/${await idOf(client, name, version)}`);
      });
      context.print(options, { deleted: true, name, version }, `Deleted: ${name}@${version}`);
    });
  addSeed(machines.command("seed [folder] [url]"), context);
  machines.action(() => {
    deps.io.err(machines.helpInformation());
    context.exit(EXIT_FAILED);
  });
}

/** Also a verb of `db`, as the predecessor has it. */
export function addSeed(command: Command, context: CliContext): void {
  withTarget(command)
    .description("store all machine files of a folder; broken ones are told and skipped")
    .action(async (folder: string | undefined, url: string | undefined, options: Options) => {
      const results = await context.withClient(
        { ...options, ...databaseArgument(url) },
        (client) => seed(folder ?? "machines", client, context.deps),
      );
      context.print(
        options,
        results,
        () => results.map((result) => result.error ?? publishedText(result)).join("\n"),
      );
    });
}

async function publish(path: string, client: Client, deps: CliDeps): Promise<Data> {
  const config = await readDocument(path, deps);
  try {
    return { ...await client.send("POST", "/machines", { config }), is_new: true };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "machine_exists") throw error;
    const { name, version } = nameOf(config);
    const record = await client.get(pathOf`/machines/${await idOf(client, name, version)}`);
    if (JSON.stringify(record.config) === JSON.stringify(config)) return { ...record, is_new: false };
    throw new AppError(
      "machine_exists",
      `Cannot publish ${name}@${version}: this version is stored with another text. Give it a new meta.version`,
      { cause: error },
    );
  }
}

async function seed(folder: string, client: Client, deps: CliDeps): Promise<readonly Data[]> {
  const files = (await deps.io.listFiles(folder)).filter((name) =>
    /(?<!\.scenarios)\.(ya?ml|json)$/.test(name)
  );
  const results: Data[] = [];
  for (const file of files) {
    try {
      results.push(await publish(`${folder}/${file}`, client, deps));
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "store_unavailable") throw error;
      results.push({ file, error: `Skipped: ${file}: ${error.message}` });
    }
  }
  return results;
}

function publishedText(record: Data): string {
  return record.is_new === true
    ? `Published: ${record.name}@${record.version} (id: ${record.id})`
    : `Unchanged: ${record.name}@${record.version}`;
}

function nameOf(config: unknown): { readonly name: string; readonly version: string } {
  const meta = typeof config === "object" && config !== null && "meta" in config ? config.meta : null;
  const record: Data = typeof meta === "object" && meta !== null ? { ...meta } : {};
  const name = String(record.machine_name ?? record.name ?? "").trim().toLowerCase();
  return { name, version: String(record.version ?? "1.0.0") };
}

/** Id of a version, or of the newest. */
async function idOf(client: Client, name: string, version: string | undefined): Promise<string> {
  const page = await client.get("/machines", { name, version });
  const [first] = rowsOf(page, "machines");
  if (typeof first?.id === "string") return first.id;
  const what = version === undefined ? `"${name}"` : `"${name}" version "${version}"`;
  throw new AppError("machine_not_found", `Cannot find machine ${what}: it is not stored`);
}
