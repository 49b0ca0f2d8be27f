/** The verb that tells what a new version of a machine file means for those who use the old one. */
import type { Command } from "commander";
import { diffMachines } from "../definition/diff.ts";
import type { MachineChange } from "../definition/machine_change.ts";
import type { CliContext, PrintOptions } from "./context.ts";
import { EXIT_FAILED } from "./exit_code.ts";
import { soundMachineOf } from "./machine_file.ts";

export function addCompareCommands(program: Command, context: CliContext): void {
  const { deps } = context;
  program.command("diff <old> <new>")
    .description("tell what changes for running entities and callers between two machine files")
    .option("--json", "answer with JSON")
    .option("--strict", "breaking changes fail")
    .action(async (old: string, now: string, options: PrintOptions & { strict?: boolean }) => {
      const before = await soundMachineOf(old, { deps, semantics: null });
      const after = await soundMachineOf(now, { deps, semantics: null });
      const changes = diffMachines(before.spec, after.spec);
      context.print(options, changes, () => textOf(changes));
      const isBreaking = changes.some(({ impact }) => impact === "breaking");
      if (options.strict === true && isBreaking) context.exit(EXIT_FAILED);
    });
}

function textOf(changes: readonly MachineChange[]): string {
  if (changes.length === 0) return "No difference in meaning";
  return changes.map(({ impact, message }) => `${impact.padEnd(9)}  ${message}`).join("\n");
}
