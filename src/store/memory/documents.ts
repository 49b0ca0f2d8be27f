/** Small named documents in memory. */
import { cursorScope } from "../cursor.ts";
import type { JsonObject } from "../../json.ts";
import { dueOf } from "../due.ts";
import type { DocumentStore, DocumentWrite, StoredDocument } from "../operations_port.ts";
import { appendOne } from "./inbox.ts";
import { pageOf } from "./paging.ts";
import { type MemoryState, nowMsOf } from "./state.ts";

export function createMemoryDocuments(state: MemoryState): DocumentStore {
  const { documents } = state;
  return {
    get: (kind, id) => Promise.resolve(find(state, kind, id)),
    async put(kind, id, body, options) {
      const { events = [] } = options;
      if (events.length === 0) return putOne(state, { kind, id, body }, options);
      const entityIds = events.map((event) => event.entityId);
      await state.locks.acquire(entityIds, state.lockTimeoutMs);
      try {
        const version = putOne(state, { kind, id, body }, options);
        if (version !== null) { for (const event of events) appendOne(state, event); }
        return version;
      } finally {
        state.locks.release(entityIds);
        state.signal.wake();
      }
    },
    delete(kind, id) {
      const exists = find(state, kind, id) !== null;
      documents.delete(keyOf(kind, id));
      return Promise.resolve(exists);
    },
    due(kind, limit) {
      const nowMs = nowMsOf(state);
      const prefix = keyOf(kind, "");
      const timed = [...documents.keys()].filter((key) => key.startsWith(prefix))
        .map((key) => find(state, kind, key.slice(prefix.length)))
        .filter((document) => document !== null)
        .toSorted((a, b) => (a.dueAtMs ?? Infinity) - (b.dueAtMs ?? Infinity) || (a.id < b.id ? -1 : 1));
      return Promise.resolve(dueOf(timed.slice(0, limit + 1), { nowMs, limit }));
    },
    list(kind, query) {
      const ids = [...documents.keys()].filter((key) => key.startsWith(`${kind}\u0000`))
        .map((key) => key.slice(kind.length + 1))
        .filter((id) => id.startsWith(query.prefix ?? ""));
      const found = ids.map((id) => find(state, kind, id)).filter((document) => document !== null);
      const { items, nextCursor } = pageOf(found, {
        scope: cursorScope(`documents:${kind}`, query),
        keyOf: (document) => query.isNewestFirst ? [document.createdAtMs, document.id] : [document.id],
        descending: query.isNewestFirst ? [true, true] : [false],
        query,
      });
      return Promise.resolve({ items, nextCursor });
    },
  };
}

function putOne(
  state: MemoryState,
  { kind, id, body }: { readonly kind: string; readonly id: string; readonly body: JsonObject },
  { expectedVersion, expiresAtMs, dueAtMs = null }: DocumentWrite,
): number | null {
  const current = find(state, kind, id);
  if (expectedVersion !== null && (current?.version ?? 0) !== expectedVersion) return null;
  const nowMs = nowMsOf(state);
  const version = (current?.version ?? 0) + 1;
  state.documents.set(keyOf(kind, id), {
    id,
    body,
    version,
    createdAtMs: current?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
    expiresAtMs,
    dueAtMs,
  });
  return version;
}

/** null also when it has expired. */
function find(state: MemoryState, kind: string, id: string): StoredDocument | null {
  const document = state.documents.get(keyOf(kind, id));
  if (document === undefined) return null;
  const { expiresAtMs, ...stored } = document;
  return expiresAtMs !== null && expiresAtMs <= nowMsOf(state) ? null : stored;
}

function keyOf(kind: string, id: string): string {
  return `${kind}\u0000${id}`;
}
