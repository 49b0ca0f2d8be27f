/** Which addresses on the network this process may call; everything inside is refused unless the operator named it. */
import { type Address, type Block, isInBlock, isPublic, parseAddress, parseBlock } from "./address.ts";

export interface EgressPolicy {
  /** What is wrong with the URL itself; null = it may be stored, and resolved when it is called. */
  refusal(url: string): string | null;
  /** Checks the URL, resolves its host once, and answers with the addresses that may be connected to. */
  check(url: string): Promise<EgressDecision>;
}

export type EgressDecision =
  | { readonly type: "allowed"; readonly url: URL; readonly addresses: readonly string[] }
  | { readonly type: "refused"; readonly reason: string }
  /** The name could not be resolved just now. */
  | { readonly type: "unresolved"; readonly reason: string };

export interface EgressDeps {
  /** Entries of `PYSTATOR_EGRESS_ALLOW`: `host:port`, `host`, address or CIDR. */
  readonly allow: readonly string[];
  readonly resolve: (host: string) => Promise<readonly string[]>;
}

const URL_LENGTH_MAX = 4_096;
const PORTS = new Set(["", "443", "8443"]);

export function createEgressPolicy(deps: EgressDeps): EgressPolicy {
  const blocks: Block[] = [];
  const hosts = new Set<string>();
  for (const entry of deps.allow) {
    const block = parseBlock(entry);
    if (block === null) hosts.add(entry.toLowerCase());
    else blocks.push(block);
  }
  const isNamed = (url: URL) => hosts.has(url.hostname) || hosts.has(`${url.hostname}:${portOf(url)}`);
  const isInside = (address: Address) => blocks.some((block) => isInBlock(address, block));

  return {
    refusal(text) {
      const read = readUrl(text);
      return typeof read === "string" ? read : shapeRefusal(read, isNamed(read) || blocks.length > 0);
    },
    async check(text) {
      const read = readUrl(text);
      if (typeof read === "string") return { type: "refused", reason: read };
      const isException = isNamed(read);
      const reason = shapeRefusal(read, isException || blocks.length > 0);
      if (reason !== null) return { type: "refused", reason };
      const host = read.hostname.replace(/^\[|\]$/g, "");
      let addresses: readonly string[];
      try {
        addresses = parseAddress(host) === null ? await deps.resolve(host) : [host];
      } catch {
        addresses = [];
      }
      if (addresses.length === 0) return { type: "unresolved", reason: `Cannot resolve "${host}"` };
      const parsed = addresses.map(parseAddress);
      const isListed = parsed.every((address) => address !== null && isInside(address));
      // The shape of an exception is free only for the exception itself.
      const strict = isException || isListed ? null : shapeRefusal(read, false);
      if (strict !== null) return { type: "refused", reason: strict };
      // One bad address spoils the name: which of them is used later is not ours to choose.
      const isAllowed = isException ||
        parsed.every((address) => address !== null && (isPublic(address) || isInside(address)));
      if (!isAllowed) return { type: "refused", reason: `"${host}" is not on the public internet` };
      return { type: "allowed", url: read, addresses };
    },
  };
}

function readUrl(text: string): URL | string {
  if (text.length > URL_LENGTH_MAX) return `The address is longer than ${URL_LENGTH_MAX} characters`;
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u0020\u007f\\]/.test(text)) {
    return "The address contains blanks, backslashes or control characters";
  }
  return URL.canParse(text) ? new URL(text) : "The address is not a URL";
}

function shapeRefusal(url: URL, isException: boolean): string | null {
  if (url.username !== "" || url.password !== "") return "The address contains a user name or password";
  if (url.protocol !== "https:" && !(isException && url.protocol === "http:")) {
    return "Only https addresses may be called";
  }
  if (!isException && !PORTS.has(url.port)) return "Only ports 443 and 8443 may be called";
  return url.hostname === "" ? "The address has no host" : null;
}

function portOf(url: URL): string {
  return url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80";
}
