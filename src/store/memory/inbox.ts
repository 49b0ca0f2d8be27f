/** Accepting events, and what became of them, in memory. */
import { assert } from "../../assert.ts";
import type { NewEvent } from "../../orchestrator/event.ts";
import { completedStatus, deadStatus, pendingStatus } from "../event_status.ts";
import { cursorScope } from "../cursor.ts";
import { APPEND_MAX, IDEMPOTENCY_MS } from "../limits.ts";
import type { AppendResult, EventQuery, EventStatus, InboxStore } from "../store.ts";
import { pageOf } from "./paging.ts";
import { answerKey, type FeedRow, laneOf, type MemoryState, nowMsOf, setReadyAt } from "./state.ts";

export function createMemoryInbox(state: MemoryState): InboxStore {
  return {
    async append(events) {
      assert(events.length <= APPEND_MAX, "an append is bounded");
      const entityIds = events.map((event) => event.entityId);
      await state.locks.acquire(entityIds, state.lockTimeoutMs);
      try {
        return events.map((event) => appendOne(state, event));
      } finally {
        state.locks.release(entityIds);
        state.signal.wake();
      }
    },
    status: (eventId) => Promise.resolve(statusOf(state, eventId)),
    list: (query) =>
      Promise.resolve(pageOf(allStatuses(state).filter((status) => isMatch(status, query)), {
        scope: cursorScope("events", query),
        keyOf: (status) => [status.createdAtMs, status.eventId],
        descending: [true, true],
        query,
      })),
    counts: () => Promise.resolve(countsOf(state)),
  };
}

/** Accepts one event whose lane is locked, or says that its key is known. */
export function appendOne(state: MemoryState, event: NewEvent): AppendResult {
  const nowMs = nowMsOf(state);
  if (event.idempotency !== null) {
    const { scope, key, requestHash } = event.idempotency;
    const answer = state.answers.get(answerKey(scope, key));
    if (answer !== undefined && nowMs - answer.createdAtMs < IDEMPOTENCY_MS) {
      const type = answer.requestHash === requestHash ? "duplicate" : "conflict";
      return { type, eventId: answer.eventId };
    }
    state.answers.set(answerKey(scope, key), {
      ...event.idempotency,
      eventId: event.eventId,
      answer: null,
      createdAtMs: nowMs,
    });
  }
  enqueue(state, event, nowMs);
  return { type: "accepted", eventId: event.eventId };
}

function enqueue(state: MemoryState, event: NewEvent, nowMs: number): void {
  const lane = laneOf(state, event.entityId);
  const notBeforeMs = event.notBeforeMs ?? nowMs;
  promoteDue(state, event.entityId, nowMs);
  if (notBeforeMs > nowMs) {
    lane.scheduled.push({ event, notBeforeMs, createdAtMs: nowMs, order: ++state.counter });
    lane.scheduled.sort((a, b) => a.notBeforeMs - b.notBeforeMs || a.order - b.order);
  } else {
    lane.numbered.push({
      ...event,
      seq: lane.nextSeq++,
      attempts: 0,
      acceptedAtMs: nowMs,
      createdAtMs: nowMs,
    });
  }
  if (lane.parkedReason !== null || lane.attempts > 0) return;
  setReadyAt(state, event.entityId, Math.min(lane.readyAtMs ?? Infinity, Math.max(notBeforeMs, nowMs)));
}

/** Gives numbers to the scheduled events whose time has come. */
export function promoteDue(state: MemoryState, entityId: string, nowMs: number): void {
  const lane = state.lanes.get(entityId);
  if (lane === undefined) return;
  while (lane.scheduled[0] !== undefined && lane.scheduled[0].notBeforeMs <= nowMs) {
    const [due] = lane.scheduled.splice(0, 1);
    if (due === undefined) return;
    lane.numbered.push({
      ...due.event,
      seq: lane.nextSeq++,
      attempts: 0,
      acceptedAtMs: Math.max(due.createdAtMs, due.notBeforeMs),
      createdAtMs: due.createdAtMs,
    });
  }
}

function statusOf(state: MemoryState, eventId: string): EventStatus | null {
  return allStatuses(state).find((status) => status.eventId === eventId) ?? null;
}

function allStatuses(state: MemoryState): readonly EventStatus[] {
  const statuses = new Map<string, EventStatus>();
  const rows = new Map<string, FeedRow>();
  for (const feedRow of state.history) {
    const { row, delivery } = feedRow;
    rows.set(row.eventId, feedRow);
    statuses.set(row.eventId, completedStatus(row, delivery));
  }
  for (const letter of state.deadLetters.values()) {
    const eventId = letter.payload["event_id"];
    if (letter.stage === "worker_dispatcher" || typeof eventId !== "string") continue;
    statuses.set(eventId, deadStatus(letter, rows.get(eventId)?.row ?? null));
  }
  for (const lane of state.lanes.values()) {
    lane.numbered.forEach((event, index) => {
      statuses.set(event.eventId, pendingStatus({ ...event, attempts: index === 0 ? lane.attempts : 0 }));
    });
    for (const { event, createdAtMs } of lane.scheduled) {
      statuses.set(event.eventId, pendingStatus({ ...event, attempts: 0, createdAtMs }));
    }
  }
  return [...statuses.values()];
}

function isMatch(status: EventStatus, query: EventQuery): boolean {
  return (query.machineName === undefined || status.machineName === query.machineName) &&
    (query.entityId === undefined || status.entityId === query.entityId) &&
    (query.state === undefined || status.state === query.state) &&
    (query.fromMs === undefined || status.createdAtMs >= query.fromMs) &&
    (query.toMs === undefined || status.createdAtMs <= query.toMs);
}

function countsOf(state: MemoryState): Awaited<ReturnType<InboxStore["counts"]>> {
  const nowMs = nowMsOf(state);
  let pending = 0;
  let scheduled = 0;
  let oldestAtMs = Infinity;
  for (const lane of state.lanes.values()) {
    const due = lane.scheduled.filter((event) => event.notBeforeMs <= nowMs);
    pending += lane.numbered.length + due.length;
    scheduled += lane.scheduled.length - due.length;
    for (const event of lane.numbered) oldestAtMs = Math.min(oldestAtMs, event.acceptedAtMs);
    for (const event of due) {
      oldestAtMs = Math.min(oldestAtMs, Math.max(event.notBeforeMs, event.createdAtMs));
    }
  }
  const letters = [...state.deadLetters.values()].filter((letter) => letter.status === "pending");
  return {
    pending,
    scheduled,
    deadLetters: letters.length,
    oldestPendingMs: Number.isFinite(oldestAtMs) ? nowMs - oldestAtMs : null,
  };
}
