/** The order of checks before a handler: who calls, whether they may, and only then what they send. */
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import { isAtLeast } from "../access.ts";
import type { Admission } from "../auth/admission.ts";
import type { Auth } from "../auth/auth.ts";
import { credentialOf } from "../auth/authenticate.ts";
import type { OperationGuard } from "../contract.ts";
import type { ApiEnv, ApiSettings, Caller, RequestFacts } from "../env.ts";
import type { Clock } from "../../clock.ts";
import type { Store } from "../../store/store.ts";
import { createBackpressure, SUBMISSIONS } from "./backpressure.ts";
import { networkOf } from "./address_range.ts";
import { readBody } from "./body.ts";
import { createRateLimit, refuseOver } from "./rate_limit.ts";

/** Caller of public operations and of the metrics bearer. */
const NOBODY: Caller = {
  name: "anonymous",
  role: "Viewer",
  via: "token",
  tokenId: null,
  expiresAtMs: null,
  scopes: [],
};

const UNASKED: Admission = { caller: NOBODY, checkAgain: () => Promise.resolve() };

export interface Refusal {
  readonly caller: Caller;
  readonly operation: string;
  readonly requestId: string;
}

export interface OperationChecks {
  /** Everything before a handler of the framework. */
  guard(c: Context<ApiEnv>, operation: OperationGuard): Promise<void>;
  /** Who calls, and whether they may: everything but the body. Notes the caller in the facts. */
  admit(request: Request, operation: OperationGuard, facts: RequestFacts): Promise<Admission>;
}

export function createOperationGuard(deps: {
  readonly auth: Auth;
  readonly settings: ApiSettings;
  readonly clock: Clock;
  readonly store: Store;
  /** Writes down that somebody tried what the role does not allow. */
  readonly noteRefusal: (refusal: Refusal) => Promise<void>;
}): OperationChecks {
  const { auth, settings, noteRefusal } = deps;
  const backpressure = createBackpressure({
    lanes: deps.store.lanes,
    clock: deps.clock,
    limits: settings.limits,
  });
  const rateLimit = createRateLimit(settings.rateLimitPerMinute ?? 0, deps.clock);

  return {
    async guard(c, operation) {
      const { facts } = c.env;
      c.set("requestId", facts.requestId);
      c.set("yamlText", null);
      c.set("sent", null);
      const { caller, checkAgain } = await admit(c.req.raw, operation, facts);
      c.set("caller", caller);
      c.set("checkAgain", checkAgain);
      if (operation.body !== null) await takeBody(c, operation.body);
    },
    admit,
  };

  async function admit(
    request: Request,
    operation: OperationGuard,
    facts: RequestFacts,
  ): Promise<Admission> {
    facts.pattern = operation.pattern;
    const admission = await admissionOf(request, operation, facts);
    facts.caller = operation.access === "public" ? null : admission.caller;
    if (auth.isOpen) refuseForeignPages(request, settings);
    const quota = UNLIMITED.has(operation.pattern) ? null : rateLimit.take(limitKeyOf(facts));
    if (quota !== null) {
      facts.quota = quota;
      refuseOver(quota);
    }
    if (SUBMISSIONS.has(`${request.method} ${operation.pattern}`)) {
      const refreshed = backpressure.refreshed();
      if (refreshed !== null) await refreshed;
      backpressure.refuse();
    }
    if (ENCODED_NUL.test(request.url)) {
      throw new AppError("validation_failed", "Texts may not hold the character U+0000");
    }
    return admission;
  }

  async function admissionOf(
    request: Request,
    { access, pattern }: OperationGuard,
    { requestId }: RequestFacts,
  ): Promise<Admission> {
    if (access === "public") return UNASKED;
    const authorization = request.headers.get("authorization");
    if (access === "metrics" && !auth.isOpen && isMetricsBearer(authorization)) return UNASKED;
    const admission = await auth.admit(request, pattern);
    const { caller } = admission;
    const needed = access === "metrics" ? "Admin" : access;
    const isMetricsKey = access === "metrics" && caller.via === "key" && caller.scopes.includes("metrics");
    const isAllowed = isMetricsKey || (isAtLeast(caller.role, needed) && caller.scopes.includes("api"));
    if (!isAllowed) {
      await noteRefusal({ caller, operation: `${request.method} ${pattern}`, requestId });
      throw new AppError("forbidden", `Role ${needed} is needed`, { details: { needed_role: needed } });
    }
    return admission;
  }

  function isMetricsBearer(authorization: string | null): boolean {
    if (settings.metricsToken === null || authorization === null) return false;
    return isSameText(credentialOf(authorization), settings.metricsToken);
  }

  async function takeBody(c: Context<ApiEnv>, rule: NonNullable<OperationGuard["body"]>): Promise<void> {
    const { raw } = c.req;
    const body = await readBody(raw, rule, settings.limits);
    if (body !== null) c.set("sent", { mediaType: body.mediaType, text: body.text });
    if (body?.type === "json" && raw.headers.get("content-type") === "application/json") {
      // The usual case, without a second request around the same text (a tenth of the time of an event).
      Object.assign(c.req.bodyCache, { text: Promise.resolve(body.text) });
      return;
    }
    const headers = new Headers(raw.headers);
    if (body === null) headers.delete("content-type");
    else if (body.type === "json") headers.set("content-type", "application/json");
    if (body?.type === "yaml") c.set("yamlText", body.text);
    c.req.raw = new Request(raw.url, {
      method: raw.method,
      headers,
      signal: raw.signal,
      ...(body === null ? {} : { body: body.text }),
    });
  }
}

/**
 * With authentication off the only thing between a hostile page and the service is the browser, which says where a
 * request comes from. On a developer's own machine the name in the address must be the machine's: a foreign name that
 * was made to point here would pass for our own origin.
 */
function refuseForeignPages(request: Request, { auth, corsOrigins }: ApiSettings): void {
  // Pages that stand between say by which name they were called; saying so makes the rule stricter, never looser.
  const hosts = [request.headers.get("host"), request.headers.get("x-forwarded-host")]
    .filter((name) => name !== null);
  const isAnyNameFine = auth.type !== "open" || auth.isDisabledOnPurpose;
  if (!isAnyNameFine && !hosts.every((name) => LOOPBACK_HOST.test(name))) {
    throw new AppError("forbidden", "Without authentication only localhost is answered");
  }
  if (request.method === "GET" || request.method === "HEAD") return;
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isOwn = origin === null || corsOrigins.includes(origin) ||
    hosts.includes(URL.parse(origin)?.host ?? "");
  const isForeignSite = site === "cross-site" && (origin === null || !corsOrigins.includes(origin));
  if (!isOwn || isForeignSite) {
    throw new AppError("forbidden", "Pages of other origins may not change anything");
  }
}

/** No store keeps it: refused in paths and queries as it is in bodies. */
const ENCODED_NUL = /%00/;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** Probes and scrapers come as often as their owners want. */
const UNLIMITED: ReadonlySet<string> = new Set(["/health", "/health/live", "/ready", "/metrics"]);

/** A caller by name; whoever has none, by address. */
function limitKeyOf({ caller, clientAddress }: RequestFacts): string {
  return caller === null || caller.via === "open"
    ? `address:${networkOf(clientAddress)}`
    : `caller:${caller.name}`;
}

/** Compares without telling how far two texts agree. */
function isSameText(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  let difference = left.length ^ right.length;
  for (let i = 0; i < right.length; i++) difference |= (left[i] ?? 0) ^ (right[i] ?? 0);
  return difference === 0;
}
