/** IP addresses as bytes, the blocks they lie in, and whether one belongs to the public internet. */

/** 4 or 16 bytes. */
export type Address = readonly number[];

export interface Block {
  readonly address: Address;
  readonly prefix: number;
}

/** Strict dotted decimal or RFC 4291 text; null for everything else, zones included. */
export function parseAddress(text: string): Address | null {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** `10.0.0.0/8`, `fd00::/8`, or one address; null when it is neither. */
export function parseBlock(text: string): Block | null {
  const [base, prefixText, ...rest] = text.split("/");
  const address = base === undefined ? null : parseAddress(base);
  if (address === null || rest.length > 0) return null;
  const bits = address.length * 8;
  if (prefixText === undefined) return { address, prefix: bits };
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  return prefix < 0 || prefix > bits ? null : { address, prefix };
}

export function isInBlock(address: Address, block: Block): boolean {
  if (address.length !== block.address.length) return false;
  return address.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, block.prefix - index * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((block.address[index] ?? 0) & mask);
  });
}

/**
 * Only global unicast. Addresses that carry an IPv4 address (mapped, translated, 6to4, Teredo) are refused outright:
 * nobody needs them to reach a public host, and each of them is a way around the rule.
 */
export function isPublic(address: Address): boolean {
  if (address.length === 4) return !RESERVED_V4.some((block) => isInBlock(address, block));
  return isInBlock(address, GLOBAL_V6) && !RESERVED_V6.some((block) => isInBlock(address, block));
}

const RESERVED_V4 = blocks(
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
);
const GLOBAL_V6: Block = { address: [0x20, ...Array<number>(15).fill(0)], prefix: 3 };
const RESERVED_V6 = blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

function blocks(...texts: readonly string[]): readonly Block[] {
  return texts.map(parseBlock).filter((block) => block !== null);
}

function parseV4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseV6(text: string): Address | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? "");
  const tail = groupsOf(halves[1] ?? "");
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return null;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

function groupsOf(text: string): readonly number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (group.includes(".") && index === groups.length - 1) {
      const v4 = parseV4(group);
      if (v4 === null) return null;
      bytes.push(...v4);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return null;
  }
  return bytes.length <= 16 ? bytes : null;
}
