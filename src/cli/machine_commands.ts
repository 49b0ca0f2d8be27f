/** Verbs on machine files: validate, lint, schema. */
import type { Command } from "commander";
import type { Diagnostic } from "../definition/diagnostic.ts";
import {
  type DiagnosticFormat,
  type FileFindings,
  formatDiagnostics,
} from "../definition/format_diagnostics.ts";
import { machineJsonSchema, type SchemaDraft } from "../definition/json_schema.ts";
import { AppError } from "../errors.ts";
import { type CliContext, type PrintOptions } from "./context.ts";
import { EXIT_FAILED } from "./exit_code.ts";
import { lintFile, validateFile } from "./machine_file.ts";

const FINDING_FORMATS: readonly DiagnosticFormat[] = ["text", "json", "sarif", "github"];
const SCHEMA_DRAFTS: readonly SchemaDraft[] = ["2020-12", "draft-7"];

export function addMachineCommands(program: Command, context: CliContext): void {
  const { deps } = context;
  const check = (name: string, read: typeof validateFile, description: string) =>
    program.command(`${name} <files...>`)
      .description(description)
      .option("--json", "answer with JSON")
      .option("--format <format>", "text, json, sarif or github", "text")
      .option("--strict", "warnings fail too")
      .action(
        async (files: readonly string[], options: PrintOptions & { format: string; strict?: boolean }) => {
          const format = FINDING_FORMATS.find((known) => known === options.format);
          if (format === undefined) {
            throw new AppError(
              "bad_request",
              `Cannot write as "${options.format}": write one of ${FINDING_FORMATS.join(", ")}`,
            );
          }
          const results = await Promise.all(
            files.map(async (file) => ({ file, diagnostics: await read(file, deps) })),
          );
          const isBad = (finding: Diagnostic) =>
            finding.severity === "error" || (options.strict === true && finding.severity === "warning");
          context.print(
            options,
            results.map(({ file, diagnostics }) => ({
              file,
              valid: !diagnostics.some(isBad),
              findings: diagnostics,
            })),
            () =>
              format === "text"
                ? results.map(textOf).join("\n")
                : formatDiagnostics(results, format).trimEnd(),
          );
          if (results.some(({ diagnostics }) => diagnostics.some(isBad))) context.exit(EXIT_FAILED);
        },
      );
  check("validate", validateFile, "tell what is wrong in machine files");
  check("lint", lintFile, "tell what is wrong or doubtful in machine files");

  program.command("schema")
    .description("print the JSON Schema of machine files")
    .option("--draft <draft>", "2020-12 or draft-7", "2020-12")
    .option("-o, --output <file>", "write into a file")
    .action(async (options: { draft: string; output?: string }) => {
      const draft = SCHEMA_DRAFTS.find((known) => known === options.draft);
      if (draft === undefined) {
        throw new AppError(
          "bad_request",
          `Cannot write draft "${options.draft}": write one of ${SCHEMA_DRAFTS.join(", ")}`,
        );
      }
      await write(JSON.stringify(machineJsonSchema(draft), null, 2), options.output);
    });
  async function write(text: string, path: string | undefined): Promise<void> {
    if (path === undefined) deps.io.out(text.trimEnd());
    else {
      await deps.io.writeText(path, text);
      deps.io.err(`Written to ${path}`);
    }
  }
}

function textOf(file: FileFindings): string {
  return file.diagnostics.length === 0 ? `${file.file}: ok` : formatDiagnostics([file], "text").trimEnd();
}
