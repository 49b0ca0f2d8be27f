/** Who may come in: logins, tokens, refresh, keys, throttling. */
import { SignJWT } from "jose";
import { assert } from "../../src/assert.ts";
import { ACCESS_LIFE_SECONDS } from "../../src/api/auth/tokens.ts";
import { sha256Hex } from "../../src/api/auth/tokens.ts";
import { assertEquals } from "./assertions.ts";
import { CLOSED_SETTINGS, type Harness, OPEN_SETTINGS, PASSWORD, SECRET, withApi } from "./harness.ts";

const V1 = "/api/v1";

Deno.test("login, me, refresh, logout", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    assertEquals((await call("GET", `${V1}/auth/me`)).status, 401);
    const login = await call("POST", `${V1}/auth/login`, { body: { username: "admin", password: PASSWORD } });
    assertEquals([login.status, login.json.token_type, login.json.expires_in], [
      200,
      "bearer",
      ACCESS_LIFE_SECONDS,
    ]);
    const { access_token: token, refresh_token: refresh } = login.json;
    const me = await call("GET", `${V1}/auth/me`, { token });
    assertEquals(me.json, { username: "admin", role: "Admin", auth_disabled: false });
    assertEquals(me.headers.get("cache-control"), "no-store");

    const refreshed = await call("POST", `${V1}/auth/refresh`, { body: { refresh_token: refresh } });
    assertEquals(refreshed.status, 200);
    const replayed = await call("POST", `${V1}/auth/refresh`, { body: { refresh_token: refresh } });
    assertEquals(replayed.status, 401);
    const family = await call("POST", `${V1}/auth/refresh`, {
      body: { refresh_token: refreshed.json.refresh_token },
    });
    assertEquals(family.status, 401, "the replay ended the family");

    assertEquals((await call("POST", `${V1}/auth/logout`, { token })).status, 200);
    assertEquals((await call("GET", `${V1}/auth/me`, { token })).status, 401);
  }));

Deno.test("unknown user and wrong password get the same answer", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const answers = [];
    for (
      const body of [{ username: "admin", password: "wrong" }, { username: "nobody", password: "wrong" }]
    ) {
      const { status, json } = await call("POST", `${V1}/auth/login`, { body });
      answers.push([status, json.detail, json.code]);
    }
    assertEquals(answers[0], answers[1]);
    assertEquals(answers[0]?.[0], 401);
  }));

Deno.test("guessing is slowed down for the account and for the address", () =>
  withApi(CLOSED_SETTINGS, async ({ call, clock }) => {
    const guess = (username: string, address: string) =>
      call("POST", `${V1}/auth/login`, { body: { username, password: "wrong" }, address });
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await guess("admin", `198.51.100.${i}`)).status);
    assertEquals(statuses.slice(0, 5), [401, 401, 401, 401, 401]);
    assert(statuses.slice(5).every((status) => status === 429), `then only 429, got ${statuses}`);
    const blocked = await call("POST", `${V1}/auth/login`, {
      body: { username: "admin", password: PASSWORD },
    });
    assertEquals(blocked.status, 429, "also the right password waits");
    assert(Number(blocked.headers.get("retry-after")) > 0, "Retry-After says how long");
    clock.advance(3_600_000 * 3);
    const later = await call("POST", `${V1}/auth/login`, { body: { username: "admin", password: PASSWORD } });
    assertEquals(later.status, 200);
  }));

Deno.test("a changed password, role or standing ends the tokens given before", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const admin = await harness.login("admin");
    await addUser(harness, admin, "ann", "Operator");
    const changes = [{ role: "Viewer" }, { password: `${PASSWORD} new` }, { is_enabled: false }];
    let password = PASSWORD;
    for (const change of changes) {
      const token = await harness.login("ann", password);
      assertEquals((await call("GET", `${V1}/auth/me`, { token })).status, 200);
      await call("PATCH", `${V1}/auth/users/ann`, { token: admin, body: change });
      assertEquals((await call("GET", `${V1}/auth/me`, { token })).status, 401, JSON.stringify(change));
      password = change.password ?? password;
    }
    const last = await call("PATCH", `${V1}/auth/users/admin`, { token: admin, body: { role: "Viewer" } });
    assertEquals(last.status, 409, "the last administrator stays one");
  }));

Deno.test("a flood of logins is bounded, and others are answered meanwhile", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const logins = Array.from({ length: 40 }, (_, index) =>
      call("POST", `${V1}/auth/login`, {
        body: { username: `user_${index}`, password: "wrong" },
        address: `198.51.100.${index}`,
      }));
    let isDone = false;
    const all = Promise.all(logins).finally(() => isDone = true);
    let answered = 0;
    while (!isDone) {
      assertEquals((await call("GET", "/health")).status, 200);
      answered += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const statuses = (await all).map((answer) => answer.status);
    const count = (status: number) => statuses.filter((one) => one === status).length;
    // Two are being hashed, twenty wait, the dummy hash is one of them: the rest is turned away at once.
    assertEquals(
      [count(401) + count(429), count(401) >= 20, count(429) >= 10],
      [40, true, true],
      String(statuses),
    );
    assert(answered >= 20, `${answered} answers meanwhile`);
  }));

Deno.test("accounts are named so that nobody is taken for somebody else", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const names = [
      ["ann", 201],
      ["ann", 409],
      ["Ann", 201],
      ["J\u00fcrgen M.", 201],
      ["anonymous", 422],
      ["Settings", 422],
      ["key:reader", 422],
      ["user|entity", 422],
      [" ann", 422],
      ["a\nb", 422],
      ["", 422],
      ["a".repeat(256), 422],
    ] as const;
    for (const [username, status] of names) {
      const answer = await call("POST", `${V1}/auth/users`, {
        body: { username, password: PASSWORD, role: "Viewer" },
      });
      assertEquals(answer.status, status, username);
    }
    const short = await call("POST", `${V1}/auth/users`, {
      body: { username: "bob", password: "short", role: "Viewer" },
    });
    assertEquals(short.status, 422);
  }));

Deno.test("API keys work within role, scopes and time, and are shown once", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    const admin = await harness.login("admin");
    const make = async (body: object) => (await call("POST", `${V1}/auth/keys`, { token: admin, body })).json;
    const viewer = await make({ name: "reader", role: "Viewer" });
    const metrics = await make({ name: "prometheus", role: "Viewer", scopes: ["metrics"] });
    const short = await make({
      name: "short",
      role: "Viewer",
      expires_at: new Date(clock.nowMs() + 60_000).toISOString(),
    });
    const status = async (path: string, token: string, method = "GET") =>
      (await call(method, path, { token })).status;
    assertEquals(await status(`${V1}/entities`, viewer.key), 200);
    assertEquals(await status(`${V1}/auth/users`, viewer.key), 403);
    assertEquals(await status("/metrics", viewer.key), 403);
    assertEquals(await status("/metrics", metrics.key), 200);
    assertEquals(await status(`${V1}/entities`, metrics.key), 403);
    assertEquals(await status(`${V1}/entities`, short.key), 200);
    clock.advance(61_000);
    assertEquals(await status(`${V1}/entities`, short.key), 401);
    const token = await harness.login("admin");
    const list = await call("GET", `${V1}/auth/keys`, { token });
    assert(!list.text.includes(viewer.key) && !list.text.includes("sha256"), "the list holds no key");
    assertEquals(await status(`${V1}/auth/keys/${viewer.id}`, token, "DELETE"), 204);
    assertEquals(await status(`${V1}/entities`, viewer.key), 401);
  }));

Deno.test("forged, stale, mutated and malformed tokens are all 401", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    const good = await harness.login("admin");
    const corpus = await malformed(good, Math.floor(clock.nowMs() / 1000));
    assert(corpus.length >= 60, `${corpus.length} cases`);
    for (const [name, authorization] of corpus) {
      const answer = await call("GET", `${V1}/entities`, { headers: { authorization } });
      assertEquals([answer.status, answer.headers.get("www-authenticate")], [401, "Bearer"], name);
    }
    assertEquals(
      (await call("GET", `${V1}/entities?access_token=${good}`)).status,
      401,
      "a query is not looked at",
    );
    assertEquals((await call("GET", `${V1}/entities`, { headers: { cookie: `token=${good}` } })).status, 401);
    assertEquals(
      (await call("GET", `${V1}/entities`, { token: good })).status,
      200,
      "the good one still works",
    );
  }));

Deno.test("with authentication off everybody is Admin, and says so", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const me = await call("GET", `${V1}/auth/me`);
    assertEquals(me.json, { username: "anonymous", role: "Admin", auth_disabled: true });
    assertEquals((await call("GET", "/health")).json.auth_disabled, true);
    const login = await call("POST", `${V1}/auth/login`, { body: { username: "a", password: "b" } });
    assertEquals([login.status, login.json.detail], [503, "Cannot log in: authentication is off"]);
    const foreign = await call("POST", `${V1}/entities/a/archive`, {
      headers: { origin: "https://evil.example" },
    });
    assertEquals(foreign.status, 403, "pages of other origins may not change anything");
  }));

Deno.test("on a developer's own machine only its own names are answered", () =>
  withApi({ ...OPEN_SETTINGS, auth: { type: "open", isDisabledOnPurpose: false } }, async ({ call }) => {
    const hosts = [
      ["localhost:8000", 200],
      ["127.0.0.1:8000", 200],
      ["[::1]:8000", 200],
      ["rebound.example:8000", 403],
      ["localhost.rebound.example", 403],
      ["127.0.0.1.rebound.example", 403],
    ] as const;
    for (const [host, status] of hosts) {
      const answer = await call("GET", `${V1}/entities`, { headers: { host } });
      assertEquals(answer.status, status, host);
    }
  }));

async function malformed(good: string, nowS: number): Promise<readonly (readonly [string, string])[]> {
  const [head = "", body = "", signature = ""] = good.split(".");
  const kid = (await sha256Hex(`kid:${SECRET}`)).slice(0, 16);
  const key = new TextEncoder().encode(SECRET);
  const header = { alg: "HS256", typ: "at+jwt", kid };
  const claims = {
    iss: "stator",
    aud: "stator-api",
    sub: "admin",
    role: "Admin",
    ctr: 1,
    jti: "j-1",
    iat: nowS,
    exp: nowS + 600,
  };
  const sign = (changedClaims: object, changedHeader: object = {}, secret = key) =>
    new SignJWT({ ...claims, ...changedClaims }).setProtectedHeader({ ...header, ...changedHeader }).sign(
      secret,
    );
  const encode = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
  const without = (name: keyof typeof claims) => sign({ [name]: undefined });

  const tokens: [string, string][] = [
    ["other secret", await sign({}, {}, new TextEncoder().encode("another-secret-of-thirty-two-bytes"))],
    ["expired", await sign({ iat: nowS - 1000, exp: nowS - 100 })],
    ["too long a life", await sign({ exp: nowS + 86_400 })],
    ["issued in the future", await sign({ iat: nowS + 300, exp: nowS + 600 })],
    ["not before later", await sign({ nbf: nowS + 300 })],
    ["ends before it begins", await sign({ iat: nowS, exp: nowS - 1 })],
    ["exp as text", await sign({ exp: String(nowS + 600) })],
    ["exp as fraction", await sign({ exp: nowS + 600.5 })],
    ["iat as text", await sign({ iat: String(nowS) })],
    ["other issuer", await sign({ iss: "somebody" })],
    ["other audience", await sign({ aud: "other" })],
    ["list of audiences", await sign({ aud: ["stator-api", "other"] })],
    ["unknown user", await sign({ sub: "nobody" })],
    ["empty user", await sign({ sub: "" })],
    ["numeric user", await sign({ sub: 7 })],
    ["unknown role", await sign({ role: "Root" })],
    ["role as list", await sign({ role: ["Admin"] })],
    ["old counter", await sign({ ctr: 0 })],
    ["future counter", await sign({ ctr: 2 })],
    ["counter as text", await sign({ ctr: "1" })],
    ["numeric id", await sign({ jti: 5 })],
    ["empty id", await sign({ jti: "" })],
    ["other type", await sign({}, { typ: "JWT" })],
    ["no type", await sign({}, { typ: undefined })],
    ["refresh type", await sign({}, { typ: "rt+jwt" })],
    ["unknown kid", await sign({}, { kid: "0000000000000000" })],
    ["no kid", await sign({}, { kid: undefined })],
    ["kid with a path", await sign({}, { kid: "../../dev/null" })],
    ["jku", await sign({}, { jku: "https://evil.example/keys" })],
    ["x5u", await sign({}, { x5u: "https://evil.example/cert" })],
    ["jwk", await sign({}, { jwk: { kty: "oct", k: "c2VjcmV0" } })],
    ["unknown header", await sign({}, { foo: "bar" })],
    ["HS384", await sign({}, { alg: "HS384" })],
    ["HS512", await sign({}, { alg: "HS512" })],
    ["alg none", `${encode({ ...header, alg: "none" })}.${body}.`],
    ["alg none with signature", `${encode({ ...header, alg: "none" })}.${body}.${signature}`],
    ["alg NONE", `${encode({ ...header, alg: "NONE" })}.${body}.${signature}`],
    ["RS256", `${encode({ ...header, alg: "RS256" })}.${body}.${signature}`],
    ["crit", `${encode({ ...header, crit: ["exp"] })}.${body}.${signature}`],
    ["b64 false", `${encode({ ...header, b64: false, crit: ["b64"] })}.${body}.${signature}`],
    ["no signature", `${head}.${body}.`],
    ["two parts", `${head}.${body}`],
    ["four parts", `${good}.${signature}`],
    ["five parts", `${good}.a.b`],
    ["changed claims", `${head}.${encode({ ...claims, role: "Admin", sub: "root" })}.${signature}`],
    ["cut signature", `${head}.${body}.${signature.slice(0, -2)}`],
    ["longer signature", `${good}AA`],
    ["padding", `${good}=`],
    ["standard base64", `${head}.${body}.${signature.slice(0, -1)}+`],
    ["header is a list", `${encode([])}.${body}.${signature}`],
    ["header is no JSON", `e30x.${body}.${signature}`],
    ["claims are a list", `${head}.${encode([])}.${signature}`],
    ["claims are no JSON", `${head}.AAAA.${signature}`],
    ["empty parts", ".."],
    ["a word", "token"],
    ["undefined", "undefined"],
    ["key of another kind", "psk_live_abc"],
    ["key with a wrong checksum", `psk_live_${"0".repeat(16)}_${"0".repeat(64)}00000000`],
    ["test key", `psk_test_${"0".repeat(16)}_${"0".repeat(64)}00000000`],
    ["very long", "a".repeat(5_000)],
  ];
  for (const name of ["iss", "aud", "sub", "role", "ctr", "jti", "iat", "exp"] as const) {
    tokens.push([`without ${name}`, await without(name)]);
  }
  const headers: [string, string][] = tokens.map(([name, token]) => [name, `Bearer ${token}`]);
  return [
    ...headers,
    ["no scheme", good],
    ["basic", `Basic ${btoa(`admin:${PASSWORD}`)}`],
    ["other scheme", `Token ${good}`],
    ["two credentials", `Bearer ${good}, Bearer ${good}`],
    ["two words", `Bearer ${good} ${good}`],
    ["quoted", `Bearer "${good}"`],
    ["empty bearer", "Bearer"],
    ["blank bearer", "Bearer  "],
  ];
}

async function addUser({ call }: Harness, token: string, username: string, role: string): Promise<void> {
  const { status, text } = await call("POST", `${V1}/auth/users`, {
    token,
    body: { username, password: PASSWORD, role },
  });
  assert(status === 201, `adding a user answers ${status}: ${text}`);
}
