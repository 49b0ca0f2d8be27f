/** Small named documents in memory. */
import { cursorScope } from "../cursor.ts";
import type { DocumentStore, StoredDocument } from "../store.ts";
import { pageOf } from "./paging.ts";
import { type MemoryState, nowMsOf } from "./state.ts";

export function createMemoryDocuments(state: MemoryState): DocumentStore {
  const { documents } = state;
  return {
    get: (kind, id) => Promise.resolve(find(state, kind, id)),
    put(kind, id, body, { expectedVersion, expiresAtMs }) {
      const current = find(state, kind, id);
      if (expectedVersion !== null && (current?.version ?? 0) !== expectedVersion) {
        return Promise.resolve(null);
      }
      const nowMs = nowMsOf(state);
      const version = (current?.version ?? 0) + 1;
      documents.set(keyOf(kind, id), {
        id,
        body,
        version,
        createdAtMs: current?.createdAtMs ?? nowMs,
        updatedAtMs: nowMs,
        expiresAtMs,
      });
      return Promise.resolve(version);
    },
    delete(kind, id) {
      const exists = find(state, kind, id) !== null;
      documents.delete(keyOf(kind, id));
      return Promise.resolve(exists);
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
