/**
 * `deno task test:celery`: tasks of action `celery` carried out by a real Celery worker from PyPI.
 *
 * Needs python3 with venv, `redis-server` and the package registry; everything else lives in a temporary folder. Prints
 * one line for each check and `N passed, N failed`; exit 1 when one failed.
 */
import { strict as assert } from "node:assert";
import { Redis } from "ioredis";
import { createCelery } from "../../src/actions/celery.ts";
import { systemClock } from "../../src/clock.ts";
import type { JsonObject } from "../../src/json.ts";
import type { LeasedAction } from "../../src/orchestrator/outbox.ts";
import { createLog } from "../../src/telemetry/log.ts";

const CELERY = "celery[redis]==5.5.3";
const DELIVERIES = 50;

async function main(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "stator-celery-" });
  const port = freePort();
  const url = `redis://127.0.0.1:${port}`;
  await output("python3", ["-m", "venv", `${folder}/venv`]);
  await output(`${folder}/venv/bin/pip`, ["install", "--quiet", "--disable-pip-version-check", CELERY]);
  const server = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], {});
  const source = new URL(".", import.meta.url).pathname;
  const worker = spawn(`${folder}/venv/bin/celery`, [
    "-A",
    "shop",
    "worker",
    "--pool",
    "solo",
    "--loglevel",
    "WARNING",
  ], {
    BROKER_URL: url,
    PYTHONPATH: source,
    PYTHONDONTWRITEBYTECODE: "1",
  });
  const redis = new Redis(url, { retryStrategy: () => 100, maxRetriesPerRequest: null });
  redis.on("error", () => {});
  const log = createLog({ level: "error", write: print, clock: systemClock, secrets: [] });
  const celery = createCelery({ brokerUrl: url, clock: systemClock, log, render: (value) => value });
  const run = (params: JsonObject, id: string) =>
    celery.run(action(params, id), new AbortController().signal);
  const checks: readonly [name: string, check: () => Promise<void>][] = [
    ["a task answers its result", async () => {
      const result = await run(
        { task: "shop.charge", args: [40], kwargs: { currency: "CHF" } },
        crypto.randomUUID(),
      );
      assert(result.type === "done");
      assert.deepEqual(field(result.output, "result"), { charged: 40, currency: "CHF" });
    }],
    ["a task that raises is a final failure with its cause", async () => {
      const result = await run({ task: "shop.decline" }, crypto.randomUUID());
      assert(result.type === "failed" && result.isFinal);
      assert.match(result.error, /ValueError: no money/);
    }],
    [`${DELIVERIES} deliveries, each twice at once, run ${DELIVERIES} times`, async () => {
      await redis.set("runs", 0);
      const ids = Array.from({ length: DELIVERIES }, () => crypto.randomUUID());
      const results = await Promise.all(
        [...ids, ...ids].map((id) => run({ task: "shop.charge", args: [1] }, id)),
      );
      assert.equal(results.filter((result) => result.type === "done").length, 2 * DELIVERIES);
      assert.equal(await redis.get("runs"), String(DELIVERIES));
    }],
  ];
  let failed = 0;
  try {
    await redis.ping();
    for (const [name, check] of checks) {
      try {
        await check();
        print(`ok ${name}`);
      } catch (error) {
        failed += 1;
        print(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    celery.close();
    redis.disconnect();
    for (const child of [worker, server]) child.kill("SIGTERM");
    await Promise.all([worker.status, server.status]);
    await Deno.remove(folder, { recursive: true });
  }
  print(`${checks.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function action(params: JsonObject, actionId: string): LeasedAction {
  return {
    actionId,
    entityId: "o-1",
    machineName: "order",
    machineVersion: "1.0.0",
    position: 1,
    ordinal: 0,
    kind: "celery",
    name: "_celery",
    params,
    options: { when: null, timeoutS: null, retry: null, retryBackoffS: null },
    context: {},
    traceparent: null,
    dueAtMs: 0,
    attemptsMax: 5,
    createdAtMs: 0,
    leaseNo: 1,
    leaseUntilMs: 0,
    attempts: 0,
  };
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function spawn(command: string, args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(command, { args, env, stdin: "null", stdout: "null", stderr: "null" }).spawn();
}

async function output(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) {
    throw new Error(`Cannot run ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main());
