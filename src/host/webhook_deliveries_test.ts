/** Messages to webhooks as records: kept and tried again, told by the API, sent again by hand, signed twice in a rotation. */
import { Webhook } from "standardwebhooks";
import { createVirtualClock, settled } from "../../tests/runtime/virtual_clock.ts";
import { NO_MODULES } from "../actions/modules/modules.ts";
import type { OutgoingRequest, OutgoingResult } from "../actions/outgoing.ts";
import { DELIVERY_KIND } from "../api/webhook_delivery.ts";
import { readConfig } from "../config.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import { silentLog } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { createCore } from "./core.ts";
import type { ProcessDeps } from "./process.ts";
import { createApiOn, OPEN } from "./run_api.ts";
import { deliverDue, type DeliveriesDeps, deliverOrKeep, trimDeliveries } from "./webhook_deliveries.ts";
import { webhooksOf } from "./webhooks.ts";

function same(found: unknown, expected: unknown, about = ""): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${about}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

const answered = (status: number, body = "", retryAfter: string | null = null): OutgoingResult => ({
  type: "answered",
  status,
  body,
  retryAfter,
});

interface World {
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly deps: DeliveriesDeps;
  readonly sent: OutgoingRequest[];
  readonly answers: OutgoingResult[];
  // deno-lint-ignore no-explicit-any
  readonly call: (method: string, path: string, body?: unknown) => Promise<{ status: number; json: any }>;
  readonly publish: (messageId: string, topic?: string) => Promise<readonly string[]>;
  readonly due: () => Promise<number>;
}

/** With one webhook `signed` for everything; `answers` are given in order, then 200. */
async function inWorld(test: (world: World, id: string) => Promise<void>): Promise<void> {
  // The verifier of the rotation asks the clock of this machine how old a message is.
  const clock = createVirtualClock(Date.now());
  const nowhere = () => Promise.reject(new Error("no database"));
  const processDeps: ProcessDeps = {
    config: readConfig({ ENVIRONMENT: "test" }, {
      readTextFile: () => {
        throw new Deno.errors.NotFound();
      },
    }),
    version: "0",
    log: silentLog,
    metrics: createMetrics(),
    clock,
    newId: () => crypto.randomUUID(),
    hostname: "test",
    databases: { open: nowhere, upgrade: nowhere, status: nowhere, hazards: nowhere, migrations: nowhere },
  };
  const store = createMemoryStore({ clock });
  const core = createCore(processDeps, store, { workerId: null, modules: NO_MODULES });
  const api = await createApiOn(core, processDeps, OPEN);
  const sent: OutgoingRequest[] = [];
  const answers: OutgoingResult[] = [];
  const deps: DeliveriesDeps = {
    ...core.deliveries,
    random: () => 0.5,
    resting: new Map(),
    outgoing: (request) => {
      sent.push(request);
      return Promise.resolve(answers.shift() ?? answered(200, "thanks"));
    },
  };
  const signal = new AbortController().signal;
  const call: World["call"] = async (method, path, body) => {
    const answer = await api.fetch(
      new Request(`http://x/api/v1/webhooks${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await answer.text();
    return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
  };
  try {
    const created = await call("POST", "", {
      name: "signed",
      url: "https://hooks.example.com/a",
      events: ["*"],
      secret: `whsec_${btoa("0123456789abcdefghijklmnopqrstuv")}`,
    });
    same(created.status, 201);
    await test({
      clock,
      deps,
      sent,
      answers,
      call,
      async publish(messageId, topic = "order_paid") {
        const targets = await webhooksOf(deps.documents, { secret: null, clock })(topic);
        const results = [];
        for (const target of targets) {
          results.push(
            await deliverOrKeep({ target, messageId, topic, body: `{"n":"${messageId}"}` }, deps, signal),
          );
        }
        return results.map((result) => result.type);
      },
      due: () => deliverDue(deps, signal),
    }, created.json.id);
  } finally {
    api.close();
    core.close();
    await store.close();
  }
}

Deno.test("a message that does not arrive is kept, tried again with growing pauses, and told of", () =>
  inWorld(async ({ publish, due, clock, sent, answers, call }, id) => {
    answers.push(answered(503, "busy"), { type: "failed", reason: "no route" }, answered(200, "ok"));
    same(await publish("m-1"), ["kept"]);
    same(await publish("m-1"), ["kept"], "the action again");
    same(sent.length, 1);
    same(await due(), 0, "not yet");
    const [first] = (await call("GET", `/${id}/deliveries`)).json.items;
    same(
      [first.state, first.status_code, first.error, first.answer, first.attempts],
      ["waiting", 503, "status 503", "busy", 1],
    );
    same(Date.parse(first.next_attempt_at) - clock.nowMs(), 7_500);
    await clock.advance(7_500);
    same(await due(), 1);
    await clock.advance(14_999);
    same(await due(), 0);
    await clock.advance(1);
    same(await due(), 1);
    same(sent.map(({ headers }) => headers["webhook-id"]), [`m-1.${id}`, `m-1.${id}`, `m-1.${id}`]);
    const { json } = await call("GET", `/${id}/deliveries/m-1`);
    same([json.state, json.attempts, json.answer, json.body], ["delivered", 3, "ok", '{"n":"m-1"}']);
    same(await publish("m-1"), ["delivered"]);
    same(sent.length, 3, "never again");
  }));

Deno.test("nobody waits for a receiver that failed a moment ago, and what waits is given up after three days", () =>
  inWorld(async ({ publish, due, clock, sent, answers, call }, id) => {
    answers.push(answered(500));
    await publish("m-1");
    same(await publish("m-2"), ["kept"]);
    same(sent.length, 1);
    for (let count = 0; count < 400; count++) answers.push(answered(500));
    for (let hour = 0; hour < 80; hour++) {
      await clock.advance(3_600_000);
      await due();
    }
    const { items } = (await call("GET", `/${id}/deliveries`)).json;
    same(items.map(({ state }: { state: string }) => state), ["failed", "failed"]);
    if (sent.length > 200) throw new Error(`${sent.length} attempts`);
  }));

Deno.test("410 switches a webhook off, and its messages are cancelled", () =>
  inWorld(async ({ publish, due, clock, answers, sent, call }, id) => {
    answers.push(answered(500), answered(410));
    await publish("m-1");
    await publish("m-2");
    await clock.advance(120_000);
    same(await due(), 2);
    same((await call("GET", `/${id}`)).json.enabled, false);
    await clock.advance(3_600_000);
    await due();
    const { items } = (await call("GET", `/${id}/deliveries`)).json;
    same(items.map(({ state }: { state: string }) => state).toSorted(), ["cancelled", "gone"]);
    same(sent.length, 2);
  }));

Deno.test("POST …/test answers with what the receiver said, also for a webhook that is switched off", () =>
  inWorld(async ({ due, clock, sent, answers, call }, id) => {
    await call("PUT", `/${id}`, { enabled: false });
    answers.push(answered(200, "hello"), answered(404, "nothing here"));
    for (const [success, status, answer] of [[true, 200, "hello"], [false, 404, "nothing here"]] as const) {
      const asked = call("POST", `/${id}/test`);
      await settled();
      same(await due(), 1);
      await clock.advance(100);
      const { json } = await asked;
      same([json.success, json.status_code, json.answer], [success, status, answer]);
      const record = (await call("GET", `/${id}/deliveries/${json.delivery_id}`)).json;
      same([record.topic, record.source, record.attempts], ["test", "test", 1]);
    }
    same(JSON.parse(sent[0]?.body ?? "").event_type, "test");
    await clock.advance(3_600_000);
    same(await due(), 0, "a test is tried once");
    const unheard = call("POST", `/${id}/test`);
    for (let second = 0; second < 20; second++) await clock.advance(1_000);
    same((await unheard).json.success, false);
    same((await call("POST", "/nobody/test")).status, 404);
  }));

Deno.test("POST …/redeliver sends the same message once more", () =>
  inWorld(async ({ publish, due, sent, call }, id) => {
    await publish("m-1");
    same((await call("POST", `/${id}/deliveries/m-1/redeliver`)).status, 202);
    same(await due(), 1);
    same(sent.map(({ body, headers }) => [body, headers["webhook-id"]]), [
      ['{"n":"m-1"}', `m-1.${id}`],
      ['{"n":"m-1"}', `m-1.${id}`],
    ]);
    same((await call("GET", `/${id}/deliveries/m-1`)).json.attempts, 2);
    same((await call("POST", `/${id}/deliveries/m-9/redeliver`)).status, 404);
  }));

Deno.test("a rotation signs with both secrets for a while", () =>
  inWorld(async ({ publish, clock, sent, call }, id) => {
    const before = `whsec_${btoa("0123456789abcdefghijklmnopqrstuv")}`;
    const { json } = await call("POST", `/${id}/rotate-secret`, { overlap_hours: 1 });
    same(Date.parse(json.previous_secret_until) - clock.nowMs(), 3_600_000);
    await publish("m-1");
    await clock.advance(3_600_001);
    await publish("m-2");
    const holds = (secret: string) => {
      const { headers = {}, body } = sent[0] ?? {};
      try {
        new Webhook(secret).verify(body ?? "", { ...headers });
        return true;
      } catch {
        return false;
      }
    };
    same(sent.map(({ headers }) => headers["webhook-signature"]?.split(" ").length), [2, 1]);
    same([holds(json.secret), holds(before), holds(`whsec_${btoa("x".repeat(32))}`)], [true, true, false]);
    same((await call("GET", `/${id}`)).json.has_secret, true);
  }));

Deno.test("trimDeliveries() keeps the newest records", () =>
  inWorld(async ({ publish, clock, deps }, id) => {
    for (let count = 0; count < 1_003; count++) {
      await publish(`m-${count}`);
      await clock.advance(1);
    }
    same(await trimDeliveries(deps.documents), 3);
    same(await trimDeliveries(deps.documents), 0);
    same(await deps.documents.get(DELIVERY_KIND, `${id}.m-2`), null);
    same((await deps.documents.get(DELIVERY_KIND, `${id}.m-3`))?.body.state, "delivered");
  }));
