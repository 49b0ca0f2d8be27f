/** `deno task bench [--json] [--only NAME]`: measures and prints, one row a number. */
import { messageOf } from "../src/errors.ts";
import { benchDefinition } from "./definition.ts";
import { benchDrain } from "./drain.ts";
import { benchEngine } from "./engine.ts";
import { benchFlat } from "./flat.ts";
import { benchHttp } from "./http.ts";
import { benchLatency } from "./latency.ts";
import { benchQueue } from "./queue.ts";
import type { BenchRow } from "./row.ts";

const SUITES: Readonly<Record<string, () => Promise<readonly BenchRow[]> | readonly BenchRow[]>> = {
  engine: benchEngine,
  definition: benchDefinition,
  drain: benchDrain,
  queue: benchQueue,
  latency: benchLatency,
  flat: benchFlat,
  http: benchHttp,
};

const isJson = Deno.args.includes("--json");
const only = Deno.args.includes("--only") ? Deno.args[Deno.args.indexOf("--only") + 1] : null;
if (only !== null && (only === undefined || !Object.hasOwn(SUITES, only))) {
  await print(`Cannot measure "${only ?? ""}": name one of ${Object.keys(SUITES).join(", ")}`);
  Deno.exit(2);
}
const failed: string[] = [];
for (const [name, suite] of Object.entries(SUITES)) {
  if (only !== null && only !== name) continue;
  try {
    for (const row of await suite()) await print(isJson ? JSON.stringify(row) : lineOf(row));
  } catch (error) {
    // The other groups have figures all the same.
    failed.push(name);
    await Deno.stderr.write(new TextEncoder().encode(`Cannot measure "${name}": ${messageOf(error)}\n`));
  }
}
if (failed.length > 0) Deno.exit(1);

async function print(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

function lineOf(row: BenchRow): string {
  const value = `${row.name.padEnd(36)} ${String(Math.round(row.value)).padStart(10)} ${row.unit.padEnd(10)}`;
  return row.peer === null || row.ratio === null
    ? value
    : `${value} ${row.ratio.toFixed(2)} × ${row.peer} (${Math.round(row.peer_value ?? 0)})`;
}
