/** Dead letters in memory: reading them, giving them up, putting them back. */
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
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
import type { DeadLetterStore } from "../store.ts";
import { appendOne } from "./inbox.ts";
import { pageOf } from "./paging.ts";
import { laneOf, type MemoryState, nowMsOf, resumeLane } from "./state.ts";

export function createMemoryDeadLetters(state: MemoryState): DeadLetterStore {
  return {
    list(query) {
      const letters = [...state.deadLetters.values()].filter((letter) =>
        (query.machineName === undefined || letter.machineName === query.machineName) &&
        (query.entityId === undefined || letter.entityId === query.entityId) &&
        (query.reason === undefined || letter.reason === query.reason) &&
        (query.stage === undefined || letter.stage === query.stage) &&
        (query.status === undefined || letter.status === query.status) &&
        letter.createdAtMs >= (query.createdFromMs ?? -Infinity) &&
        letter.createdAtMs <= (query.createdToMs ?? Infinity)
      );
      return Promise.resolve(pageOf(letters, {
        scope: cursorScope("dead_letters", query),
        keyOf: (letter) => [letter.createdAtMs, letter.recordId],
        descending: query.isAscending === true ? [false, false] : [true, true],
        query,
      }));
    },
    get: (recordId) => Promise.resolve(state.deadLetters.get(recordId) ?? null),
    stats(machineName) {
      const letters = [...state.deadLetters.values()].filter((letter) =>
        machineName === undefined || letter.machineName === machineName
      );
      return Promise.resolve({
        total: letters.length,
        byReason: countBy(letters, (letter) => letter.reason),
        byStatus: countBy(letters, (letter) => letter.status),
        byStage: countBy(letters, (letter) => letter.stage),
      });
    },
    discard: (recordId, actor) =>
      withLane(state, recordId, (letter) => {
        const ignored = ignoredLetter(letter, actor, nowMsOf(state));
        state.deadLetters.set(recordId, ignored);
        if (state.lanes.get(letter.entityId)?.parkedReason === parkedReasonOf(recordId)) {
          resumeLane(state, letter.entityId);
        }
        return ignored;
      }),
    replay: (request) => withLane(state, request.recordId, (letter) => replay(state, letter, request)),
  };
}

function replay(
  state: MemoryState,
  letter: DeadLetter,
  request: ReplayRequest,
): { readonly letter: DeadLetter; readonly eventId: string } {
  const earlier = replayedAs(letter);
  if (earlier !== null) return { letter, eventId: earlier };

  const action = [...state.outbox.values()].find((one) => one.deadRecordId === letter.recordId);
  if (action !== undefined) {
    state.outbox.set(action.row.actionId, {
      ...action,
      row: request.payload === undefined ? action.row : { ...action.row, params: request.payload },
      attempts: 0,
      nextAtMs: nowMsOf(state),
      leaseUntilMs: null,
      deadRecordId: null,
    });
    state.signal.wake();
  } else putBackEvent(state, letter, request);

  const resolved = resolvedLetter(letter, request, nowMsOf(state));
  state.deadLetters.set(letter.recordId, resolved);
  return { letter: resolved, eventId: request.eventId };
}

/** The event goes to the end of its lane, but to its old place when the lane waits for it. */
function putBackEvent(state: MemoryState, letter: DeadLetter, request: ReplayRequest): void {
  const event = replayedEvent(letter, request);
  const lane = laneOf(state, letter.entityId);
  const seq = originalSeq(letter);
  if (lane.parkedReason !== parkedReasonOf(letter.recordId) || seq === null) {
    appendOne(state, event);
    state.signal.wake();
    return;
  }
  const nowMs = nowMsOf(state);
  lane.numbered.unshift({ ...event, seq, attempts: 0, acceptedAtMs: nowMs, createdAtMs: nowMs });
  resumeLane(state, letter.entityId);
}

/** Runs `change` under the lock of the letter's lane; null = no such letter. */
async function withLane<T>(
  state: MemoryState,
  recordId: string,
  change: (letter: DeadLetter) => T,
): Promise<T | null> {
  const entityId = state.deadLetters.get(recordId)?.entityId;
  if (entityId === undefined) return null;
  await state.locks.acquire([entityId], state.lockTimeoutMs);
  try {
    const letter = state.deadLetters.get(recordId);
    return letter === undefined ? null : change(letter);
  } finally {
    state.locks.release([entityId]);
  }
}

function countBy<T>(rows: readonly T[], keyOf: (row: T) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
}
