/** Leasing and ending actions in PostgreSQL. */
import { assert } from "../../assert.ts";
import { flag, number, numberOrNull } from "../columns.ts";
import { IDEMPOTENCY_MS } from "../limits.ts";
import { leasedActionFrom, takenOver } from "../rows.ts";
import type { OutboxStore } from "../store.ts";
import { eventRow } from "./inbox.ts";
import { letterRow } from "./turn_write.ts";
import type { PostgresDeps } from "./turns.ts";
import { createPostgresOutboxListing } from "./outbox_listing.ts";

/** Only the first action of an entity may run, and those that wait for nobody. */
const IS_HEAD = "(o.is_parallel or not exists (select 1 from stator.outbox p where p.shard = o.shard " +
  "and p.entity_id = o.entity_id and p.next_at is not null and not p.is_parallel and (p.position, p.ordinal) < (o.position, o.ordinal)))";

export function createPostgresOutbox(deps: PostgresDeps): OutboxStore {
  const { database, signal } = deps;
  return {
    ...createPostgresOutboxListing(deps),
    async claim({ limit, leaseMs, owner }) {
      // A lease that ran out is an attempt of which nobody knows the end.
      const rows = await database.all(
        "with due as (select shard, entity_id, position, ordinal, is_leased from stator.outbox o " +
          `where next_at <= stator.now_ms() and ${IS_HEAD} order by next_at limit $1::int for update skip locked) ` +
          "update stator.outbox o set attempts = o.attempts + o.is_leased::int, lease_no = o.lease_no + 1, " +
          "is_leased = true, lease_owner = $3::text, next_at = stator.now_ms() + $2::bigint " +
          "from due where o.shard = due.shard and o.entity_id = due.entity_id and o.position = due.position " +
          "and o.ordinal = due.ordinal returning o.*, due.is_leased as was_leased",
        limit,
        leaseMs,
        owner,
      );
      return rows.map((row) => takenOver(leasedActionFrom(row), { isTakenOver: flag(row, "was_leased") }));
    },
    async extend(action, leaseMs) {
      const row = await database.get(
        "update stator.outbox set next_at = stator.now_ms() + $5::bigint where shard = stator.shard_of($1) " +
          "and entity_id = $1 and position = $2 and ordinal = $3 and lease_no = $4 and is_leased returning 1 as held",
        action.entityId,
        action.position,
        action.ordinal,
        action.leaseNo,
        leaseMs,
      );
      return row !== null;
    },
    async postpone(action, untilMs) {
      const row = await database.get(
        "update stator.outbox set next_at = $5::bigint, is_leased = false where shard = stator.shard_of($1) " +
          "and entity_id = $1 and position = $2 and ordinal = $3 and lease_no = $4 and is_leased returning 1 as held",
        action.entityId,
        action.position,
        action.ordinal,
        action.leaseNo,
        untilMs,
      );
      return row !== null;
    },
    async acknowledge({ action, result, retryAtMs, deadLetter, followUp }) {
      const row = await database.get(
        "select stator.acknowledge($1, $2, $3, $4, $5, $6, $7, $8, stator.now_ms() - $9) as held",
        action.entityId,
        action.position,
        action.ordinal,
        action.leaseNo,
        result.type === "failed",
        retryAtMs,
        deadLetter === null ? null : JSON.stringify([letterRow(deadLetter)]),
        followUp === null ? null : JSON.stringify([eventRow(followUp)]),
        IDEMPOTENCY_MS,
      );
      signal.wake();
      return row !== null && flag(row, "held");
    },
    async nextDueAtMs() {
      const row = await database.get(
        `select next_at from stator.outbox o where next_at is not null and ${IS_HEAD} order by next_at limit 1`,
      );
      return row === null ? null : numberOrNull(row, "next_at");
    },
    async counts() {
      const row = await database.get(
        "select count(*) as live, count(*) filter (where is_leased and next_at > stator.now_ms()) as leased " +
          "from stator.outbox where next_at is not null",
      );
      assert(row !== null, "an aggregate answers one row");
      const leased = number(row, "leased");
      return { pending: number(row, "live") - leased, leased };
    },
  };
}
