import { isInRanges, networkOf } from "./address_range.ts";

const CASES: readonly (readonly [string, readonly string[], boolean])[] = [
  ["10.1.2.3", ["10.0.0.0/8"], true],
  ["11.1.2.3", ["10.0.0.0/8"], false],
  ["10.1.2.3", ["10.1.2.3"], true],
  ["10.1.2.3", ["10.1.2.3/32"], true],
  ["10.1.2.4", ["10.1.2.3/32"], false],
  ["10.1.2.3", ["0.0.0.0/0"], true],
  ["::ffff:10.1.2.3", ["10.0.0.0/8"], true],
  ["fd00::1", ["fd00::/8"], true],
  ["fe80::1", ["fd00::/8"], false],
  ["::1", ["::1"], true],
  ["::1", ["0.0.0.0/0"], false],
  ["2001:db8::1", ["2001:db8::/33"], true],
  ["2001:db8:8000::1", ["2001:db8::/33"], false],
  ["nonsense", ["0.0.0.0/0", "::/0"], false],
  ["10.1.2.3", ["10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "1:2:3::4::5/8"], false],
];

Deno.test("isInRanges() knows addresses and ranges of both families", () => {
  for (const [address, ranges, expected] of CASES) {
    if (isInRanges(address, ranges) !== expected) throw new Error(`${address} in ${ranges}: not ${expected}`);
  }
});

const NETWORKS: readonly (readonly [string, string])[] = [
  ["198.51.100.7", "198.51.100.7"],
  ["::ffff:198.51.100.7", "198.51.100.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:ffff::", "2001:db8:1:2::/64"],
  ["::1", "0:0:0:0::/64"],
  ["local", "local"],
  ["not:an:address", "not:an:address"],
];

Deno.test("networkOf() counts an IPv6 address for its network", () => {
  for (const [address, expected] of NETWORKS) {
    const found = networkOf(address);
    if (found !== expected) throw new Error(`${address}: ${found} instead of ${expected}`);
  }
});
