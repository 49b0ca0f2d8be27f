/** Turns in PostgreSQL: one short transaction on a connection of its own; the locks of the lanes are the lease. */
import type { LoadedLane } from "../../orchestrator/lane.ts";
import { assert } from "../../assert.ts";
import {
  type DatabaseRow,
  flag,
  json,
  jsonOrNull,
  number,
  numberOrNull,
  text,
  textOrNull,
} from "../columns.ts";
import { IDEMPOTENCY_MS } from "../limits.ts";
import { answerFrom, entityFrom, queuedEventFrom, timerFrom } from "../rows.ts";
import type { StoredAnswer, Turn, TurnStore } from "../store.ts";
import type { WakeSignal } from "../wake_signal.ts";
import { arrayLiteral, type PostgresClient, type Statement } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";
import { codeOf, FENCED, storeError } from "./errors.ts";
import { commitStatements, type HeldLane } from "./turn_write.ts";

export interface PostgresDeps {
  readonly database: PostgresDatabase;
  readonly signal: WakeSignal;
}

interface Loaded {
  readonly nowMs: number;
  /** The transaction that holds the locks; null = nothing was locked. */
  readonly tx: string | null;
  readonly hasKnocks: boolean;
  readonly lanes: readonly HeldLane[];
  readonly answers: readonly StoredAnswer[];
}

/** Events of producers that took no lock are made visible so many at a time. */
const KNOCKS_MAX = 1_000;
/** From here on a slot is a place in the order of insertion, not a number. */
const UNNUMBERED = 2 ** 52;

export function createPostgresTurns(deps: PostgresDeps): TurnStore {
  const { database } = deps;
  return {
    async claim({ lanesMax, eventsPerLaneMax }) {
      const statement = {
        sql: "select stator.claim_turn($1, $2) as loaded",
        values: [lanesMax, eventsPerLaneMax],
      };
      let claimed = await open(deps, { statement, eventsPerLaneMax });
      if (claimed.turn === null && claimed.hasKnocks) {
        await database.all("select stator.absorb_knocks($1)", KNOCKS_MAX);
        claimed = await open(deps, { statement, eventsPerLaneMax });
      } else if (claimed.hasKnocks) {
        // Whoever claims next finds them; a failure is found again by then.
        void database.all("select stator.absorb_knocks($1)", KNOCKS_MAX).catch(() => {});
      }
      return claimed.turn;
    },
    async lock({ entityIds, keys, eventsPerLaneMax }) {
      const statement = {
        sql: "select stator.lock_turn($1::text[], $2::text[], $3::text[], " +
          "(extract(epoch from clock_timestamp()) * 1000)::bigint - $4, $5) as loaded",
        values: [
          arrayLiteral([...new Set(entityIds)].toSorted()),
          arrayLiteral(keys.map((key) => key.scope)),
          arrayLiteral(keys.map((key) => key.key)),
          IDEMPOTENCY_MS,
          eventsPerLaneMax,
        ],
      };
      const { turn } = await open(deps, { statement, eventsPerLaneMax });
      assert(turn !== null, "a locked lane is there");
      return turn;
    },
    async nextReadyAtMs() {
      const row = await database.get(
        "select least((select min(ready_at) from stator.lane where ready_at is not null), " +
          "(select min(ready_at) from stator.knock)) as ready_at",
      );
      return row === null ? null : numberOrNull(row, "ready_at");
    },
  };
}

/** Begins a transaction with the locking statement; without lanes it is over at once. */
async function open(
  deps: PostgresDeps,
  { statement, eventsPerLaneMax }: { readonly statement: Statement; readonly eventsPerLaneMax: number },
): Promise<{ readonly turn: Turn | null; readonly hasKnocks: boolean }> {
  const { turns, limits } = deps.database;
  const client = await turns.acquire();
  try {
    const [, rows] = await client.run([{ sql: beginOf(deps.database) }, statement], limits.deadlineMs);
    const row = rows?.[0];
    assert(row !== undefined, "the statement answers one row");
    const loaded = loadedFrom(json(row, "loaded"), eventsPerLaneMax);
    if (loaded.tx !== null) {
      return { turn: openTurn(deps, { client, loaded, tx: loaded.tx }), hasKnocks: loaded.hasKnocks };
    }
    await client.run([{ sql: "rollback" }], limits.deadlineMs);
    turns.release(client);
    return { turn: null, hasKnocks: loaded.hasKnocks };
  } catch (error) {
    void client.destroy();
    turns.release(client);
    throw storeError(error);
  }
}

/** Behind a pooler the session is not ours, so the limits belong to the transaction. */
function beginOf({ address, limits }: PostgresDatabase): string {
  if (!address.isPooled) return "begin";
  return `begin; set local statement_timeout = ${limits.statementTimeoutMs}; ` +
    `set local lock_timeout = ${limits.lockTimeoutMs}; ` +
    `set local idle_in_transaction_session_timeout = ${limits.statementTimeoutMs}`;
}

function openTurn(
  deps: PostgresDeps,
  { client, loaded, tx }: { readonly client: PostgresClient; readonly loaded: Loaded; readonly tx: string },
): Turn {
  const { turns, limits } = deps.database;
  let isOpen = true;

  return {
    nowMs: loaded.nowMs,
    lanes: loaded.lanes.map((lane) => lane.loaded),
    answers: loaded.answers,
    async commit(write) {
      assert(isOpen, "a turn ends once");
      isOpen = false;
      try {
        const statements = commitStatements(write, { held: loaded.lanes, nowMs: loaded.nowMs, tx });
        await client.run([...statements, { sql: "commit" }], limits.deadlineMs);
        return { type: "committed" };
      } catch (error) {
        void client.destroy();
        if (codeOf(error) === FENCED) return { type: "fenced" };
        throw storeError(error);
      } finally {
        turns.release(client);
        if (write.lanes.some((lane) => lane.outbox.length > 0 || lane.readyAtMs !== null)) deps.signal.wake();
      }
    },
    async rollback() {
      assert(isOpen, "a turn ends once");
      isOpen = false;
      try {
        await client.run([{ sql: "rollback" }], limits.deadlineMs);
      } catch {
        // The connection is gone, and with it the transaction.
        void client.destroy();
      } finally {
        turns.release(client);
      }
    },
  };
}

function loadedFrom(loaded: DatabaseRow, eventsPerLaneMax: number): Loaded {
  const lanes = jsonOrNull<readonly DatabaseRow[]>(loaded, "lanes") ?? [];
  const answers = jsonOrNull<readonly DatabaseRow[]>(loaded, "answers") ?? [];
  return {
    nowMs: number(loaded, "now"),
    tx: textOrNull(loaded, "tx"),
    hasKnocks: flag(loaded, "has_knocks"),
    lanes: lanes.map((lane) => laneFrom(lane, eventsPerLaneMax)),
    answers: answers.map(answerFrom),
  };
}

/** Numbered events come first; those whose time has come get the next free numbers. */
function laneFrom(row: DatabaseRow, eventsMax: number): HeldLane {
  const numbered = jsonOrNull<readonly DatabaseRow[]>(row, "events") ?? [];
  const due = jsonOrNull<readonly DatabaseRow[]>(row, "due") ?? [];
  const waiting = [...numbered, ...due];
  const taken = waiting.slice(0, eventsMax);
  const entity = jsonOrNull<DatabaseRow>(row, "entity");
  const attempts = number(row, "attempts");
  let nextSeq = number(row, "next_seq");
  const places = taken.map((event) => {
    const slot = number(event, "slot");
    return { slot, source: number(event, "source"), seq: slot < UNNUMBERED ? slot : nextSeq++ };
  });

  const loaded: LoadedLane = {
    entityId: text(row, "entity_id"),
    nextSeq,
    attempts,
    parkedReason: textOrNull(row, "parked_reason"),
    entity: entity === null ? null : entityFrom(entity),
    events: taken.map((event, index) =>
      queuedEventFrom(event, { seq: places[index]?.seq ?? 0, attempts: index === 0 ? attempts : 0 })
    ),
    isMore: waiting.length > eventsMax,
    timers: (jsonOrNull<readonly DatabaseRow[]>(row, "timers") ?? []).map(timerFrom),
    nextScheduledAtMs: numberOrNull(row, "next_scheduled_at"),
  };
  return { loaded, places, shard: number(row, "shard") };
}
