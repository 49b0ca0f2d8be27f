/** Verbs on machine files: validate, lint, diagram, schema, import. */
import type { Command } from "commander";
import type { Diagnostic } from "../definition/diagnostic.ts";
import { AppError } from "../errors.ts";
import { type CliContext, type PrintOptions } from "./context.ts";
import { EXIT_FAILED } from "./exit_code.ts";
import { findingsText, importText, lintFile, validateFile } from "./machine_file.ts";

export function addMachineCommands(program: Command, context: CliContext): void {
  const { deps } = context;
  const check = (name: string, read: typeof validateFile, description: string) =>
    program.command(`${name} <files...>`)
      .description(description)
      .option("--json", "answer with JSON")
      .option("--strict", "warnings fail too")
      .action(async (files: readonly string[], options: PrintOptions & { strict?: boolean }) => {
        const results = await Promise.all(
          files.map(async (file) => ({ file, findings: await read(file, deps) })),
        );
        const isBad = (finding: Diagnostic) =>
          finding.severity === "error" || (options.strict === true && finding.severity === "warning");
        context.print(
          options,
          results.map(({ file, findings }) => ({ file, valid: !findings.some(isBad), findings })),
          () => results.map(({ file, findings }) => textOf(file, findings)).join("\n"),
        );
        if (results.some(({ findings }) => findings.some(isBad))) context.exit(EXIT_FAILED);
      });
  check("validate", validateFile, "tell what is wrong in machine files");
  check("lint", lintFile, "tell what is wrong or doubtful in machine files");

  program.command("import <file>")
    .description("turn a chart of another format into a machine file")
    .option("--from <format>", "scxml", "scxml")
    .option("-o, --output <file>", "write into a file")
    .action(async (file: string, options: { from: string; output?: string }) => {
      if (options.from !== "scxml") {
        throw new AppError("bad_request", `Cannot import from "${options.from}": only scxml is known`);
      }
      await write(importText(await deps.io.readText(file)), options.output);
    });

  async function write(text: string, path: string | undefined): Promise<void> {
    if (path === undefined) deps.io.out(text.trimEnd());
    else {
      await deps.io.writeText(path, text);
      deps.io.err(`Written to ${path}`);
    }
  }
}

function textOf(file: string, findings: readonly Diagnostic[]): string {
  return findings.length === 0 ? `${file}: ok` : findingsText(file, findings);
}
