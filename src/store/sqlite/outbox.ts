/** Leasing and ending actions in SQLite. */
import { flag, number, numberOrNull, text } from "../columns.ts";
import { leasedActionFrom, takenOver } from "../rows.ts";
import type { OutboxStore } from "../store.ts";
import { appendOne, type SqliteDeps } from "./inbox.ts";
import { insertLetter } from "./turn_write.ts";
import { createSqliteOutboxListing } from "./outbox_listing.ts";

/** Only the first action of an entity may run, and those that wait for nobody. */
const IS_HEAD = "(o.is_parallel = 1 or not exists (select 1 from outbox p where p.entity_id = o.entity_id " +
  "and p.next_at is not null and p.is_parallel = 0 and (p.position, p.ordinal) < (o.position, o.ordinal)))";

export function createSqliteOutbox(deps: SqliteDeps): OutboxStore {
  const { database, locks, signal } = deps;
  return {
    ...createSqliteOutboxListing(deps),
    claim: ({ limit, leaseMs, owner }) =>
      database.write((session) => {
        const nowMs = database.nowMs();
        const heads = session.all(
          `select action_id, is_leased from outbox o where next_at <= ? and ${IS_HEAD} order by next_at limit ?`,
          nowMs,
          limit,
        );
        return heads.flatMap((head) => {
          // A lease that ran out is an attempt of which nobody knows the end.
          const row = session.get(
            "update outbox set attempts = attempts + is_leased, lease_no = lease_no + 1, is_leased = 1, " +
              "lease_owner = ?, next_at = ? where action_id = ? returning *",
            owner,
            nowMs + leaseMs,
            text(head, "action_id"),
          );
          return row === null
            ? []
            : [takenOver(leasedActionFrom(row), { isTakenOver: flag(head, "is_leased") })];
        });
      }),
    extend: (action, leaseMs) =>
      database.write((session) =>
        session.run(
          "update outbox set next_at = ? where action_id = ? and lease_no = ? and is_leased = 1",
          database.nowMs() + leaseMs,
          action.actionId,
          action.leaseNo,
        ) === 1
      ),
    postpone: (action, untilMs) =>
      database.write((session) =>
        session.run(
          "update outbox set next_at = ?, is_leased = 0 where action_id = ? and lease_no = ? and is_leased = 1",
          untilMs,
          action.actionId,
          action.leaseNo,
        ) === 1
      ),
    async acknowledge(ack) {
      const laneIds = ack.followUp === null ? [] : [ack.followUp.entityId];
      await locks.acquire(laneIds, deps.lockTimeoutMs);
      try {
        return await database.write((session) => {
          const { action, retryAtMs, deadLetter, followUp } = ack;
          const held = "action_id = ? and lease_no = ? and is_leased = 1";
          const isKept = ack.result.type === "failed" && (retryAtMs !== null || deadLetter !== null);
          const changed = isKept
            ? session.run(
              "update outbox set attempts = attempts + 1, is_leased = 0, next_at = ?, dead_record_id = ? " +
                `where ${held}`,
              deadLetter === null ? retryAtMs : null,
              deadLetter?.recordId ?? null,
              action.actionId,
              action.leaseNo,
            )
            : session.run(`delete from outbox where ${held}`, action.actionId, action.leaseNo);
          if (changed !== 1) return false;
          if (deadLetter !== null) insertLetter(session, deadLetter);
          if (followUp !== null) appendOne(session, followUp, database.nowMs());
          return true;
        });
      } finally {
        locks.release(laneIds);
        signal.wake();
      }
    },
    nextDueAtMs: () =>
      database.read((session) => {
        const row = session.get(
          `select min(next_at) as next_at from outbox o where next_at is not null and ${IS_HEAD}`,
        );
        return row === null ? null : numberOrNull(row, "next_at");
      }),
    counts: () =>
      database.read((session) => {
        const row = session.get(
          "select count(*) as live, count(*) filter (where is_leased and next_at > ?) as leased " +
            "from outbox where next_at is not null",
          database.nowMs(),
        );
        const leased = row === null ? 0 : number(row, "leased");
        return { pending: (row === null ? 0 : number(row, "live")) - leased, leased };
      }),
  };
}
