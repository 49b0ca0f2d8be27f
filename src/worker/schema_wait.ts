/** A worker may start before its database is migrated: it waits, says so now and then, and never creates anything. */
import type { Clock } from "../clock.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";

const CHECK_MS = 1_000;
/** Lines at the start, then one of so many checks. */
const LINES_AT_FIRST = 2;
const LOG_EVERY = 60;

/**
 * Resolves true when the schema is the expected one, false when the signal came first. A newer schema than this program
 * knows throws `schema_mismatch`: it must not write there.
 */
export async function waitForSchema(deps: {
  readonly store: Pick<Store, "schema">;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  for (let check = 0; !deps.signal.aborted; check++) {
    const found = await deps.store.schema().then(
      (schema) => ({ ...schema, error: null }),
      (error: unknown) => ({ applied: null, expected: null, error: messageOf(error) }),
    );
    if (found.error === null && found.applied === found.expected) return true;
    if (found.error === null && found.applied !== null && found.applied > found.expected) {
      throw new AppError(
        "schema_mismatch",
        `Cannot work on schema version ${found.applied}: this program knows ${found.expected}`,
      );
    }
    if (check < LINES_AT_FIRST || check % LOG_EVERY === 0) {
      deps.log.warning("Waits for the schema; run the migration", {
        ...found,
        seconds: check * CHECK_MS / 1_000,
      });
    }
    await deps.clock.sleep(CHECK_MS, deps.signal);
  }
  return false;
}
