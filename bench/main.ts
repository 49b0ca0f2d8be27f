/** `deno task bench [--json] [--only NAME]`: measures and prints, one row a number. */
import { benchDrain } from "./drain.ts";
import { benchEngine } from "./engine.ts";
import { benchHttp } from "./http.ts";
import type { BenchRow } from "./row.ts";

const SUITES: Readonly<Record<string, () => Promise<readonly BenchRow[]> | readonly BenchRow[]>> = {
  engine: benchEngine,
  drain: benchDrain,
  http: benchHttp,
};

const isJson = Deno.args.includes("--json");
const only = Deno.args[Deno.args.indexOf("--only") + 1];
const rows: BenchRow[] = [];
for (const [name, suite] of Object.entries(SUITES)) {
  if (Deno.args.includes("--only") && only !== name) continue;
  rows.push(...await suite());
}
const text = isJson ? JSON.stringify(rows, null, 2) : rows.map(lineOf).join("\n");
await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));

function lineOf(row: BenchRow): string {
  const value = `${row.name.padEnd(36)} ${String(Math.round(row.value)).padStart(10)} ${row.unit.padEnd(10)}`;
  return row.peer === null || row.ratio === null
    ? value
    : `${value} ${row.ratio.toFixed(2)} × ${row.peer} (${Math.round(row.peer_value ?? 0)})`;
}
