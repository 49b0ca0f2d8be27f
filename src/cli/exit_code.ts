/** What a process tells its caller when it ends. */
import { AppError, type ErrorCode } from "../errors.ts";

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_BAD_CONFIGURATION = 78;

const EXIT_CODES = {
  bad_request: 2,
  validation_failed: 1,
  invalid_machine: 1,
  invalid_entity_id: 2,
  unauthenticated: 5,
  forbidden: 5,
  not_found: 3,
  machine_not_found: 3,
  entity_not_found: 3,
  entity_not_active: 4,
  entity_exists: 4,
  event_not_found: 3,
  dead_letter_not_found: 3,
  machine_exists: 4,
  machine_in_use: 4,
  machine_mismatch: 4,
  revision_conflict: 4,
  precondition_failed: 4,
  idempotency_conflict: 4,
  conflict: 4,
  payload_too_large: 1,
  unsupported_media_type: 1,
  too_many_requests: 6,
  store_unavailable: 6,
  schema_mismatch: 6,
  timeout: 7,
  bad_configuration: EXIT_BAD_CONFIGURATION,
  internal: 1,
} as const satisfies Record<ErrorCode, number>;

export function exitCodeOf(error: unknown): number {
  return error instanceof AppError ? EXIT_CODES[error.code] : EXIT_FAILED;
}

/** What to do next, for errors where that is the same every time. */
export function adviceOf(error: unknown): string | null {
  if (!(error instanceof AppError)) return null;
  return ADVICE.get(error.code) ?? null;
}

const ADVICE: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["machine_not_found", "See what there is: stator machines list"],
  [
    "store_unavailable",
    "Check that the address is right and the server runs: PYSTATOR_API_URL, PYSTATOR_DATABASE_URL",
  ],
  ["schema_mismatch", "Bring the tables up to date: stator db upgrade"],
  ["unauthenticated", "Set PYSTATOR_API_TOKEN to an API key or an access token"],
  [
    "entity_not_found",
    "Name a machine to create it with its first event: stator send ENTITY TRIGGER --machine NAME",
  ],
]);
