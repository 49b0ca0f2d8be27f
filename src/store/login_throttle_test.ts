/** Waiting after failed logins. */
import { assertEquals } from "./contract/assertions.ts";
import { addFailure, blockedUntilMs, type LoginFailures } from "./login_throttle.ts";

Deno.test("blockedUntilMs() doubles with each failure beyond the limit, up to an hour", () => {
  let failures: LoginFailures | null = null;
  const waits: (number | null)[] = [];
  for (let count = 1; count <= 14; count++) {
    failures = addFailure(failures, 1_000);
    const untilMs = blockedUntilMs(failures, 5, 1_000);
    waits.push(untilMs === null ? null : (untilMs - 1_000) / 60_000);
  }
  assertEquals(waits, [null, null, null, null, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

Deno.test("addFailure() starts over after a quiet time, not after a block", () => {
  const rows = [[1, 60_000, 2], [1, 60_001, 1], [5, 120_000, 6], [5, 300_001, 1]] as const;
  for (const [count, laterMs, expected] of rows) {
    assertEquals(addFailure({ count, lastAtMs: 0 }, laterMs).count, expected, `${count} after ${laterMs}`);
  }
});

Deno.test("blockedUntilMs() is over at its end", () => {
  assertEquals(blockedUntilMs({ count: 5, lastAtMs: 0 }, 5, 59_999), 60_000);
  assertEquals(blockedUntilMs({ count: 5, lastAtMs: 0 }, 5, 60_000), null);
});
