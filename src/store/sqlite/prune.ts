/** Deletes what is older than the retention windows from SQLite, one batch of each table. */
import { IDEMPOTENCY_MS, WORKER_GONE_MS } from "../limits.ts";
import { FAILURES_KEPT_MS } from "../login_throttle.ts";
import type { RetentionWindows } from "../store.ts";
import type { SqliteSession } from "./connect.ts";

const DAY_MS = 86_400_000;

export function pruneSqlite(
  session: SqliteSession,
  windows: RetentionWindows,
  nowMs: number,
): Readonly<Record<string, number>> {
  const sinceOf = (days: number | null) => days === null ? null : nowMs - days * DAY_MS;
  const { batchSize } = windows;
  const history = session.run(
    "delete from history where feed_no in (select feed_no from history h left join entity e using (entity_id) " +
      "where h.created_at < max(coalesce(?1, 0), coalesce(?2, 0)) " +
      "and h.created_at < coalesce(case when e.is_terminal then ?1 else ?2 end, 0) limit ?3)",
    sinceOf(windows.historyTerminalDays),
    sinceOf(windows.historyActiveDays),
    batchSize,
  );
  const deadLetters = session.run(
    "delete from dead_letter where record_id in (select record_id from dead_letter where status <> 'pending' " +
      "and coalesce(updated_at, created_at) < ? limit ?)",
    sinceOf(windows.deadLettersDays),
    batchSize,
  );
  if (deadLetters > 0) {
    session.run(
      "delete from outbox where dead_record_id is not null " +
        "and dead_record_id not in (select record_id from dead_letter)",
    );
  }
  return {
    history,
    dead_letter: deadLetters,
    idempotency: session.run("delete from idempotency where created_at <= ?", nowMs - IDEMPOTENCY_MS),
    document: session.run("delete from document where expires_at <= ?", nowMs),
    worker: session.run("delete from worker where seen_at < ?", nowMs - WORKER_GONE_MS),
    login_failure: session.run("delete from login_failure where last_at < ?", nowMs - FAILURES_KEPT_MS),
  };
}
