/** The command line: reads the words, runs one verb, answers with an exit code. */
import { Command, CommanderError } from "commander";
import { messageOf } from "../errors.ts";
import { type CliContext, createContext } from "./context.ts";
import type { CliDeps } from "./deps.ts";
import { adviceOf, EXIT_OK, EXIT_USAGE, exitCodeOf } from "./exit_code.ts";
import { addProcessCommands } from "./process_commands.ts";

/** Verbs that start a process: it must start fast, so the other verbs are not even loaded. */
const PROCESS_VERBS = ["api", "worker"];

/** Runs one command; never throws. Exit codes are listed in `docs/cli.md`. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  let exitCode = EXIT_OK;
  const context = createContext(deps, (code) => {
    exitCode = Math.max(exitCode, code);
  });
  const program = await createProgram(context, args[0]);
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

async function createProgram(context: CliContext, verb: string | undefined): Promise<Command> {
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
  if (verb === undefined || !PROCESS_VERBS.includes(verb)) {
    const { addOtherCommands } = await import("./other_commands.ts");
    addOtherCommands(program, context);
  }
  addProcessCommands(program, context);
  return program;
}
