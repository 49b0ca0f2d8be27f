/** Turns in SQLite: lanes are held inside this process, and a number in each lane fences off other processes. */
import type { LoadedLane } from "../../orchestrator/lane.ts";
import { assert } from "../../assert.ts";
import type { IdempotencyKey } from "../../orchestrator/event.ts";
import { type DatabaseRow, number, numberOrNull, text, textOrNull } from "../columns.ts";
import { IDEMPOTENCY_MS } from "../limits.ts";
import { answerFrom, entityFrom, queuedEventFrom, timerFrom } from "../rows.ts";
import type { StoredAnswer, Turn, TurnStore } from "../store.ts";
import type { SqliteSession } from "./connect.ts";
import type { SqliteDeps } from "./inbox.ts";
import { type HeldLane, writeTurn } from "./turn_write.ts";

interface Loaded {
  readonly nowMs: number;
  readonly lanes: readonly HeldLane[];
  readonly answers: readonly StoredAnswer[];
}

/** No transaction stays open while a turn is computed: other calls of this process and other processes go on. */
export function createSqliteTurns(deps: SqliteDeps): TurnStore {
  const { database, locks } = deps;
  return {
    async claim({ lanesMax, eventsPerLaneMax }) {
      let entityIds: readonly string[] = [];
      try {
        const loaded = await database.read((session) => {
          const nowMs = database.nowMs();
          entityIds = takeReady(session, { deps, nowMs, lanesMax });
          return load(session, { nowMs, entityIds, keys: [], eventsPerLaneMax });
        });
        return entityIds.length === 0 ? null : openTurn(deps, loaded);
      } catch (error) {
        locks.release(entityIds);
        throw error;
      }
    },
    async lock({ entityIds, keys, eventsPerLaneMax }) {
      const sortedIds = [...new Set(entityIds)].toSorted();
      await locks.acquire(sortedIds, deps.lockTimeoutMs);
      try {
        const loaded = await database.read((session) =>
          load(session, { nowMs: database.nowMs(), entityIds: sortedIds, keys, eventsPerLaneMax })
        );
        return openTurn(deps, loaded);
      } catch (error) {
        locks.release(sortedIds);
        throw error;
      }
    },
    nextReadyAtMs: () =>
      database.read((session) => {
        const row = session.get("select min(ready_at) as ready_at from lane where ready_at is not null");
        return row === null ? null : numberOrNull(row, "ready_at");
      }),
  };
}

function takeReady(
  session: SqliteSession,
  { deps, nowMs, lanesMax }: { readonly deps: SqliteDeps; readonly nowMs: number; readonly lanesMax: number },
): readonly string[] {
  const rows = session.all(
    "select entity_id from lane where ready_at <= ? order by ready_at limit ?",
    nowMs,
    lanesMax + deps.locks.heldCount(),
  );
  const taken: string[] = [];
  for (const row of rows) {
    if (taken.length === lanesMax) break;
    const entityId = text(row, "entity_id");
    if (deps.locks.tryAcquire(entityId)) taken.push(entityId);
  }
  return taken.toSorted();
}

function openTurn(deps: SqliteDeps, loaded: Loaded): Turn {
  const entityIds = loaded.lanes.map((lane) => lane.loaded.entityId);
  let isOpen = true;

  function end(): void {
    isOpen = false;
    deps.locks.release(entityIds);
  }
  return {
    nowMs: loaded.nowMs,
    lanes: loaded.lanes.map((lane) => lane.loaded),
    answers: loaded.answers,
    async commit(write) {
      assert(isOpen, "a turn ends once");
      isOpen = false;
      try {
        const nowMs = deps.database.nowMs();
        const isWritten = await deps.database.write((session) =>
          writeTurn(session, { write, held: loaded.lanes, nowMs })
        );
        return { type: isWritten ? "committed" : "fenced" };
      } finally {
        end();
        deps.signal.wake();
      }
    },
    rollback() {
      assert(isOpen, "a turn ends once");
      end();
      return Promise.resolve();
    },
  };
}

function load(
  session: SqliteSession,
  request: {
    readonly nowMs: number;
    readonly entityIds: readonly string[];
    readonly keys: readonly IdempotencyKey[];
    readonly eventsPerLaneMax: number;
  },
): Loaded {
  return {
    nowMs: request.nowMs,
    lanes: request.entityIds.map((entityId) => loadLane(session, { ...request, entityId })),
    answers: request.keys.flatMap(({ scope, key }) => {
      const row = session.get(
        "select * from idempotency where scope = ? and key = ? and created_at > ?",
        scope,
        key,
        request.nowMs - IDEMPOTENCY_MS,
      );
      return row === null ? [] : [answerFrom(row)];
    }),
  };
}

function loadLane(
  session: SqliteSession,
  { entityId, nowMs, eventsPerLaneMax }: {
    readonly entityId: string;
    readonly nowMs: number;
    readonly eventsPerLaneMax: number;
  },
): HeldLane {
  const lane = session.get("select * from lane where entity_id = ?", entityId);
  const entity = session.get("select * from entity where entity_id = ?", entityId);
  const waiting = lane === null ? [] : waitingOf(session, { entityId, nowMs, limit: eventsPerLaneMax + 1 });
  const scheduled = lane === null ? null : session.get(
    "select min(not_before) as at from inbox where entity_id = ? and seq is null and not_before > ?",
    entityId,
    nowMs,
  );
  const attempts = lane === null ? 0 : number(lane, "attempts");
  const storedSeq = lane === null ? 1 : number(lane, "next_seq");
  const timers = entity === null && lane === null
    ? []
    : session.all("select * from timer where entity_id = ? order by due_at, generation", entityId);

  const taken = waiting.slice(0, eventsPerLaneMax);
  const numbers = numbersOf(taken, storedSeq);
  const loaded: LoadedLane = {
    entityId,
    nextSeq: numbers.nextSeq,
    attempts,
    parkedReason: lane === null ? null : textOrNull(lane, "parked_reason"),
    entity: entity === null ? null : entityFrom(entity),
    events: taken.map((row, index) =>
      queuedEventFrom(row, { seq: numbers.seqs[index] ?? 0, attempts: index === 0 ? attempts : 0 })
    ),
    isMore: waiting.length > eventsPerLaneMax,
    timers: timers.map(timerFrom),
    nextScheduledAtMs: scheduled === null ? null : numberOrNull(scheduled, "at"),
  };
  return {
    loaded,
    turnNo: lane === null ? null : number(lane, "turn_no"),
    storedSeq,
    events: taken.map((row, index) => ({
      inboxId: number(row, "id"),
      eventId: text(row, "event_id"),
      numberedAs: row["seq"] === null ? numbers.seqs[index] ?? null : null,
    })),
  };
}

/** Numbered events first, then those whose time has come. */
function waitingOf(
  session: SqliteSession,
  { entityId, nowMs, limit }: { readonly entityId: string; readonly nowMs: number; readonly limit: number },
): readonly DatabaseRow[] {
  const numbered = session.all(
    "select * from inbox where entity_id = ? and seq is not null order by seq limit ?",
    entityId,
    limit,
  );
  if (numbered.length >= limit) return numbered;
  const due = session.all(
    "select * from inbox where entity_id = ? and seq is null and not_before <= ? order by not_before, id limit ?",
    entityId,
    nowMs,
    limit - numbered.length,
  );
  return [...numbered, ...due];
}

/** Numbers of the loaded events: their own, or the next free ones. */
function numbersOf(
  rows: readonly DatabaseRow[],
  storedSeq: number,
): { readonly seqs: readonly number[]; readonly nextSeq: number } {
  let nextSeq = storedSeq;
  const seqs = rows.map((row) => numberOrNull(row, "seq") ?? nextSeq++);
  return { seqs, nextSeq };
}
