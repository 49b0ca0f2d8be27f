/** Leasing and ending actions in memory. */
import type { LeasedAction } from "../../orchestrator/outbox.ts";
import { takenOver } from "../rows.ts";
import type { OutboxStore } from "../store.ts";
import { appendOne } from "./inbox.ts";
import { type MemoryAction, type MemoryState, nowMsOf } from "./state.ts";
import { createMemoryOutboxListing } from "./outbox_listing.ts";

export function createMemoryOutbox(state: MemoryState): OutboxStore {
  return {
    ...createMemoryOutboxListing(state),
    claim({ limit, leaseMs }) {
      const nowMs = nowMsOf(state);
      const due = headsOf(state).filter((action) => dueAtOf(action) <= nowMs)
        .toSorted((a, b) => dueAtOf(a) - dueAtOf(b));
      return Promise.resolve(due.slice(0, limit).map((action) => lease(action, nowMs + leaseMs)));
    },
    extend(leased, leaseMs) {
      const action = heldBy(state, leased);
      if (action === null) return Promise.resolve(false);
      action.leaseUntilMs = nowMsOf(state) + leaseMs;
      return Promise.resolve(true);
    },
    postpone(leased, untilMs) {
      const action = heldBy(state, leased);
      if (action === null) return Promise.resolve(false);
      action.leaseUntilMs = null;
      action.nextAtMs = untilMs;
      return Promise.resolve(true);
    },
    async acknowledge(ack) {
      const { action: leased, result, retryAtMs, deadLetter, followUp } = ack;
      if (followUp !== null) await state.locks.acquire([followUp.entityId], state.lockTimeoutMs);
      try {
        const action = heldBy(state, leased);
        if (action === null) return false;
        if (result.type !== "failed") state.outbox.delete(leased.actionId);
        else {
          action.attempts += 1;
          action.leaseUntilMs = null;
          if (retryAtMs !== null) action.nextAtMs = retryAtMs;
          if (deadLetter !== null) {
            action.deadRecordId = deadLetter.recordId;
            state.deadLetters.set(deadLetter.recordId, deadLetter);
          }
          if (retryAtMs === null && deadLetter === null) state.outbox.delete(leased.actionId);
        }
        if (followUp !== null) appendOne(state, followUp);
        return true;
      } finally {
        if (followUp !== null) state.locks.release([followUp.entityId]);
        state.signal.wake();
      }
    },
    nextDueAtMs() {
      const times = headsOf(state).map(dueAtOf);
      return Promise.resolve(times.length === 0 ? null : Math.min(...times));
    },
    counts() {
      const nowMs = nowMsOf(state);
      const live = [...state.outbox.values()].filter((action) => action.deadRecordId === null);
      const leased = live.filter((action) => action.leaseUntilMs !== null && action.leaseUntilMs > nowMs);
      return Promise.resolve({ pending: live.length - leased.length, leased: leased.length });
    },
  };
}

/** The first action of each entity, for which the others wait, and those that wait for nobody. */
function headsOf(state: MemoryState): readonly MemoryAction[] {
  const heads = new Map<string, MemoryAction>();
  const free: MemoryAction[] = [];
  for (const action of state.outbox.values()) {
    if (action.deadRecordId !== null) continue;
    if (action.row.options.isParallel === true) {
      free.push(action);
      continue;
    }
    const head = heads.get(action.row.entityId);
    if (head === undefined || compareOrder(action, head) < 0) heads.set(action.row.entityId, action);
  }
  return [...heads.values(), ...free];
}

function compareOrder(a: MemoryAction, b: MemoryAction): number {
  return a.row.position - b.row.position || a.row.ordinal - b.row.ordinal;
}

/** When it can be claimed next. A lease that ran out makes it free again. */
function dueAtOf(action: MemoryAction): number {
  return action.leaseUntilMs ?? action.nextAtMs;
}

function lease(action: MemoryAction, leaseUntilMs: number): LeasedAction {
  // A lease that ran out is an attempt of which nobody knows the end.
  const isTakenOver = action.leaseUntilMs !== null;
  if (isTakenOver) action.attempts += 1;
  action.leaseNo += 1;
  action.leaseUntilMs = leaseUntilMs;
  const leased = { ...action.row, leaseNo: action.leaseNo, leaseUntilMs, attempts: action.attempts };
  return takenOver(leased, { isTakenOver });
}

function heldBy(state: MemoryState, leased: LeasedAction): MemoryAction | null {
  const action = state.outbox.get(leased.actionId);
  const isHeld = action !== undefined && action.leaseNo === leased.leaseNo && action.leaseUntilMs !== null &&
    action.deadRecordId === null;
  return isHeld ? action : null;
}
