/** Tasks against a real Redis server, with a worker that speaks Celery's protocol played by the test. */
import { strict as assert } from "node:assert";
import { Redis } from "ioredis";
import { systemClock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { LeasedAction } from "../orchestrator/outbox.ts";
import { createLog } from "../telemetry/log.ts";
import { createCelery } from "./celery.ts";

const READY_MS_MAX = 5_000;

Deno.test("a task is queued once in Celery's form and its result becomes the output", async () => {
  await withRedis(async (url, redis) => {
    const { run, close } = celeryOn(url);
    const pending = run(
      action({ task: "shop.charge", args: ["{{ total }}"], kwargs: { currency: "EUR" } }),
      signal(),
    );
    const message = JSON.parse((await redis.blpop("celery", 5))?.[1] ?? "null");
    assert.equal(message.headers.task, "shop.charge");
    assert.equal(message.headers.id, "a-1");
    assert.equal(message.properties.correlation_id, "a-1");
    const [args, kwargs, embed] = JSON.parse(atob(message.body));
    assert.deepEqual(args, ["rendered {{ total }}"]);
    assert.deepEqual(kwargs, { currency: "rendered EUR" });
    assert.deepEqual(Object.keys(embed).toSorted(), ["callbacks", "chain", "chord", "errbacks"]);

    await answer(redis, { status: "STARTED", result: null });
    await answer(redis, { status: "SUCCESS", result: { ok: true } });
    assert.deepEqual(await pending, { type: "done", output: { task_id: "a-1", result: { ok: true } } });

    // A repeated delivery finds the task queued already and takes the result that is there.
    assert.equal((await run(action({ task: "shop.charge" }), signal())).type, "done");
    assert.equal(await redis.llen("celery"), 0);
    close();
  });
});

Deno.test("a failed task is final, one without a result in time is tried again", async () => {
  await withRedis(async (url, redis) => {
    const { run, close } = celeryOn(url);
    await answer(redis, {
      status: "FAILURE",
      result: { exc_type: "Declined", exc_message: ["no", "money"] },
    });
    const failed = await run(action({ task: "shop.charge" }), signal());
    assert.deepEqual(failed, {
      type: "failed",
      error: "The task ended as FAILURE: Declined: no, money",
      isFinal: true,
      retryAfterMs: null,
    });
    const late = await run(action({ task: "shop.charge", timeout: 0 }, "a-2"), signal());
    assert(late.type === "failed" && !late.isFinal);
    const unawaited = await run(action({ task: "shop.note", wait: false, queue: "notes" }, "a-3"), signal());
    assert.deepEqual(unawaited, { type: "done", output: { task_id: "a-3" } });
    assert.equal(await redis.llen("notes"), 1);
    close();
  });
});

Deno.test("bad parameters are final, a broker that is away is not", async () => {
  const { run, close } = celeryOn("redis://127.0.0.1:1");
  const rows: readonly JsonObject[] = [{}, { task: "" }, { task: "t", args: 1 }, { task: "t", kwargs: [] }, {
    task: "t",
    queue: "a b",
  }];
  for (const params of rows) {
    const result = await run(action(params), signal());
    assert(result.type === "failed" && result.isFinal, JSON.stringify(params));
  }
  const away = await run(action({ task: "t" }), signal());
  assert(away.type === "failed" && !away.isFinal && /Cannot reach the Celery broker/.test(away.error));
  close();
});

function celeryOn(brokerUrl: string) {
  const log = createLog({ level: "error", write: () => {}, clock: systemClock, secrets: [] });
  return createCelery({
    brokerUrl,
    clock: systemClock,
    log,
    render: (value) =>
      JSON.parse(JSON.stringify(value), (_key, part) => typeof part === "string" ? `rendered ${part}` : part),
  });
}

function signal(): AbortSignal {
  return new AbortController().signal;
}

async function answer(redis: Redis, meta: JsonObject): Promise<void> {
  await redis.set("celery-task-meta-a-1", JSON.stringify(meta));
}

function action(params: JsonObject, actionId = "a-1"): LeasedAction {
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

/** A server of its own on a free port; on a machine without `redis-server` the test says so and ends. */
async function withRedis(use: (url: string, redis: Redis) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  let server: Deno.ChildProcess;
  try {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    server = new Deno.Command("redis-server", { args, stdout: "null", stderr: "null" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.stdout.write(new TextEncoder().encode("left out: there is no redis-server on this machine\n"));
    return;
  }
  const url = `redis://127.0.0.1:${port}`;
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on("error", () => {});
  const timer = setTimeout(() => server.kill("SIGKILL"), READY_MS_MAX * 4);
  try {
    await redis.ping();
    await use(url, redis);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
    server.kill("SIGTERM");
    await server.status;
  }
}
