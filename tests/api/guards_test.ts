/** What every request meets before its handler: types, sizes, texts, methods, headers, origins. */
import { assert } from "../../src/assert.ts";
import { AppError } from "../../src/errors.ts";
import { assertEquals } from "./assertions.ts";
import { type CallOptions, CLOSED_SETTINGS, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
const EVENTS = `${V1}/entities/o-1/events`;
const DEEP = (depth: number) => `{"trigger":"pay","context":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
const withContext = (context: string) => `{"trigger":"pay","context":{${context}}}`;
const longKey = "k".repeat(1_001);
const manyKeys = Array.from({ length: 5_001 }, (_, index) => `"k${index}":1`).join(",");

interface BodyRow {
  readonly name: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
}

const BODIES: readonly BodyRow[] = [
  { name: "plain", text: '{"trigger":"pay"}', status: 200 },
  {
    name: "charset",
    text: '{"trigger":"pay"}',
    headers: { "content-type": "application/json; charset=utf-8" },
    status: 200,
  },
  {
    name: "type in capitals",
    text: '{"trigger":"pay"}',
    headers: { "content-type": "Application/JSON" },
    status: 200,
  },
  { name: "blanks around", text: ' \n{"trigger":"pay"}\n ', status: 200 },
  { name: "depth 32", text: DEEP(30), status: 200 },
  { name: "depth 33", text: DEEP(32), status: 422 },
  { name: "depth 100,000 of lists", text: "[".repeat(100_000), status: 422 },
  { name: "text/plain", text: '{"trigger":"pay"}', headers: { "content-type": "text/plain" }, status: 415 },
  {
    name: "form",
    text: "trigger=pay",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
  },
  {
    name: "json suffix",
    text: '{"trigger":"pay"}',
    headers: { "content-type": "application/vnd.a+json" },
    status: 415,
  },
  {
    name: "other charset",
    text: '{"trigger":"pay"}',
    headers: { "content-type": "application/json; charset=utf-16" },
    status: 415,
  },
  {
    name: "yaml where JSON is due",
    text: "trigger: pay",
    headers: { "content-type": "application/yaml" },
    status: 415,
  },
  { name: "encoded", text: '{"trigger":"pay"}', headers: { "content-encoding": "gzip" }, status: 415 },
  { name: "empty", text: "", headers: { "content-type": "application/json" }, status: 422 },
  { name: "broken", text: '{"trigger":', status: 400 },
  { name: "single quotes", text: "{'trigger':'pay'}", status: 400 },
  { name: "comment", text: '{"trigger":"pay"} // x', status: 400 },
  { name: "trailing comma", text: '{"trigger":"pay",}', status: 400 },
  { name: "two documents", text: '{"trigger":"pay"}{}', status: 400 },
  { name: "open string", text: '{"trigger":"pay', status: 400 },
  { name: "odd escape", text: withContext('"a":"\\x41"'), status: 400 },
  { name: "byte order mark", text: '\ufeff{"trigger":"pay"}', status: 400 },
  { name: "closed twice", text: '{"trigger":"pay"}}', status: 400 },
  { name: "list", text: "[]", status: 422 },
  { name: "null", text: "null", status: 422 },
  { name: "number", text: "7", status: 422 },
  { name: "NaN", text: withContext('"a":NaN'), status: 422 },
  { name: "Infinity", text: withContext('"a":Infinity'), status: 422 },
  { name: "-Infinity", text: withContext('"a":-Infinity'), status: 422 },
  { name: "1e999", text: withContext('"a":1e999'), status: 422 },
  { name: "2^53", text: withContext('"a":9007199254740992'), status: 422 },
  { name: "-2^53", text: withContext('"a":-9007199254740992'), status: 422 },
  { name: "2^53 - 1", text: withContext('"a":9007199254740991'), status: 200 },
  { name: "NUL", text: withContext('"a":"\\u0000"'), status: 422 },
  { name: "NUL in a key", text: withContext('"a\\u0000":1'), status: 422 },
  { name: "lone surrogate", text: withContext('"a":"\\ud800"'), status: 422 },
  { name: "reversed pair", text: withContext('"a":"\\udc00\\ud800"'), status: 422 },
  { name: "pair", text: withContext('"a":"\\ud83d\\ude00"'), status: 200 },
  { name: "__proto__", text: withContext('"__proto__":{"x":1}'), status: 422 },
  { name: "__proto__ escaped", text: withContext('"\\u005f_proto__":1'), status: 422 },
  { name: "constructor", text: withContext('"constructor":1'), status: 422 },
  { name: "prototype", text: withContext('"a":{"prototype":1}'), status: 422 },
  { name: "same key twice", text: '{"trigger":"pay","trigger":"ship"}', status: 422 },
  { name: "long key", text: withContext(`"${longKey}":1`), status: 422 },
  { name: "many keys", text: withContext(manyKeys), status: 422 },
  { name: "unknown field", text: '{"trigger":"pay","role":"Admin"}', status: 422 },
  { name: "wrong type", text: '{"trigger":7}', status: 422 },
  { name: "over 1 MiB", text: withContext(`"a":"${"x".repeat(1_048_576)}"`), status: 413 },
];

Deno.test("bodies are taken or refused with the right status", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    for (const row of BODIES) {
      await harness.runtime.purge("o-1");
      await harness.call("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order" } });
      const answer = await harness.call("POST", EVENTS, {
        text: row.text,
        ...(row.headers === undefined ? {} : { headers: row.headers }),
      });
      assertEquals(answer.status, row.status, `${row.name}: ${answer.text.slice(0, 200)}`);
    }
  }));

Deno.test("what is accepted reads back identical", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    const context = {
      a: "ä\u200b\ud83d\ude00\u2028",
      b: [1, 0.1, -7, 1e-7, true, null],
      c: { "": "x", "1": 2, "a b": [] },
    };
    await harness.call("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order", context } });
    assertEquals((await harness.call("GET", `${V1}/entities/o-1/state`)).json.context, context);
    assertEquals((await harness.call("GET", `${V1}/entities/o-1/snapshot`)).json.context, context);
    assertEquals((await harness.call("GET", `${V1}/entities/o-1/history`)).json[0].payload, context);
  }));

Deno.test("a body that never ends is answered with 408, one without end in size with 413", () =>
  withApi(OPEN_SETTINGS, async ({ api }) => {
    const post = (body: ReadableStream<Uint8Array>) =>
      api.fetch(
        new Request(`http://stator.test${EVENTS}`, {
          method: "POST",
          body,
          headers: { "content-type": "application/json" },
        }),
      );
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array([123])),
    });
    assertEquals((await post(slow)).status, 408);
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)),
    });
    assertEquals((await post(endless)).status, 413);
    const invalid = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([0x7b, 0xff, 0x7d]));
        controller.close();
      },
    });
    assertEquals((await post(invalid)).status, 400, "not UTF-8");
  }));

Deno.test("an error never repeats what was sent", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const canary = "canary-5f2c";
    const bodies = [
      { username: "admin", password: canary },
      { username: canary, password: canary },
      { username: canary, password: { [canary]: canary } },
      { username: "admin", password: "x", [`${canary}!`]: canary },
      { username: [canary], password: canary },
    ];
    for (const body of bodies) {
      const { text, status } = await call("POST", `${V1}/auth/login`, { body });
      assert(status === 401 || status === 422, `status ${status}`);
      assert(!text.includes(canary), `repeated in ${text}`);
    }
  }));

Deno.test("strangers are turned away before their body is read", () =>
  withApi(CLOSED_SETTINGS, async ({ api }) => {
    const never = new ReadableStream<Uint8Array>({});
    const request = new Request(`http://stator.test${EVENTS}`, {
      method: "POST",
      body: never,
      headers: { "content-type": "application/json" },
    });
    assertEquals((await api.fetch(request)).status, 401);
  }));

interface PathRow {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly options?: CallOptions;
  readonly status: number;
  readonly allow?: string;
  readonly location?: string;
}

const PATHS: readonly PathRow[] = [
  { name: "unknown path", method: "GET", path: "/nope", status: 404 },
  { name: "unknown path below", method: "GET", path: `${V1}/nope`, status: 404 },
  { name: "wrong method", method: "PATCH", path: `${V1}/machines`, status: 405, allow: "GET, HEAD, POST" },
  {
    name: "unknown method",
    method: "PROPFIND",
    path: "/nope",
    status: 405,
    allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
  },
  { name: "HEAD", method: "HEAD", path: "/health", status: 200 },
  { name: "OPTIONS", method: "OPTIONS", path: "/health", status: 204, allow: "GET, HEAD" },
  {
    name: "slash too many",
    method: "GET",
    path: `${V1}/machines/?name=a`,
    status: 307,
    location: `${V1}/machines?name=a`,
  },
  {
    name: "a fixed word is no id",
    method: "GET",
    path: `${V1}/machines/validate`,
    status: 405,
    allow: "POST",
  },
  {
    name: "OPTIONS of a fixed word beside a name",
    method: "OPTIONS",
    path: `${V1}/annotations/order/1.0.0/rename`,
    status: 204,
    allow: "POST",
  },
  { name: "U+0000 in a query", method: "GET", path: `${V1}/entities?state=a%00b`, status: 422 },
  { name: "U+0000 in a path", method: "GET", path: `${V1}/machines/a%00b`, status: 422 },
  { name: "two slashes before", method: "GET", path: "//evil.example/", status: 404 },
  { name: "two slashes between", method: "GET", path: "/api//v1/machines", status: 404 },
  { name: "capitals", method: "GET", path: "/API/V1/machines", status: 404 },
  {
    name: "method override",
    method: "GET",
    path: "/health",
    options: { headers: { "x-http-method-override": "DELETE" } },
    status: 200,
  },
  { name: "encoded slash in an id", method: "GET", path: `${V1}/entities/a%2Fb/state`, status: 422 },
  { name: "path up", method: "GET", path: "/docs/..%2F..%2Fetc%2Fpasswd", status: 404 },
  { name: "broken encoding", method: "GET", path: `${V1}/entities/%zz/state`, status: 422 },
];

Deno.test("paths and methods nobody serves", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    for (const row of PATHS) {
      const { status, headers, text } = await call(row.method, row.path, row.options);
      assertEquals(status, row.status, `${row.name}: ${text}`);
      if (row.allow !== undefined) assertEquals(headers.get("allow"), row.allow, row.name);
      if (row.location !== undefined) assertEquals(headers.get("location"), row.location, row.name);
    }
  }));

Deno.test("every answer carries the security headers", () =>
  withApi({ ...CLOSED_SETTINGS, environment: "production" }, async ({ call }) => {
    const rows = [["GET", "/"], ["GET", "/nope"], ["DELETE", "/health"], ["GET", `${V1}/entities`], [
      "GET",
      "/docs",
    ]] as const;
    for (const [method, path] of rows) {
      const { headers } = await call(method, path);
      assertEquals(headers.get("x-content-type-options"), "nosniff", path);
      assertEquals(headers.get("referrer-policy"), "no-referrer", path);
      assertEquals(headers.get("strict-transport-security"), "max-age=31536000; includeSubDomains", path);
      const policy = headers.get("content-security-policy") ?? "";
      assert(policy.startsWith("default-src 'self'") && !policy.includes("unsafe"), policy);
      assert((headers.get("x-request-id") ?? "").length >= 8, path);
      assertEquals(headers.get("server"), null, path);
    }
    const named = await call("GET", "/", { headers: { "x-request-id": "abc-123.X" } });
    assertEquals(named.headers.get("x-request-id"), "abc-123.X");
    const odd = await call("GET", "/", { headers: { "x-request-id": "a b<script>" } });
    assert(odd.headers.get("x-request-id") !== "a b<script>", "an odd id is replaced");
  }));

Deno.test("only listed origins may read answers", () =>
  withApi({ ...CLOSED_SETTINGS, corsOrigins: ["https://app.example"] }, async ({ call }) => {
    const origins = [
      ["https://app.example", "https://app.example"],
      ["https://app.example.evil.example", null],
      ["http://app.example", null],
      ["null", null],
    ] as const;
    for (const [origin, allowed] of origins) {
      const answer = await call("GET", "/health", { headers: { origin } });
      assertEquals(answer.headers.get("access-control-allow-origin"), allowed, origin);
      assertEquals(answer.headers.get("vary"), "Origin", origin);
      assertEquals(answer.headers.get("access-control-allow-credentials"), null, origin);
      const preflight = await call("OPTIONS", `${V1}/machines`, {
        headers: { origin, "access-control-request-method": "POST" },
      });
      assertEquals(preflight.headers.get("access-control-allow-origin"), allowed, `preflight of ${origin}`);
    }
  }));

Deno.test("a store that is down is 503, and health says so without details", () =>
  withApi(OPEN_SETTINGS, async ({ call, clock }) => {
    assertEquals((await call("GET", "/ready")).status, 503);
    assertEquals((await call("GET", "/health")).json.status, "unhealthy");
    assertEquals((await call("GET", "/health/live")).status, 200);
    clock.advance(5_000);
    const list = await call("GET", `${V1}/entities`);
    assertEquals([list.status, list.json.code, list.headers.get("retry-after")], [
      503,
      "store_unavailable",
      "1",
    ]);
    assert(!list.text.includes("secret-host"), list.text);
  }, (store) => ({
    ...store,
    ping: () => Promise.reject(new Error("secret-host refused")),
    entities: {
      ...store.entities,
      list: () => Promise.reject(new AppError("store_unavailable", "secret-host refused")),
    },
  })));
