/** The cookie of a browser's login, and whether a request that carries it comes from a page of this origin. */
import { AppError } from "../../errors.ts";
import type { ApiSettings } from "../env.ts";

const SECURE_NAME = "__Host-stator-sid";
/** Plain http is met on a developer's own machine only; browsers keep no `__Host-` cookie there. */
const PLAIN_NAME = "stator-sid";
const COOKIES_MAX = 100;
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
const CSRF_HEADER = "x-csrf-token";

type Environment = ApiSettings["environment"];

/** The one session in the `Cookie` header; null = there is none, or it is given twice. */
export function sessionCookieOf(request: Request, environment: Environment): string | null {
  const header = request.headers.get("cookie");
  if (header === null) return null;
  const names = environment === "production" ? [SECURE_NAME] : [SECURE_NAME, PLAIN_NAME];
  const values = header.split(/;\s*/, COOKIES_MAX).flatMap((pair) => {
    const at = pair.indexOf("=");
    return at > 0 && names.includes(pair.slice(0, at)) ? [pair.slice(at + 1)] : [];
  });
  const [only, ...more] = values;
  return only === undefined || more.length > 0 ? null : only;
}

/** `Set-Cookie` for a new session; an empty value takes it away. */
export function sessionCookie(
  value: string,
  facts: { readonly request: Request; readonly environment: Environment; readonly seconds: number },
): string {
  const isSecure = facts.environment === "production" || isForwardedFromTls(facts.request);
  return `${isSecure ? SECURE_NAME : PLAIN_NAME}=${value}; Path=/; HttpOnly; SameSite=Strict; ` +
    `Max-Age=${facts.seconds}${isSecure ? "; Secure" : ""}`;
}

/**
 * Throws `forbidden` for a request with effects that a page of another origin might have sent: browsers attach cookies
 * by themselves, and say in `Origin` and `Sec-Fetch-Site` on whose behalf.
 */
export function refuseForeignPage(request: Request, { corsOrigins }: Pick<ApiSettings, "corsOrigins">): void {
  if (SAFE_METHODS.has(request.method)) return;
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  // Only our own pages can set a header of their own without asking first.
  const hosts = [request.headers.get("host"), request.headers.get("x-forwarded-host")];
  const isOwn = origin === null || corsOrigins.includes(origin) ||
    hosts.includes(URL.parse(origin)?.host ?? "");
  const isFromHere = site === null || site === "same-origin" || site === "none";
  if (!isOwn || !isFromHere) {
    throw new AppError("forbidden", "Pages of other origins may not change anything");
  }
}

/** The same, and the page must show that it could read our answers: it sends back the word that it was given. */
export function refuseForgery(
  request: Request,
  { corsOrigins, csrfToken }: Pick<ApiSettings, "corsOrigins"> & { readonly csrfToken: string },
): void {
  if (SAFE_METHODS.has(request.method)) return;
  refuseForeignPage(request, { corsOrigins });
  if (request.headers.get(CSRF_HEADER) !== csrfToken) {
    throw new AppError("forbidden", "With a session cookie the X-CSRF-Token header is needed for changes");
  }
}

/** Makes the cookie stricter at most, so it does not matter who says so. */
function isForwardedFromTls(request: Request): boolean {
  return request.headers.get("x-forwarded-proto") === "https" || request.url.startsWith("https:");
}
