/** `deno task vectors [--dir DIR]`: runs a vector set and ends with the line `N passed, N failed`. */
import { parseArgs } from "node:util";
import { messageOf } from "../../src/errors.ts";
import { CASES_DIR, openVectorSet, type VectorSet, type Verdict } from "./suite.ts";

const USAGE = "Usage: deno task vectors [--dir DIR] [--op OPERATION]";
const FAILURES_SHOWN_MAX = 200;

if (import.meta.main) Deno.exit(await main(Deno.args));

/** Exit code: 0 all passed, 1 a case failed, 2 bad usage. */
export async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === null) return complain(USAGE);
  let set: VectorSet;
  try {
    set = openVectorSet(options.dir);
  } catch (error) {
    return complain(`${messageOf(error)}\n${USAGE}`);
  }
  const chosen = set.cases.filter((vector) => options.op === null || vector.op === options.op);
  if (chosen.length === 0) return complain(`Cannot run vectors: no operation "${options.op}"\n${USAGE}`);
  const verdicts: Verdict[] = [];
  for (const vector of chosen) verdicts.push(await set.run(vector));
  print(reportOf(verdicts));
  return verdicts.some((verdict) => verdict.type === "failed") ? 1 : 0;
}

/** null = words that mean nothing here. */
function optionsOf(args: readonly string[]): { readonly dir: string; readonly op: string | null } | null {
  try {
    const { values } = parseArgs({
      args: args.filter((word) => word !== "--"),
      options: { dir: { type: "string" }, op: { type: "string" } },
      strict: true,
    });
    return { dir: values.dir ?? CASES_DIR, op: values.op ?? null };
  } catch {
    return null;
  }
}

/** Failing cases with what differs, then a line for each operation, then the totals. */
export function reportOf(verdicts: readonly Verdict[]): string {
  const lines: string[] = [];
  const failed = verdicts.filter((verdict) => verdict.type === "failed");
  for (const verdict of failed.slice(0, FAILURES_SHOWN_MAX)) {
    lines.push(`FAILED ${verdict.id}`);
    for (const { path, expected, actual } of verdict.differences) {
      lines.push(
        `  at ${path === "" ? "(whole)" : path}`,
        `    expected ${expected}`,
        `    actual   ${actual}`,
      );
    }
  }
  if (failed.length > FAILURES_SHOWN_MAX) lines.push(`… and ${failed.length - FAILURES_SHOWN_MAX} more`);
  for (const op of [...new Set(verdicts.map((verdict) => verdict.op))].sort()) {
    const mine = verdicts.filter((verdict) => verdict.op === op);
    lines.push(`${op}: ${countOf(mine, "passed")} of ${mine.length}`);
  }
  const undecided = countOf(verdicts, "undecided");
  if (undecided > 0) lines.push(`${undecided} undecided`);
  lines.push(`${countOf(verdicts, "passed")} passed, ${failed.length} failed`);
  return lines.join("\n");
}

function countOf(verdicts: readonly Verdict[], type: Verdict["type"]): number {
  return verdicts.filter((verdict) => verdict.type === type).length;
}

function complain(text: string): number {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  return 2;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
