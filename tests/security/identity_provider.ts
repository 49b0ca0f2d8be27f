/** An identity provider of our own: publishes keys, signs whatever it is asked to, vouches for opaque tokens. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { createEgressPolicy } from "../../src/actions/egress.ts";
import { createOutgoing, resolveHost } from "../../src/actions/outgoing.ts";
import type { CallOut } from "../../src/api/auth/settings.ts";

export interface IdentityProvider {
  readonly url: string;
  /** Calls to the published keys, and questions about tokens. */
  readonly visits: { keys: number; tokens: number };
  /** What `/keys` answers with. */
  answer: (published: readonly JWK[]) => Response | Promise<Response>;
  /** What `/introspect` answers with, by token. */
  readonly tokens: Map<string, Record<string, unknown>>;
  addKey(kid: string, alg: string): Promise<CryptoKey>;
  dropKey(kid: string): void;
  publicKeyOf(kid: string): JWK | undefined;
  sign(
    claims: Record<string, unknown>,
    header: Record<string, unknown> & { alg: string; kid?: string },
    key?: CryptoKey | Uint8Array,
  ): Promise<string>;
  readonly callOut: CallOut;
  close(): Promise<void>;
}

/** Only this one address is an exception to the rules for what goes out. */
export function startIdentityProvider(): IdentityProvider {
  const keys = new Map<string, { readonly privateKey: CryptoKey; readonly jwk: JWK }>();
  const visits = { keys: 0, tokens: 0 };
  const tokens = new Map<string, Record<string, unknown>>();
  const published = () => [...keys.values()].map(({ jwk }) => jwk);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/keys") {
      visits.keys += 1;
      return await provider.answer(published());
    }
    if (pathname === "/introspect") {
      visits.tokens += 1;
      const token = new URLSearchParams(await request.text()).get("token") ?? "";
      return Response.json(tokens.get(token) ?? { active: false });
    }
    return new Response(null, { status: 302, headers: { location: "/keys" } });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const outgoing = createOutgoing(
    createEgressPolicy({ allow: [`127.0.0.1:${server.addr.port}`], resolve: resolveHost }),
  );
  const provider: IdentityProvider = {
    url,
    visits,
    tokens,
    answer: (list) => Response.json({ keys: list }),
    async addKey(kid, alg) {
      const pair = await generateKeyPair(alg, { extractable: true });
      keys.set(kid, { privateKey: pair.privateKey, jwk: { ...await exportJWK(pair.publicKey), kid, alg } });
      return pair.privateKey;
    },
    dropKey: (kid) => void keys.delete(kid),
    publicKeyOf: (kid) => keys.get(kid)?.jwk,
    async sign(claims, header, key) {
      const used = key ?? keys.get(header.kid ?? "")?.privateKey;
      if (used === undefined) throw new Error(`no key ${header.kid}`);
      return await new SignJWT(claims).setProtectedHeader(header).sign(used);
    },
    callOut: async (request) => {
      const result = await outgoing(request, new AbortController().signal);
      return result.type === "answered" ? result : null;
    },
    close: () => server.shutdown(),
  };
  return provider;
}
