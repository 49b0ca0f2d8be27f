/** The HTTP application: what happens to every request before and after its handler. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { AppError, messageOf } from "../errors.ts";
import { createAuth } from "./auth/auth.ts";
import { createCompute } from "./compute/compute.ts";
import { createDirect, type DirectAnswer } from "./direct.ts";
import type { ApiApp, ApiDeps, ApiEnv, RequestFacts } from "./env.ts";
import { addCorsHeaders, preflightAnswer } from "./guard/cors.ts";
import { framingProblem } from "./guard/framing.ts";
import { addSecurityHeaders, securityHeaders } from "./guard/headers.ts";
import { createMethodTable, type MethodTable } from "./guard/methods.ts";
import { createOperationGuard } from "./guard/operation.ts";
import { createRefusalTrail } from "./guard/refusals.ts";
import { refusedFields } from "./guard/refused_fields.ts";
import { rateLimitHeaders } from "./guard/rate_limit.ts";
import { clientAddressOf, requestIdOf } from "./guard/request_facts.ts";
import { contractOf } from "./openapi.ts";
import { problemOf, problemResponse } from "./problem.ts";
import { addRoutes } from "./routes/all.ts";

export interface Api {
  /** Answers one request; never throws. */
  fetch(request: Request, info?: ConnectionInfo): Promise<Response>;
  /** The contract, OpenAPI 3.1. */
  openapi(): Record<string, unknown>;
  /** Ends threads and open streams. */
  close(): void;
}

/** What `Deno.serve` tells about the connection. */
export interface ConnectionInfo {
  readonly remoteAddr?: Deno.Addr;
}

/** Writes the configured accounts into the store first. */
export async function createApi(deps: ApiDeps): Promise<Api> {
  const { settings, log, metrics } = deps;
  const auth = await createAuth(deps);
  const checks = createOperationGuard({ ...deps, auth, noteRefusal: createRefusalTrail(deps) });
  const compute = createCompute();
  const closing = new AbortController();
  const app = createApp();
  const contract = memoized(() => contractOf(app, { version: settings.version, isOpen: auth.isOpen }));
  const routeDeps = { ...deps, auth, compute, closing: closing.signal, contract };
  addRoutes(app, routeDeps);
  const direct = createDirect(routeDeps, checks);
  const methods = createMethodTable(app.routes);
  app.notFound((c) => missing(c.req.raw, methods, c.env.facts.requestId));
  app.onError((error, c) => failed(error, c.env.facts.requestId));
  let inFlight = 0;

  return {
    fetch: answer,
    openapi: contract,
    close() {
      closing.abort();
      auth.close();
      compute.close();
    },
  };

  async function answer(request: Request, info?: ConnectionInfo): Promise<Response> {
    const startedMs = performance.now();
    const facts: RequestFacts = {
      requestId: requestIdOf(request, deps.newId),
      clientAddress: clientAddressOf(request, peerOf(info), settings.trustedProxies),
      caller: null,
      pattern: "unmatched",
      quota: null,
    };
    metrics.set("stator_http_in_flight", {}, ++inFlight);
    let response: Response;
    try {
      const problem = framingProblem(request);
      if (problem !== null) throw new AppError("bad_request", problem);
      const answer = await direct(request, facts);
      response = answer?.type === "answer"
        ? directResponse(answer, facts)
        : await throughFramework(answer?.request ?? request, facts);
    } catch (error) {
      response = guarded(failed(error, facts.requestId), request, facts);
    } finally {
      metrics.set("stator_http_in_flight", {}, --inFlight);
    }
    if (settings.corsOrigins.length > 0) {
      addCorsHeaders(response.headers, request.headers.get("origin"), settings.corsOrigins);
    }
    observe(request, response.status, { facts, durationMs: performance.now() - startedMs });
    return response;
  }

  async function throughFramework(request: Request, facts: RequestFacts): Promise<Response> {
    const response = preflightAnswer(request, settings.corsOrigins) ?? await routed(request, facts);
    return guarded(response, request, facts);
  }

  async function routed(request: Request, facts: RequestFacts): Promise<Response> {
    const isRefused = methods.isRefused(request.method, new URL(request.url).pathname);
    return isRefused
      ? missing(request, methods, facts.requestId)
      : await app.fetch(request, { facts, guard: checks.guard });
  }

  function guarded(response: Response, request: Request, facts: RequestFacts): Response {
    addSecurityHeaders(response.headers, {
      requestId: facts.requestId,
      path: URL.parse(request.url)?.pathname ?? "",
      isPublic: facts.caller === null,
      environment: settings.environment,
    });
    for (const [name, value] of Object.entries(rateLimitHeaders(facts.quota))) {
      response.headers.set(name, value);
    }
    return response;
  }

  /** All headers in one go: a second look at them costs as much as the rest of the answer. */
  function directResponse(
    { body, headers }: DirectAnswer & { readonly type: "answer" },
    { requestId, quota }: RequestFacts,
  ): Response {
    const { environment } = settings;
    return new Response(JSON.stringify(body), {
      headers: {
        "content-type": "application/json",
        ...securityHeaders({ requestId, isPublic: false, environment }),
        ...rateLimitHeaders(quota),
        ...headers,
      },
    });
  }

  function observe(
    request: Request,
    status: number,
    { facts, durationMs }: { readonly facts: RequestFacts; readonly durationMs: number },
  ): void {
    const method = KNOWN_METHODS.has(request.method) ? request.method : "other";
    const labels = { method, route: facts.pattern };
    metrics.count("stator_http_requests_total", { ...labels, status: String(status) });
    metrics.observe("stator_http_request_seconds", labels, durationMs / 1000);
    log.debug("Request answered", {
      request_id: facts.requestId,
      ...labels,
      status,
      duration_ms: Math.round(durationMs),
      actor: facts.caller?.name ?? null,
    });
  }

  function failed(error: unknown, requestId: string): Response {
    if (error instanceof HTTPException) return statusProblem(error.status, requestId);
    const isOurs = error instanceof AppError;
    if (!isOurs || error.code === "internal") {
      log.error("Request failed", { request_id: requestId, error: messageOf(error), stack: stackOf(error) });
    } else if (error.code === "store_unavailable") {
      log.warning("Store does not answer", { request_id: requestId, error: messageOf(error.cause ?? error) });
    }
    return problemOf(error, requestId);
  }
}

const KNOWN_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);

function createApp(): ApiApp {
  return new OpenAPIHono<ApiEnv>({
    strict: true,
    defaultHook: (result) => {
      if (!result.success) throw refusedFields(result.target, result.error.issues);
    },
  });
}

/** No such path, no such method, or a slash too many. */
function missing(request: Request, methods: MethodTable, requestId: string): Response {
  const { pathname, search } = new URL(request.url);
  const allowed = KNOWN_METHODS.has(request.method) ? methods.methodsOf(pathname) : [...KNOWN_METHODS];
  if (allowed.length > 0) {
    const allow = allowed.join(", ");
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
    return problemResponse({
      code: "method_not_allowed",
      detail: "Method Not Allowed",
      requestId,
      headers: { allow },
    });
  }
  const trimmed = pathname.replace(/\/+$/, "");
  const isSlashTooMany = trimmed !== pathname && !trimmed.startsWith("//") &&
    methods.methodsOf(trimmed).length > 0;
  if (isSlashTooMany) {
    return new Response(null, { status: 307, headers: { location: `${trimmed}${search}` } });
  }
  return problemResponse({ code: "not_found", detail: "Not Found", requestId });
}

/** Refusals of the framework itself, in our form. */
function statusProblem(status: number, requestId: string): Response {
  switch (status) {
    case 400:
      return problemResponse({ code: "bad_request", detail: "Cannot read the request", requestId });
    case 415:
      return problemResponse({
        code: "unsupported_media_type",
        detail: "Cannot read this type of body",
        requestId,
      });
    default:
      return problemResponse({ code: "internal", detail: "Internal server error", requestId });
  }
}

function peerOf(info: ConnectionInfo | undefined): string | undefined {
  const address = info?.remoteAddr;
  return address !== undefined && "hostname" in address ? address.hostname : undefined;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

function memoized<Value>(make: () => Value): () => Value {
  let value: { readonly made: Value } | null = null;
  return () => (value ??= { made: make() }).made;
}
