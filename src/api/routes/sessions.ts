/** Logins of browsers by cookie: pages of this origin call the API without ever holding a token. */
import { z } from "@hono/zod-openapi";
import { refuseForeignPage, sessionCookie, sessionCookieOf } from "../auth/session_cookie.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Login, noteLoginFailure, quotaOf } from "./auth.ts";
import { Instant, timeOf } from "./shared.ts";

const RoleName = z.enum(["Viewer", "Operator", "Editor", "Admin"]);

const Session = z.object({
  username: z.string(),
  role: RoleName,
  csrf_token: z.string().nullable().openapi({
    description: "For the header `X-CSRF-Token` of every change; null when no cookie was used",
  }),
  expires_at: Instant.nullable(),
}).openapi("BrowserSession");

const startRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/session",
  tags: ["auth"],
  summary: "Log a browser in: the answer sets a cookie that no script can read",
  request: { body: jsonBody(Login) },
  responses: {
    200: jsonAnswer(Session, "Logged in"),
    401: problemAnswer("Unknown user or wrong password; nobody learns which"),
    403: problemAnswer("Sent by a page of another origin"),
    429: problemAnswer("Too many failures; see Retry-After"),
    503: problemAnswer("Authentication is off"),
  },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/auth/session",
  tags: ["auth"],
  summary: "The session of this browser, and the word that its changes need",
  responses: { 200: jsonAnswer(Session, "The session") },
});

const endRoute = defineRoute({
  method: "delete",
  path: "/api/v1/auth/session",
  tags: ["auth"],
  summary: "Log this browser out, everywhere",
  responses: { 204: { description: "Ended" } },
});

export function addSessionRoutes(app: ApiApp, deps: RouteDeps): void {
  const { auth, settings, clock } = deps;
  const { environment } = settings;

  app.openapi(startRoute, async (c) => {
    const { username, password } = c.req.valid("json");
    const request = c.req.raw;
    refuseForeignPage(request, settings);
    const previous = sessionCookieOf(request, environment);
    try {
      const session = await auth.startSession(
        { username, password, clientAddress: c.env.facts.clientAddress, onQuota: quotaOf(c) },
        previous,
      );
      await audit(c, deps, {
        action: "login",
        resource: `account:${username}`,
        caller: { ...c.var.caller, name: username },
        details: { by: "session" },
      });
      const seconds = Math.floor((session.expiresAtMs - clock.nowMs()) / 1000);
      c.header("set-cookie", sessionCookie(session.value, { request, environment, seconds }));
      c.header("cache-control", "no-store");
      return c.json({
        username,
        role: RoleName.parse(session.role),
        csrf_token: session.csrfToken,
        expires_at: timeOf(session.expiresAtMs),
      }, 200);
    } catch (error) {
      await noteLoginFailure(error, c, { deps, username });
      throw error;
    }
  });

  app.openapi(readRoute, async (c) => {
    const { name, role, via, expiresAtMs } = c.var.caller;
    const csrfToken = via === "session" ? await auth.csrfTokenOf(c.req.raw) : null;
    return c.json({
      username: name,
      role,
      csrf_token: csrfToken,
      expires_at: expiresAtMs === null ? null : timeOf(expiresAtMs),
    }, 200);
  });

  app.openapi(endRoute, async (c) => {
    const { caller } = c.var;
    if (caller.via === "session") {
      await auth.logout(caller, null);
      await audit(c, deps, { action: "logout", resource: `account:${caller.name}` });
    }
    c.header("set-cookie", sessionCookie("", { request: c.req.raw, environment, seconds: 0 }));
    return c.body(null, 204);
  });
}
