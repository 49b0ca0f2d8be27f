/** Feed, stream, dead letters, figures, webhooks, settings: what dashboards and operators read and do. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "./assertions.ts";
import { CLOSED_SETTINGS, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";

Deno.test("the feed pages without gap or double", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await played(harness);
    const first = await call("GET", `${V1}/transitions?limit=2`);
    assertEquals(first.json.items.map(triggerOf), ["__entity_created__", "pay"]);
    const after = encodeURIComponent(first.json.items.at(-1).cursor);
    const rest = await call("GET", `${V1}/transitions?after=${after}`);
    assertEquals(rest.json.items.map(triggerOf), ["pay", "ship"]);
    const failed = await call("GET", `${V1}/transitions?success=false`);
    assertEquals(failed.json.items.map(triggerOf), ["pay"]);
    assertEquals((await call("GET", `${V1}/transitions?after=%21`)).status, 400);
  }));

Deno.test("the stream resumes behind Last-Event-ID and shows what comes", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await played(harness);
    const { json } = await harness.call("GET", `${V1}/transitions?limit=3`);
    const abort = new AbortController();
    const response = await harness.api.fetch(
      new Request(`http://stator.test${V1}/transitions/stream`, {
        headers: { "last-event-id": json.items.at(-1).cursor },
        signal: abort.signal,
      }),
    );
    assertEquals([response.status, response.headers.get("content-type")], [
      200,
      "text/event-stream; charset=utf-8",
    ]);
    const events = readEvents(response);
    assertEquals(JSON.parse((await next(events)).data).trigger, "ship");
    await harness.call("POST", `${V1}/entities/o-2/create`, { body: { machine_name: "order" } });
    const live = await next(events);
    assertEquals(JSON.parse(live.data).entity_id, "o-2");
    assertEquals(live.id, JSON.parse(live.data).cursor);
    abort.abort();
    await events.return(undefined);
  }));

Deno.test("one stream brings several topics and resumes", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    const open = (headers: Record<string, string> = {}) =>
      harness.api.fetch(
        new Request(`http://stator.test${V1}/stream?topics=history,queue,machine:*,entity:s-1`, { headers }),
      );
    const events = readEvents(await open());
    assertEquals((await next(events)).event, "queue", "figures come at once");
    await harness.call("POST", `${V1}/entities/s-1/create`, { body: { machine_name: "order" } });
    const first = await next(events);
    assertEquals([first.event, (await next(events)).event], ["history", "entity:s-1"]);
    await publish(harness, { ...ORDER, meta: { ...ORDER.meta, version: "1.1.0" } });
    const change = await next(events);
    assertEquals([change.event, JSON.parse(change.data).resource_id], ["machine", "order"]);
    await events.return(undefined);

    await harness.call("POST", `${V1}/entities/s-1/events`, { body: { trigger: "pay" } });
    const again = readEvents(await open({ "last-event-id": change.id }));
    const resumed = await next(again);
    assertEquals([resumed.event, JSON.parse(resumed.data).trigger], ["history", "pay"]);
    await again.return(undefined);
    assertEquals((await open({ "last-event-id": "nonsense" })).status, 400);
    assertEquals((await harness.call("GET", `${V1}/stream?topics=secrets`)).status, 422);
  }));

Deno.test("changes of configuration are told to whoever listens", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const response = await harness.api.fetch(
      new Request(`http://stator.test${V1}/events/stream?topic=machine`),
    );
    const events = readEvents(response);
    await publish(harness, ORDER);
    const { topic, action, resource_id: name } = JSON.parse((await next(events)).data);
    assertEquals([topic, action, name], ["machine", "created", "order"]);
    await events.return(undefined);
  }));

Deno.test("a stream ends when its reader may not read any more", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    const response = await harness.api.fetch(
      new Request(`http://stator.test${V1}/transitions/stream`, {
        headers: { authorization: `Bearer ${token}` },
      }),
    );
    const text = response.text();
    await harness.call("POST", `${V1}/auth/logout`, { token });
    harness.clock.advance(3_000);
    assertEquals((await text).startsWith("retry:"), true);
  }));

Deno.test("no more streams than the limit", () =>
  withApi({ ...OPEN_SETTINGS, limits: { ...OPEN_SETTINGS.limits, streamsMax: 1 } }, async ({ api, call }) => {
    for (let i = 0; i < 3; i++) {
      assertEquals((await call("HEAD", `${V1}/transitions/stream`)).status, 200, "HEAD opens none");
    }
    const response = await api.fetch(new Request(`http://stator.test${V1}/transitions/stream`));
    assertEquals((await call("GET", `${V1}/transitions/stream`)).status, 429);
    await response.body?.cancel();
  }));

Deno.test("dead letters are listed, replayed once and given up", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, runtime } = harness;
    await played(harness);
    for (const trigger of ["ship", "pay"]) {
      await call("POST", `${V1}/entities/o-1/queue-event`, { body: { trigger } });
      await runtime.turn();
    }
    const list = await call("GET", `${V1}/dlq`);
    assertEquals([list.json.total, list.json.records.length, list.json.has_more], [2, 2, false]);
    const [first, second] = list.json.records;
    assertEquals((await call("GET", `${V1}/dlq/${first.record_id}`)).json, first);
    assertEquals((await call("GET", `${V1}/dlq/stats`)).json.by_status, { pending: 2 });
    const replay = () => call("POST", `${V1}/dlq/${first.record_id}/replay`, { body: {} });
    const [one, two] = [await replay(), await replay()];
    assertEquals([one.status, one.json.event_id === two.json.event_id], [200, true]);
    const discarded = await call("POST", `${V1}/dlq/${second.record_id}/discard`);
    assertEquals(discarded.json.status, "ignored");
    assertEquals((await call("POST", `${V1}/dlq/${second.record_id}/replay`)).status, 409);
  }));

Deno.test("dead letters are replayed and given up by filter, after a look at how many", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, runtime } = harness;
    await publish(harness, ORDER);
    for (const id of ["o-1", "o-2", "o-3"]) {
      await call("POST", `${V1}/entities/${id}/create`, { body: { machine_name: "order" } });
      await call("POST", `${V1}/entities/${id}/queue-event`, { body: { trigger: "ship" } });
    }
    await runtime.turn();
    const look = await call("POST", `${V1}/dlq/replay`, {
      body: { reason: "invalid_transition", dry_run: true },
    });
    assertEquals([look.json.matched, look.json.changed], [3, 0]);
    const one = await call("POST", `${V1}/dlq/discard`, { body: { entity_id: "o-2" } });
    assertEquals([one.json.matched, one.json.changed], [1, 1]);
    await call("POST", `${V1}/entities/o-1/events`, { body: { trigger: "pay" } });
    const rest = await call("POST", `${V1}/dlq/replay`, { body: {} });
    assertEquals(rest.json.changed, 2);
    await runtime.turn();
    assertEquals((await call("GET", `${V1}/entities/o-1/state?`)).json.current_state, "shipped");
    const none = await call("POST", `${V1}/dlq/replay`, { body: { source_name: "nobody" } });
    assertEquals(none.json, { matched: 0, changed: 0, record_ids: [] });
  }));

Deno.test("figures count what happened", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await played(harness);
    const summary = (await call("GET", `${V1}/observability/summary`)).json;
    assertEquals([summary.transitions_total, summary.transitions_failed, summary.active_entities], [4, 1, 1]);
    assertEquals(summary.transition_failure_rate, 0.25);
    const transitions = (await call("GET", `${V1}/observability/transitions?status=failed`)).json;
    assertEquals([transitions.total, transitions.items[0].trigger], [1, "pay"]);
    const states = (await call("GET", `${V1}/observability/state-metrics?machine_name=order`)).json;
    const shipped = states.items.find((row: { state_name: string }) => row.state_name === "shipped");
    assertEquals([shipped.entity_count, shipped.successful_target_entries_count], [1, 1]);
    const moves = (await call("GET", `${V1}/observability/transition-metrics?machine_name=order`)).json;
    assertEquals(moves.items.filter((row: { trigger: string }) => row.trigger === "pay").length, 2);
    const health = (await call("GET", `${V1}/observability/entity-health`)).json;
    assertEquals([health.total_entities, health.terminal_rate, health.top_failing_entities.length], [
      1,
      100,
      1,
    ]);
    const analytics = (await call("GET", `${V1}/observability/transition-analytics?bucket_count=4`)).json;
    assertEquals([analytics.time_buckets.length, analytics.time_buckets.at(-1).total], [4, 4]);
    const entity = (await call("GET", `${V1}/entities/o-1/metrics`)).json;
    assert(entity.health_score > 50, JSON.stringify(entity));
    const events = (await call("GET", `${V1}/observability/worker-events`)).json;
    assertEquals(events.offset, 0);
    const none = (await call("GET", `${V1}/observability/state-metrics?machine_name=nobody`)).json;
    assertEquals(none.items, []);
  }));

const TARGETS: readonly (readonly [string, number])[] = [
  ["https://hooks.example.com/a", 201],
  ["https://hooks.example.com:8443/a", 201],
  ["http://hooks.example.com/a", 422],
  ["https://user:pass@hooks.example.com/a", 422],
  ["https://hooks.example.com:22/a", 422],
  ["https://localhost/a", 422],
  ["https://api.localhost/a", 422],
  ["https://127.0.0.1/a", 422],
  ["https://2130706433/a", 422],
  ["https://0x7f.1/a", 422],
  ["https://[::1]/a", 422],
  ["https://[::ffff:127.0.0.1]/a", 422],
  ["https://169.254.169.254/latest", 422],
  ["https://metadata.google.internal/", 422],
  ["https://printer.local/", 422],
  ["file:///etc/passwd", 422],
  ["javascript:alert(1)", 422],
  ["https://hooks.example.com/a b", 422],
];

Deno.test("webhooks take only addresses outside, and give no secret back", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    for (const [url, status] of TARGETS) {
      const answer = await call("POST", `${V1}/webhooks`, {
        body: { name: "w", url, events: ["transition_failed"] },
      });
      assertEquals(answer.status, status, url);
    }
    const secret = `whsec_${"c2VjcmV0".repeat(5)}`;
    const created = await call("POST", `${V1}/webhooks`, {
      body: {
        name: "signed",
        url: "https://hooks.example.com/a?sig=canary-query",
        events: ["dead_letter_created"],
        headers: { authorization: "Bearer canary-header" },
        secret,
      },
    });
    assertEquals([created.status, created.json.has_secret, created.json.headers], [201, true, {
      authorization: "***",
    }]);
    const path = `${V1}/webhooks/${created.json.id}`;
    const changed = await call("PUT", path, { body: { headers: null, enabled: false } });
    assertEquals([changed.json.headers, changed.json.enabled, changed.json.name], [null, false, "signed"]);
    const all = await call("GET", `${V1}/webhooks`);
    for (const canary of ["canary-query", "canary-header", secret]) {
      assert(!all.text.includes(canary), canary);
    }
    assertEquals((await call("DELETE", path)).status, 204);
    assertEquals((await call("GET", path)).status, 404);
  }));

Deno.test("catalogue, templates, settings, docs and metrics", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    assert((await call("GET", `${V1}/catalog/builtins`)).json.guards.length === 4, "built-in guards");
    assertEquals((await call("GET", `${V1}/catalog/modules`)).json, { actions: [], guards: [] });
    assertEquals((await call("GET", `${V1}/templates/fsm`)).json.templates, ["blank.yaml"]);
    const template = await call("GET", `${V1}/templates/fsm/blank.yaml`);
    assert(template.text.includes("machine_name: blank"), template.text);
    assertEquals((await call("GET", `${V1}/templates/fsm/..%2Fdeno.json`)).status, 404);
    assertEquals((await call("GET", `${V1}/settings/app-config`)).json.allow_inline_code_actions, false);
    assertEquals((await call("GET", `${V1}/settings/runtime-overview`)).json.database.driver_kind, "memory");
    assertEquals((await call("GET", `${V1}/settings/server-config`)).json.rows, []);
    assertEquals((await call("POST", `${V1}/settings/test-database`)).json.success, true);
    assertEquals((await call("POST", `${V1}/settings/dlq-stats`, { body: {} })).json.total_messages, 0);
    const foreign = await call("POST", `${V1}/settings/test-database`, {
      body: { connection_string: "postgresql://evil.example/x" },
    });
    assertEquals(foreign.status, 200);
    assertEquals(foreign.json.success, false, "nothing connects to an address of a caller");
    const page = await call("GET", "/docs");
    assert(
      page.text.includes("swagger-ui-bundle.js") && !/<script>|style=/.test(page.text),
      "no inline script",
    );
    for (const file of ["swagger-ui.css", "swagger-ui-bundle.js", "init.js"]) {
      assertEquals((await call("GET", `/docs/${file}`)).status, 200, file);
    }
    const metrics = await call("GET", "/metrics");
    assert(
      metrics.text.includes('stator_http_requests_total{method="GET",route="/docs"'),
      metrics.text.slice(0, 300),
    );
    const routes = await call("GET", `${V1}/docs/playground-routes`);
    assert(routes.json.routes.length > 70, `${routes.json.routes.length} operations`);
  }));

Deno.test("notes and places belong to a version that exists", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const version = "machine_name=order&machine_version=1.0.0";
    const note = (state: string, text: string) =>
      call("PUT", `${V1}/annotations/order/1.0.0/${state}`, { body: { body_markdown: text } });
    assertEquals((await note("open", "*one*")).json, { ok: true });
    assertEquals((await note("paid", "two")).json, { ok: true });
    const missing = await call("PUT", `${V1}/annotations/order/9.9.9/open`, { body: { body_markdown: "x" } });
    assertEquals(missing.status, 404);
    const rename = (from: string, to: string) =>
      call("POST", `${V1}/annotations/order/1.0.0/rename`, {
        body: { old_state_name: from, new_state_name: to },
      });
    assertEquals((await rename("open", "paid")).status, 409, "a note that is there stays");
    assertEquals((await rename("open", "shipped")).json, { ok: true, moved: true });
    const notes = (await call("GET", `${V1}/annotations?${version}`)).json.items;
    assertEquals(notes.map((row: { state_name: string }) => row.state_name).toSorted(), ["paid", "shipped"]);
    assertEquals((await call("DELETE", `${V1}/annotations/order/1.0.0/paid`)).status, 204);
    assertEquals((await call("DELETE", `${V1}/annotations/order/1.0.0/paid`)).status, 404);
    const key = encodeURIComponent("open->paid:pay");
    await call("PUT", `${V1}/transition-annotations/order/1.0.0/${key}`, { body: { body_markdown: "why" } });
    const arrows = (await call("GET", `${V1}/transition-annotations?${version}`)).json.items;
    assertEquals(arrows.map((row: { transition_key: string }) => row.transition_key), ["open->paid:pay"]);

    const keep = (positions: object) => call("PUT", `${V1}/layouts/order/1.0.0`, { body: { positions } });
    assertEquals((await keep({ open: { x: 1, y: 2 } })).json, { ok: true, upserted: 1 });
    await keep({ paid: { x: 3 } });
    const layout = (await call("GET", `${V1}/layouts?${version}`)).json;
    assertEquals(layout.positions, { open: { x: 1, y: 2 }, paid: { x: 3, y: 0 } });
    assertEquals((await keep({ open: { x: "left" } })).status, 422);
    assertEquals((await call("DELETE", `${V1}/layouts/order/1.0.0/open`)).status, 204);
    assertEquals((await call("DELETE", `${V1}/layouts/order/1.0.0/open`)).status, 404);
    assertEquals((await call("DELETE", `${V1}/layouts/order/1.0.0`)).status, 204);
  }));

/** One entity: created, paid, paid again (refused), shipped. */
async function played({ call, ...harness }: Harness): Promise<void> {
  await publish({ call, ...harness }, ORDER);
  await call("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order" } });
  for (const trigger of ["pay", "pay", "ship"]) {
    await call("POST", `${V1}/entities/o-1/events`, { body: { trigger } });
  }
}

function triggerOf(row: { readonly trigger: string }): string {
  return row.trigger;
}

interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

async function next(events: AsyncGenerator<StreamEvent>): Promise<StreamEvent> {
  const { value, done } = await events.next();
  assert(!done, "the stream ended");
  return value;
}

async function* readEvents(response: Response): AsyncGenerator<StreamEvent> {
  let text = "";
  assert(response.body !== null, "a stream has a body");
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const fields = new Map(
        text.slice(0, end).split("\n").map((line) => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
      );
      text = text.slice(end + 2);
      const data = fields.get("data");
      if (data !== undefined) yield { event: fields.get("event") ?? "", id: fields.get("id") ?? "", data };
    }
  }
}
