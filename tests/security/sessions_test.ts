/** Browsers that log in by cookie: what the cookie is like, what it opens, who may use it, and how it ends. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import {
  type Answer,
  CLOSED_SETTINGS,
  type Harness,
  OPEN_SETTINGS,
  PASSWORD,
  withApi,
} from "../api/harness.ts";

const V1 = "/api/v1";
const PRODUCTION = { ...CLOSED_SETTINGS, environment: "production" as const };
const HOST = { host: "stator.test" };

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
  readonly answer: Answer;
}

async function logIn({ call }: Harness, headers: Record<string, string> = {}): Promise<Browser> {
  const answer = await call("POST", `${V1}/auth/session`, {
    body: { username: "admin", password: PASSWORD },
    headers,
  });
  assert(answer.status === 200, `logging in answers ${answer.status} ${answer.text}`);
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  return { cookie, csrf: answer.json.csrf_token, answer };
}

Deno.test("in production the cookie is bound to this host, to TLS and to our own pages, and no script reads it", () =>
  withApi(PRODUCTION, async (harness) => {
    const { answer, cookie } = await logIn(harness);
    const parts = (answer.headers.get("set-cookie") ?? "").split("; ").slice(1).toSorted();
    assertEquals(parts, ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict", "Secure"]);
    assert(cookie.startsWith("__Host-stator-sid="), cookie);
    assertEquals(answer.headers.get("cache-control"), "no-store");
    assert(!answer.text.includes(cookie.split("=")[1] ?? "?"), "the body does not repeat it");
    const plain = cookie.replace("__Host-", "");
    assertEquals((await harness.call("GET", `${V1}/auth/me`, { headers: { cookie: plain } })).status, 401);
  }));

Deno.test("on plain http in development the cookie has a plain name", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const plain = await logIn(harness);
    assert(plain.cookie.startsWith("stator-sid="), plain.cookie);
    assert(!(plain.answer.headers.get("set-cookie") ?? "").includes("Secure"), "browsers would drop it");
    const tls = await logIn(harness, { "x-forwarded-proto": "https" });
    assert(tls.cookie.startsWith("__Host-stator-sid="), tls.cookie);
  }));

Deno.test("a cookie reads, and changes only with its word and from our own pages", () =>
  withApi(PRODUCTION, async (harness) => {
    const { call } = harness;
    const { cookie, csrf } = await logIn(harness);
    const me = await call("GET", `${V1}/auth/me`, { headers: { cookie } });
    assertEquals([me.json.username, me.json.role], ["admin", "Admin"]);
    const again = await call("GET", `${V1}/auth/session`, { headers: { cookie } });
    assertEquals(again.json.csrf_token, csrf, "a page that was loaded again learns the word");

    const own = {
      ...HOST,
      origin: "https://stator.test",
      "sec-fetch-site": "same-origin",
      "x-csrf-token": csrf,
    };
    const cases: readonly (readonly [string, Record<string, string>, number])[] = [
      ["own page", own, 201],
      ["no page at all", { ...HOST, "x-csrf-token": csrf }, 201],
      ["without the word", { ...own, "x-csrf-token": "" }, 403],
      ["with another word", { ...own, "x-csrf-token": "0".repeat(32) }, 403],
      ["foreign origin", { ...own, origin: "https://evil.example" }, 403],
      ["origin that begins alike", { ...own, origin: "https://stator.test.evil.example" }, 403],
      ["other port", { ...own, origin: "https://stator.test:8443" }, 403],
      ["no origin", { ...own, origin: "null" }, 403],
      ["cross-site", { ...own, "sec-fetch-site": "cross-site" }, 403],
      ["same-site", { ...own, "sec-fetch-site": "same-site" }, 403],
    ];
    for (const [index, [name, headers, status]] of cases.entries()) {
      for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
        const answer = await call("POST", `${V1}/auth/users`, {
          body: { username: `user-${index}`, password: PASSWORD, role: "Viewer" },
          headers: { cookie, ...headers, "content-type": type },
        });
        const expected = status === 201 && type !== "application/json" ? 415 : status;
        assertEquals(answer.status, expected, `${name}, ${type}`);
      }
    }
  }));

Deno.test("a page of another origin can log nobody in", () =>
  withApi(PRODUCTION, async ({ call }) => {
    const foreign: readonly Record<string, string>[] = [{ origin: "https://evil.example" }, {
      "sec-fetch-site": "cross-site",
    }];
    for (const headers of foreign) {
      const answer = await call("POST", `${V1}/auth/session`, {
        body: { username: "admin", password: PASSWORD },
        headers: { ...HOST, ...headers },
      });
      assertEquals([answer.status, answer.headers.get("set-cookie")], [403, null]);
    }
  }));

Deno.test("a login gives a new session, ends the old one, and takes none from the browser", () =>
  withApi(PRODUCTION, async (harness) => {
    const { call } = harness;
    const statusOf = async (cookie: string) =>
      (await call("GET", `${V1}/auth/me`, { headers: { cookie } })).status;
    const first = await logIn(harness);
    const second = await logIn(harness, { cookie: first.cookie });
    assert(first.cookie !== second.cookie, "the session has another name");
    assertEquals([await statusOf(first.cookie), await statusOf(second.cookie)], [401, 200]);
    const planted = `__Host-stator-sid=${"a".repeat(32)}.${"b".repeat(64)}`;
    const third = await logIn(harness, { cookie: planted });
    assert(third.cookie !== planted, "a planted name is not taken over");
    assertEquals(await statusOf(planted), 401);
  }));

Deno.test("a session ends by logout, silence, age, a new password, another role and a disabled account", () =>
  withApi(PRODUCTION, async (harness) => {
    const { call, clock } = harness;
    const statusOf = async ({ cookie }: Browser) =>
      (await call("GET", `${V1}/auth/me`, { headers: { cookie } })).status;
    const browser = await logIn(harness);
    const out = await call("DELETE", `${V1}/auth/session`, {
      headers: { cookie: browser.cookie, "x-csrf-token": browser.csrf },
    });
    assertEquals([out.status, (out.headers.get("set-cookie") ?? "").includes("Max-Age=0")], [204, true]);
    assertEquals(await statusOf(browser), 401);

    const silent = await logIn(harness);
    clock.advance(31 * 60_000);
    assertEquals(await statusOf(silent), 401, "half an hour of silence");

    const busy = await logIn(harness);
    for (let i = 0; i < 36; i++) {
      clock.advance(20 * 60_000 - 100);
      assertEquals(await statusOf(busy), 200, `use number ${i}`);
    }
    clock.advance(60_000);
    assertEquals(await statusOf(busy), 401, "twelve hours however busy");

    const admin = await harness.login("admin");
    await call("POST", `${V1}/auth/users`, {
      token: admin,
      body: { username: "ann", password: PASSWORD, role: "Editor" },
    });
    let password = PASSWORD;
    for (const change of [{ role: "Viewer" }, { password: `${PASSWORD} new` }, { is_enabled: false }]) {
      const login = await call("POST", `${V1}/auth/session`, { body: { username: "ann", password } });
      const cookie = (login.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
      assertEquals((await call("GET", `${V1}/auth/me`, { headers: { cookie } })).status, 200);
      await call("PATCH", `${V1}/auth/users/ann`, { token: admin, body: change });
      assertEquals(
        (await call("GET", `${V1}/auth/me`, { headers: { cookie } })).status,
        401,
        JSON.stringify(change),
      );
      password = change.password ?? password;
    }
  }));

Deno.test("cookies that are forged, doubled or beside a header let nobody in", () =>
  withApi(PRODUCTION, async (harness) => {
    const { call } = harness;
    const { cookie } = await logIn(harness);
    const other = await logIn(harness);
    const [name = "", value = ""] = cookie.split("=");
    const cases: Record<string, Record<string, string>> = {
      "another secret": { cookie: `${name}=${value.split(".")[0]}.${"0".repeat(64)}` },
      "cut": { cookie: cookie.slice(0, -1) },
      "upper case": { cookie: `${name}=${value.toUpperCase()}` },
      "two": { cookie: `${cookie}; ${other.cookie}` },
      "quoted": { cookie: `${name}="${value}"` },
      "another name": { cookie: `session=${value}` },
      "empty": { cookie: `${name}=` },
      "very long": { cookie: `${name}=${"a".repeat(20_000)}` },
      "many": { cookie: `${"a=b; ".repeat(5_000)}${cookie}` },
      "beside a bad header": { cookie, authorization: "Bearer nonsense" },
      "as a header": { authorization: `Bearer ${value}` },
    };
    for (const [what, headers] of Object.entries(cases)) {
      assertEquals((await call("GET", `${V1}/auth/me`, { headers })).status, 401, what);
    }
  }));

Deno.test("the store holds neither the cookie nor its secret", () =>
  withApi(PRODUCTION, async (harness) => {
    const { cookie } = await logIn(harness);
    const { items } = await harness.store.operations.documents.list("session", {
      limit: 10,
      isNewestFirst: true,
    });
    const secret = cookie.split(".")[1] ?? "?";
    assert(items.length === 1 && !JSON.stringify(items).includes(secret), JSON.stringify(items));
  }));

Deno.test("wrong passwords count the same by cookie and by token, and leave the same trail", () =>
  withApi(PRODUCTION, async (harness) => {
    const guess = async (path: string) =>
      (await harness.call("POST", `${V1}/auth/${path}`, { body: { username: "admin", password: "wrong" } }))
        .status;
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push(await guess(i % 2 === 0 ? "session" : "login"));
    assertEquals(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    const { items } = await harness.store.operations.auditLog({ limit: 50 });
    assertEquals(items.filter((entry) => entry.action === "login.refused").length, 5);
  }));

Deno.test("with authentication off there are no sessions", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const answer = await call("POST", `${V1}/auth/session`, { body: { username: "a", password: "b" } });
    assertEquals([answer.status, answer.headers.get("set-cookie")], [503, null]);
    assertEquals((await call("GET", `${V1}/auth/session`)).json.csrf_token, null);
  }));
