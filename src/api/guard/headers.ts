/** Headers that every answer carries, whatever became of the request. */
import type { ApiSettings } from "../env.ts";

const CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/** Swagger UI draws its icons from `data:` addresses; scripts and styles are files of this process. */
const CSP_DOCS = `${CSP}; img-src 'self' data:`;
const HSTS = "max-age=31536000; includeSubDomains";

/** A response like this one, with the security headers set. */
export function withSecurityHeaders(
  response: Response,
  facts: {
    readonly requestId: string;
    readonly path: string;
    readonly isPublic: boolean;
    readonly environment: ApiSettings["environment"];
  },
): Response {
  const headers = new Headers(response.headers);
  headers.set("x-request-id", facts.requestId);
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("content-security-policy", isDocs(facts.path) ? CSP_DOCS : CSP);
  headers.set("cross-origin-opener-policy", "same-origin");
  if (facts.environment === "production") headers.set("strict-transport-security", HSTS);
  if (!facts.isPublic && !headers.has("cache-control")) headers.set("cache-control", "no-store");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

function isDocs(path: string): boolean {
  return path === "/docs" || path.startsWith("/docs/");
}
