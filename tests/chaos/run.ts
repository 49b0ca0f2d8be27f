/**
 * `deno task chaos --seconds N [--json] [--seed S]`: exit 1 when a promise was broken.
 * `--planted NAME` runs processes with that planted bug, `--planted all` with one after the other: exit 1 when a bug
 * was not noticed.
 */
import { parseArgs } from "node:util";
import { surviveConnectionErrors } from "../../src/host/survive.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { MUTANTS } from "../runtime/mutants.ts";
import { type ChaosReport, runChaos } from "./chaos.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    workers: { type: "string", default: "5" },
    apis: { type: "string", default: "3" },
    rate: { type: "string", default: "450" },
    "kill-rate": { type: "string", default: "2.2" },
    planted: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
// The driver of the SQL producer reports some broken connections outside of any call.
surviveConnectionErrors({ log: silentLog, metrics: null, exit: (code) => Deno.exit(code) });
const write = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
const options = {
  seconds: Number(values.seconds),
  seed: Number(values.seed),
  workers: Number(values.workers),
  apis: Number(values.apis),
  rate: Number(values.rate),
  killRate: Number(values["kill-rate"]),
  say: values.json ? () => {} : write,
};
if (values.planted === undefined) {
  const report = await runChaos(options);
  await print(report);
  Deno.exit(report.violations.length === 0 ? 0 : 1);
}
const names = values.planted === "all" ? Object.keys(MUTANTS) : [values.planted];
let missed = 0;
for (const planted of names) {
  const report = await runChaos({ ...options, planted });
  if (report.violations.length === 0) missed += 1;
  await print({ planted, rules: rulesOf(report), events: report.events, kills: report.kills });
}
Deno.exit(missed === 0 ? 0 : 1);

function rulesOf({ violations }: ChaosReport): readonly string[] {
  return [...new Set(violations.map(({ rule }) => rule))].toSorted();
}

async function print(line: object): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}
