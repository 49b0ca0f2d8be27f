/** Everything about who may come in, put together once. */
import { AppError } from "../../errors.ts";
import type { Account } from "../../store/store.ts";
import { roleOf } from "../access.ts";
import type { ApiDeps, Caller } from "../env.ts";
import { syncAccounts } from "./accounts.ts";
import { type ApiKeys, createApiKeys } from "./api_keys.ts";
import { type Authenticator, createAuthenticator, OPEN_CALLER, REVOKED_KIND } from "./authenticate.ts";
import { checkLogin, type LoginRequest } from "./login.ts";
import { createPasswords, type Passwords } from "./passwords.ts";
import { createRefreshTokens, type RefreshTokens } from "./refresh_tokens.ts";
import { ACCESS_LIFE_SECONDS, createTokens, invalidToken, type Tokens } from "./tokens.ts";

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export interface Auth {
  readonly isOpen: boolean;
  readonly keys: ApiKeys;
  /** Throws `unauthenticated`. */
  authenticate(authorization: string | null): Promise<Caller>;
  login(request: LoginRequest): Promise<IssuedTokens>;
  refresh(token: string): Promise<IssuedTokens>;
  /** Ends the access token of the caller and, when given, the family of the refresh token. */
  logout(caller: Caller, refreshToken: string | null): Promise<void>;
  /** PHC text for an account. */
  hashPassword(password: string): Promise<string>;
  /** The account of somebody who is logged in and gives the password once more; counts failures like a login. */
  proveAgain(request: LoginRequest): Promise<Account>;
  /** Forgets what is remembered about an account that was changed. */
  forget(username: string): void;
  close(): void;
}

/** Brings the configured accounts into the store first. */
export async function createAuth(deps: ApiDeps): Promise<Auth> {
  const { settings: { auth: settings }, store: { operations }, clock, newId } = deps;
  const keys = createApiKeys({ operations, clock });
  const passwords = createPasswords();
  if (settings.type === "open") return openAuth(keys, passwords);

  await syncAccounts(settings, { operations, passwords, clock, newId });
  const tokens = await createTokens(settings, clock);
  const refreshTokens = createRefreshTokens({ operations, clock });
  const authenticator = createAuthenticator({ tokens, keys, operations, clock });
  return closedAuth({ deps, keys, passwords, tokens, refreshTokens, authenticator });
}

function openAuth(keys: ApiKeys, passwords: Passwords): Auth {
  const refuse = () => {
    throw new AppError("conflict", "Cannot log in: authentication is off", { details: { status: 503 } });
  };
  return {
    isOpen: true,
    keys,
    authenticate: () => Promise.resolve(OPEN_CALLER),
    login: refuse,
    refresh: refuse,
    logout: () => Promise.resolve(),
    hashPassword: passwords.hash,
    proveAgain: refuse,
    forget: () => {},
    close: passwords.close,
  };
}

function closedAuth(parts: {
  readonly deps: ApiDeps;
  readonly keys: ApiKeys;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
  readonly refreshTokens: RefreshTokens;
  readonly authenticator: Authenticator;
}): Auth {
  const { deps: { store: { operations }, clock, newId }, keys, passwords, tokens } = parts;
  const { refreshTokens, authenticator } = parts;

  return {
    isOpen: false,
    keys,
    authenticate: authenticator.authenticate,
    async login(request) {
      const account = await checkLogin(request, { operations, passwords, clock });
      return await issue(account, await refreshTokens.start(account));
    },
    async refresh(token) {
      const { username, counter, next } = await refreshTokens.rotate(token);
      const account = await operations.account(username);
      if (account === null || !account.isEnabled || account.tokenCounter !== counter) {
        await refreshTokens.end(next);
        throw invalidToken();
      }
      return await issue(account, next);
    },
    async logout(caller, refreshToken) {
      if (refreshToken !== null) await refreshTokens.end(refreshToken);
      if (caller.via !== "token" || caller.tokenId === null) return;
      await operations.documents.put(REVOKED_KIND, caller.tokenId, { username: caller.name }, {
        expectedVersion: null,
        expiresAtMs: (caller.expiresAtMs ?? clock.nowMs()) + REVOCATION_SLACK_MS,
      });
      authenticator.forget({ username: caller.name, tokenId: caller.tokenId });
    },
    hashPassword: passwords.hash,
    async proveAgain(request) {
      try {
        return await checkLogin(request, { operations, passwords, clock });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "unauthenticated") throw error;
        throw new AppError("validation_failed", "The current password is another", { cause: error });
      }
    },
    forget: (username) => authenticator.forget({ username }),
    close: passwords.close,
  };

  async function issue(account: Account, refreshToken: string): Promise<IssuedTokens> {
    const role = roleOf(account.role) ?? "Viewer";
    const accessToken = await tokens.issue({
      username: account.username,
      role,
      counter: account.tokenCounter,
      tokenId: newId(),
    });
    return { accessToken, refreshToken, expiresInSeconds: ACCESS_LIFE_SECONDS };
  }
}

/** A revocation outlives its token by more than any clock is wrong. */
const REVOCATION_SLACK_MS = 60_000;
