/** Logging in and out, and who one is. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import type { IssuedTokens } from "../auth/auth.ts";
import { audit } from "../commands.ts";
import type { Quota } from "../guard/rate_limit.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, Caller, RouteDeps } from "../env.ts";

const PASSWORD_LENGTH_MAX = 1_000;
export const PasswordText = z.string().min(1).max(PASSWORD_LENGTH_MAX).openapi({ format: "password" });
export const Username = z.string().min(1).max(255);

export const Login = z.strictObject({ username: Username, password: PasswordText }).openapi("LoginRequest");
const Refresh = z.strictObject({ refresh_token: z.string().min(1).max(512) }).openapi("RefreshRequest");
const Logout = z.strictObject({ refresh_token: z.string().min(1).max(512).optional() }).openapi(
  "LogoutRequest",
);

const LoginAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal("bearer"),
  expires_in: z.int().openapi({ description: "Seconds" }),
  refresh_token: z.string().openapi({
    description: "Good for one use; the use of an old one ends all of them",
  }),
}).openapi("LoginResponse");

const Me = z.object({
  username: z.string(),
  role: z.enum(["Viewer", "Operator", "Editor", "Admin"]),
  auth_disabled: z.boolean(),
}).openapi("UserResponse");

const ChangePassword = z.strictObject({
  current_password: PasswordText,
  new_password: z.string().min(12).max(PASSWORD_LENGTH_MAX).openapi({ format: "password" }),
}).openapi("ChangePasswordRequest");

const loginRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/login",
  tags: ["auth"],
  summary: "Log in with a password",
  request: { body: jsonBody(Login) },
  responses: {
    200: jsonAnswer(LoginAnswer, "Tokens"),
    401: problemAnswer("Unknown user or wrong password; nobody learns which"),
    429: problemAnswer("Too many failures; see Retry-After"),
    503: problemAnswer("Authentication is off"),
  },
});

const refreshRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/refresh",
  tags: ["auth"],
  summary: "Change a refresh token for new tokens",
  request: { body: jsonBody(Refresh) },
  responses: { 200: jsonAnswer(LoginAnswer, "Tokens"), 401: problemAnswer("Unknown, used or ended") },
});

const logoutRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/logout",
  tags: ["auth"],
  summary: "End this token, everywhere",
  request: { body: { required: false, content: { "application/json": { schema: Logout } } } },
  responses: { 200: jsonAnswer(z.object({ message: z.literal("OK") }), "Ended") },
});

const meRoute = defineRoute({
  method: "get",
  path: "/api/v1/auth/me",
  tags: ["auth"],
  summary: "Who is asking",
  responses: { 200: jsonAnswer(Me, "The caller") },
});

const passwordRoute = defineRoute({
  method: "put",
  path: "/api/v1/auth/password",
  tags: ["auth"],
  summary: "Change one's own password; every token given before ends",
  request: { body: jsonBody(ChangePassword) },
  responses: {
    204: { description: "Changed" },
    409: problemAnswer("The account was changed at the same time"),
    429: problemAnswer("Too many at once"),
  },
});

export function addAuthRoutes(app: ApiApp, deps: RouteDeps): void {
  const { auth, store: { operations } } = deps;

  app.openapi(loginRoute, async (c) => {
    const { username, password } = c.req.valid("json");
    const { clientAddress } = c.env.facts;
    const caller: Caller = { ...c.var.caller, name: username };
    try {
      const tokens = await auth.login({ username, password, clientAddress, onQuota: quotaOf(c) });
      await audit(c, deps, { action: "login", resource: `account:${username}`, caller });
      c.header("cache-control", "no-store");
      return c.json(loginAnswer(tokens), 200);
    } catch (error) {
      await noteLoginFailure(error, c, { deps, username });
      throw error;
    }
  });

  app.openapi(refreshRoute, async (c) => {
    const tokens = await auth.refresh(c.req.valid("json").refresh_token);
    c.header("cache-control", "no-store");
    return c.json(loginAnswer(tokens), 200);
  });

  app.openapi(logoutRoute, async (c) => {
    const { caller } = c.var;
    await auth.logout(caller, c.req.valid("json").refresh_token ?? null);
    if (!auth.isOpen) await audit(c, deps, { action: "logout", resource: `account:${caller.name}` });
    return c.json({ message: "OK" as const }, 200);
  });

  app.openapi(meRoute, (c) => {
    const { name, role } = c.var.caller;
    return c.json({ username: name, role, auth_disabled: auth.isOpen }, 200);
  });

  app.openapi(passwordRoute, async (c) => {
    const { current_password: current, new_password: next } = c.req.valid("json");
    const { name, via } = c.var.caller;
    if (via !== "token" && via !== "session") {
      throw new AppError("forbidden", "Only a person who is logged in has a password");
    }
    if (next === name) throw new AppError("validation_failed", "The password is the name");
    const account = await auth.proveAgain({
      username: name,
      password: current,
      clientAddress: c.env.facts.clientAddress,
    });
    const isWritten = await operations.putAccount({
      ...account,
      passwordHash: await auth.hashPassword(next),
      tokenCounter: account.tokenCounter + 1,
    }, { isNewOnly: false, expectedCounter: account.tokenCounter });
    if (!isWritten) {
      throw new AppError("conflict", "Cannot change the password: the account was just changed");
    }
    auth.forget(name);
    await audit(c, deps, { action: "account.password", resource: `account:${name}` });
    return c.body(null, 204);
  });
}

/** Where a login tells how many tries are left. */
export function quotaOf(c: Context<ApiEnv>): (quota: Quota) => void {
  return (quota) => {
    c.env.facts.quota = quota;
  };
}

/** Counts and writes down a login that was refused for its name or password; anything else is left alone. */
export async function noteLoginFailure(
  error: unknown,
  c: Context<ApiEnv>,
  { deps, username }: { readonly deps: RouteDeps; readonly username: string },
): Promise<void> {
  if (!(error instanceof AppError) || error.code !== "unauthenticated") return;
  deps.metrics.count("stator_login_failures_total", { reason: "credentials" });
  const known = await deps.store.operations.account(username);
  // A name that is no account may be a password typed into the wrong field.
  const resource = known === null ? "account:(unknown)" : `account:${username}`;
  await audit(c, deps, {
    action: "login.refused",
    resource,
    caller: { ...c.var.caller, name: "anonymous" },
    details: { address: c.env.facts.clientAddress },
  });
}

function loginAnswer(tokens: IssuedTokens): z.infer<typeof LoginAnswer> {
  return {
    access_token: tokens.accessToken,
    token_type: "bearer",
    expires_in: tokens.expiresInSeconds,
    refresh_token: tokens.refreshToken,
  };
}
