/** SHA-1 is the one of the system, for every length around a block and any text. */
import { deepStrictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { sha1 } from "./sha1.ts";

const PREFIX = Uint8Array.from({ length: 16 }, (_, index) => index * 17 % 256);

function hexOf(words: Int32Array): string {
  return [...words].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function expected(text: string): string {
  return createHash("sha1").update(PREFIX).update(text).digest("hex");
}

Deno.test("sha1() is SHA-1 at every length up to three blocks", () => {
  for (let length = 0; length < 192; length++) {
    const text = "a".repeat(length);
    deepStrictEqual([length, hexOf(sha1(PREFIX, text))], [length, expected(text)]);
  }
});

Deno.test("sha1() is SHA-1 of any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      deepStrictEqual(hexOf(sha1(PREFIX, text)), expected(text));
    }),
    { seed: 20_260_131 },
  );
});
