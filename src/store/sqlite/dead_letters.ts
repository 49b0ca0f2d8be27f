/** Dead letters in SQLite: reading them, giving them up, putting them back. */
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
import { number, text, textOrNull } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import {
  ignoredLetter,
  originalSeq,
  parkedReasonOf,
  replayedAs,
  replayedEvent,
  type ReplayRequest,
  resolvedLetter,
} from "../replay.ts";
import { deadLetterFrom } from "../rows.ts";
import type { DeadLetterStore } from "../store.ts";
import type { SqliteSession } from "./connect.ts";
import { appendOne, insertEvent, type SqliteDeps } from "./inbox.ts";
import { pageFrom } from "./paging.ts";

export function createSqliteDeadLetters(deps: SqliteDeps): DeadLetterStore {
  const { database } = deps;
  return {
    list: (query) =>
      database.read((session) => {
        const page = pageFrom(session, {
          from: "dead_letter",
          filters: [
            ["machine_name = ?", query.machineName],
            ["entity_id = ?", query.entityId],
            ["reason = ?", query.reason],
            ["stage = ?", query.stage],
            ["status = ?", query.status],
            ["created_at >= ?", query.createdFromMs],
            ["created_at <= ?", query.createdToMs],
          ],
          scope: cursorScope("dead_letters", query),
          order: [
            { column: "created_at", isDescending: query.isAscending !== true },
            { column: "record_id", isDescending: query.isAscending !== true },
          ],
          query,
        });
        return { ...page, items: page.items.map(deadLetterFrom) };
      }),
    get: (recordId) => database.read((session) => find(session, recordId)),
    stats: (machineName) =>
      database.read((session) => {
        const count = (column: string): Readonly<Record<string, number>> =>
          Object.fromEntries(
            session.all(
              `select ${column} as name, count(*) as count from dead_letter ` +
                "where ?1 is null or machine_name = ?1 group by 1",
              machineName ?? null,
            ).map((row) => [text(row, "name"), number(row, "count")]),
          );
        const byStatus = count("status");
        return {
          total: Object.values(byStatus).reduce((sum, one) => sum + one, 0),
          byReason: count("reason"),
          byStatus,
          byStage: count("stage"),
        };
      }),
    discard: (recordId, actor) =>
      withLane(deps, recordId, (session, letter) => {
        const nowMs = database.nowMs();
        const ignored = ignoredLetter(letter, actor, nowMs);
        update(session, ignored);
        if (isWaitedFor(session, letter)) resumeLane(session, letter.entityId, nowMs);
        return ignored;
      }),
    replay: (request) =>
      withLane(deps, request.recordId, (session, letter) => {
        const earlier = replayedAs(letter);
        if (earlier !== null) return { letter, eventId: earlier };
        const nowMs = database.nowMs();
        if (!putBackAction(session, request, nowMs)) putBackEvent(session, { letter, request, nowMs });
        const resolved = resolvedLetter(letter, request, nowMs);
        update(session, resolved);
        return { letter: resolved, eventId: request.eventId };
      }),
  };
}

/** False = the letter does not belong to an action. */
function putBackAction(session: SqliteSession, request: ReplayRequest, nowMs: number): boolean {
  return session.run(
    "update outbox set dead_record_id = null, attempts = 0, next_at = ?, params = coalesce(?, params) " +
      "where dead_record_id = ?",
    nowMs,
    request.payload === undefined ? null : JSON.stringify(request.payload),
    request.recordId,
  ) > 0;
}

/** The event goes to the end of its lane, but to its old place when the lane waits for it. */
function putBackEvent(
  session: SqliteSession,
  { letter, request, nowMs }: {
    readonly letter: DeadLetter;
    readonly request: ReplayRequest;
    readonly nowMs: number;
  },
): void {
  const event = replayedEvent(letter, request);
  const seq = originalSeq(letter);
  if (seq === null || !isWaitedFor(session, letter)) {
    appendOne(session, event, nowMs);
    return;
  }
  insertEvent(session, event, { seq, nowMs });
  resumeLane(session, letter.entityId, nowMs);
}

function isWaitedFor(session: SqliteSession, letter: DeadLetter): boolean {
  const lane = session.get("select parked_reason from lane where entity_id = ?", letter.entityId);
  return lane !== null && textOrNull(lane, "parked_reason") === parkedReasonOf(letter.recordId);
}

function resumeLane(session: SqliteSession, entityId: string, nowMs: number): void {
  session.run(
    "update lane set parked_reason = null, parked_at = null, ready_at = ?, turn_no = turn_no + 1 where entity_id = ?",
    nowMs,
    entityId,
  );
}

function find(session: SqliteSession, recordId: string): DeadLetter | null {
  const row = session.get("select * from dead_letter where record_id = ?", recordId);
  return row === null ? null : deadLetterFrom(row);
}

function update(session: SqliteSession, letter: DeadLetter): void {
  session.run(
    "update dead_letter set status = ?, retry_count = ?, updated_at = ?, metadata = ? where record_id = ?",
    letter.status,
    letter.retryCount,
    letter.updatedAtMs,
    JSON.stringify(letter.metadata),
    letter.recordId,
  );
}

/** Runs `change` under the lock of the letter's lane, in one transaction; null = no such letter. */
async function withLane<T>(
  deps: SqliteDeps,
  recordId: string,
  change: (session: SqliteSession, letter: DeadLetter) => T,
): Promise<T | null> {
  const known = await deps.database.read((session) => find(session, recordId));
  if (known === null) return null;
  await deps.locks.acquire([known.entityId], deps.lockTimeoutMs);
  try {
    return await deps.database.write((session) => {
      const letter = find(session, recordId);
      return letter === null ? null : change(session, letter);
    });
  } finally {
    deps.locks.release([known.entityId]);
    deps.signal.wake();
  }
}
