import { isInRanges } from "./address_range.ts";

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
