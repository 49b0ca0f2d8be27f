/** Versions from oldest to newest, as rows. */
import { strictEqual } from "node:assert/strict";
import { compareVersions } from "./version_order.ts";

const ROWS: readonly (readonly [older: string, newer: string])[] = [
  ["1.9.0", "1.10.0"],
  ["1", "2"],
  ["1.0", "1.0.1"],
  ["1.0.0-rc.1", "1.0.0"],
  ["1.0.0-rc.2", "1.0.0-rc.10"],
  ["1.0.0-alpha", "1.0.0-beta"],
  ["0.9", "0.10-rc.1"],
  ["2024.1", "2024.12"],
];

for (const [older, newer] of ROWS) {
  Deno.test(`compareVersions() puts ${older} before ${newer}`, () => {
    strictEqual(Math.sign(compareVersions(older, newer)), -1);
    strictEqual(Math.sign(compareVersions(newer, older)), 1);
    strictEqual(compareVersions(older, older), 0);
  });
}
