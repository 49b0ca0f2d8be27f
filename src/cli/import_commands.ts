/** The verb that turns charts of other formats into machine files. */
import { type Command, Option } from "commander";
import type { ImportProblem, ImportResult } from "../definition/import_problem.ts";
import { importPystator } from "../definition/import_pystator.ts";
import { importScxml } from "../definition/import_scxml/import_scxml.ts";
import { importXState } from "../definition/import_xstate/import_xstate.ts";
import { loadMachine } from "../definition/load.ts";
import { yamlText } from "../definition/yaml_text.ts";
import { AppError } from "../errors.ts";
import type { CliContext } from "./context.ts";
import { textOf } from "./machine_file.ts";

const IMPORTERS: Readonly<Record<string, (text: string, file: string) => ImportResult>> = {
  scxml: importScxml,
  xstate: importXState,
  pystator: (text, file) =>
    importPystator(text, { format: file.endsWith(".json") ? "json" : "yaml", name: nameOf(file) }),
};

export function addImportCommands(program: Command, { deps }: CliContext): void {
  program.command("import <file>")
    .description("turn a chart of another format into a machine file; what it cannot say ends with 2")
    .addOption(new Option("--from <format>", "of the chart").choices(Object.keys(IMPORTERS)).default("scxml"))
    .option("-o, --output <file>", "write into a file")
    .action(async (file: string, options: { from: string; output?: string }) => {
      const read = IMPORTERS[options.from];
      if (read === undefined) throw new AppError("bad_request", `Cannot import from "${options.from}"`);
      const result = read(await deps.io.readText(file), file);
      if (!result.ok) throw new AppError("bad_request", inOrder(result.problems).map(refusalOf).join("\n"));
      const text = soundText(result, file);
      for (const warning of inOrder(result.warnings)) deps.io.err(warningOf(warning));
      if (options.output === undefined) return deps.io.out(text.trimEnd());
      await deps.io.writeText(options.output, text);
      deps.io.err(`Written to ${options.output}`);
    });
}

/** What was read must also be a machine: the loader has the last word. */
function soundText({ document }: ImportResult & { readonly ok: true }, file: string): string {
  const text = yamlText(document);
  const loaded = loadMachine({ text });
  if (loaded.ok) return text;
  throw new AppError(
    "bad_request",
    `Cannot import "${file}": as a machine it would not be valid\n${textOf("machine", loaded.diagnostics)}`,
  );
}

function inOrder(problems: readonly ImportProblem[]): readonly ImportProblem[] {
  return problems.toSorted((a, b) => a.line - b.line);
}

function refusalOf({ element, line, reason }: ImportProblem): string {
  return `cannot represent <${element}> at line ${line}: ${reason}`;
}

function warningOf({ element, line, reason }: ImportProblem): string {
  return `warning: <${element}> at line ${line}: ${reason}`;
}

function nameOf(file: string): string {
  const base = file.split("/").at(-1) ?? "";
  const name = base.replace(/\.[a-z]+$/i, "").toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_");
  return name === "" ? "machine" : name;
}
