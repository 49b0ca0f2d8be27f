/** Two at the same moment: refreshing, starting, changing accounts, using what was just taken away. */
import { assert } from "../../src/assert.ts";
import { createMemoryStore } from "../../src/store/memory/memory_store.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, createTestClock, type Harness, PASSWORD, withApi } from "../api/harness.ts";
import { CLOSED, inFolder, programArgs } from "./server.ts";
import { startProcess } from "../testing/process.ts";

const V1 = "/api/v1";
/** A change must be noticed by every replica within this time. */
const NOTICED_MS = 5_000;

/** Two APIs on one store, as two processes behind a balancer. */
async function withReplicas(test: (a: Harness, b: Harness) => Promise<void>): Promise<void> {
  const clock = createTestClock();
  const shared = createMemoryStore({ clock });
  await withApi(
    CLOSED_SETTINGS,
    async (a) => {
      await withApi(CLOSED_SETTINGS, (b) => test({ ...a, clock }, { ...b, clock }), () => shared, { clock });
    },
    () => shared,
    { clock },
  );
}

async function addUser({ call }: Harness, token: string, username: string, role = "Viewer"): Promise<void> {
  const answer = await call("POST", `${V1}/auth/users`, {
    token,
    body: { username, password: PASSWORD, role },
  });
  assertEquals(answer.status, 201, username);
}

Deno.test("of many uses of one refresh token at once at most one succeeds, and the family ends", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    for (let round = 0; round < 5; round++) {
      const login = await call("POST", `${V1}/auth/login`, {
        body: { username: "admin", password: PASSWORD },
      });
      const use = (token: string) => call("POST", `${V1}/auth/refresh`, { body: { refresh_token: token } });
      const answers = await Promise.all(Array.from({ length: 10 }, () => use(login.json.refresh_token)));
      const won = answers.filter(({ status }) => status === 200);
      assert(won.length <= 1, `${won.length} succeeded`);
      assert(answers.every(({ status }) => status === 200 || status === 401), "the others are 401");
      for (const { json } of won) {
        assertEquals((await use(json.refresh_token)).status, 401, "somebody replayed");
      }
    }
  }));

Deno.test("a role, a password and an account that one replica takes away end at the other within five seconds", () =>
  withReplicas(async (a, b) => {
    const admin = await a.login("admin");
    await addUser(a, admin, "ann", "Operator");
    const changes: readonly Record<string, unknown>[] = [
      { role: "Viewer" },
      { password: `${PASSWORD} new` },
      { is_enabled: false },
    ];
    let password = PASSWORD;
    for (const change of changes) {
      const token = await b.login("ann", password);
      const login = await b.call("POST", `${V1}/auth/session`, { body: { username: "ann", password } });
      const cookie = (login.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
      const byToken = async () => (await b.call("GET", `${V1}/auth/me`, { token })).status;
      const byCookie = async () => (await b.call("GET", `${V1}/auth/me`, { headers: { cookie } })).status;
      assertEquals([await byToken(), await byCookie()], [200, 200]);
      await a.call("PATCH", `${V1}/auth/users/ann`, { token: admin, body: change });
      b.clock.advance(NOTICED_MS);
      assertEquals([await byToken(), await byCookie()], [401, 401], JSON.stringify(change));
      if (typeof change["password"] === "string") password = change["password"];
    }
  }));

Deno.test("a logout and a revoked key at one replica end at the other within five seconds", () =>
  withReplicas(async (a, b) => {
    const token = await a.login("admin");
    assertEquals((await b.call("GET", `${V1}/auth/me`, { token })).status, 200);
    const { json } = await a.call("POST", `${V1}/auth/keys`, { token, body: { name: "k", role: "Viewer" } });
    assertEquals((await b.call("GET", `${V1}/auth/me`, { token: json.key })).status, 200);
    await a.call("DELETE", `${V1}/auth/keys/${json.id}`, { token });
    await a.call("POST", `${V1}/auth/logout`, { token });
    b.clock.advance(NOTICED_MS);
    assertEquals((await b.call("GET", `${V1}/auth/me`, { token })).status, 401);
    assertEquals((await b.call("GET", `${V1}/auth/me`, { token: json.key })).status, 401);
  }));

Deno.test("of changes of one account at once none undoes another", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const token = await harness.login("admin");
    for (let round = 0; round < 10; round++) {
      await addUser(harness, token, `user-${round}`, "Editor");
      const change = (body: unknown) => call("PATCH", `${V1}/auth/users/user-${round}`, { token, body });
      const [disabled, lowered] = await Promise.all([
        change({ is_enabled: false }),
        change({ role: "Viewer" }),
      ]);
      const { json } = await call("GET", `${V1}/auth/users`, { token });
      const found = json.users.find(({ username }: { username: string }) => username === `user-${round}`);
      assert([disabled, lowered].every(({ status }) => status === 200 || status === 409), "200 or 409");
      if (disabled.status === 200) assertEquals(found.is_enabled, false, "disabled stays disabled");
      if (lowered.status === 200) assertEquals(found.role, "Viewer", "lowered stays lowered");
    }
  }));

Deno.test("two administrators who take the role from each other leave one", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const first = await harness.login("admin");
    await addUser(harness, first, "second", "Admin");
    const second = await harness.login("second");
    await Promise.all([
      call("PATCH", `${V1}/auth/users/second`, { token: first, body: { role: "Viewer" } }),
      call("PATCH", `${V1}/auth/users/admin`, { token: second, body: { role: "Viewer" } }),
    ]);
    const admins = (await harness.store.operations.accounts()).filter(({ role }) => role === "Admin");
    assert(admins.length >= 1, "nobody is left who could administrate");
  }));

Deno.test("who gets the name of a deleted account gets none of its tokens back to life", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const admin = await harness.login("admin");
    await addUser(harness, admin, "ann");
    const login = await call("POST", `${V1}/auth/login`, { body: { username: "ann", password: PASSWORD } });
    const { json: session, headers } = await call("POST", `${V1}/auth/session`, {
      body: { username: "ann", password: PASSWORD },
    });
    assertEquals(session.username, "ann");
    await call("DELETE", `${V1}/auth/users/ann`, { token: admin });
    await addUser(harness, admin, "ann");
    const cookie = (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const { access_token: token, refresh_token: refresh } = login.json;
    assertEquals((await call("GET", `${V1}/auth/me`, { token })).status, 401, "token");
    assertEquals((await call("GET", `${V1}/auth/me`, { headers: { cookie } })).status, 401, "cookie");
    const again = await call("POST", `${V1}/auth/refresh`, { body: { refresh_token: refresh } });
    assertEquals(again.status, 401, "refresh token");
  }));

Deno.test("accounts created at once under one name are one", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const token = await harness.login("admin");
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        call("POST", `${V1}/auth/users`, {
          token,
          body: { username: "ann", password: `${PASSWORD} ${index}`, role: "Viewer" },
        })),
    );
    assertEquals(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409, 409]);
  }));

Deno.test("of tokens made while an account is disabled none outlives it", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    const admin = await harness.login("admin");
    await addUser(harness, admin, "ann");
    const logins = Array.from(
      { length: 5 },
      () => call("POST", `${V1}/auth/login`, { body: { username: "ann", password: PASSWORD } }),
    );
    await call("PATCH", `${V1}/auth/users/ann`, { token: admin, body: { is_enabled: false } });
    const answers = await Promise.all(logins);
    clock.advance(NOTICED_MS);
    for (const { status, json } of answers) {
      if (status !== 200) continue;
      assertEquals((await call("GET", `${V1}/auth/me`, { token: json.access_token })).status, 401);
      const body = { refresh_token: json.refresh_token };
      assertEquals((await call("POST", `${V1}/auth/refresh`, { body })).status, 401);
    }
  }));

Deno.test("two processes that start at once on one empty file make one administrator, who can log in at both", () =>
  inFolder(async (cwd) => {
    const start = (port: number) =>
      startProcess({
        args: programArgs("api"),
        cwd,
        env: { ...CLOSED, PORT: String(port) },
        isReady: ({ message }) => message === "API is ready",
      });
    const processes = await Promise.all([start(0), start(0)]);
    try {
      for (const { ready } of processes) {
        const response = await fetch(`${String(ready.url)}/api/v1/auth/login`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ username: "admin", password: PASSWORD }),
        });
        const { access_token: token } = await response.json();
        assertEquals(response.status, 200);
        for (const other of processes) {
          const users = await fetch(`${String(other.ready.url)}/api/v1/auth/users`, {
            headers: { authorization: `Bearer ${token}` },
          });
          assertEquals((await users.json()).users.map(({ username }: { username: string }) => username), [
            "admin",
          ]);
        }
      }
    } finally {
      for (const process of processes) await process.stop();
    }
  }));

Deno.test("sixty guesses in a row are mostly refused unheard, also when the process starts again in between", () =>
  inFolder(async (cwd) => {
    const statuses: number[] = [];
    for (let round = 0; round < 3; round++) {
      const process = await startProcess({
        args: programArgs("api"),
        cwd,
        env: { ...CLOSED, PORT: "0" },
        isReady: ({ message }) => message === "API is ready",
      });
      for (let i = 0; i < 20; i++) {
        const response = await fetch(`${String(process.ready.url)}/api/v1/auth/login`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ username: "admin", password: `guess number ${round} ${i}` }),
        });
        await response.body?.cancel();
        statuses.push(response.status);
      }
      await process.stop();
    }
    assertEquals(statuses.filter((status) => status === 429).length, 55, String(statuses));
  }));
