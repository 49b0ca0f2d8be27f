/** Whether an address may be stored as a target: https, no credentials, and no host of this machine or network by name. */

const PORTS: ReadonlySet<string> = new Set(["", "443", "8443"]);
const INSIDE = /(?:^|\.)(?:localhost|local|internal|localdomain|home\.arpa)$/i;

/** The deliverer checks again when it sends, after names are resolved and with the operator's exceptions. */
export function isOutsideUrl(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.protocol !== "https:" || !PORTS.has(url.port)) return false;
  if (url.username !== "" || url.password !== "") return false;
  const host = url.hostname.replace(/\.$/, "");
  // Literal addresses are left to people who know theirs: names are checked when they are resolved.
  return host.includes(".") && !host.startsWith("[") && !/^[0-9.]+$/.test(host) && !INSIDE.test(host);
}
