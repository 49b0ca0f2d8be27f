/** Tokens of an identity provider: which ones count, what they allow, and what the provider can do to us. */
import { assert } from "../../src/assert.ts";
import type { ApiSettings } from "../../src/api/env.ts";
import type { OidcSettings } from "../../src/api/auth/settings.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, type Harness, SECRET, withApi } from "../api/harness.ts";
import { type IdentityProvider, startIdentityProvider } from "./identity_provider.ts";

const ME = "/api/v1/auth/me";
const ISSUER = "https://id.example";
const ROLES = new Map([["ops", "Operator"], ["boss", "Admin"], ["guest", "Viewer"]] as const);

interface World extends Harness {
  readonly provider: IdentityProvider;
  /** Claims that are fine, with changes. */
  claims(changes?: Record<string, unknown>): Record<string, unknown>;
  statusOf(token: string): Promise<number>;
}

async function withProvider(
  test: (world: World) => Promise<void>,
  changes: Partial<OidcSettings> = {},
): Promise<void> {
  const provider = startIdentityProvider();
  await provider.addKey("k1", "RS256");
  const auth = CLOSED_SETTINGS.auth;
  assert(auth.type === "jwt", "logins are needed");
  const settings: ApiSettings = {
    ...CLOSED_SETTINGS,
    auth: {
      ...auth,
      oidc: {
        issuer: ISSUER,
        audience: "stator",
        jwksUrl: `${provider.url}/keys`,
        roleClaim: "realm_access.roles",
        roles: ROLES,
        ...changes,
      },
    },
  };
  try {
    await withApi(
      settings,
      (harness) => {
        const nowS = Math.floor(harness.clock.nowMs() / 1000);
        return test({
          ...harness,
          provider,
          claims: (more = {}) => ({
            iss: ISSUER,
            aud: "stator",
            sub: "ann",
            iat: nowS,
            exp: nowS + 600,
            jti: "j-1",
            realm_access: { roles: ["ops", "unknown"] },
            ...more,
          }),
          statusOf: async (token) => (await harness.call("GET", ME, { token })).status,
        });
      },
      undefined,
      { callOut: provider.callOut },
    );
  } finally {
    await provider.close();
  }
}

Deno.test("a token of the identity provider lets its subject in with the declared role", () =>
  withProvider(async ({ call, provider, claims }) => {
    const token = await provider.sign(claims(), { alg: "RS256", kid: "k1", typ: "at+jwt" });
    const me = await call("GET", ME, { token });
    assertEquals(me.json, { username: "oidc:ann", role: "Operator", auth_disabled: false });
    const both = claims({ realm_access: { roles: ["guest", "boss"] } });
    const boss = await provider.sign(both, { alg: "RS256", kid: "k1" });
    assertEquals(
      (await call("GET", "/api/v1/auth/users", { token: boss })).status,
      200,
      "the highest role counts",
    );
    assertEquals((await call("GET", "/api/v1/auth/users", { token })).status, 403);
    assertEquals(provider.visits.keys, 1, "keys are kept");
  }));

Deno.test("only asymmetric algorithms are taken, each with its own key", () =>
  withProvider(async ({ provider, claims, statusOf, clock }) => {
    for (const alg of ["RS256", "PS256", "ES256", "EdDSA"]) {
      // Longer than the pause between two looks at the published keys.
      clock.advance(31_000);
      await provider.addKey(`key-${alg}`, alg);
      const token = await provider.sign(claims(), { alg, kid: `key-${alg}` });
      assertEquals(await statusOf(token), 200, alg);
    }
    for (const alg of ["RS384", "RS512", "PS512", "ES384"]) {
      clock.advance(31_000);
      const key = await provider.addKey(`key-${alg}`, alg);
      assertEquals(await statusOf(await provider.sign(claims(), { alg, kid: `key-${alg}` }, key)), 401, alg);
    }
  }));

Deno.test("forged, foreign, stale and ambiguous tokens of a provider are all 401", () =>
  withProvider(async ({ provider, claims, statusOf, clock }) => {
    const nowS = Math.floor(clock.nowMs() / 1000);
    const head = { alg: "RS256", kid: "k1" };
    const stranger = await startKey("RS256");
    const good = await provider.sign(claims(), head);
    assertEquals(await statusOf(good), 200);
    const [header = "", body = "", signature = ""] = good.split(".");
    const encode = (text: string) =>
      new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
    const modulus = new TextEncoder().encode(JSON.stringify(provider.publicKeyOf("k1")));
    const cases: Record<string, Promise<string> | string> = {
      "key of a stranger": provider.sign(claims(), head, stranger),
      "published key as a shared secret": provider.sign(claims(), { alg: "HS256", kid: "k1" }, modulus),
      "our own secret": provider.sign(
        claims(),
        { alg: "HS256", kid: "k1" },
        new TextEncoder().encode(SECRET),
      ),
      "alg none": `${encode('{"alg":"none","kid":"k1"}')}.${body}.`,
      "alg none with a signature": `${encode('{"alg":"none","kid":"k1"}')}.${body}.${signature}`,
      "unknown key": provider.sign(claims(), { alg: "RS256", kid: "k9" }, stranger),
      "no key name": provider.sign(claims(), { alg: "RS256" }, stranger),
      "very long key name": provider.sign(claims(), { alg: "RS256", kid: "k".repeat(500) }, stranger),
      "key inside the header": provider.sign(claims(), { ...head, jwk: provider.publicKeyOf("k1") }),
      "jku": provider.sign(claims(), { ...head, jku: "https://evil.example/keys" }),
      "x5u": provider.sign(claims(), { ...head, x5u: "https://evil.example/keys" }),
      "type of an identity token for others": provider.sign(claims(), { ...head, typ: "logout+jwt" }),
      "other issuer": provider.sign(claims({ iss: "https://id.example.evil" }), head),
      "no issuer": provider.sign(claims({ iss: undefined }), head),
      "other audience": provider.sign(claims({ aud: "shop" }), head),
      "no audience": provider.sign(claims({ aud: undefined }), head),
      "expired": provider.sign(claims({ iat: nowS - 900, exp: nowS - 60 }), head),
      "no end": provider.sign(claims({ exp: undefined }), head),
      "end as text": provider.sign(claims({ exp: "9999999999" }), head),
      "end as fraction": provider.sign(claims({ exp: nowS + 0.5 }), head),
      "a life of a year": provider.sign(claims({ exp: nowS + 31_536_000 }), head),
      "not yet": provider.sign(claims({ nbf: nowS + 300 }), head),
      "from the future": provider.sign(claims({ iat: nowS + 300 }), head),
      "no subject": provider.sign(claims({ sub: undefined }), head),
      "empty subject": provider.sign(claims({ sub: "" }), head),
      "subject with a line break": provider.sign(claims({ sub: "ann\nadmin" }), head),
      "subject as a list": provider.sign(claims({ sub: ["ann"] }), head),
      "changed claims": `${header}.${encode(JSON.stringify(claims({ sub: "bob" })))}.${signature}`,
      "cut": good.slice(0, -5),
      "too long for a header": provider.sign(claims({ padding: "x".repeat(5_000) }), head),
    };
    for (const [name, token] of Object.entries(cases)) assertEquals(await statusOf(await token), 401, name);
  }));

Deno.test("a claim of a token that is said twice is not believed", () =>
  withProvider(async ({ provider, claims, statusOf }) => {
    const key = await provider.addKey("k2", "RS256");
    const encode = (bytes: Uint8Array<ArrayBuffer>) =>
      bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    const text = JSON.stringify(claims());
    const bytes = (value: string) => new TextEncoder().encode(value);
    const signed = async (payload: string) => {
      const input = `${encode(bytes('{"alg":"RS256","kid":"k2"}'))}.${encode(bytes(payload))}`;
      const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, bytes(input));
      return `${input}.${encode(new Uint8Array(signature))}`;
    };
    assertEquals(await statusOf(await signed(text)), 200);
    assertEquals(await statusOf(await signed(text.replace("{", '{"sub":"boss",'))), 401);
  }));

Deno.test("a token without a declared role is known and may do nothing", () =>
  withProvider(async ({ call, provider, claims }) => {
    for (
      const roles of [
        undefined,
        { roles: [] },
        { roles: ["Admin"] },
        { roles: "OPS" },
        { roles: [["ops"]] },
        { roles: { ops: true } },
        ["ops"],
        null,
      ]
    ) {
      const token = await provider.sign(claims({ realm_access: roles }), { alg: "RS256", kid: "k1" });
      const answer = await call("GET", ME, { token });
      assertEquals([answer.status, answer.json.code], [403, "forbidden"], JSON.stringify(roles));
    }
    const claim = claims({ realm_access: undefined, role: "Admin", "realm_access.roles": "guest" });
    const token = await provider.sign(claim, { alg: "RS256", kid: "k1" });
    assertEquals((await call("GET", ME, { token })).json.role, "Viewer", "other claims give no role");
  }));

Deno.test("a new key is found, a withdrawn one ends, and invented names do not make us ask again and again", () =>
  withProvider(async ({ provider, claims, statusOf, clock }) => {
    const old = await provider.sign(claims({ exp: clock.nowMs() / 1000 + 3_600 }), {
      alg: "RS256",
      kid: "k1",
    });
    assertEquals(await statusOf(old), 200);
    for (let i = 0; i < 20; i++) {
      const key = await startKey("ES256");
      assertEquals(await statusOf(await provider.sign(claims(), { alg: "ES256", kid: `x${i}` }, key)), 401);
    }
    assertEquals(provider.visits.keys, 1, "not asked within the pause");
    await provider.addKey("k2", "ES256");
    provider.dropKey("k1");
    clock.advance(31_000);
    const fresh = await provider.sign(claims(), { alg: "ES256", kid: "k2" });
    assertEquals([await statusOf(fresh), provider.visits.keys], [200, 2]);
    assertEquals(await statusOf(old), 401, "its key is not published any more");
  }));

Deno.test("a provider that hangs, errs or floods costs a moment and lets nobody in", () =>
  withProvider(async ({ provider, claims, statusOf, clock }) => {
    const token = await provider.sign(claims(), { alg: "RS256", kid: "k1" });
    const hanging = Promise.withResolvers<Response>();
    const answers: Record<string, () => Response | Promise<Response>> = {
      "an error": () => new Response("no", { status: 500 }),
      "no JSON": () => new Response("<html>"),
      "another shape": () => Response.json({ keys: "none" }),
      "a redirect": () => new Response(null, { status: 302, headers: { location: `${provider.url}/other` } }),
      "200 KiB": () => new Response(JSON.stringify({ keys: [], padding: "x".repeat(200_000) })),
      "shared keys": () => Response.json({ keys: [{ kty: "oct", kid: "k1", k: "c2VjcmV0", alg: "RS256" }] }),
      "nothing": () => hanging.promise,
    };
    const proper = provider.answer;
    for (const [name, answer] of Object.entries(answers)) {
      provider.answer = answer;
      const before = performance.now();
      const statuses = await Promise.all(Array.from({ length: 10 }, () => statusOf(token)));
      const tookMs = performance.now() - before;
      assert(statuses.every((status) => status === 401), `${name}: ${statuses}`);
      assert(tookMs < 2_000, `${name} held requests for ${Math.round(tookMs)} ms`);
      clock.advance(31_000);
    }
    hanging.resolve(new Response());
    provider.answer = proper;
    assertEquals(await statusOf(token), 200, "and afterwards all is well");
  }));

Deno.test("logging out ends a token of the provider as well", () =>
  withProvider(async ({ call, provider, claims, statusOf }) => {
    const token = await provider.sign(claims(), { alg: "RS256", kid: "k1" });
    const other = await provider.sign(claims({ jti: "j-2" }), { alg: "RS256", kid: "k1" });
    assertEquals((await call("POST", "/api/v1/auth/logout", { token })).status, 200);
    assertEquals([await statusOf(token), await statusOf(other)], [401, 200]);
  }));

Deno.test("accounts of this service log in beside the provider", () =>
  withProvider(async (world) => {
    const token = await world.login("admin");
    assertEquals(await world.statusOf(token), 200);
    assertEquals(world.provider.visits.keys, 0, "nobody is asked about our own tokens");
  }));

Deno.test("keys are not fetched from inside the network unless the operator named the place", () =>
  withProvider(async ({ provider, claims, statusOf }) => {
    const token = await provider.sign(claims(), { alg: "RS256", kid: "k1" });
    assertEquals([await statusOf(token), provider.visits.keys], [401, 0]);
  }, { jwksUrl: "http://127.0.0.1:1/keys" }));

async function startKey(alg: string) {
  const { generateKeyPair } = await import("jose");
  return (await generateKeyPair(alg)).privateKey;
}
