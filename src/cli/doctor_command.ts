/** `stator doctor`: what is wrong with the service, and what to do next. */
import type { Command } from "commander";
import { AppError } from "../errors.ts";
import { type Data, rowsOf } from "./client.ts";
import {
  type CliContext,
  type PrintOptions,
  targetFlags,
  type TargetOptions,
  withTarget,
} from "./context.ts";
import { EXIT_FAILED } from "./exit_code.ts";

type Options = PrintOptions & TargetOptions;

export function addDoctorCommand(program: Command, context: CliContext): void {
  withTarget(program.command("doctor"))
    .description(
      "examine the service: schema, clock, lag, lanes, dead letters, bloat, settings; 1 = findings",
    )
    .action(async (options: Options) => {
      const diagnosis = await unusable(options, context) ??
        await context.withClient(options, (client) => client.get("/doctor"));
      context.print(options, diagnosis, () => textOf(diagnosis));
      if (diagnosis.status !== "ok") context.exit(EXIT_FAILED);
    });
}

/** A database that cannot be reached, or whose tables do not fit, is the one finding; null = it can be asked. */
async function unusable(options: Options, context: CliContext): Promise<Data | null> {
  const config = context.config(targetFlags(options));
  if (config.remote !== null && options.db === undefined) return null;
  try {
    const { applied, expected } = await context.deps.database.status(config);
    if (applied !== null && applied >= expected) return null;
    const summary = applied === null ? "no tables" : `revision ${applied}, ${expected} is needed`;
    return finding({ name: "schema", summary, advice: "Bring the tables up to date: stator db upgrade" });
  } catch (error) {
    if (
      !(error instanceof AppError) || (error.code !== "store_unavailable" && error.code !== "schema_mismatch")
    ) {
      throw error;
    }
    return finding({
      name: error.code === "schema_mismatch" ? "schema" : "store",
      summary: error.message,
      advice: error.code === "schema_mismatch"
        ? "Use the program that fits these tables"
        : "Check that the server runs and the address is right: PYSTATOR_DATABASE_URL",
    });
  }
}

function finding(check: { readonly name: string; readonly summary: string; readonly advice: string }): Data {
  return { status: "findings", store: null, checks: [{ ...check, verdict: "problem" }] };
}

function textOf(diagnosis: Data): string {
  const checks = rowsOf(diagnosis, "checks");
  const width = Math.max(0, ...checks.map((check) => String(check.name).length));
  const lines = checks.flatMap((check) => [
    `${MARKS.get(String(check.verdict)) ?? "?"}  ${String(check.name).padEnd(width)}  ${check.summary}`,
    ...(typeof check.advice === "string"
      ? [`${" ".repeat("problem".length + width + 4)}-> ${check.advice}`]
      : []),
  ]);
  const findings = checks.filter((check) => check.verdict !== "ok").length;
  return [...lines, findings === 0 ? "Nothing found." : `Findings: ${findings}`].join("\n");
}

const MARKS: ReadonlyMap<string, string> = new Map([
  ["ok", "ok     "],
  ["warning", "warning"],
  ["problem", "problem"],
]);
