/** What each action does to the world, against a server of this test's own. */
import { Webhook } from "standardwebhooks";
import type { JsonObject, JsonValue } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import { createLog } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { type ActionsDeps, createActions } from "./actions.ts";
import { createEgressPolicy } from "./egress.ts";
import { createOutgoing, resolveHost } from "./outgoing.ts";

const ACTION_ID = "6d1f0c9e-0000-5000-8000-000000000001";
const OPTIONS = { when: null, timeoutS: null, retry: null, retryBackoffS: null };

function action(
  kind: LeasedAction["kind"],
  name: string,
  params: JsonObject,
  more: Partial<LeasedAction> = {},
): LeasedAction {
  return {
    actionId: ACTION_ID,
    entityId: "o-1",
    machineName: "order",
    machineVersion: "1.0.0",
    position: 3,
    ordinal: 0,
    kind,
    name,
    params,
    options: OPTIONS,
    context: { total: 40, name: "a/b c", _secret: "x" },
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    dueAtMs: 0,
    attemptsMax: 3,
    createdAtMs: 0,
    leaseNo: 1,
    leaseUntilMs: 30_000,
    attempts: 0,
    ...more,
  };
}

interface World {
  readonly run: (action: LeasedAction) => Promise<ActionResult>;
  readonly url: string;
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: Headers;
    readonly body: string;
  }[];
  readonly lines: string[];
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly sent: unknown[];
}

function inWorld(
  name: string,
  answer: (path: string) => Response,
  test: (world: World) => Promise<void>,
  more: Partial<ActionsDeps> = {},
): void {
  Deno.test(`Actions.run() ${name}`, async () => {
    const requests: World["requests"] = [];
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const { pathname, search } = new URL(request.url);
      requests.push({
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.text(),
      });
      return answer(pathname);
    });
    const host = `127.0.0.1:${server.addr.port}`;
    const url = `http://${host}`;
    const lines: string[] = [];
    const metrics = createMetrics();
    const sent: unknown[] = [];
    const clock = { nowMs: () => 1_700_000_000_000, sleep: () => Promise.resolve() };
    const actions = createActions({
      log: createLog({ level: "debug", clock, write: (line) => lines.push(line), secrets: [] }),
      metrics,
      clock,
      outgoing: createOutgoing(createEgressPolicy({ allow: [host], resolve: resolveHost })),
      render: (value, leased) => rendered(value, leased.context),
      renderValues: (value, leased) => rendered(value, leased.context),
      webhooksOf: () =>
        Promise.resolve([{ id: "w-1", url: `${url}/hook`, headers: {}, secrets: [WEBHOOK_SECRET] }]),
      sendEvent: (event) => {
        sent.push(event);
        return Promise.resolve({ type: "done", output: null });
      },
      createEntity: (creation) => {
        sent.push(creation);
        return Promise.resolve({ type: "done", output: null });
      },
      ...more,
    });
    try {
      await test({
        run: (one) => actions.run(one, new AbortController().signal),
        url,
        requests,
        lines,
        metrics,
        sent,
      });
    } finally {
      await server.shutdown();
    }
  });
}

const WEBHOOK_SECRET = `whsec_${btoa("0123456789abcdefghijklmn")}`;

/** Stands for the expressions of another room: a bare name is looked up. */
function rendered(value: JsonValue, context: JsonObject): JsonValue {
  const text = JSON.stringify(value).replaceAll(
    /\{\{ (\w+) \}\}/g,
    (whole, name) => name in context ? String(context[name]) : whole,
  );
  const result: JsonValue = JSON.parse(text);
  return result;
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

const ok = () => Response.json({ ticket: 7 });
const DONE = { type: "done", output: null };

inWorld("calls with a key, a trace and filled templates", ok, async ({ run, url, requests }) => {
  const params = {
    url: `${url}/orders/{{ name }}?total={{ total }}`,
    body: { amount: "{{ total }}", fixed: 1 },
    headers: { "X-Name": "{{ name }}" },
    on_success: { status_key: "carrier_status", body_key: "carrier" },
  };
  same(await run(action("http", "_http", params)), {
    type: "done",
    output: { carrier_status: 200, carrier: { ticket: 7 } },
    receiver: "well",
  });
  const [request] = requests;
  same([request?.method, request?.path, request?.body], [
    "POST",
    "/orders/a%2Fb%20c?total=40",
    '{"amount":"40","fixed":1}',
  ]);
  same(["idempotency-key", "content-type", "x-name"].map((name) => request?.headers.get(name)), [
    ACTION_ID,
    "application/json",
    "a/b c",
  ]);
  same(request?.headers.get("traceparent")?.slice(0, 3), "00-");
});

inWorld("keeps the answer out of the context unless it is named", ok, async ({ run, url }) => {
  same(await run(action("http", "_http", { url })), { ...DONE, receiver: "well" });
});

inWorld(
  "tries again what may be different in a moment",
  () => new Response("", { status: 503, headers: { "retry-after": "7" } }),
  async ({ run, url }) => {
    const result = await run(action("http", "_http", { url, on_error: "fail" }));
    same([
      result.type,
      "isFinal" in result && result.isFinal,
      "retryAfterMs" in result && result.retryAfterMs,
    ], ["failed", false, 7_000]);
  },
);

inWorld(
  "does not try again what stays wrong",
  () => new Response("", { status: 404 }),
  async ({ run, url }) => {
    const result = await run(action("http", "_http", { url, on_error: "fail" }));
    same([result.type, "isFinal" in result && result.isFinal], ["failed", true]);
  },
);

inWorld(
  "goes on after the last failure when the author asked for it",
  () => new Response("", { status: 500 }),
  async ({ run, url, lines }) => {
    same((await run(action("http", "_http", { url }))).type, "failed");
    same(await run(action("http", "_http", { url }, { attempts: 2 })), {
      ...DONE,
      forgiven: `Cannot call "${url}": The receiver answered with status 500`,
      receiver: "broken",
    });
    same(lines.some((line) => line.includes("status 500")), true);
  },
);

inWorld(
  "follows no redirect",
  () => new Response("", { status: 302, headers: { location: "http://169.254.169.254/" } }),
  async ({ run, url, requests }) => {
    same([(await run(action("http", "_http", { url, on_error: "fail" }))).type, requests.length], [
      "failed",
      1,
    ]);
  },
);

inWorld("reads no more than 64 KiB", () => new Response("x".repeat(70_000)), async ({ run, url }) => {
  const result = await run(action("http", "_http", { url, on_error: "fail" }));
  same(result.type === "failed" && result.error.includes("65536"), true);
});

inWorld("does not unpack a bomb", () => bomb(), async ({ run, url }) => {
  const before = Deno.memoryUsage().rss;
  const result = await run(action("http", "_http", { url, on_error: "fail" }));
  same([result.type, Deno.memoryUsage().rss - before < 50 * 1024 * 1024], ["failed", true]);
});

inWorld("gives up in time", () => hanging(), async ({ run, url }) => {
  const result = await run(action("http", "_http", { url, timeout: 0.1, on_error: "fail" }));
  same(result.type === "failed" && result.error.includes("100 ms"), true);
});

for (
  const [what, params] of Object.entries<JsonObject>({
    "the inside of the network": { url: "https://127.0.0.1:8443/" },
    "a host out of a template": { url: "https://{{ name }}/x" },
    "a whole address out of a template": { url: "{{ name }}" },
    "a placeholder without a value": { url: "https://x.example/{{ missing }}" },
    "no address": {},
    "a header that belongs to the connection": { url: "http://HOST/", headers: { Host: "other" } },
    "a header with a line break": { url: "http://HOST/", headers: { "X-A": "a\r\nB: c" } },
    "an odd method": { url: "http://HOST/", method: "CONNECT" },
  })
) {
  inWorld(`refuses ${what}`, ok, async ({ run, url, requests }) => {
    const own = typeof params.url === "string"
      ? { ...params, url: params.url.replace("http://HOST", url) }
      : params;
    const result = await run(action("http", "_http", { ...own, on_error: "fail" }));
    same([result.type, "isFinal" in result && result.isFinal, requests.length], ["failed", true, 0]);
  });
}

for (
  const [name, answer, receiver] of [
    ["is well", ok, "well"],
    ["is well although it refuses", () => new Response("", { status: 404 }), "well"],
    ["is broken", () => new Response("", { status: 500 }), "broken"],
  ] as const
) {
  inWorld(`tells that the receiver ${name}`, answer, async ({ run, url }) => {
    for (const onError of ["fail", "log"]) {
      const result = await run(action("http", "_http", { url, on_error: onError }, { attempts: 2 }));
      same(result.type !== "skipped" && result.receiver, receiver);
    }
  });
}

inWorld("signs what it publishes", ok, async ({ run, requests }) => {
  same(await run(action("named", "publish", { topic: "order_paid", include: ["total"] })), DONE);
  const [request] = requests;
  const verified: unknown = new Webhook(WEBHOOK_SECRET).verify(
    request?.body ?? "",
    headersOf(request?.headers),
  );
  same(verified, {
    type: "order_paid",
    timestamp: "1970-01-01T00:00:00.000Z",
    machine: "order",
    entity_id: "o-1",
    data: { total: 40 },
  });
}, { clock: { nowMs: () => Date.now(), sleep: () => Promise.resolve() } });

inWorld("publishes the context without its hidden keys", ok, async ({ run, requests }) => {
  await run(action("named", "publish", { topic: "t" }));
  same(JSON.parse(requests[0]?.body ?? "{}").data, { total: 40, name: "a/b c" });
});

inWorld("does not fail when a receiver is gone", () => new Response("", { status: 410 }), async ({ run }) => {
  same(await run(action("named", "publish", { topic: "t" })), DONE);
});

inWorld("logs at the level that was asked for", ok, async ({ run, lines }) => {
  await run(action("named", "log", { message: "hello", level: "warning" }));
  await run(action("named", "log", { level: "unheard of" }));
  same(lines.map((line) => JSON.parse(line)).map((line) => [line.level, line.message]), [
    ["warning", "hello"],
    ["info", "?: ? -> ?"],
  ]);
});

inWorld("counts and measures", ok, async ({ run, metrics }) => {
  same(await run(action("named", "emit_metric", { name: "paid", value: "2.5" })), DONE);
  same((await run(action("named", "emit_metric", { name: "paid", value: "many" }))).type, "failed");
  await run(action("named", "emit_metric", { name: "level", value: -3, type: "gauge" }));
  const text = await metrics.render();
  same(text.includes('stator_emitted_total{machine="order",name="paid"} 2.5'), true);
  same(text.includes('stator_emitted_value{machine="order",name="level"} -3'), true);
});

inWorld("skips and reports a name that nobody implements", ok, async ({ run }) => {
  same(await run(action("named", "book_courier", {})), { type: "skipped", reason: "not_registered" });
});

inWorld("sends to another entity under its own key", ok, async ({ run, sent }) => {
  await run(action("send", "_send", { target: "machine:invoice/i-1", trigger: "paid", payload: { a: 1 } }));
  same(sent, [{
    actionId: ACTION_ID,
    entityId: "i-1",
    machineName: "invoice",
    trigger: "paid",
    payload: { a: 1 },
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  }]);
});

inWorld("creates another entity with what its templates give", ok, async ({ run, sent }) => {
  const params = {
    entity: "s-{{ total }}",
    machine: "shipment",
    version: "2.0.0",
    context: { total: "{{ total }}" },
    labels: { from: "{{ total }}" },
  };
  await run(action("create_entity", "_create_entity", params));
  same(sent, [{
    actionId: ACTION_ID,
    entityId: "s-40",
    machineName: "shipment",
    machineVersion: "2.0.0",
    context: { total: "40" },
    labels: { from: "40" },
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  }]);
  const odd = await run(action("send_event", "_send_event", { entity: "{{ absent }}", trigger: "go" }));
  same([odd.type, "isFinal" in odd && odd.isFinal, sent.length], ["failed", true, 1]);
});

inWorld("invokes a service and answers with its result", ok, async ({ run, url }) => {
  same(await run(action("invoke_start", "credit", { id: "c", src: url })), {
    type: "done",
    output: { ticket: 7 },
  });
  same(await run(action("invoke_start", "credit", { id: "c", src: "credit" })), {
    type: "skipped",
    reason: "not_registered",
  });
});

function headersOf(headers: Headers | undefined): Record<string, string> {
  return Object.fromEntries(headers?.entries() ?? []);
}

/** 200 MB of blanks in 200 KB. */
function bomb(): Response {
  const block = new Uint8Array(1024 * 1024).fill(32);
  let left = 200;
  const blanks = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => left-- > 0 ? controller.enqueue(block) : controller.close(),
  });
  return new Response(blanks.pipeThrough(new CompressionStream("gzip")), {
    headers: { "content-encoding": "gzip" },
  });
}

function hanging(): Response {
  return new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([32])) }),
  );
}
