/** `deno task chaos --seconds N [--json] [--seed S]`: exit 1 when a promise was broken. */
import { parseArgs } from "node:util";
import { surviveConnectionErrors } from "../../src/host/survive.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { runChaos } from "./chaos.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    workers: { type: "string", default: "5" },
    apis: { type: "string", default: "3" },
    rate: { type: "string", default: "450" },
    json: { type: "boolean", default: false },
  },
});
// The driver of the SQL producer reports some broken connections outside of any call.
surviveConnectionErrors({ log: silentLog, metrics: null, exit: (code) => Deno.exit(code) });
const write = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
const report = await runChaos({
  seconds: Number(values.seconds),
  seed: Number(values.seed),
  workers: Number(values.workers),
  apis: Number(values.apis),
  rate: Number(values.rate),
  say: values.json ? () => {} : write,
});
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
Deno.exit(report.violations.length === 0 ? 0 : 1);
