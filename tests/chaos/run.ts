/** `deno task chaos --seconds N [--json] [--seed S] [--store postgres|sqlite]`: exit 1 when a promise was broken. */
import { parseArgs } from "node:util";
import { surviveConnectionErrors } from "../../src/host/survive.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { runChaos } from "./chaos.ts";
import { startPostgresChaos, startSqlite } from "./database.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    store: { type: "string", default: "postgres" },
    workers: { type: "string", default: "3" },
    apis: { type: "string", default: "2" },
    entities: { type: "string", default: "40" },
    json: { type: "boolean", default: false },
  },
});
// The driver of the SQL producer reports some broken connections outside of any call.
surviveConnectionErrors({ log: silentLog, metrics: null, exit: (code) => Deno.exit(code) });
const database = values.store === "sqlite" ? await startSqlite() : await startPostgresChaos();
const write = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
try {
  const report = await runChaos({
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    workers: Number(values.workers),
    apis: Number(values.apis),
    entities: Number(values.entities),
    database,
    say: values.json ? () => {} : write,
  });
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
  Deno.exitCode = report.violations.length === 0 ? 0 : 1;
} finally {
  await database.stop();
}
