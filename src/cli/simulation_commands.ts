/** Verbs that play a machine without any store: simulate, and test with scenarios. */
import type { Command } from "commander";
import type { Profile } from "../engine/spec.ts";
import { AppError } from "../errors.ts";
import { type CliContext, numberOption, objectOption, type PrintOptions } from "./context.ts";
import type { CliDeps } from "./deps.ts";
import { EXIT_FAILED } from "./exit_code.ts";
import { readDocument, soundMachineOf } from "./machine_file.ts";
import { scenarioFileOf } from "./scenario_file.ts";
import { runScenario, type ScenarioResult } from "./scenarios.ts";
import { readInputs, simulate, type SimulatedStep } from "./simulate.ts";

interface SimulateOptions extends PrintOptions {
  readonly events?: string;
  readonly context?: string;
  readonly semantics?: string;
  readonly nowMs: string;
}

export function addSimulationCommands(program: Command, context: CliContext): void {
  const { deps } = context;
  program.command("simulate <machine>")
    .description("play events against a machine file; time passes only when an event says so")
    .option(
      "-e, --events <file>",
      'one JSON value a line: {"trigger": …, "payload": …} or {"advance_ms": …}; - reads from a pipe',
    )
    .option("-c, --context <json>", "context at the start, or @FILE")
    .option("--semantics <name>", "pystator or scxml; default: what the machine says")
    .option("--now-ms <ms>", "time at the start, in ms since 1970", "0")
    .option("--json", "one JSON object for each macrostep")
    .action(async (path: string, options: SimulateOptions) => {
      const { machine } = await soundMachineOf(path, { deps, semantics: semanticsOf(options.semantics) });
      const steps = simulate(machine, {
        inputs: options.events === undefined ? [] : readInputs(await deps.io.readText(options.events)),
        context: await objectOption("--context", options.context, deps),
        nowMs: numberOption("--now-ms", options.nowMs, { min: 0, max: 999_999_999_999 }),
      });
      for (const step of steps) deps.io.out(options.json === true ? JSON.stringify(step) : lineOf(step));
    });

  program.command("test [files...]")
    .description("run scenario files; without a name, all of the folder machines")
    .option("--json", "answer with JSON")
    .action(async (files: readonly string[], options: PrintOptions) => {
      const paths = files.length > 0
        ? (await Promise.all(files.map((file) => scenarioPaths(file, deps)))).flat()
        : await scenarioPaths("machines", deps);
      if (paths.length === 0) {
        throw new AppError("not_found", "Cannot test: no file named NAME.scenarios.yaml was found");
      }
      const results: { readonly file: string; readonly results: readonly ScenarioResult[] }[] = [];
      for (const path of paths) results.push({ file: path, results: await runFile(path, deps) });
      const all = results.flatMap((one) => one.results);
      const failed = all.filter((one) => one.differences.length > 0).length;
      context.print(options, results, () =>
        [
          ...results.flatMap((one) => [one.file, ...one.results.flatMap(linesOf)]),
          `${all.length - failed} passed, ${failed} failed`,
        ].join("\n"));
      if (failed > 0) context.exit(EXIT_FAILED);
    });
}

function semanticsOf(name: string | undefined): Profile | null {
  if (name === undefined) return null;
  if (name === "pystator" || name === "scxml") return name;
  throw new AppError("bad_request", `Cannot use semantics "${name}": write pystator or scxml`);
}

function lineOf(step: SimulatedStep): string {
  const where = step.configuration.join(", ");
  const notes = [
    step.error === null ? "" : `refused: ${step.error}`,
    step.deferred === undefined ? "" : `put off: ${step.deferred.join(", ")}`,
    step.done ? "done" : "",
  ].filter((note) => note !== "");
  return `${String(step.input).padStart(4)}  ${where}${
    notes.length === 0 ? "" : `  (${notes.join("; ")})`
  }  ${JSON.stringify(step.context)}`;
}

/** A scenario file as it is, a machine file means the one beside it, a folder means all in it. */
async function scenarioPaths(path: string, deps: CliDeps): Promise<readonly string[]> {
  if (await deps.io.isFolder(path)) {
    const names = await deps.io.listFiles(path);
    return names.filter((name) => /\.scenarios\.ya?ml$/.test(name)).map((name) =>
      `${path.replace(/\/$/, "")}/${name}`
    );
  }
  if (/\.scenarios\.ya?ml$/.test(path)) return [path];
  return [path.replace(/\.(ya?ml|json)$/, "") + ".scenarios.yaml"];
}

async function runFile(path: string, deps: CliDeps): Promise<readonly ScenarioResult[]> {
  const { scenarios } = scenarioFileOf(await readDocument(path, deps));
  const machineFile = path.replace(/\.scenarios\.ya?ml$/, ".yaml");
  const { machine } = await soundMachineOf(machineFile, { deps, semantics: null });
  return scenarios.map((scenario) => runScenario(machine, scenario));
}

function linesOf(result: ScenarioResult): readonly string[] {
  const isPassed = result.differences.length === 0;
  return [
    `  ${isPassed ? "ok    " : "FAILED"}  ${result.name}`,
    ...result.differences.map((line) => `          ${line}`),
  ];
}
