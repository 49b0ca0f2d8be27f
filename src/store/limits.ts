/** The named bounds of every store. */

/** Events in one append. */
export const APPEND_MAX = 1_000;
/** How long the answer to an idempotency key is kept. */
export const IDEMPOTENCY_MS = 7 * 86_400_000;
/** A worker that was not heard of for so long is gone. */
export const WORKER_GONE_MS = 60_000;
/** Longest wait for a lane that somebody else holds. */
export const LOCK_TIMEOUT_MS = 5_000;
/** Rows on one page of any list. */
export const PAGE_MAX = 1_000;

/** Rows of a list are counted so far; more are estimated. */
export const COUNT_MAX = 10_000;
/** Waiting events of one lane are counted so far. */
export const LANE_WAITING_MAX = 1_000;

/** A page size within bounds. */
export function pageSize(limit: number): number {
  return Math.max(1, Math.min(PAGE_MAX, Math.floor(limit)));
}
