/** Who is at the other end and what this request is called. */
import { isInRanges } from "./address_range.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that the caller gave, when it is a plain word; else a new one. */
export function requestIdOf(request: Request, newId: () => string): string {
  const given = request.headers.get("x-request-id");
  return given !== null && REQUEST_ID.test(given) ? given : newId();
}

/**
 * The address that counts for throttling. Behind a configured proxy it is the last address in `X-Forwarded-For` that
 * is no proxy itself; from anybody else the header means nothing.
 */
export function clientAddressOf(
  request: Request,
  peer: string | undefined,
  trustedProxies: readonly string[],
): string {
  if (peer === undefined) return "local";
  if (trustedProxies.length === 0 || !isInRanges(peer, trustedProxies)) return peer;
  const chain = (request.headers.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  const client = chain.toReversed().find((address) => address !== "" && !isInRanges(address, trustedProxies));
  return client !== undefined && client.length <= 64 ? client : peer;
}
