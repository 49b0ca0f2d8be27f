/** Who sends this request: a bearer token or an API key, checked against the account as it is now. */
import { AppError } from "../../errors.ts";
import type { Account, OperationsStore } from "../../store/store.ts";
import { isAtLeast, roleOf } from "../access.ts";
import type { Caller } from "../env.ts";
import { type ApiKeys, isApiKey } from "./api_keys.ts";
import type { AuthService } from "./auth_service.ts";
import type { Cache } from "./cache.ts";
import type { Oidc } from "./oidc.ts";
import { invalidToken, type Tokens } from "./tokens.ts";

const HEADER_BYTES_MAX = 4_096;
const BEARER = /^bearer +([^\s,]+)$/i;
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
/** What an auth service may give out beside JWT: opaque words. */
const OPAQUE = /^[A-Za-z0-9._~+/-]{16,}=*$/;
export const REVOKED_KIND = "revoked_token";

export interface Authenticator {
  /** Throws `unauthenticated`. */
  authenticate(authorization: string | null): Promise<Caller>;
  /** Whether the token of this id was ended before its time. */
  isRevoked(tokenId: string): Promise<boolean>;
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

/** Each way of coming in that is null is closed. */
export function createAuthenticator(deps: {
  readonly tokens: Tokens | null;
  readonly keys: ApiKeys;
  readonly oidc: Oidc | null;
  readonly service: AuthService | null;
  readonly accounts: Cache<Account | null>;
  readonly revoked: Cache<boolean>;
  readonly operations: OperationsStore;
}): Authenticator {
  const { tokens, keys, oidc, service, accounts, revoked, operations } = deps;

  return {
    async authenticate(authorization) {
      const credential = credentialOf(authorization);
      if (isApiKey(credential)) return await keys.authenticate(credential);
      const caller = await holderOf(credential);
      if (caller.tokenId !== null && await isRevoked(caller.tokenId)) throw invalidToken();
      return caller;
    },
    isRevoked,
    forget({ username, tokenId }) {
      accounts.forget(username);
      if (tokenId !== undefined) revoked.forget(tokenId);
    },
  };

  async function holderOf(credential: string): Promise<Caller> {
    const isJwt = JWT.test(credential);
    if (isJwt && oidc !== null && oidc.isForeign(credential)) return await oidc.verify(credential);
    if (isJwt && tokens !== null) {
      try {
        return await ownTokenHolder(credential, tokens);
      } catch (error) {
        if (service === null) throw error;
      }
    }
    if (service === null || !OPAQUE.test(credential)) throw invalidToken();
    return await service.verify(credential);
  }

  async function ownTokenHolder(credential: string, own: Tokens): Promise<Caller> {
    const claims = await own.verify(credential);
    const account = await accounts.get(claims.username, () => operations.account(claims.username));
    if (account === null || !account.isEnabled || account.tokenCounter !== claims.counter) {
      throw invalidToken();
    }
    const role = roleOf(claims.role);
    if (role === null || !isAtLeast(account.role, role)) throw invalidToken();
    return {
      name: account.username,
      role,
      via: "token",
      tokenId: claims.tokenId,
      expiresAtMs: claims.expiresAtMs,
      scopes: ["api", "metrics"],
    };
  }

  function isRevoked(tokenId: string): Promise<boolean> {
    return revoked.get(
      tokenId,
      async () => (await operations.documents.get(REVOKED_KIND, tokenId)) !== null,
    );
  }
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
