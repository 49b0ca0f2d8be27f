/** Tokens that an auth service vouches for: sent to it as a form, good while it says so. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, type Harness, withApi } from "../api/harness.ts";
import { type IdentityProvider, startIdentityProvider } from "./identity_provider.ts";

const ME = "/api/v1/auth/me";

async function withService(
  test: (harness: Harness, provider: IdentityProvider) => Promise<void>,
  options: { readonly hasAccounts: boolean } = { hasAccounts: true },
): Promise<void> {
  const provider = startIdentityProvider();
  const auth = CLOSED_SETTINGS.auth;
  assert(auth.type === "jwt", "logins are needed");
  const settings = {
    ...CLOSED_SETTINGS,
    auth: {
      ...auth,
      ...(options.hasAccounts ? {} : { secret: null, initialUser: null }),
      service: {
        introspectUrl: `${provider.url}/introspect`,
        adminRoles: ["admin"],
        adminGroups: ["wheel"],
        roles: new Map([["ops", "Operator"]] as const),
      },
    },
  };
  try {
    await withApi(settings, (harness) => test(harness, provider), undefined, { callOut: provider.callOut });
  } finally {
    await provider.close();
  }
}

Deno.test("a token counts while the auth service calls it active, with the role that it names", () =>
  withService(async ({ call }, { tokens }) => {
    const cases: readonly (readonly [string, Record<string, unknown>, number, string | null])[] = [
      ["admin role", { active: true, sub: "a", roles: ["x", "admin"] }, 200, "Admin"],
      ["admin group", { active: true, sub: "a", groups: ["wheel"] }, 200, "Admin"],
      ["declared word", { active: true, sub: "a", roles: ["ops"] }, 200, "Operator"],
      ["named role", { active: true, username: "a", role: "Viewer" }, 200, "Viewer"],
      ["PyStator's role", { active: true, sub: "a", role: "User" }, 200, "Editor"],
      ["no role", { active: true, sub: "a" }, 403, null],
      ["inactive", { active: false, sub: "a", role: "Admin" }, 401, null],
      ["active as text", { active: "true", sub: "a", role: "Admin" }, 401, null],
      ["nobody", { active: true, role: "Admin" }, 401, null],
      ["expired", { active: true, sub: "a", role: "Admin", exp: 1 }, 401, null],
    ];
    for (const [index, [name, claims, status, role]] of cases.entries()) {
      const token = `opaque-token-of-the-service-${index}`;
      tokens.set(token, claims);
      const answer = await call("GET", ME, { token });
      assertEquals([answer.status, answer.json.role ?? null], [status, role], name);
      assertEquals(answer.headers.get("www-authenticate"), status === 401 ? "Bearer" : null, name);
    }
  }));

Deno.test("a token that the service takes back ends within five seconds, and is not asked about at every request", () =>
  withService(async ({ call, clock }, { tokens, visits }) => {
    const token = "opaque-token-of-the-service";
    tokens.set(token, { active: true, sub: "ann", role: "Viewer" });
    for (let i = 0; i < 10; i++) assertEquals((await call("GET", ME, { token })).status, 200);
    assertEquals(visits.tokens, 1);
    tokens.delete(token);
    clock.advance(5_000);
    assertEquals((await call("GET", ME, { token })).status, 401);
  }));

Deno.test("API keys, our own tokens and words that are no token are never sent to the service", () =>
  withService(async (harness, { visits }) => {
    const { call } = harness;
    const admin = await harness.login("admin");
    const { json: { key } } = await call("POST", "/api/v1/auth/keys", {
      token: admin,
      body: { name: "k", role: "Viewer" },
    });
    assertEquals((await call("GET", ME, { token: key })).status, 200);
    assertEquals((await call("GET", ME, { token: `${key}0` })).status, 401);
    for (const word of ["short", "undefined", `${"a".repeat(5_000)}`, '"quoted-token-of-somebody"']) {
      assertEquals((await call("GET", ME, { token: word })).status, 401, word);
    }
    assertEquals(visits.tokens, 0);
  }));

Deno.test("without accounts nobody logs in here, and the service alone lets people in", () =>
  withService(async ({ call }, { tokens }) => {
    for (const path of ["login", "session"]) {
      const answer = await call("POST", `/api/v1/auth/${path}`, { body: { username: "a", password: "b" } });
      assertEquals(answer.status, 503, path);
    }
    const refresh = { refresh_token: `psr_${"0".repeat(32)}_${"0".repeat(64)}` };
    assertEquals((await call("POST", "/api/v1/auth/refresh", { body: refresh })).status, 401);
    tokens.set("opaque-token-of-the-service", { active: true, sub: "ann", roles: ["admin"] });
    const me = await call("GET", ME, { token: "opaque-token-of-the-service" });
    assertEquals(me.json, { username: "service:ann", role: "Admin", auth_disabled: false });
  }, { hasAccounts: false }));
