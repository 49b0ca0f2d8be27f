/** Comparing what was answered with what was expected. */

/** Fails with both values as JSON; the order of keys does not count. */
export function assertEquals(actual: unknown, expected: unknown, what = "value"): void {
  const [a, e] = [canonical(actual), canonical(expected)];
  if (a !== e) throw new Error(`${what}: expected ${e}, got ${a}`);
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => a < b ? -1 : 1))
        : part,
  ) ?? "undefined";
}
