/** Who sends this request: a bearer token or an API key, checked against the account as it is now. */
import { AppError } from "../../errors.ts";
import type { Clock } from "../../clock.ts";
import type { Account, OperationsStore } from "../../store/store.ts";
import { isAtLeast, roleOf } from "../access.ts";
import type { Caller } from "../env.ts";
import { type ApiKeys, isApiKey } from "./api_keys.ts";
import { invalidToken, type Tokens } from "./tokens.ts";

const HEADER_BYTES_MAX = 4_096;
const BEARER = /^bearer +([^\s,]+)$/i;
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
/** A revoked token or a changed account is noticed within this time on every replica. */
const CACHE_MS = 2_000;
const CACHE_MAX = 10_000;
export const REVOKED_KIND = "revoked_token";

export interface Authenticator {
  /** Throws `unauthenticated`. */
  authenticate(authorization: string | null): Promise<Caller>;
  /** Forgets what is remembered about an account and a token, so that a change holds here at once. */
  forget(change: { readonly username: string; readonly tokenId?: string }): void;
}

export const OPEN_CALLER: Caller = {
  name: "anonymous",
  role: "Admin",
  via: "open",
  tokenId: null,
  expiresAtMs: null,
  scopes: ["api", "metrics"],
};

export function createAuthenticator(deps: {
  readonly tokens: Tokens;
  readonly keys: ApiKeys;
  readonly operations: OperationsStore;
  readonly clock: Clock;
}): Authenticator {
  const { tokens, keys, operations, clock } = deps;
  const accounts = createCache<Account | null>(clock);
  const revoked = createCache<boolean>(clock);

  return {
    async authenticate(authorization) {
      const credential = credentialOf(authorization);
      if (isApiKey(credential)) return await keys.authenticate(credential);
      if (!JWT.test(credential)) throw invalidToken();
      const claims = await tokens.verify(credential);
      const account = await accounts.get(claims.username, () => operations.account(claims.username));
      if (account === null || !account.isEnabled || account.tokenCounter !== claims.counter) {
        throw invalidToken();
      }
      const role = roleOf(claims.role);
      if (role === null || !isAtLeast(account.role, role)) throw invalidToken();
      const isRevoked = await revoked.get(
        claims.tokenId,
        async () => (await operations.documents.get(REVOKED_KIND, claims.tokenId)) !== null,
      );
      if (isRevoked) throw invalidToken();
      return {
        name: account.username,
        role,
        via: "token",
        tokenId: claims.tokenId,
        expiresAtMs: claims.expiresAtMs,
        scopes: ["api", "metrics"],
      };
    },
    forget({ username, tokenId }) {
      accounts.forget(username);
      if (tokenId !== undefined) revoked.forget(tokenId);
    },
  };
}

/** The one credential of the header; a second header, blanks inside or an odd scheme are refused. */
export function credentialOf(authorization: string | null): string {
  if (authorization === null || authorization === "") {
    throw new AppError("unauthenticated", "Not authenticated");
  }
  if (authorization.length > HEADER_BYTES_MAX) throw invalidToken();
  const credential = BEARER.exec(authorization)?.[1];
  if (credential === undefined) throw invalidToken();
  return credential;
}

interface Cache<Value> {
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  forget(key: string): void;
}

function createCache<Value>(clock: Clock): Cache<Value> {
  const entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();
  return {
    async get(key, load) {
      const known = entries.get(key);
      const nowMs = clock.nowMs();
      if (known !== undefined && known.untilMs > nowMs) return known.value;
      const value = await load();
      entries.delete(key);
      entries.set(key, { value, untilMs: nowMs + CACHE_MS });
      if (entries.size > CACHE_MAX) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
      return value;
    },
    forget: (key) => void entries.delete(key),
  };
}
