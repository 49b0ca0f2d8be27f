/** Reads the tables of the predecessor, in SQLite or PostgreSQL, page by page; never writes. */
import { isJsonObject, type JsonObject, type JsonValue } from "../../json.ts";
import type {
  DeadLetter,
  DeadLetterReason,
  DeadLetterStage,
  DeadLetterStatus,
} from "../../orchestrator/dead_letter.ts";
import { uuidV5 } from "../../orchestrator/action_id.ts";
import type { Command } from "../../orchestrator/event.ts";
import type { OldEntity, OldTransition } from "../../orchestrator/predecessor.ts";
import type { DatabaseRow } from "../columns.ts";
import type { OldEvent, PredecessorSource } from "./port.ts";

/** Every column comes as text or null, so that both databases answer alike. */
export interface PredecessorConnection {
  /** `?` stands for a value. */
  all(sql: string, ...values: readonly (string | number)[]): Promise<readonly DatabaseRow[]>;
  /** Name of a table as statements write it; null = there is none. */
  tableOf(name: string): Promise<string | null>;
  close(): Promise<void>;
}

/** Trigger of the events with which the predecessor's worker carries delays; here they are timers. */
const DELAY_PREFIX = "_after_";

export function createPredecessorSource(connection: PredecessorConnection): PredecessorSource {
  return {
    close: connection.close,
    async machines() {
      const rows = await rowsOf("machines", ["name", "version", "config_json"], "order by created_at, name");
      return rows.map((row) => ({
        name: textOf(row, "name"),
        version: textOf(row, "version"),
        config: jsonOf(row, "config_json"),
      }));
    },
    async entities(after, limit) {
      const rows = await rowsOf(
        "entity_states",
        [
          "entity_id",
          "machine_name",
          "machine_version",
          "current_state",
          "context_json",
          "version",
          "status",
          "labels_json",
          "created_at",
          "updated_at",
          "archived_at",
          "deleted_at",
        ],
        "where entity_id > ? order by entity_id limit ?",
        after,
        limit,
      );
      return rows.map(entityOf);
    },
    async history(entityId, limit) {
      const rows = await rowsOf(
        "transition_history",
        [
          "id",
          "entity_id",
          "trigger",
          "source_state",
          "target_state",
          "success",
          "error_type",
          "error_message",
          "actions_executed",
          "context_snapshot",
          "created_at",
          "duration_ms",
        ],
        "where entity_id = ? order by created_at desc, id desc limit ?",
        entityId,
        limit,
      );
      return rows.map(transitionOf).reverse();
    },
    async events(limit) {
      const where = "where status in ('pending', 'claimed') order by fires_at, created_at, id limit ?";
      const columns = ["id", "machine_name", "entity_id", "fires_at", "max_attempts", "idempotency_key"];
      const events = await rowsOf("worker_events", [...columns, "trigger", "context_json"], where, limit);
      const data = await rowsOf("worker_apply_data_events", [...columns, "data_json"], where, limit);
      return [
        ...events.filter((row) => !textOf(row, "trigger").startsWith(DELAY_PREFIX)).map((row) =>
          eventOf(row, {
            type: "event",
            trigger: textOf(row, "trigger"),
            payload: objectOf(row, "context_json"),
          })
        ),
        ...data.map((row) => eventOf(row, { type: "data", data: objectOf(row, "data_json") })),
      ].toSorted((left, right) => left.firesAtMs - right.firesAtMs);
    },
    async deadLetters(after, limit) {
      const rows = await rowsOf(
        "dead_letter_queue",
        [
          "record_id",
          "source_name",
          "reason",
          "error_message",
          "error_type",
          "stage",
          "payload",
          "metadata",
          "attempt",
          "max_attempts",
          "status",
          "retry_count",
          "created_at",
          "updated_at",
          "expires_at",
        ],
        "where record_id > ? order by record_id limit ?",
        after,
        limit,
      );
      return rows.map(deadLetterOf);
    },
  };

  async function rowsOf(
    name: string,
    columns: readonly string[],
    rest: string,
    ...values: readonly (string | number)[]
  ): Promise<readonly DatabaseRow[]> {
    const table = await connection.tableOf(name);
    if (table === null) return [];
    const list = columns.map((column) => `cast("${column}" as text) as "${column}"`).join(", ");
    // The casts must not shadow the columns that are compared and sorted by.
    return await connection.all(`select ${list} from (select * from ${table} ${rest}) found`, ...values);
  }
}

function entityOf(row: DatabaseRow): OldEntity {
  const createdAtMs = timeOf(row, "created_at") ?? 0;
  const status = textOf(row, "status");
  return {
    entityId: textOf(row, "entity_id"),
    machineName: textOrNull(row, "machine_name"),
    machineVersion: textOrNull(row, "machine_version"),
    currentState: textOf(row, "current_state"),
    context: objectOf(row, "context_json"),
    version: countOf(row, "version", 1),
    status: status === "archived" || status === "deleted" ? status : "active",
    labels: Object.fromEntries(
      Object.entries(objectOf(row, "labels_json")).map(([name, value]) => [name, String(value)]),
    ),
    createdAtMs,
    updatedAtMs: timeOf(row, "updated_at") ?? createdAtMs,
    archivedAtMs: timeOf(row, "archived_at"),
    deletedAtMs: timeOf(row, "deleted_at"),
  };
}

function transitionOf(row: DatabaseRow): OldTransition {
  const actions = jsonOf(row, "actions_executed");
  const context = jsonOf(row, "context_snapshot");
  return {
    id: uuidOf(row, "id"),
    entityId: textOf(row, "entity_id"),
    trigger: textOf(row, "trigger"),
    fromState: textOf(row, "source_state"),
    toState: textOrNull(row, "target_state"),
    isSuccess: isTrue(row, "success"),
    errorType: textOrNull(row, "error_type"),
    errorMessage: textOrNull(row, "error_message"),
    actionNames: Array.isArray(actions) ? actions.filter((name) => typeof name === "string") : [],
    context: isJsonObject(context) ? context : null,
    createdAtMs: timeOf(row, "created_at") ?? 0,
    durationMs: countOf(row, "duration_ms", 0),
  };
}

function eventOf(row: DatabaseRow, command: Command): OldEvent {
  return {
    id: uuidOf(row, "id"),
    machineName: textOf(row, "machine_name"),
    entityId: textOf(row, "entity_id"),
    command,
    firesAtMs: timeOf(row, "fires_at") ?? 0,
    attemptsMax: Math.min(100, Math.max(1, countOf(row, "max_attempts", 5))),
    idempotencyKey: textOrNull(row, "idempotency_key"),
  };
}

function deadLetterOf(row: DatabaseRow): DeadLetter {
  const payload = objectOf(row, "payload");
  const { entity_id: entityId, event_id: eventId } = payload;
  const recordId = textOf(row, "record_id");
  // Here an event's id is a UUID; there it was any text.
  const uuid = typeof eventId === "string" ? dashed(eventId) : "";
  const known = UUID.test(uuid) ? uuid : uuidV5(`imported letter:${recordId}`);
  return {
    recordId,
    machineName: textOf(row, "source_name"),
    entityId: typeof entityId === "string" ? entityId : "",
    stage: wordOf(row, "stage", STAGES, "worker"),
    reason: wordOf(row, "reason", REASONS, "unknown"),
    errorMessage: textOrNull(row, "error_message") ?? "",
    errorType: textOrNull(row, "error_type") ?? "",
    payload: eventId === undefined ? payload : { ...payload, event_id: known },
    metadata: objectOf(row, "metadata"),
    attempt: countOf(row, "attempt", 1),
    attemptsMax: countOf(row, "max_attempts", 5),
    status: wordOf(row, "status", STATUSES, "pending"),
    retryCount: countOf(row, "retry_count", 0),
    createdAtMs: timeOf(row, "created_at") ?? 0,
    updatedAtMs: timeOf(row, "updated_at"),
    expiresAtMs: timeOf(row, "expires_at"),
  };
}

const STAGES: readonly DeadLetterStage[] = ["worker", "worker_apply_data", "worker_dispatcher"];
const STATUSES: readonly DeadLetterStatus[] = ["pending", "retrying", "resolved", "ignored", "expired"];
const REASONS: readonly DeadLetterReason[] = [
  "guard_rejected",
  "guard_execution_error",
  "guard_not_found",
  "invalid_transition",
  "terminal_state",
  "validation_failed",
  "action_failed",
  "max_retries_exhausted",
  "unknown",
];

function wordOf<Word extends string>(
  row: DatabaseRow,
  column: string,
  words: readonly Word[],
  otherwise: Word,
): Word {
  const value = textOrNull(row, column);
  return words.find((word) => word === value) ?? otherwise;
}

function textOrNull(row: DatabaseRow, column: string): string | null {
  const value = row[column];
  return typeof value === "string" ? value : null;
}

function textOf(row: DatabaseRow, column: string): string {
  return textOrNull(row, column) ?? "";
}

function uuidOf(row: DatabaseRow, column: string): string {
  return dashed(textOf(row, column));
}

/** Dashes are missing where the predecessor's driver stored plain hex digits. */
function dashed(uuid: string): string {
  return uuid.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, "$1-$2-$3-$4-$5");
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function countOf(row: DatabaseRow, column: string, otherwise: number): number {
  const value = Number(textOrNull(row, column) ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : otherwise;
}

function isTrue(row: DatabaseRow, column: string): boolean {
  return textOf(row, column) === "1" || textOf(row, column) === "true";
}

/** SQLite keeps times without a zone, in UTC; PostgreSQL answers with an offset of hours. */
function timeOf(row: DatabaseRow, column: string): number | null {
  const value = textOrNull(row, column);
  if (value === null) return null;
  const iso = value.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
  const timeMs = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(timeMs) ? null : timeMs;
}

function jsonOf(row: DatabaseRow, column: string): JsonValue {
  const value = textOrNull(row, column);
  if (value === null) return null;
  try {
    return JSON.parse(value);
  } catch {
    // PyStator's libraries write NaN, which is not JSON.
    return null;
  }
}

function objectOf(row: DatabaseRow, column: string): JsonObject {
  const value = jsonOf(row, column);
  return isJsonObject(value) ? value : {};
}
