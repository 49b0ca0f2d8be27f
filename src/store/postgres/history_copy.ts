/** Many history rows at once: as the text that COPY reads, which costs the database a third of what JSON does. */
import type { HistoryRow } from "../../orchestrator/history.ts";
import type { Delivery } from "../event_status.ts";
import type { Statement } from "./client.ts";

/** Fewer rows than this go with the rest of their turn: COPY takes two more round trips, which a busy process feels. */
export const COPY_ROWS_MIN = 200;

export interface PlacedRow {
  readonly row: HistoryRow;
  readonly shard: number;
  readonly delivery: Delivery;
}

const COLUMNS =
  "shard, entity_id, position, id, seq, event_id, tx, n, accepted_at, created_at, fires_at, duration_ms, " +
  "attempts, attempts_max, is_success, type, outcome, trigger, machine_name, machine_version, from_state, to_state, " +
  "reason, error_message, actor, payload, actions, steps, context";

export function historyCopy(rows: readonly PlacedRow[], tx: string): Statement {
  return {
    sql: `copy stator.history (${COLUMNS}) from stdin`,
    copy: rows.map((placed, index) => lineOf(placed, { tx, n: index + 1 })).join(""),
  };
}

function lineOf(
  { row, shard, delivery }: PlacedRow,
  { tx, n }: { readonly tx: string; readonly n: number },
): string {
  const numbers = `${row.seq}\t${row.eventId}\t${tx}\t${n}\t${row.acceptedAtMs}\t${row.createdAtMs}\t` +
    `${delivery.firesAtMs}\t${row.durationMs}\t${delivery.attempts}\t${delivery.attemptsMax}\t${row.isSuccess}`;
  const words = `${row.type}\t${row.outcome}\t${fieldOf(row.trigger)}\t${fieldOf(row.machineName)}\t` +
    `${fieldOf(row.machineVersion)}\t${fieldOf(row.fromState)}\t${fieldOf(row.toState)}\t${
      fieldOf(row.reason)
    }\t` +
    `${fieldOf(row.errorMessage)}\t${fieldOf(row.actor)}`;
  const documents = `${documentOf(row.payload)}\t${documentOf(row.actions)}\t${documentOf(row.steps)}\t` +
    (row.context === null ? NULL : documentOf(row.context));
  return `${shard}\t${
    fieldOf(row.entityId)
  }\t${row.position}\t${row.id}\t${numbers}\t${words}\t${documents}\n`;
}

const NULL = "\\N";
const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function fieldOf(text: string | null): string {
  if (text === null) return NULL;
  return SPECIAL.test(text) ? text.replaceAll(/[\\\n\r\t]/g, (found) => ESCAPES[found] ?? found) : text;
}

/** JSON has no line ends and tabs of its own, but may have backslashes. */
function documentOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes("\\") ? text.replaceAll("\\", "\\\\") : text;
}
