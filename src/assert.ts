/** What must hold at this point; a violation is a bug and fails only the event in hand. */

/** Thrown by `assert`: the program is wrong, not its caller. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws `AssertionError` unless `condition` is true. `message` states the fact that must hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Closes a `switch` over a union: the compiler refuses a missing case, a lying value fails here. */
export function unreachable(value: never): never {
  throw new AssertionError(`Unexpected value: ${JSON.stringify(value)}`);
}
