/** Comparing plain data, with a message that shows both sides. */
import { AssertionError } from "../../assert.ts";
import { AppError, type ErrorCode } from "../../errors.ts";

/** Equal as JSON data, whatever the order of keys. */
export function assertEquals(actual: unknown, expected: unknown, message = "values differ"): void {
  const actualText = canonical(actual);
  const expectedText = canonical(expected);
  if (actualText === expectedText) return;
  throw new AssertionError(`${message}\n  actual:   ${actualText}\n  expected: ${expectedText}`);
}

export async function assertRejects(run: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  let outcome: unknown = "nothing was thrown";
  try {
    await run();
  } catch (error) {
    if (error instanceof AppError && error.code === code) return;
    outcome = error;
  }
  throw new AssertionError(`Expected error "${code}": ${String(outcome)}`);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }) ?? String(value);
}
