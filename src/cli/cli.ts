/** The command line: reads the words, runs one verb, answers with an exit code. */
import { Command, CommanderError } from "commander";
import { messageOf } from "../errors.ts";
import { addCompareCommands } from "./compare_commands.ts";
import { type CliContext, createContext } from "./context.ts";
import { addDatabaseCommands } from "./database_commands.ts";
import { addDeadLetterCommands } from "./dead_letter_commands.ts";
import type { CliDeps } from "./deps.ts";
import { addDoctorCommand } from "./doctor_command.ts";
import { addEntityCommands } from "./entity_commands.ts";
import { adviceOf, EXIT_OK, EXIT_USAGE, exitCodeOf } from "./exit_code.ts";
import { addFormatCommands } from "./format_commands.ts";
import { addImportCommands } from "./import_commands.ts";
import { addLaneCommands } from "./lane_commands.ts";
import { addMachineCommands } from "./machine_commands.ts";
import { addProcessCommands } from "./process_commands.ts";
import { addResetCommands } from "./reset_commands.ts";
import { addPublishCommands } from "./publish_commands.ts";
import { addRenderCommands } from "./render_commands.ts";
import { addSimulationCommands } from "./simulation_commands.ts";

/** Runs one command; never throws. Exit codes are listed in `docs/cli.md`. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  let exitCode = EXIT_OK;
  const context = createContext(deps, (code) => {
    exitCode = Math.max(exitCode, code);
  });
  const program = createProgram(context);
  if (args.length === 0) {
    deps.io.err(program.helpInformation());
    return EXIT_USAGE;
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === EXIT_OK ? EXIT_OK : EXIT_USAGE;
    deps.io.err(messageOf(error));
    const advice = adviceOf(error);
    if (advice !== null) deps.io.err(advice);
    return exitCodeOf(error);
  }
}

function createProgram(context: CliContext): Command {
  const { io, version } = context.deps;
  const program = new Command("stator")
    .description("Runs the lifecycles of business entities from statecharts written in YAML")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    })
    .showSuggestionAfterError()
    .showHelpAfterError("See all verbs and flags: stator --help");
  addMachineCommands(program, context);
  addRenderCommands(program, context);
  addImportCommands(program, context);
  addCompareCommands(program, context);
  addFormatCommands(program, context);
  addSimulationCommands(program, context);
  addPublishCommands(program, context);
  addEntityCommands(program, context);
  addLaneCommands(program, context);
  addDoctorCommand(program, context);
  addDeadLetterCommands(program, context);
  addProcessCommands(program, context);
  addResetCommands(addDatabaseCommands(program, context), context);
  return program;
}
