/** Identity provider and auth service as an operator sets them up: by the environment of a real process. */
import { assertEquals } from "../api/assertions.ts";
import { startProcess } from "../testing/process.ts";
import { startIdentityProvider } from "./identity_provider.ts";
import { inFolder, programArgs } from "./server.ts";

async function meOf(url: string, token: string): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  const { username, role, code } = await response.json();
  return response.status === 200 ? [200, username, role] : [response.status, code];
}

Deno.test("a process takes tokens of a provider and of a service that its environment names, and of nobody else", () =>
  inFolder(async (cwd) => {
    const provider = startIdentityProvider();
    await provider.addKey("k1", "ES256");
    const process = await startProcess({
      args: programArgs("api"),
      cwd,
      env: {
        PORT: "0",
        API_HOST: "127.0.0.1",
        PYSTATOR_AUTH_OIDC_ISSUER: "https://id.example",
        PYSTATOR_AUTH_OIDC_AUDIENCE: "stator",
        PYSTATOR_AUTH_OIDC_JWKS_URL: `${provider.url}/keys`,
        PYSTATOR_AUTH_OIDC_ROLE_CLAIM: "groups",
        PYSTATOR_AUTH_ROLE_MAP: JSON.stringify({ ops: "Operator", boss: "Admin" }),
        PYSTATOR_AUTH_SERVICE_URL: provider.url,
        PYSTATOR_AUTH_ADMIN_GROUP_CLAIMS: "wheel",
        PYSTATOR_EGRESS_ALLOW: new URL(provider.url).host,
      },
      isReady: ({ message }) => message === "API is ready",
    });
    try {
      const url = String(process.ready.url);
      const nowS = Math.floor(Date.now() / 1000);
      const sign = (claims: Record<string, unknown>) =>
        provider.sign(
          { iss: "https://id.example", aud: "stator", sub: "ann", iat: nowS, exp: nowS + 600, ...claims },
          { alg: "ES256", kid: "k1" },
        );
      assertEquals(await meOf(url, await sign({ groups: ["ops"] })), [200, "oidc:ann", "Operator"]);
      assertEquals(await meOf(url, await sign({ groups: ["guests"] })), [403, "forbidden"]);
      assertEquals(await meOf(url, await sign({ groups: ["boss"], aud: "shop" })), [401, "unauthenticated"]);
      provider.tokens.set("opaque-token-of-the-service", { active: true, sub: "bob", groups: ["wheel"] });
      assertEquals(await meOf(url, "opaque-token-of-the-service"), [200, "service:bob", "Admin"]);
      assertEquals(await meOf(url, "opaque-token-of-a-stranger"), [401, "unauthenticated"]);
      const overview = await fetch(`${url}/api/v1/settings/runtime-overview`, {
        headers: { authorization: "Bearer opaque-token-of-the-service" },
      });
      assertEquals((await overview.json()).auth_mode, "external_oidc");
      assertEquals(process.lines.filter((line) => line.includes("opaque-token") || line.includes("eyJ")), []);
    } finally {
      await process.stop();
      await provider.close();
    }
  }));
