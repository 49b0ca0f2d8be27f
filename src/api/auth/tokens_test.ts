/** A token that was found right once is still judged by the time, and only as the very same text. */
import { deepStrictEqual, rejects } from "node:assert/strict";
import { ACCESS_LIFE_SECONDS, createTokens } from "./tokens.ts";

const SECRETS = { secret: "tests-only-7f0d1c9b2a8e4f6d5c3b-secret", previousSecret: null };
const START_MS = Date.UTC(2026, 0, 31, 12);

function clockAt(startMs: number) {
  let nowMs = startMs;
  return { nowMs: () => nowMs, sleep: () => Promise.resolve(), advance: (ms: number) => void (nowMs += ms) };
}

Deno.test("verify() refuses a known token when its time is over, five seconds of grace included", async () => {
  for (const isKnown of [false, true]) {
    const clock = clockAt(START_MS);
    const tokens = await createTokens(SECRETS, clock);
    const token = await tokens.issue({ username: "ann", role: "Viewer", counter: 1, tokenId: "t" });
    if (isKnown) deepStrictEqual((await tokens.verify(token)).username, "ann");
    clock.advance(ACCESS_LIFE_SECONDS * 1_000 + 4_999);
    deepStrictEqual((await tokens.verify(token)).tokenId, "t");
    clock.advance(1);
    await rejects(tokens.verify(token), { code: "unauthenticated" });
  }
});

Deno.test("verify() refuses a known token from before its time", async () => {
  const clock = clockAt(START_MS);
  const tokens = await createTokens(SECRETS, clock);
  const token = await tokens.issue({ username: "ann", role: "Viewer", counter: 1, tokenId: "t" });
  await tokens.verify(token);
  clock.advance(-6_000);
  await rejects(tokens.verify(token), { code: "unauthenticated" });
});

Deno.test("verify() takes no other text for a known token", async () => {
  const tokens = await createTokens(SECRETS, clockAt(START_MS));
  const token = await tokens.issue({ username: "ann", role: "Viewer", counter: 1, tokenId: "t" });
  await tokens.verify(token);
  const [head, claims, signature] = token.split(".");
  for (
    const other of [`${head}.${claims}.`, `${head}.${claims}.${signature?.slice(0, -2)}AA`, `${token}.x`]
  ) {
    await rejects(tokens.verify(other), { code: "unauthenticated" });
  }
});
