/** What the driver and the server throw, as failures of the store. */
import { AppError, messageOf } from "../../errors.ts";

/** Codes of our own functions (migrations/postgres). */
export const FENCED = "ST001";
const TURN_IS_OVER = "ST002";
const ACTION_IS_GONE = "ST003";

const LOCK_NOT_AVAILABLE = "55P03";

/** Codes of the driver and of the operating system for a connection that is not there. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  // The stream of a copy whose connection ended.
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_DESTROYED",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * SQLSTATE classes and codes that say nothing about the statement: connection, resources, operator, system, bad
 * password, missing database, read-only replica, deadlock, statement and idle timeouts.
 */
const UNAVAILABLE = /^(08|53|57|58|28|3D|25006|25P03|40001|40P01|XX)/;
/** Missing schema, table, column or function. */
const NOT_MIGRATED = /^(3F000|42P01|42703|42883)$/;

/** SQLSTATE or code of the driver; null = neither. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/** Whether a process may survive this error although nobody caught it: a connection was lost. */
export function isConnectionError(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && (CONNECTION_CODES.has(code) || code.startsWith("57P"));
}

/** The failure as the port names it; a mistake in a statement stays as it is. */
export function storeError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const options = { cause: error, details: { code } };
  if (code === LOCK_NOT_AVAILABLE) {
    return new AppError("conflict", "Cannot lock the entity: somebody else holds it for too long", options);
  }
  if (code === ACTION_IS_GONE) {
    return new AppError("validation_failed", "Cannot replay the dead letter: its action is gone", options);
  }
  if (code !== null && NOT_MIGRATED.test(code)) {
    return new AppError(
      "schema_mismatch",
      `Cannot use the database: ${messageOf(error)}. Apply the migrations first (db upgrade)`,
      options,
    );
  }
  if (code !== null && (code === TURN_IS_OVER || CONNECTION_CODES.has(code) || UNAVAILABLE.test(code))) {
    return new AppError("store_unavailable", `Cannot use the database: ${messageOf(error)}`, options);
  }
  return error;
}
