/** The edge of the service: what it never does because a header, a spelling or a name asks for it. */
import { assert } from "../../src/assert.ts";
import { ACCESS } from "../../src/api/access.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, OPEN_SETTINGS, PASSWORD, withApi } from "../api/harness.ts";
import { ORDER, publish } from "../api/machines.ts";

const V1 = "/api/v1";

Deno.test("no header changes the method, the path or the caller", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    const { json: { key } } = await harness.call("POST", `${V1}/auth/keys`, {
      token,
      body: { name: "viewer", role: "Viewer" },
    });
    const tricks: readonly Record<string, string>[] = [
      { "x-http-method-override": "DELETE" },
      { "x-method-override": "DELETE" },
      { "x-http-method": "PUT" },
      { "x-original-url": `${V1}/auth/users` },
      { "x-rewrite-url": `${V1}/auth/users` },
      { "x-forwarded-prefix": "/x" },
      { "x-user": "admin" },
      { "x-role": "Admin" },
      { "x-forwarded-user": "admin" },
      { "x-forwarded-for": "127.0.0.1" },
      { forwarded: "for=127.0.0.1;host=localhost" },
    ];
    for (const headers of tricks) {
      const me = await harness.call("GET", `${V1}/auth/me`, { token: key, headers });
      assertEquals([me.status, me.json.role], [200, "Viewer"], JSON.stringify(headers));
      assertEquals((await harness.call("GET", `${V1}/auth/users`, { token: key, headers })).status, 403);
      assertEquals((await harness.call("GET", `${V1}/auth/users`, { headers })).status, 401);
    }
    const inBody = await harness.call("POST", `${V1}/auth/me`, { token: key, text: "_method=DELETE" });
    assertEquals(inBody.status, 405);
  }));

Deno.test("a redirect stays on this host, whatever the Host header says", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    for (
      const path of [`${V1}/entities/`, `${V1}/machines//`, "//evil.example/", "/\\evil.example/", "/docs/"]
    ) {
      const answer = await call("GET", path, { headers: { host: "evil.example" } });
      const location = answer.headers.get("location");
      assert(location === null || /^\/(?![/\\])/.test(location), `${path} leads to ${location}`);
    }
  }));

Deno.test("operations without effects are the only ones behind GET", () => {
  for (const operation of Object.keys(ACCESS)) {
    const [method = "", path = ""] = operation.split(" ");
    const verbs =
      /\/(create|delete|archive|restore|purge|replay|discard|import|migrate|rename|login|logout|refresh)$/;
    assert(method !== "GET" || !verbs.test(path), `${operation} looks as if it did something`);
  }
});

Deno.test("a preflight from a page of another origin gets no permission, and never for credentials", () =>
  withApi({ ...CLOSED_SETTINGS, corsOrigins: ["https://app.example"] }, async ({ call }) => {
    const origins = [
      ["https://app.example", true],
      ["https://app.example.evil.example", false],
      ["http://app.example", false],
      ["https://app.example:8443", false],
      ["null", false],
      ["https://APP.example", false],
    ] as const;
    for (const [origin, isAllowed] of origins) {
      const answer = await call("OPTIONS", `${V1}/entities`, {
        headers: {
          origin,
          "access-control-request-method": "DELETE",
          "access-control-request-headers": "x-evil",
        },
      });
      assertEquals(answer.headers.get("access-control-allow-origin"), isAllowed ? origin : null, origin);
      assertEquals(answer.headers.get("access-control-allow-credentials"), null, origin);
      assert(
        !(answer.headers.get("access-control-allow-headers") ?? "").includes("x-evil"),
        "a list, not an echo",
      );
    }
  }));

Deno.test("every answer of every kind carries the headers of a careful service, and none tells what runs here", () =>
  withApi({ ...CLOSED_SETTINGS, environment: "production" }, async (harness) => {
    const token = await harness.login("admin");
    const answers = [
      await harness.call("GET", "/health"),
      await harness.call("GET", "/nowhere"),
      await harness.call("DELETE", "/health"),
      await harness.call("GET", `${V1}/entities`),
      await harness.call("GET", `${V1}/entities`, { token }),
      await harness.call("GET", `${V1}/entities?limit=x`, { token }),
      await harness.call("POST", `${V1}/machines`, { token, text: "{" }),
      await harness.call("GET", `${V1}/entities`, { token, headers: { host: "a b" } }),
      await harness.call("OPTIONS", `${V1}/entities`),
    ];
    for (const { headers, status } of answers) {
      assertEquals(headers.get("x-content-type-options"), "nosniff", String(status));
      assertEquals(headers.get("referrer-policy"), "no-referrer", String(status));
      assert(
        (headers.get("content-security-policy") ?? "").includes("frame-ancestors 'none'"),
        String(status),
      );
      assert((headers.get("strict-transport-security") ?? "").includes("31536000"), String(status));
      assert((headers.get("x-request-id") ?? "") !== "", String(status));
      assert(headers.get("server") === null && headers.get("x-powered-by") === null, String(status));
    }
  }));

Deno.test("names are taken as they are or refused, never mended", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const ids = [
      ["a", 200],
      ["A.b_c-9", 200],
      ["a".repeat(255), 200],
      ["a".repeat(256), 422],
      [" a", 422],
      ["a ", 422],
      [".a", 422],
      ["-a", 422],
      ["a/b", 422],
      ["\u00e4", 422],
      ["a\u200b", 422],
      ["a\n", 422],
    ] as const;
    for (const [id, status] of ids) {
      const answer = await call("POST", `${V1}/entities/${encodeURIComponent(id)}/create`, {
        body: { machine_name: "order" },
      });
      assertEquals(answer.status, status, JSON.stringify(id));
      if (status === 200) assertEquals(answer.json.entity_id, id);
    }
    const pay = await call("POST", `${V1}/entities/a/events`, { body: { trigger: "Pay" } });
    assertEquals([pay.status, pay.json.success], [200, false], "another trigger than pay");
    for (const trigger of [" pay", "pay ", "pay now", "", "p".repeat(201), "\u0440ay", "pay\n"]) {
      const answer = await call("POST", `${V1}/entities/a/events`, { body: { trigger } });
      assertEquals(answer.status, 422, JSON.stringify(trigger));
    }
    for (const name of ["Order", "order ", "or-der", "o".repeat(201)]) {
      const answer = await call("POST", `${V1}/entities/new/create`, { body: { machine_name: name } });
      assertEquals(answer.status, 422, JSON.stringify(name));
    }
  }));

Deno.test("what a client may not set is refused, not ignored", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const token = await harness.login("admin");
    const bodies: readonly (readonly [string, Record<string, unknown>])[] = [
      [`${V1}/entities/a/create`, { machine_name: "order", current_state: "paid" }],
      [`${V1}/entities/a/create`, { machine_name: "order", status: "archived" }],
      [`${V1}/entities/a/create`, { machine_name: "order", version: 7 }],
      [`${V1}/entities/a/create`, { machine_name: "order", created_at: "2020-01-01T00:00:00Z" }],
      [`${V1}/entities/a/events`, { trigger: "pay", actor: "somebody" }],
      [`${V1}/entities/a/events`, { trigger: "pay", target_state: "paid" }],
      [`${V1}/auth/users`, { username: "x", password: PASSWORD, role: "Viewer", token_counter: 7 }],
      [`${V1}/auth/users`, { username: "x", password: PASSWORD, role: "Viewer", is_enabled: true }],
      [`${V1}/auth/keys`, { name: "x", role: "Viewer", created_by: "somebody" }],
      [`${V1}/auth/login`, { username: "admin", password: PASSWORD, role: "Admin" }],
    ];
    for (const [path, body] of bodies) {
      const answer = await call("POST", path, { token, body });
      assertEquals(answer.status, 422, `${path} ${JSON.stringify(body)}`);
    }
  }));

Deno.test("placeholders in a machine from the API stay texts", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const description = "${PATH} ${HOME:-x} $PATH {{ secrets.crm }} %PATH%";
    const config = { ...ORDER, meta: { ...ORDER.meta, machine_name: "placeholders", description } };
    const made = await call("POST", `${V1}/machines`, { body: { config } });
    assertEquals([made.status, made.json.config?.meta?.description], [201, description], made.text);
  }));

Deno.test("passwords are kept exactly, with blanks, any letters and up to a thousand characters", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const token = await harness.login("admin");
    const passwords = [
      "  blanks around  ",
      "p\u00e4ssw\u00f6rter \ud83d\udd11\ud83d\udd11",
      "e\u0301 is not \u00e9 here",
      "x".repeat(1_000),
      "tab\tand\nline break",
    ];
    const login = async (username: string, password: string) =>
      (await call("POST", `${V1}/auth/login`, { body: { username, password } })).status;
    for (const [index, password] of passwords.entries()) {
      const username = `user-${index}`;
      await call("POST", `${V1}/auth/users`, { token, body: { username, password, role: "Viewer" } });
      assertEquals(await login(username, password), 200, JSON.stringify(password.slice(0, 30)));
      for (
        const other of [password.trim(), password.normalize("NFC"), password.slice(0, 72), `${password} `]
      ) {
        if (other === password) continue;
        const status = await login(username, other);
        assert(status === 401 || status === 422, `${JSON.stringify(other.slice(0, 30))} opens it`);
      }
    }
    assertEquals(await login("admin", "x".repeat(1_001)), 422);
    const { items } = { items: await harness.store.operations.accounts() };
    for (const { passwordHash } of items) {
      assert(
        /^\$argon2id\$v=19\$m=(19456|[2-9]\d{4,}),t=[2-9],p=1\$/.test(passwordHash),
        passwordHash.slice(0, 40),
      );
    }
  }));
