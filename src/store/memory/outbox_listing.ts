/** The outbox for people, in memory. */
import { cursorScope } from "../cursor.ts";
import {
  ADDRESS_KEYS,
  OUTBOX_GROUPS_MAX,
  type OutboxGroup,
  type OutboxItem,
  type OutboxListing,
} from "../outbox_listing.ts";
import { pageOf } from "./paging.ts";
import { type MemoryAction, type MemoryState, nowMsOf } from "./state.ts";

export function createMemoryOutboxListing(state: MemoryState): OutboxListing {
  return {
    list(query) {
      const { machineName, entityId, kind, state: wanted } = query;
      const items = itemsOf(state).filter((item) =>
        (machineName === undefined || item.machineName === machineName) &&
        (entityId === undefined || item.entityId === entityId) &&
        (kind === undefined || item.kind === kind) && (wanted === undefined || item.state === wanted)
      );
      const page = pageOf(items, {
        scope: cursorScope("outbox", query),
        keyOf: (item) => [item.nextAtMs, item.actionId],
        descending: [false, false],
        query,
      });
      return Promise.resolve({ items: page.items, nextCursor: page.nextCursor });
    },
    groups() {
      const groups = new Map<string, OutboxGroup>();
      for (const item of itemsOf(state)) {
        const address = addressOf(item);
        const key = JSON.stringify([item.kind, item.name, address]);
        const known = groups.get(key);
        groups.set(key, {
          kind: item.kind,
          name: item.name,
          address,
          pending: (known?.pending ?? 0) + (item.state === "pending" ? 1 : 0),
          leased: (known?.leased ?? 0) + (item.state === "leased" ? 1 : 0),
          failing: (known?.failing ?? 0) + (item.attempts > 0 ? 1 : 0),
          nextAtMs: Math.min(known?.nextAtMs ?? Infinity, item.nextAtMs),
        });
      }
      const sorted = [...groups.values()].toSorted((a, b) => b.pending + b.leased - a.pending - a.leased);
      return Promise.resolve(sorted.slice(0, OUTBOX_GROUPS_MAX));
    },
  };
}

function itemsOf(state: MemoryState): readonly OutboxItem[] {
  const nowMs = nowMsOf(state);
  return [...state.outbox.values()].filter((action) => action.deadRecordId === null)
    .map((action) => itemOf(action, nowMs));
}

function itemOf({ row, attempts, leaseUntilMs, nextAtMs }: MemoryAction, nowMs: number): OutboxItem {
  const { actionId, entityId, machineName, machineVersion, position, ordinal, kind, name, params } = row;
  return {
    actionId,
    entityId,
    machineName,
    machineVersion,
    position,
    ordinal,
    kind,
    name,
    params,
    attempts,
    attemptsMax: row.attemptsMax,
    createdAtMs: row.createdAtMs,
    state: leaseUntilMs !== null && leaseUntilMs > nowMs ? "leased" : "pending",
    nextAtMs: leaseUntilMs ?? nextAtMs,
  };
}

function addressOf({ kind, params }: OutboxItem): string | null {
  const key = kind === "http" || kind === "send" || kind === "invoke_start" ? ADDRESS_KEYS[kind] : null;
  const address = key === null ? null : params[key];
  return typeof address === "string" ? address : null;
}
