/** CloudEvents 1.0 in and out: three ways in, one form out, and what is refused. */
import { assertEquals } from "./assertions.ts";
import { type CallOptions, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
const STRUCTURED = "application/cloudevents+json";
const BATCH = "application/cloudevents-batch+json";

const PAY = {
  specversion: "1.0",
  id: "A-1",
  source: "/shop/checkout",
  type: "com.shop.order.pay",
  subject: "o-1",
  time: "2026-01-31T12:00:00Z",
  machine: "order",
  data: { total: 40 },
};

const BINARY: CallOptions = {
  body: { total: 40 },
  headers: {
    "ce-specversion": "1.0",
    "ce-id": "A-1",
    "ce-source": "/shop/checkout",
    "ce-type": "com.shop.order.pay",
    "ce-subject": "o-1",
    "ce-machine": "order",
  },
};

const WAYS: readonly (readonly [string, CallOptions])[] = [
  ["structured", { body: PAY, headers: { "content-type": STRUCTURED } }],
  ["structured with a charset", { body: PAY, headers: { "content-type": `${STRUCTURED}; charset=UTF-8` } }],
  ["structured under the plain name", { body: PAY }],
  ["binary", BINARY],
];

Deno.test("a CloudEvent moves its entity, whichever way it comes", async () => {
  for (const [name, options] of WAYS) {
    await withApi(OPEN_SETTINGS, async (harness) => {
      const { call, runtime } = harness;
      await publish(harness, ORDER);
      const { status, headers, json, text } = await call("POST", `${V1}/events`, options);
      assertEquals(status, 202, `${name}: ${text}`);
      assertEquals(headers.get("location"), `${V1}/events/${json.event_id}`, name);
      await runtime.turn();
      const state = await call("GET", `${V1}/entities/o-1/state`);
      assertEquals([state.json.current_state, state.json.context], ["paid", { total: 40 }], name);
    });
  }
});

Deno.test("source and id make a repetition harmless, also in another mode", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const first = await call("POST", `${V1}/events`, { body: PAY, headers: { "content-type": STRUCTURED } });
    const again = await call("POST", `${V1}/events`, BINARY);
    assertEquals(again.json.event_id, first.json.event_id);
    assertEquals(again.headers.get("idempotency-replayed"), "true");
    const other = await call("POST", `${V1}/events`, { body: { ...PAY, data: { total: 41 } } });
    assertEquals([other.status, other.json.code], [422, "idempotency_conflict"]);
    const elsewhere = await call("POST", `${V1}/events`, { body: { ...PAY, source: "/shop/returns" } });
    assertEquals(elsewhere.status, 202, "the same id of another source is another event");
  }));

Deno.test("a batch is accepted in order, one result for each", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, runtime } = harness;
    await publish(harness, ORDER);
    const ship = { ...PAY, id: "A-2", type: "anything", trigger: "ship", data: "by bike" };
    const { status, json, text } = await call("POST", `${V1}/events`, {
      body: [PAY, ship, PAY],
      headers: { "content-type": BATCH },
    });
    assertEquals(status, 202, text);
    assertEquals(json.results.map((one: { status: string }) => one.status), [
      "queued",
      "queued",
      "duplicate",
    ]);
    assertEquals([json.total, json.queued], [3, 2]);
    await runtime.turn();
    const { json: state } = await call("GET", `${V1}/entities/o-1/state`);
    assertEquals([state.current_state, state.context.data], ["shipped", "by bike"]);
    const empty = await call("POST", `${V1}/events`, { body: [], headers: { "content-type": BATCH } });
    assertEquals([empty.status, empty.json.total], [202, 0]);
  }));

const REFUSED: readonly (readonly [string, CallOptions, number, string])[] = [
  ["no specversion", structured({ ...PAY, specversion: undefined }), 422, "body.specversion"],
  ["another version", structured({ ...PAY, specversion: "0.3" }), 422, "body.specversion"],
  ["no id", structured({ ...PAY, id: "" }), 422, "body.id"],
  ["no source", structured({ ...PAY, source: undefined }), 422, "body.source"],
  ["a source with blanks", structured({ ...PAY, source: "my shop" }), 422, "body.source"],
  ["no type", structured({ ...PAY, type: undefined }), 422, "body.type"],
  ["no subject", structured({ ...PAY, subject: undefined }), 422, "body.subject"],
  ["a time without zone", structured({ ...PAY, time: "2026-01-31T12:00:00" }), 422, "body.time"],
  ["an attribute in capitals", structured({ ...PAY, myExt: "a" }), 422, "body.myExt"],
  ["an extension that is an object", structured({ ...PAY, extra: {} }), 422, "body.extra"],
  [
    "data in another form",
    structured({ ...PAY, data: undefined, data_base64: "eyJ9" }),
    422,
    "body.data_base64",
  ],
  ["names of the engine in data", structured({ ...PAY, data: { _x: 1 } }), 422, "body.data"],
  ["the second of a batch", batch([PAY, { ...PAY, id: undefined }]), 422, "body.1.id"],
  ["a batch that is no list", batch(PAY), 422, "send an array"],
  ["nothing at all", {}, 422, "send a body"],
  [
    "binary without a type",
    { body: {}, headers: { "ce-specversion": "1.0", "ce-id": "1" } },
    422,
    "body.source",
  ],
  ["an entity that nobody knows", structured({ ...PAY, machine: undefined }), 404, "no such entity"],
  [
    "another media type",
    { text: "a=b", headers: { "content-type": "text/plain" } },
    415,
    "send application/json",
  ],
];

Deno.test("what is no CloudEvent is refused with the place of the mistake", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    for (const [name, options, status, words] of REFUSED) {
      const answer = await harness.call("POST", `${V1}/events`, options);
      assertEquals(answer.status, status, `${name}: ${answer.text}`);
      assertEquals(answer.json.detail.includes(words), true, `${name}: ${answer.json.detail}`);
    }
  }));

Deno.test("the feed gives CloudEvents to whoever asks for them, page by page", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await moved(harness);
    const plain = await call("GET", `${V1}/transitions`);
    const page = await call("GET", `${V1}/transitions?limit=1`, { headers: { accept: BATCH } });
    assertEquals(page.headers.get("content-type"), BATCH);
    const [event] = page.json;
    assertEquals(
      { ...event, data: { ...event.data, context: null } },
      {
        specversion: "1.0",
        id: plain.json.items[0].id,
        source: "urn:stator:machine:order",
        type: "stator.entity.created",
        subject: "o-1",
        time: plain.json.items[0].occurred_at,
        datacontenttype: "application/json",
        machine: "order",
        machineversion: "1.0.0",
        sequence: "0000000000000001",
        data: { ...event.data, context: null },
      },
    );
    const next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    const second = await call("GET", next, { headers: { accept: BATCH } });
    assertEquals(second.json.map((one: { data: { trigger: string } }) => one.data.trigger), ["pay"]);
    const byQuery = await call("GET", `${V1}/transitions?format=cloudevents`);
    assertEquals(byQuery.json.length, 2);
    const outvoted = await call("GET", `${V1}/transitions?format=transitions`, {
      headers: { accept: BATCH },
    });
    assertEquals(outvoted.json.items.length, 2);
  }));

Deno.test("the stream gives CloudEvents on demand, with the cursor as its id", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { api, call } = harness;
    await moved(harness);
    const { json } = await call("GET", `${V1}/transitions`);
    const gone = new AbortController();
    const path = `/api/v1/transitions/stream?format=cloudevents&after=${json.items[0].cursor}`;
    const response = await api.fetch(new Request(`http://stator.test${path}`, { signal: gone.signal }));
    let text = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes("data: ") && text.endsWith("\n\n")) break;
    }
    gone.abort();
    const data = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "null");
    assertEquals([data.specversion, data.type, data.subject], ["1.0", "stator.entity.transitioned", "o-1"]);
    assertEquals(text.includes(`id: ${json.items[1].cursor}`), true, text);
  }));

async function moved(harness: Harness): Promise<void> {
  await publish(harness, ORDER);
  await harness.call("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order" } });
  await harness.call("POST", `${V1}/entities/o-1/events`, { body: { trigger: "pay" } });
}

function structured(body: unknown): CallOptions {
  return { body, headers: { "content-type": STRUCTURED } };
}

function batch(body: unknown): CallOptions {
  return { body, headers: { "content-type": BATCH } };
}
