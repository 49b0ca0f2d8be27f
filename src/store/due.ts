/** What of the documents with a time is due, and when the next one will be. */
import type { DueDocuments, StoredDocument } from "./operations_port.ts";

/** `timed`: documents of a kind by time, up to one more than the limit; those without a time never are due. */
export function dueOf(
  timed: readonly StoredDocument[],
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): DueDocuments {
  const isDue = (document: StoredDocument) => document.dueAtMs !== null && document.dueAtMs <= nowMs;
  const items = timed.slice(0, limit).filter(isDue);
  return { nowMs, items, nextDueAtMs: timed[items.length]?.dueAtMs ?? null };
}
