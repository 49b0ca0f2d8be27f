/** Studio: pages rendered from the API's answers, and everything else passed on to the API, on one origin. */
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import {
  type ApiClient,
  type ApiFetch,
  type Connection,
  createApiClient,
  type Problem,
} from "./api_client.ts";
import { type Frame, Page, ProblemNote } from "./layout.tsx";
import {
  accessToken,
  createRefresher,
  isOwnOrigin,
  keepTokens,
  refreshToken,
  type Tokens,
} from "./session.ts";
import type { Summary } from "./records.ts";
import { addDeadLetterPages } from "./pages/dead_letters.tsx";
import { addEntitiesPage } from "./pages/entities.tsx";
import { addEntityPages } from "./pages/entity.tsx";
import { addHistoryPage } from "./pages/history.tsx";
import { addLoginPages } from "./pages/login.tsx";
import { addMachinePages } from "./pages/machines.tsx";
import { addOverviewPage } from "./pages/overview.tsx";
import { chartStyle } from "./chart/svg.ts";
import style from "./style.css" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };

export interface UiDeps {
  /** The API, in this process or behind an address. */
  readonly api: ApiFetch;
  readonly appName: string;
  /** `light`, `dark` or `system`. */
  readonly theme: string;
}

/** What a page gets for one request. */
export interface Visit {
  readonly c: Context;
  readonly api: ApiClient;
  /** Answers with a whole page. */
  show(title: string, body: Child, status?: 200 | 403 | 404 | 422 | 429 | 503): Promise<Response>;
  /** Answers with what the API refused; a missing login leads to the login page. */
  fail(problem: Problem, what: string): Promise<Response>;
}

export type PageHandler = (visit: Visit) => Promise<Response>;
export interface Pages {
  get(path: string, handler: PageHandler): void;
  /** Only for requests from our own pages; others get 403. */
  post(path: string, handler: PageHandler): void;
}

const PASSED_ON = [
  "/api/*",
  "/health",
  "/health/*",
  "/ready",
  "/docs",
  "/docs/*",
  "/openapi.json",
  "/redoc",
  "/llms.txt",
  "/mcp",
  "/metrics",
];
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/** Creates the site. `fetch` serves pages and assets itself and passes the API's paths on, bodies streaming. */
export function createUi(
  uiDeps: UiDeps,
): { fetch(request: Request, connection?: Connection): Promise<Response> } {
  const app = new Hono<UiEnv>();
  const deps: VisitDeps = { ...uiDeps, refresher: createRefresher() };
  for (const path of PASSED_ON) app.all(path, (c) => deps.api(c.req.raw, c.env.connection));

  app.use("*", async (c, next) => {
    await next();
    c.header("content-security-policy", CONTENT_SECURITY_POLICY);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
  });
  app.get("/ui/style.css", (c) => asset(c, `${style}\n${chartStyle}`, "text/css; charset=utf-8"));
  app.get("/ui/icon.svg", (c) => asset(c, icon, "image/svg+xml"));

  const pages: Pages = {
    get: (path, handler) => void app.get(path, async (c) => handler(await createVisit(c, deps))),
    post: (path, handler) =>
      void app.post(path, async (c) => {
        const visit = await createVisit(c, deps);
        if (isOwnOrigin(c)) return handler(visit);
        const detail = "This form was not sent from this site. Open the page again and repeat";
        return visit.fail({ status: 403, detail, code: "forbidden", requestId: "" }, "Refused");
      }),
  };
  addOverviewPage(pages);
  addMachinePages(pages);
  addEntitiesPage(pages);
  addEntityPages(pages);
  addHistoryPage(pages);
  addDeadLetterPages(pages);
  addLoginPages(pages);
  app.notFound(async (c) => {
    const detail = `There is no page ${new URL(c.req.url).pathname}. Start at the overview`;
    return (await createVisit(c, deps)).fail(
      { status: 404, detail, code: "not_found", requestId: "" },
      "Not here",
    );
  });
  return { fetch: async (request, connection) => await app.fetch(request, { connection }) };
}

type Refresher = ReturnType<typeof createRefresher>;

interface VisitDeps extends UiDeps {
  readonly refresher: Refresher;
}

interface UiEnv {
  Bindings: { readonly connection: Connection | undefined };
}

/** The API as this visitor: it learns the visitor's address and by which name we were called, as if asked directly. */
function asVisitor(c: Context<UiEnv>, { api }: UiDeps): ApiFetch {
  const { connection } = c.env;
  return (request) => {
    const chain = c.req.header("x-forwarded-for");
    const host = c.req.header("host");
    if (chain !== undefined) request.headers.set("x-forwarded-for", chain);
    if (host !== undefined) request.headers.set("x-forwarded-host", host);
    return api(request, connection);
  };
}

async function createVisit(c: Context<UiEnv>, deps: VisitDeps): Promise<Visit> {
  const apiFetch = asVisitor(c, deps);
  const token = await currentToken(c, apiFetch, deps.refresher);
  const api = createApiClient(apiFetch, token);
  const show: Visit["show"] = async (title, body, status = 200) => {
    const page = <Page frame={await frameOf(c, api, deps)} title={title}>{body}</Page>;
    c.header("cache-control", "no-store");
    return c.html(html`<!doctype html>${page}`, status);
  };
  const fail: Visit["fail"] = (problem, what) => {
    if (problem.status === 401) {
      const url = new URL(c.req.url);
      return Promise.resolve(c.redirect(`/login?next=${encodeURIComponent(url.pathname + url.search)}`, 303));
    }
    const status = ([403, 404, 422, 429] as const).find((known) => known === problem.status) ?? 503;
    return show(what, <ProblemNote problem={problem} what={what} />, status);
  };
  return { c, api, show, fail };
}

/** The access token of this browser; renewed once with the refresh token when it has run out. */
async function currentToken(c: Context, apiFetch: ApiFetch, refresher: Refresher): Promise<string | null> {
  const token = accessToken(c);
  const refresh = refreshToken(c);
  if (token !== null || refresh === null) return token;
  const tokens = await refresher(refresh, async () => {
    const answer = await createApiClient(apiFetch, null).post<Tokens>("/auth/refresh", {
      refresh_token: refresh,
    });
    return answer.ok ? answer.data : null;
  });
  if (tokens === null) return null;
  keepTokens(c, tokens);
  return tokens.access_token;
}

async function frameOf(c: Context, api: ApiClient, deps: UiDeps): Promise<Frame> {
  const [me, summary] = await Promise.all([
    api.get<{ username: string; role: string; auth_disabled: boolean }>("/auth/me"),
    api.get<Summary>("/observability/summary"),
  ]);
  return {
    appName: deps.appName,
    theme: deps.theme,
    path: new URL(c.req.url).pathname,
    user: me.ok
      ? { username: me.data.username, role: me.data.role, isAuthDisabled: me.data.auth_disabled }
      : null,
    deadLetters: summary.ok ? summary.data.worker_dead_letter : null,
  };
}

function asset(c: Context, text: string, type: string): Response {
  return c.body(text, 200, { "content-type": type, "cache-control": "public, max-age=300" });
}
