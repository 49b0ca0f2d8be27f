/** Whether an address lies in a list of addresses and ranges (`10.0.0.0/8`, `fd00::/8`). */

/** What cannot be read matches nothing. */
export function isInRanges(address: string, ranges: readonly string[]): boolean {
  const bits = bitsOf(address);
  return ranges.some((range) => {
    if (range === address) return true;
    const slash = range.indexOf("/");
    if (bits === null || slash === -1) return false;
    const network = bitsOf(range.slice(0, slash));
    const length = Number(range.slice(slash + 1));
    return network !== null && network.length === bits.length && Number.isInteger(length) && length >= 0 &&
      length <= bits.length && bits.startsWith(network.slice(0, length));
  });
}

/**
 * Whom an address counts for: itself, or for IPv6 the network of 64 bits that one customer gets, in which anybody has
 * more addresses than could ever be counted.
 */
export function networkOf(address: string): string {
  const bits = address.includes(":") ? bitsOf(address) : null;
  if (bits === null) return address;
  if (bits.length === 32) return address.slice(address.lastIndexOf(":") + 1);
  const groups = Array.from(
    { length: 4 },
    (_, index) => parseInt(bits.slice(index * 16, index * 16 + 16), 2),
  );
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}

/** 32 or 128 binary digits; an IPv4 address written as IPv6 counts as IPv4. */
function bitsOf(address: string): string | null {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1];
  const text = mapped ?? address;
  return text.includes(":") ? bitsOfV6(text) : bitsOfV4(text);
}

function bitsOfV4(text: string): string | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) {
    return null;
  }
  return parts.map((part) => Number(part).toString(2).padStart(8, "0")).join("");
}

function bitsOfV6(text: string): string | null {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return null;
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.map((group) => parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}
