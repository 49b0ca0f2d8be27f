/** Pages against an API that answers from a table. */
import { strict as assert } from "node:assert";
import { createUi } from "./app.tsx";

const ENTITY = {
  entity_id: "o-1",
  current_state: "open",
  machine_name: "order",
  machine_version: "1.0.0",
  context: { note: "<img src=x onerror=alert(1)>" },
  status: "active",
  workflow_status: "active",
  is_terminal: false,
  labels: { team: "a" },
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};
const SUMMARY = {
  active_entities: 1,
  transitions_total: 2,
  transitions_failed: 1,
  p95_transition_duration_ms: 3,
  worker_pending: 0,
  worker_dead_letter: 2,
};
const MACHINE = {
  id: "m-1",
  name: "order",
  version: "1.0.0",
  description: "d",
  updated_at: "2026-01-01T00:00:00Z",
};
const CONFIG = { states: [{ name: "open", type: "initial" }], transitions: [] };
const ANSWERS: Readonly<Record<string, unknown>> = {
  "GET /auth/me": { username: "ann", role: "Admin", auth_disabled: false },
  "GET /observability/summary": SUMMARY,
  "GET /observability/entity-health": { state_distribution: [{ state: "open", count: 1, percentage: 100 }] },
  "GET /observability/transitions": { items: [], total: 0 },
  "GET /machines": { machines: [MACHINE] },
  "GET /machines/m-1": { ...MACHINE, config: CONFIG, revision: 1 },
  "GET /entities": { entities: [ENTITY], total: 1, next_cursor: null },
  "GET /entities/o-1/state": ENTITY,
  "GET /entities/o-1/history": [],
  "GET /entities/o-1/explain": {
    triggers: [
      {
        trigger: "pay",
        would_succeed: true,
        target_state: "paid",
        reason: null,
        message: null,
        candidates: [],
      },
      {
        trigger: "ship",
        would_succeed: false,
        target_state: null,
        reason: "guard_rejected",
        message: "",
        candidates: [{ guards: [{ name: "check:stock gt", passed: false, values: { stock: 0 } }] }],
      },
    ],
  },
  "GET /entities/o-1/timers": { timers: [{ key: "k", trigger: "remind", due_at: "2026-01-02T00:00:00Z" }] },
  "GET /dlq": { records: [], total: 0, next_cursor: null },
  "POST /entities/o-1/events": {
    success: false,
    source_state: "open",
    target_state: null,
    trigger: "zap",
    error_detail: { code: "invalid_trigger", message: 'No trigger "zap"' },
  },
  "POST /auth/login": { access_token: "token-1", expires_in: 60 },
};

function api(answers: Readonly<Record<string, unknown>>) {
  const calls: Request[] = [];
  const fetch = (request: Request): Promise<Response> => {
    calls.push(request);
    const path = new URL(request.url).pathname.replace("/api/v1", "");
    const answer = answers[`${request.method} ${path}`];
    if (answer === 401) {
      return Promise.resolve(Response.json({ detail: "Sign in", code: "unauthenticated" }, { status: 401 }));
    }
    if (answer === undefined) {
      return Promise.resolve(Response.json({ detail: `No ${path}`, code: "not_found" }, { status: 404 }));
    }
    return Promise.resolve(Response.json(answer));
  };
  return { fetch, calls };
}

function visit(
  path: string,
  options: { answers?: Readonly<Record<string, unknown>>; init?: RequestInit } = {},
) {
  const fake = api(options.answers ?? ANSWERS);
  const ui = createUi({ api: fake.fetch, appName: "Stator", theme: "system" });
  return { answer: ui.fetch(new Request(`http://ui.test${path}`, options.init)), calls: fake.calls };
}

const PAGES: readonly [path: string, status: number, shows: RegExp][] = [
  ["/", 200, /active entities/],
  ["/machines", 200, /order@1\.0\.0/],
  ["/machines/order@1.0.0", 200, /<svg/],
  ["/entities", 200, /o-1/],
  ["/entities/o-1", 200, /Send an event/],
  ["/entities/o-1", 200, /not yet: <code>check:stock gt<\/code>.*stock = 0/],
  ["/entities/gone", 404, /No \/entities\/gone\/state/],
  ["/history", 200, /Nothing happened yet/],
  ["/dead-letters", 200, /No pending dead letters/],
  ["/login", 200, /Password/],
  ["/nowhere", 404, /There is no page \/nowhere/],
];

for (const [path, status, shows] of PAGES) {
  Deno.test(`GET ${path} answers ${status} with a closed page`, async () => {
    const response = await visit(path).answer;
    assert.equal(response.status, status);
    const html = await response.text();
    assert.match(html, shows);
    assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'self'/);
    assert.doesNotMatch(html, /<script|style="|onerror=alert\(1\)>|https?:\/\/(?!www\.w3\.org)/);
    assert.match(html, /^<!doctype html>/);
  });
}

Deno.test("a page without login leads to the login page and back", async () => {
  const response = await visit("/entities?state=a", { answers: { "GET /entities": 401 } }).answer;
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/login?next=%2Fentities%3Fstate%3Da");
});

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const OWN = { ...FORM, origin: "http://ui.test", host: "ui.test" };

Deno.test("the send form shows a refusal in place and keeps what was typed", async () => {
  const init = {
    method: "POST",
    headers: OWN,
    body: new URLSearchParams({ trigger: "zap", payload: '{"a":1}' }),
  };
  const { answer, calls } = visit("/entities/o-1/send", { init });
  const html = await (await answer).text();
  assert.match(html, /zap was refused/);
  assert.match(html, /\{&quot;a&quot;:1\}/);
  const sent = calls.find((call) => call.method === "POST");
  assert.deepEqual(await sent?.json(), { trigger: "zap", context: { a: 1 } });
});

Deno.test("a form from another site changes nothing", async () => {
  for (const headers of [{ ...OWN, origin: "http://evil.test" }, { ...OWN, origin: "null" }, FORM]) {
    const init = { method: "POST", headers, body: new URLSearchParams({ trigger: "zap" }) };
    const { answer, calls } = visit("/entities/o-1/send", { init });
    assert.equal((await answer).status, 403);
    assert.equal(calls.some((call) => call.method === "POST"), false);
  }
});

Deno.test("login keeps the token in a cookie that no script reads and goes only to own paths", async () => {
  const rows = [["/entities", "/entities"], ["//evil.test", "/"], ["/\\evil.test", "/"], [
    "https://evil.test",
    "/",
  ]];
  for (const [next, location] of rows) {
    const body = new URLSearchParams({ username: "ann", password: "secret", next: next ?? "" });
    const response = await visit("/login", { init: { method: "POST", headers: OWN, body } }).answer;
    assert.equal(response.status, 303);
    assert.equal(response.headers.get("location"), location);
    assert.match(
      response.headers.get("set-cookie") ?? "",
      /stator-session=token-1;.*HttpOnly; SameSite=Strict/,
    );
  }
});

Deno.test("paths of the API are passed on as they are", async () => {
  const { answer, calls } = visit("/api/v1/machines?name=order");
  assert.equal((await answer).status, 200);
  assert.equal(calls[0]?.url, "http://ui.test/api/v1/machines?name=order");
});
