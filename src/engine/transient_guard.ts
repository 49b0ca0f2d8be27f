/** A guard of the host that could not answer now: the event is neither taken nor refused. */

/**
 * Thrown by a guard when what it asks is out of reach for a while. It passes through the engine to the caller, who
 * tries the event again later; any other error of a guard counts as an error of that guard.
 */
export class TransientGuardError extends Error {
  override readonly name = "TransientGuardError";
}
