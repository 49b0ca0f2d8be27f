/** Everything about who may come in, put together once. */
import { AppError } from "../../errors.ts";
import type { Account } from "../../store/store.ts";
import { roleOf } from "../access.ts";
import type { ApiDeps, Caller } from "../env.ts";
import { syncAccounts } from "./accounts.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { type ApiKeys, createApiKeys } from "./api_keys.ts";
import { type Authenticator, createAuthenticator, OPEN_CALLER, REVOKED_KIND } from "./authenticate.ts";
import { createAuthService } from "./auth_service.ts";
import { createCache } from "./cache.ts";
import { createKeySet } from "./key_set.ts";
import { checkLogin, type LoginRequest } from "./login.ts";
import { createOidc } from "./oidc.ts";
import { createPasswords, type Passwords } from "./passwords.ts";
import { createRefreshTokens, type RefreshTokens } from "./refresh_tokens.ts";
import { createSessions, type NewSession, type Sessions } from "./sessions.ts";
import type { AuthSettings, CallOut } from "./settings.ts";
import { createStreamTickets, type StreamTickets, type TicketScope } from "./stream_tickets.ts";
import { ACCESS_LIFE_SECONDS, createTokens, invalidToken, type Tokens } from "./tokens.ts";

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export interface Auth {
  readonly isOpen: boolean;
  readonly mode: "open_no_login" | "builtin_jwt" | "external_oidc";
  readonly keys: ApiKeys;
  /** Who sends a request, by header, ticket or cookie. Throws `unauthenticated`. */
  admit(request: Request, pattern: string): Promise<Admission>;
  login(request: LoginRequest): Promise<IssuedTokens>;
  /** A login of a browser; `previous` is the cookie that it had, whose session ends. */
  startSession(
    request: LoginRequest,
    previous: string | null,
  ): Promise<NewSession & { readonly role: string }>;
  /** What a page of its session sends back with its changes. */
  csrfTokenOf(request: Request): Promise<string | null>;
  refresh(token: string): Promise<IssuedTokens>;
  /** Ends what the caller came in with and, when given, the family of the refresh token. */
  logout(caller: Caller, refreshToken: string | null): Promise<void>;
  issueTicket(
    caller: Caller,
    scope: TicketScope,
  ): Promise<{ readonly ticket: string; readonly expiresAtMs: number }>;
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
  const tickets = createStreamTickets({ operations, clock });
  if (settings.type === "open") return createOpenAuth({ keys, passwords, tickets });

  await syncAccounts(settings, { operations, passwords, clock, newId });
  const tokens = settings.secret === null
    ? null
    : await createTokens({ secret: settings.secret, previousSecret: settings.previousSecret }, clock);
  const accounts = createCache<Account | null>(clock);
  const sessions = createSessions({ operations, accounts, clock });
  const authenticator = createAuthenticator({
    tokens,
    keys,
    ...outsideOf(settings, deps),
    accounts,
    revoked: createCache<boolean>(clock),
    operations,
  });
  const refreshTokens = createRefreshTokens({ operations, clock });
  const admit = createAdmission({ ...deps, authenticator, sessions, tickets, keys });
  return createClosedAuth({
    deps,
    settings,
    keys,
    passwords,
    tokens,
    refreshTokens,
    authenticator,
    sessions,
    tickets,
    admit,
  });
}

/** Who vouches for people besides this service. */
function outsideOf(settings: AuthSettings & { readonly type: "jwt" }, deps: ApiDeps) {
  const { clock, log } = deps;
  const callOut: CallOut = deps.callOut ?? (() => Promise.resolve(null));
  const onProblem = (who: string) => (reason: string) => log.warning(`Cannot ask the ${who}`, { reason });
  const { oidc = null, service = null } = settings;
  return {
    oidc: oidc === null ? null : createOidc(oidc, {
      keys: createKeySet(oidc.jwksUrl, { callOut, clock, onProblem: onProblem("identity provider") }),
      clock,
    }),
    service: service === null
      ? null
      : createAuthService(service, { callOut, clock, onProblem: onProblem("auth service") }),
  };
}

function createOpenAuth({ keys, passwords, tickets }: {
  readonly keys: ApiKeys;
  readonly passwords: Passwords;
  readonly tickets: StreamTickets;
}): Auth {
  const refuse = () => {
    throw noLogin("authentication is off");
  };
  return {
    isOpen: true,
    mode: "open_no_login",
    keys,
    admit: () => Promise.resolve({ caller: OPEN_CALLER, checkAgain: () => Promise.resolve() }),
    login: refuse,
    startSession: refuse,
    csrfTokenOf: () => Promise.resolve(null),
    refresh: refuse,
    logout: () => Promise.resolve(),
    issueTicket: (caller, scope) => tickets.issue({ caller, origin: caller.via, counter: null }, scope),
    hashPassword: passwords.hash,
    proveAgain: refuse,
    forget: () => {},
    close: passwords.close,
  };
}

function createClosedAuth(parts: {
  readonly deps: ApiDeps;
  readonly settings: AuthSettings & { readonly type: "jwt" };
  readonly keys: ApiKeys;
  readonly passwords: Passwords;
  readonly tokens: Tokens | null;
  readonly refreshTokens: RefreshTokens;
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly tickets: StreamTickets;
  readonly admit: ReturnType<typeof createAdmission>;
}): Auth {
  const { deps: { store: { operations }, clock, newId }, keys, passwords, tokens } = parts;
  const { refreshTokens, authenticator, sessions, tickets, admit } = parts;
  const prove = (request: LoginRequest) => checkLogin(request, { operations, passwords, clock });

  return {
    isOpen: false,
    mode: parts.settings.oidc || parts.settings.service ? "external_oidc" : "builtin_jwt",
    keys,
    admit: admit.admit,
    async login(request) {
      if (tokens === null) throw noLogin("an identity provider logs people in");
      const account = await prove(request);
      return await issue(account, await refreshTokens.start(account), tokens);
    },
    async startSession(request, previous) {
      if (tokens === null) throw noLogin("an identity provider logs people in");
      const account = await prove(request);
      return { ...await sessions.start(account, previous), role: roleOf(account.role) ?? "Viewer" };
    },
    csrfTokenOf: admit.csrfTokenOf,
    async refresh(token) {
      if (tokens === null) throw invalidToken();
      const { username, counter, next } = await refreshTokens.rotate(token);
      const account = await operations.account(username);
      if (account === null || !account.isEnabled || account.tokenCounter !== counter) {
        await refreshTokens.end(next);
        throw invalidToken();
      }
      return await issue(account, next, tokens);
    },
    async logout(caller, refreshToken) {
      if (refreshToken !== null) await refreshTokens.end(refreshToken);
      if (caller.tokenId === null || caller.via === "key" || caller.via === "ticket") return;
      if (caller.via === "session") return await sessions.end(caller.tokenId);
      await operations.documents.put(REVOKED_KIND, caller.tokenId, { username: caller.name }, {
        expectedVersion: null,
        expiresAtMs: (caller.expiresAtMs ?? clock.nowMs() + REVOCATION_MS) + REVOCATION_SLACK_MS,
      });
      authenticator.forget({ username: caller.name, tokenId: caller.tokenId });
    },
    async issueTicket(caller, scope) {
      const isAccount = caller.via === "token" || caller.via === "session";
      const account = isAccount ? await operations.account(caller.name) : null;
      return await tickets.issue({
        caller,
        origin: caller.via,
        counter: account?.tokenCounter ?? null,
      }, scope);
    },
    hashPassword: passwords.hash,
    async proveAgain(request) {
      try {
        return await prove(request);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "unauthenticated") throw error;
        throw new AppError("validation_failed", "The current password is another", { cause: error });
      }
    },
    forget: (username) => authenticator.forget({ username }),
    close: passwords.close,
  };

  async function issue(account: Account, refreshToken: string, own: Tokens): Promise<IssuedTokens> {
    const role = roleOf(account.role) ?? "Viewer";
    const accessToken = await own.issue({
      username: account.username,
      role,
      counter: account.tokenCounter,
      tokenId: newId(),
    });
    return { accessToken, refreshToken, expiresInSeconds: ACCESS_LIFE_SECONDS };
  }
}

function noLogin(reason: string): AppError {
  return new AppError("conflict", `Cannot log in: ${reason}`, { details: { status: 503 } });
}

/** A revocation outlives its token by more than any clock is wrong. */
const REVOCATION_SLACK_MS = 60_000;
/** Of a token that does not say when it ends. */
const REVOCATION_MS = 7 * 86_400_000;
