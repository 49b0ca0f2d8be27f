/** What SQLite throws, as failures of the store. */
import { AppError, messageOf } from "../../errors.ts";

/** Primary result codes (https://www.sqlite.org/rescode.html). */
const BUSY = 5;
const LOCKED = 6;
/** Read-only, I/O error, corrupt, full, cannot open, protocol, not a database. */
const UNAVAILABLE: ReadonlySet<number> = new Set([BUSY, LOCKED, 8, 10, 11, 13, 14, 15, 26]);

export function isBusy(error: unknown): boolean {
  const code = primaryCodeOf(error);
  return code === BUSY || code === LOCKED;
}

/** `store_unavailable` for whatever is no fault of the statement; everything else as it was. */
export function storeError(path: string, error: unknown): unknown {
  const code = primaryCodeOf(error);
  const isUnavailable = error instanceof Deno.errors.NotFound || (code !== null && UNAVAILABLE.has(code));
  if (!isUnavailable) return error;
  return new AppError("store_unavailable", `Cannot use database "${path}": ${messageOf(error)}`, {
    cause: error,
  });
}

function primaryCodeOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  // `exec`, which begins and ends transactions, throws without a code.
  if (!("errcode" in error)) return error.message === "database is locked" ? BUSY : null;
  return typeof error.errcode === "number" ? error.errcode & 0xff : null;
}
