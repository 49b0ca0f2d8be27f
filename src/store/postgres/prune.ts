/** Deletes what is older than the retention windows from PostgreSQL, one batch of each table. */
import { number } from "../columns.ts";
import { IDEMPOTENCY_MS, WORKER_GONE_MS } from "../limits.ts";
import { FAILURES_KEPT_MS } from "../login_throttle.ts";
import type { RetentionWindows } from "../store.ts";
import type { PostgresValue } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";
import { MONTHS_AHEAD } from "./migrate.ts";

const DAY_MS = 86_400_000;

export async function prunePostgres(
  database: PostgresDatabase,
  windows: RetentionWindows,
): Promise<Readonly<Record<string, number>>> {
  const nowMs = await database.nowMs();
  const sinceOf = (days: number | null) => days === null ? 0 : nowMs - days * DAY_MS;
  const { batchSize } = windows;
  const count = async (statement: string, ...values: readonly PostgresValue[]): Promise<number> => {
    const row = await database.get(
      `with gone as (${statement} returning 1) select count(*) as count from gone`,
      ...values,
    );
    return row === null ? 0 : number(row, "count");
  };
  const partitions = await tendPartitions(database, nowMs, windows);
  const terminalMs = sinceOf(windows.historyTerminalDays);
  const activeMs = sinceOf(windows.historyActiveDays);
  const history = await count(
    "delete from stator.history where (shard, entity_id, position, created_at) in (" +
      "select h.shard, h.entity_id, h.position, h.created_at from stator.history h left join stator.entity e using (shard, entity_id) " +
      "where h.created_at < $3::bigint and h.created_at < case when coalesce(e.is_terminal, false) then $1::bigint " +
      "else $2::bigint end limit $4::int)",
    terminalMs,
    activeMs,
    Math.max(terminalMs, activeMs),
    batchSize,
  );
  const deadLetters = await count(
    "delete from stator.dead_letter where record_id in (select record_id from stator.dead_letter " +
      "where status <> 'pending' and coalesce(updated_at, created_at) < $1::bigint limit $2::int)",
    sinceOf(windows.deadLettersDays),
    batchSize,
  );
  await count(
    "delete from stator.outbox o where dead_record_id is not null " +
      "and not exists (select 1 from stator.dead_letter d where d.record_id = o.dead_record_id)",
  );
  const producers = await database.get(
    "select stator.prune_producers($1, $2, $3) as count",
    sinceOf(windows.eventsCompletedDays),
    sinceOf(windows.deadLettersDays),
    batchSize,
  );
  return {
    history,
    ...(partitions === 0 ? {} : { history_partition: partitions }),
    worker_events: producers === null ? 0 : number(producers, "count"),
    dead_letter: deadLetters,
    idempotency: await count("delete from stator.idempotency where created_at <= $1", nowMs - IDEMPOTENCY_MS),
    document: await count("delete from stator.document where expires_at <= $1", nowMs),
    worker: await count("delete from stator.worker where seen_at < $1", nowMs - WORKER_GONE_MS),
    login_failure: await count(
      "delete from stator.login_failure where last_at < $1",
      nowMs - FAILURES_KEPT_MS,
    ),
  };
}

/** Makes partitions ahead and drops those that are over for every entity; answers how many were dropped. */
async function tendPartitions(
  database: PostgresDatabase,
  nowMs: number,
  { historyTerminalDays, historyActiveDays }: RetentionWindows,
): Promise<number> {
  const isForEver = historyTerminalDays === null || historyActiveDays === null;
  const keptMs = isForEver ? nowMs : Math.max(historyTerminalDays, historyActiveDays) * DAY_MS;
  await database.get("select stator.extend_history($1) as made", MONTHS_AHEAD);
  const row = await database.get("select stator.drop_history($1) as dropped", nowMs - keptMs);
  return row === null ? 0 : number(row, "dropped");
}
