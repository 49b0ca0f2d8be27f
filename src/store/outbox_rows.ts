/** Rows of the outbox as people see them. */
import { type DatabaseRow, flag, json, number, text, textOrNull, word } from "./columns.ts";
import type { OutboxGroup, OutboxItem } from "./outbox_listing.ts";

/** A lease that ran out by `nowMs` holds nothing any more. */
export function outboxItemFrom(row: DatabaseRow, nowMs: number): OutboxItem {
  const nextAtMs = number(row, "next_at");
  return {
    actionId: text(row, "action_id"),
    entityId: text(row, "entity_id"),
    machineName: text(row, "machine_name"),
    machineVersion: text(row, "machine_version"),
    position: number(row, "position"),
    ordinal: number(row, "ordinal"),
    kind: word(row, "kind"),
    name: text(row, "name"),
    params: json(row, "params"),
    attempts: number(row, "attempts"),
    attemptsMax: number(row, "attempts_max"),
    createdAtMs: number(row, "created_at"),
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
