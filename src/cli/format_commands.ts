/** The verb that writes machine files in one form, comments kept. */
import type { Command } from "commander";
import { format } from "prettier/standalone";
import * as yaml from "prettier/plugins/yaml";
import { canonicalJson } from "../definition/canonical.ts";
import { valueOf } from "../definition/source_node.ts";
import { parseText } from "../definition/yaml.ts";
import { assert } from "../assert.ts";
import { AppError } from "../errors.ts";
import type { CliContext } from "./context.ts";
import { EXIT_FAILED } from "./exit_code.ts";

/** Room for a transition on one line. */
const LINE_WIDTH = 110;

export function addFormatCommands(program: Command, context: CliContext): void {
  const { io } = context.deps;
  program.command("fmt <files...>")
    .description(
      "write YAML machine files in one form; comments and meaning stay. `-` reads one and prints it",
    )
    .option("--check", "write nothing, fail when a file has another form")
    .action(async (files: readonly string[], options: { check?: boolean }) => {
      let differing = 0;
      for (const file of files) {
        const text = await io.readText(file);
        const formatted = await formatYaml(text, file);
        if (file === "-" && options.check !== true) io.out(formatted.trimEnd());
        if (formatted === text || file === "-" && options.check !== true) continue;
        differing += 1;
        if (options.check === true) io.err(`Not formatted: ${file}; run stator fmt ${file}`);
        else {
          await io.writeText(file, formatted);
          io.err(`Formatted ${file}`);
        }
      }
      if (options.check === true && differing > 0) context.exit(EXIT_FAILED);
    });
}

/** Throws `invalid_machine` with line and column when the text is not YAML. The document read from both texts is one. */
export async function formatYaml(text: string, file: string): Promise<string> {
  const before = documentOf(text, file);
  const formatted = await format(text, { parser: "yaml", plugins: [yaml], printWidth: LINE_WIDTH });
  assert(documentOf(formatted, file) === before, "formatting keeps the meaning");
  return formatted;
}

function documentOf(text: string, file: string): string {
  const parsed = parseText(text, { format: "yaml" });
  if (parsed.ok) return canonicalJson(valueOf(parsed.root));
  const [problem] = parsed.diagnostics;
  const place = problem?.line === undefined ? file : `${file}:${problem.line}:${problem.column ?? 1}`;
  throw new AppError("invalid_machine", `Cannot format ${place}: ${problem?.message ?? "not YAML"}`);
}
