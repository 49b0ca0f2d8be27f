/** Headers that every answer carries, whatever became of the request. */
import type { ApiSettings } from "../env.ts";

const CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/** Swagger UI draws its icons from `data:` addresses; scripts and styles are files of this process. */
const CSP_DOCS = `${CSP}; img-src 'self' data:`;
const HSTS = "max-age=31536000; includeSubDomains";

export interface AnswerFacts {
  readonly requestId: string;
  readonly isPublic: boolean;
  readonly environment: ApiSettings["environment"];
}

/** Sets the security headers of an answer that this process made. */
export function addSecurityHeaders(headers: Headers, facts: AnswerFacts & { readonly path: string }): void {
  for (const [name, value] of Object.entries(securityHeaders(facts))) {
    if (name !== "cache-control" || !headers.has(name)) headers.set(name, value);
  }
  if (isDocs(facts.path)) headers.set("content-security-policy", CSP_DOCS);
}

/** The same as plain words, for answers whose headers are written in one go. */
export function securityHeaders(
  { requestId, isPublic, environment }: AnswerFacts,
): Readonly<Record<string, string>> {
  return {
    "x-request-id": requestId,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": CSP,
    "cross-origin-opener-policy": "same-origin",
    ...(environment === "production" ? { "strict-transport-security": HSTS } : {}),
    ...(isPublic ? {} : { "cache-control": "no-store" }),
  };
}

function isDocs(path: string): boolean {
  return path === "/docs" || path.startsWith("/docs/");
}
