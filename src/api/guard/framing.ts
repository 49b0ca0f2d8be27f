/** Requests that two readers might understand differently are not understood at all. */

const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
const LENGTH = /^\d{1,15}$/;

/**
 * Scheme and host of the last address that could be read. Nothing behind them makes an address unreadable, and nearly
 * all requests have the same: reading the address for nothing costs a tenth of an answer.
 */
let readableOrigin = "";

/**
 * What is wrong with the frame of a request; null = nothing. The runtime refuses most of it itself; what it lets
 * through is a name of the host that would change the path, and a length that is given twice.
 */
export function framingProblem(request: Request): string | null {
  const { headers } = request;
  const host = headers.get("host");
  if (host !== null && !HOST.test(host)) return "The Host header is not the name of a host";
  const length = headers.get("content-length");
  if (length !== null && !LENGTH.test(length)) return "The Content-Length header is not one number";
  if (length !== null && headers.get("transfer-encoding") !== null) return "The body has two lengths";
  const { url } = request;
  const pathStart = url.indexOf("/", url.indexOf("://") + 3);
  if (readableOrigin !== "" && url.startsWith(readableOrigin) && pathStart === readableOrigin.length) {
    return null;
  }
  if (!URL.canParse(url)) return "The address of the request cannot be read";
  readableOrigin = pathStart === -1 ? "" : url.slice(0, pathStart);
  return null;
}
