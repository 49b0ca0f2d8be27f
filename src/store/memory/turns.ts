/** Turns in memory: lanes are locked in this process, a commit happens in one synchronous stretch. */
import type { LaneWrite, LoadedLane } from "../../orchestrator/lane.ts";
import { assert } from "../../assert.ts";
import type { StoredAnswer, Turn, TurnStore, TurnWrite } from "../store.ts";
import { IDEMPOTENCY_MS } from "../limits.ts";
import { promoteDue } from "./inbox.ts";
import { answerKey, emptyLane, laneOf, type MemoryState, nowMsOf, setReadyAt } from "./state.ts";

export function createMemoryTurns(state: MemoryState): TurnStore {
  return {
    claim({ lanesMax, eventsPerLaneMax }) {
      const entityIds = takeReady(state, lanesMax);
      if (entityIds.length === 0) return Promise.resolve(null);
      return Promise.resolve(openTurn(state, { entityIds, keys: [], eventsPerLaneMax }));
    },
    async lock(request) {
      await state.locks.acquire(request.entityIds, state.lockTimeoutMs);
      return openTurn(state, request);
    },
    nextReadyAtMs() {
      const times = [...state.readyLanes].map((entityId) => state.lanes.get(entityId)?.readyAtMs ?? Infinity);
      return Promise.resolve(times.length === 0 ? null : Math.min(...times));
    },
  };
}

function takeReady(state: MemoryState, lanesMax: number): readonly string[] {
  const nowMs = nowMsOf(state);
  const ready: { readonly entityId: string; readonly readyAtMs: number }[] = [];
  for (const entityId of state.readyLanes) {
    const readyAtMs = state.lanes.get(entityId)?.readyAtMs ?? null;
    if (readyAtMs !== null && readyAtMs <= nowMs) ready.push({ entityId, readyAtMs });
  }
  ready.sort((a, b) => a.readyAtMs - b.readyAtMs);
  const taken: string[] = [];
  for (const { entityId } of ready) {
    if (taken.length === lanesMax) break;
    if (state.locks.tryAcquire(entityId)) taken.push(entityId);
  }
  return taken.toSorted();
}

function openTurn(state: MemoryState, request: Parameters<TurnStore["lock"]>[0]): Turn {
  const nowMs = nowMsOf(state);
  const entityIds = [...new Set(request.entityIds)].toSorted();
  const lanes = entityIds.map((entityId) => loadLane(state, entityId, request.eventsPerLaneMax));
  let isOpen = true;

  function end(): void {
    assert(isOpen, "a turn ends once");
    isOpen = false;
    state.locks.release(entityIds);
  }
  return {
    nowMs,
    lanes,
    answers: answersOf(state, request.keys),
    commit(write) {
      assert(isOpen, "a turn ends once");
      const isFenced = write.lanes.some((lane) =>
        (state.entities.get(lane.entityId)?.version ?? 0) !== lane.expectedVersion
      );
      if (!isFenced) applyWrite(state, write, lanes);
      end();
      state.signal.wake();
      return Promise.resolve({ type: isFenced ? "fenced" : "committed" });
    },
    rollback() {
      end();
      return Promise.resolve();
    },
  };
}

function answersOf(
  state: MemoryState,
  keys: readonly { readonly scope: string; readonly key: string }[],
): readonly StoredAnswer[] {
  const nowMs = nowMsOf(state);
  return keys.flatMap(({ scope, key }) => {
    const answer = state.answers.get(answerKey(scope, key));
    if (answer === undefined || nowMs - answer.createdAtMs >= IDEMPOTENCY_MS) return [];
    const { createdAtMs: _, ...stored } = answer;
    return [stored];
  });
}

function loadLane(state: MemoryState, entityId: string, eventsMax: number): LoadedLane {
  promoteDue(state, entityId, nowMsOf(state));
  const lane = state.lanes.get(entityId) ?? emptyLane();
  return {
    entityId,
    nextSeq: lane.nextSeq,
    attempts: lane.attempts,
    parkedReason: lane.parkedReason,
    entity: state.entities.get(entityId) ?? null,
    events: lane.numbered.slice(0, eventsMax).map(({ createdAtMs: _, ...event }, index) => ({
      ...event,
      attempts: index === 0 ? lane.attempts : 0,
    })),
    isMore: lane.numbered.length > eventsMax,
    timers: state.timers.get(entityId) ?? [],
    nextScheduledAtMs: lane.scheduled[0]?.notBeforeMs ?? null,
  };
}

function applyWrite(state: MemoryState, write: TurnWrite, loaded: readonly LoadedLane[]): void {
  const nowMs = nowMsOf(state);
  for (const lane of write.lanes) {
    const before = loaded.find((one) => one.entityId === lane.entityId);
    assert(before !== undefined, "a turn writes the lanes that it holds");
    if (lane.isPurged) purge(state, lane.entityId);
    else applyLane(state, lane, before);
  }
  for (const answer of write.answers) {
    state.answers.set(answerKey(answer.scope, answer.key), { ...answer, createdAtMs: nowMs });
  }
}

function applyLane(state: MemoryState, write: LaneWrite, before: LoadedLane): void {
  const { entityId } = write;
  const lane = laneOf(state, entityId);
  const consumed = new Set(write.consumedEventIds);
  lane.nextSeq = write.nextSeq;
  lane.attempts = write.attempts;
  lane.parkedReason = write.parkedReason;
  lane.parkedAtMs = write.parkedReason === null ? null : lane.parkedAtMs ?? nowMsOf(state);
  lane.numbered = lane.numbered.filter((event) => !consumed.has(event.eventId));
  setReadyAt(state, entityId, write.readyAtMs);
  if (write.entity !== null) state.entities.set(entityId, write.entity);

  const gone = new Set([...write.timersCancelled, ...write.timersSet.map((timer) => timer.key)]);
  const timers = [
    ...(state.timers.get(entityId) ?? []).filter((timer) => !gone.has(timer.key)),
    ...write.timersSet,
  ];
  state.timers.set(entityId, timers.toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.generation - b.generation));

  for (const row of write.history) addHistory(state, row, before);
  for (const row of write.outbox) {
    state.outbox.set(row.actionId, {
      row,
      attempts: 0,
      leaseNo: 0,
      leaseUntilMs: null,
      nextAtMs: row.dueAtMs,
      deadRecordId: null,
    });
  }
  for (const letter of write.deadLetters) {
    if (!state.deadLetters.has(letter.recordId)) state.deadLetters.set(letter.recordId, letter);
  }
}

function addHistory(state: MemoryState, row: LaneWrite["history"][number], before: LoadedLane): void {
  const index = before.events.findIndex((event) => event.eventId === row.eventId);
  const event = before.events[index];
  const feedRow = {
    row,
    feedNo: ++state.counter,
    delivery: {
      attempts: index === 0 ? before.attempts + 1 : 1,
      attemptsMax: event?.attemptsMax ?? 1,
      firesAtMs: event?.notBeforeMs ?? row.acceptedAtMs,
    },
  };
  state.history.push(feedRow);
  const rows = state.historyByEntity.get(row.entityId) ?? [];
  rows.push(feedRow);
  state.historyByEntity.set(row.entityId, rows);
}

function purge(state: MemoryState, entityId: string): void {
  state.lanes.delete(entityId);
  state.readyLanes.delete(entityId);
  state.entities.delete(entityId);
  state.timers.delete(entityId);
  state.historyByEntity.delete(entityId);
  state.history = state.history.filter(({ row }) => row.entityId !== entityId);
  for (const [id, action] of state.outbox) if (action.row.entityId === entityId) state.outbox.delete(id);
  for (const [id, letter] of state.deadLetters) {
    if (letter.entityId === entityId) state.deadLetters.delete(id);
  }
}
