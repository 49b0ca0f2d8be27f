/** Passes a request on to the API behind an address and its answer back, streams included. */

const HOP_HEADERS = [
  "connection",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
];
const TIMEOUT_MS = 30_000;
const HEALTH_TIMEOUT_MS = 5_000;

/**
 * Only path and query of the request count. The API is told who asks (`X-Forwarded-For`, which it believes when this
 * process is among its trusted proxies) and by which name. An API that cannot be reached answers 503.
 */
export function createApiProxy(
  apiUrl: string,
): (request: Request, connection?: { readonly remoteAddr?: Deno.Addr }) => Promise<Response> {
  return async (request, connection) => {
    const address = URL.parse(request.url);
    if (address === null) return new Response(null, { status: 400 });
    const { pathname, search } = address;
    const headers = new Headers(request.headers);
    for (const name of HOP_HEADERS) headers.delete(name);
    const host = request.headers.get("host");
    if (host !== null) headers.set("x-forwarded-host", host);
    // Whatever the visitor says about itself stays to the left of what we saw.
    const peer = connection?.remoteAddr;
    if (peer !== undefined && "hostname" in peer) headers.append("x-forwarded-for", peer.hostname);
    const waiting = new AbortController();
    const isHealth = pathname === "/health";
    // Only until the head of the answer: a stream may last for hours.
    const timer = setTimeout(() => waiting.abort(), isHealth ? HEALTH_TIMEOUT_MS : TIMEOUT_MS);
    try {
      const response = await fetch(`${apiUrl}${pathname}${search}`, {
        method: request.method,
        headers,
        body: request.body,
        redirect: "manual",
        signal: AbortSignal.any([waiting.signal, request.signal]),
      });
      const answered = new Headers(response.headers);
      // The body arrives decoded.
      for (const name of [...HOP_HEADERS, "content-encoding", "content-length"]) answered.delete(name);
      return new Response(response.body, { status: response.status, headers: answered });
    } catch {
      if (isHealth) return Response.json({ status: "api_unavailable" }, { status: 503 });
      return Response.json(
        {
          type: "about:blank",
          title: "Unavailable",
          status: 503,
          detail: "The API does not answer",
          code: "api_unreachable",
        },
        { status: 503, headers: { "content-type": "application/problem+json" } },
      );
    } finally {
      clearTimeout(timer);
    }
  };
}
