/** Rows of the outbox as people see them. */
import { type DatabaseRow, flag, number, text, textOrNull, word } from "./columns.ts";
import type { OutboxGroup, OutboxItem } from "./outbox_listing.ts";
import { waitingActionFrom } from "./rows.ts";

/** A lease that ran out by `nowMs` holds nothing any more. */
export function outboxItemFrom(row: DatabaseRow, nowMs: number): OutboxItem {
  const nextAtMs = number(row, "next_at");
  return {
    ...waitingActionFrom(row),
    state: flag(row, "is_leased") && nextAtMs > nowMs ? "leased" : "pending",
    nextAtMs,
  };
}

export function outboxGroupFrom(row: DatabaseRow): OutboxGroup {
  const leased = number(row, "leased");
  return {
    kind: word(row, "kind"),
    name: text(row, "name"),
    address: textOrNull(row, "address"),
    pending: number(row, "live") - leased,
    leased,
    failing: number(row, "failing"),
    nextAtMs: number(row, "next_at"),
  };
}
