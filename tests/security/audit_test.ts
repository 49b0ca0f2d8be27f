/** Who did what, when, in which request: every change leaves a line, and so does every refusal. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, type Harness, PASSWORD, withApi } from "../api/harness.ts";

const V1 = "/api/v1";
const CONFIG = {
  meta: { machine_name: "audited", version: "1.0.0" },
  states: [{ name: "a", type: "initial" }, { name: "b", type: "terminal" }],
  transitions: [{ trigger: "go", source: "a", dest: "b" }],
};
const WEBHOOK = { name: "w", url: "https://hooks.example/x", events: ["transition_failed"] };

interface Step {
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Keeps the id of the answer for later paths. */
  readonly keeps?: string;
  readonly status: number;
}

const STEPS: readonly Step[] = [
  {
    action: "account.created",
    method: "POST",
    path: "/auth/users",
    body: { username: "ann", password: PASSWORD, role: "Viewer" },
    status: 201,
  },
  {
    action: "account.changed",
    method: "PATCH",
    path: "/auth/users/ann",
    body: { role: "Operator" },
    status: 200,
  },
  { action: "account.deleted", method: "DELETE", path: "/auth/users/ann", status: 204 },
  {
    action: "key.created",
    method: "POST",
    path: "/auth/keys",
    body: { name: "k", role: "Viewer" },
    keeps: "key",
    status: 201,
  },
  { action: "key.revoked", method: "DELETE", path: "/auth/keys/{key}", status: 204 },
  {
    action: "machine.created",
    method: "POST",
    path: "/machines",
    body: { config: CONFIG },
    keeps: "machine",
    status: 201,
  },
  {
    action: "machine.changed",
    method: "PUT",
    path: "/machines/{machine}",
    body: { config: { ...CONFIG, meta: { ...CONFIG.meta, description: "d" } } },
    status: 200,
  },
  {
    action: "annotation.changed",
    method: "PUT",
    path: "/annotations/audited/1.0.0/a",
    body: { body_markdown: "x" },
    status: 200,
  },
  {
    action: "annotation.renamed",
    method: "POST",
    path: "/annotations/audited/1.0.0/rename",
    body: { old_state_name: "a", new_state_name: "b" },
    status: 200,
  },
  { action: "annotation.deleted", method: "DELETE", path: "/annotations/audited/1.0.0/b", status: 204 },
  {
    action: "annotation.changed",
    method: "PUT",
    path: "/transition-annotations/audited/1.0.0/go",
    body: { body_markdown: "x" },
    status: 200,
  },
  {
    action: "annotation.deleted",
    method: "DELETE",
    path: "/transition-annotations/audited/1.0.0/go",
    status: 204,
  },
  {
    action: "layout.changed",
    method: "PUT",
    path: "/layouts/audited/1.0.0",
    body: { positions: { a: { x: 1, y: 2 } } },
    status: 200,
  },
  { action: "layout.changed", method: "DELETE", path: "/layouts/audited/1.0.0/a", status: 204 },
  { action: "layout.deleted", method: "DELETE", path: "/layouts/audited/1.0.0", status: 204 },
  {
    action: "webhook.created",
    method: "POST",
    path: "/webhooks",
    body: WEBHOOK,
    keeps: "webhook",
    status: 201,
  },
  {
    action: "webhook.changed",
    method: "PUT",
    path: "/webhooks/{webhook}",
    body: { enabled: false },
    status: 200,
  },
  { action: "webhook.deleted", method: "DELETE", path: "/webhooks/{webhook}", status: 204 },
  { action: "machine.deleted", method: "DELETE", path: "/machines/{machine}", status: 204 },
];

async function newest({ store }: Harness) {
  const { items } = await store.operations.auditLog({ limit: 1 });
  return items[0];
}

Deno.test("every change leaves who did what, when, and in which request", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    const token = await harness.login("admin");
    const kept: Record<string, string> = {};
    for (const [index, { action, method, path, body, keeps, status }] of STEPS.entries()) {
      clock.advance(10);
      const target = path.replace(/\{(\w+)\}/, (_all, name: string) => kept[name] ?? "?");
      const requestId = `request-${index}`;
      const answer = await call(method, `${V1}${target}`, {
        token,
        body,
        headers: { "x-request-id": requestId },
      });
      assertEquals(answer.status, status, `${method} ${target}: ${answer.text}`);
      if (keeps !== undefined) kept[keeps] = answer.json.id;
      const entry = await newest(harness);
      assertEquals(
        [entry?.action, entry?.actor, entry?.requestId, entry?.atMs],
        [action, "admin", requestId, clock.nowMs()],
        `${method} ${target}`,
      );
      assert((entry?.resource ?? "") !== "", "and to what");
    }
  }));

Deno.test("logins, wrong passwords, refused operations, logouts and new passwords are written down", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    const admin = await harness.login("admin");
    assertEquals((await newest(harness))?.action, "login");
    await call("POST", `${V1}/auth/users`, {
      token: admin,
      body: { username: "ann", password: PASSWORD, role: "Viewer" },
    });
    clock.advance(1);
    await call("POST", `${V1}/auth/login`, { body: { username: "ann", password: "wrong" } });
    const refused = await newest(harness);
    assertEquals([refused?.action, refused?.resource, refused?.actor], [
      "login.refused",
      "account:ann",
      "anonymous",
    ]);
    clock.advance(1);
    await call("POST", `${V1}/auth/login`, {
      body: { username: "my-password-in-the-wrong-field", password: "x" },
    });
    assertEquals(
      (await newest(harness))?.resource,
      "account:(unknown)",
      "a name that is none may be a password",
    );
    clock.advance(1);
    const ann = await harness.login("ann");
    clock.advance(1);
    await call("DELETE", `${V1}/auth/users/admin`, { token: ann });
    const denied = await newest(harness);
    assertEquals(
      [denied?.action, denied?.actor, denied?.resource],
      ["access.refused", "ann", "DELETE /api/v1/auth/users/{username}"],
    );
    clock.advance(1);
    const next = `${PASSWORD} next`;
    await call("PUT", `${V1}/auth/password`, {
      token: ann,
      body: { current_password: PASSWORD, new_password: next },
    });
    assertEquals((await newest(harness))?.action, "account.password");
    clock.advance(1);
    const again = await harness.login("ann", next);
    clock.advance(1);
    await call("POST", `${V1}/auth/logout`, { token: again });
    assertEquals([(await newest(harness))?.action, (await newest(harness))?.actor], ["logout", "ann"]);
    const { items } = await harness.store.operations.auditLog({ limit: 200 });
    assert(!JSON.stringify(items).includes(PASSWORD), "and never a password");
  }));

Deno.test("changes of entities stand in their history with whoever made them", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, store } = harness;
    const token = await harness.login("admin");
    await call("POST", `${V1}/machines`, { token, body: { config: CONFIG } });
    const entity = `${V1}/entities/o-1`;
    const steps: readonly (readonly [string, string, unknown?])[] = [
      ["POST", `${entity}/create`, { machine_name: "audited" }],
      ["PUT", `${entity}/labels`, { labels: { a: "b" } }],
      ["POST", `${entity}/archive`],
      ["POST", `${entity}/restore`],
      ["POST", `${entity}/events`, { trigger: "go" }],
      ["DELETE", entity],
    ];
    for (const [method, path, body] of steps) {
      const answer = await call(method, path, { token, body });
      assertEquals(answer.status, 200, `${method} ${path}: ${answer.text}`);
    }
    const { items } = await store.history.feed({ after: null, limit: 50 });
    const rows = items.filter((row) => row.entityId === "o-1");
    assertEquals(rows.length, steps.length, JSON.stringify(rows.map((row) => row.trigger)));
    for (const row of rows) assertEquals(row.actor, "admin", row.trigger);
  }));
