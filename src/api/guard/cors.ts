/** Which pages of other origins may read answers: an exact list, and nothing else. */

const METHODS = "GET, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS = [
  "accept",
  "authorization",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "last-event-id",
  "mcp-protocol-version",
  "prefer",
  "traceparent",
  "x-csrf-token",
  "x-request-id",
];
const EXPOSED = "ETag, Location, Retry-After, X-Request-Id, Idempotency-Replayed, Preference-Applied, " +
  "RateLimit, RateLimit-Policy";
const PREFLIGHT_SECONDS = 600;

/** The answer to a preflight; null = the request is not one. */
export function preflightAnswer(request: Request, origins: readonly string[]): Response | null {
  const origin = request.headers.get("origin");
  const method = request.headers.get("access-control-request-method");
  if (request.method !== "OPTIONS" || origin === null || method === null) return null;
  const headers = new Headers({ vary: "Origin" });
  if (isAllowed(origin, origins)) {
    headers.set("access-control-allow-origin", allowedOrigin(origin, origins));
    headers.set("access-control-allow-methods", METHODS);
    headers.set("access-control-allow-headers", REQUEST_HEADERS.join(", "));
    headers.set("access-control-max-age", String(PREFLIGHT_SECONDS));
  }
  return new Response(null, { status: 204, headers });
}

/** Adds what lets a page of an allowed origin read the answer. */
export function addCorsHeaders(headers: Headers, origin: string | null, origins: readonly string[]): void {
  if (origins.length === 0) return;
  headers.append("vary", "Origin");
  if (origin === null || !isAllowed(origin, origins)) return;
  headers.set("access-control-allow-origin", allowedOrigin(origin, origins));
  headers.set("access-control-expose-headers", EXPOSED);
}

/** Tokens travel in a header that pages set themselves: credentials of the browser are never asked for. */
function allowedOrigin(origin: string, origins: readonly string[]): string {
  return origins.includes("*") ? "*" : origin;
}

function isAllowed(origin: string, origins: readonly string[]): boolean {
  return origin !== "null" && (origins.includes("*") || origins.includes(origin));
}
