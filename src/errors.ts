/** Mistakes of a caller: one closed list of codes and one error class that carries them. */

/** Every code a caller may see. The API maps each to an HTTP status, the CLI to an exit code. */
export type ErrorCode =
  | "bad_request"
  | "validation_failed"
  | "invalid_machine"
  | "invalid_entity_id"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "machine_not_found"
  | "entity_not_found"
  | "entity_not_active"
  | "entity_exists"
  | "event_not_found"
  | "dead_letter_not_found"
  | "machine_exists"
  | "machine_in_use"
  | "machine_mismatch"
  | "revision_conflict"
  | "precondition_failed"
  | "idempotency_conflict"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "too_many_requests"
  | "store_unavailable"
  | "schema_mismatch"
  | "timeout"
  | "bad_configuration"
  | "internal";

/**
 * A caller's mistake or an outside failure, with a stable code.
 *
 * `message` reads: action, quoted value, colon, current state; sentence case, no final period. `details` is plain
 * data that is safe to show to the caller.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
