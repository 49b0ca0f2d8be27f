/** Ordering a job from the command line: the flags that all of them share, and what is told of it. */
import type { Command } from "commander";
import type { Data } from "./client.ts";
import { type CliContext, numberOption, type PrintOptions, type TargetOptions } from "./context.ts";

export interface OrderOptions extends PrintOptions, TargetOptions {
  readonly dryRun?: boolean;
  readonly rate: string;
  readonly reason?: string;
}

const RATE_MAX = 1_000;

/** Adds `--dry-run`, `--rate` and `--reason`. */
export function withOrder(command: Command): Command {
  return command
    .option("--dry-run", "only count, and show some")
    .option("--rate <n>", "so many in a second", "50")
    .option("-r, --reason <text>", "why, for those who find the job");
}

/** Without what was not said. */
export function filterOf(fields: Readonly<Record<string, unknown>>): Data {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export async function sendOrder(
  context: CliContext,
  options: OrderOptions,
  { path, body, what }: { readonly path: string; readonly body: Data; readonly what: string },
): Promise<void> {
  const order = {
    ...body,
    rate: numberOption("--rate", options.rate, { min: 1, max: RATE_MAX }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.dryRun === true ? { dry_run: true } : {}),
  };
  const answer = await context.withClient(options, (client) => client.send("POST", path, order));
  context.print(
    options,
    answer,
    () => options.dryRun === true ? countedText(answer, what) : orderedText(answer, what),
  );
}

function countedText(answer: Data, what: string): string {
  const sample = Array.isArray(answer.sample) ? answer.sample : [];
  const about = answer.is_matched_exact === false ? "about " : "";
  return [`${about}${answer.matched} ${what} match; nothing was done`, ...sample.map((id) => `  ${id}`)].join(
    "\n",
  );
}

function orderedText(answer: Data, what: string): string {
  return `${answer.job_id}: ${answer.matched} ${what}, ${answer.rate} in a second\n` +
    `How far it is: stator jobs get ${answer.job_id}`;
}
