/** Entities and history as the wire shows them. */
import { z } from "@hono/zod-openapi";
import type { Entity } from "../../orchestrator/entity.ts";
import type { HistoryRow } from "../../orchestrator/history.ts";
import { Instant, JsonRecord, recordOf, timeOf, timeOrNull } from "./shared.ts";

export const Labels = z.record(z.string(), z.string()).openapi({ example: { region: "eu" } });

export const EntityState = z.object({
  entity_id: z.string(),
  current_state: z.string(),
  machine_name: z.string().nullable(),
  machine_version: z.string().nullable(),
  context: JsonRecord,
  status: z.enum(["active", "archived", "deleted"]),
  workflow_status: z.enum(["active", "complete", "failed"]),
  is_terminal: z.boolean().nullable(),
  labels: Labels,
  created_at: Instant.nullable(),
  updated_at: Instant.nullable(),
  archived_at: Instant.nullable(),
  deleted_at: Instant.nullable(),
  version: z.int().openapi({ description: "+1 for each applied change; the ETag" }),
  position: z.int().openapi({ description: "Rows of history" }),
  active_states: z.array(z.string()).openapi({ description: "Leaves in document order" }),
}).openapi("EntityStateResponse");

export const HistoryItem = z.object({
  id: z.string(),
  entity_id: z.string(),
  source_state: z.string(),
  target_state: z.string().nullable(),
  trigger: z.string(),
  success: z.boolean(),
  error_message: z.string().nullable(),
  actions_executed: z.array(z.string()).nullable(),
  created_at: Instant,
  duration_ms: z.int().nullable(),
  position: z.int(),
  outcome: z.enum(["transitioned", "internal", "ignored", "deferred", "refused", "failed"]),
  type: z.enum(["created", "event", "data", "timer", "status", "labels", "migrate", "force"]),
  reason: z.string().nullable(),
  machine_version: z.string(),
  actor: z.string().nullable(),
  event_id: z.string(),
  payload: JsonRecord,
}).openapi("TransitionHistoryResponse");

export function entityState(entity: Entity): z.infer<typeof EntityState> {
  return {
    entity_id: entity.entityId,
    current_state: entity.currentState,
    machine_name: entity.machineName,
    machine_version: entity.machineVersion,
    context: recordOf(entity.context),
    status: entity.status,
    workflow_status: entity.workflowStatus,
    is_terminal: entity.isTerminal,
    labels: { ...entity.labels },
    created_at: timeOf(entity.createdAtMs),
    updated_at: timeOf(entity.updatedAtMs),
    archived_at: timeOrNull(entity.archivedAtMs),
    deleted_at: timeOrNull(entity.deletedAtMs),
    version: entity.version,
    position: entity.position,
    active_states: [...entity.snapshot.states],
  };
}

export function historyItem(row: HistoryRow): z.infer<typeof HistoryItem> {
  return {
    id: row.id,
    entity_id: row.entityId,
    source_state: row.fromState,
    target_state: row.toState,
    trigger: row.trigger,
    success: row.isSuccess,
    error_message: row.errorMessage,
    actions_executed: row.actions.map((action) => action.name),
    created_at: timeOf(row.createdAtMs),
    duration_ms: row.durationMs,
    position: row.position,
    outcome: row.outcome,
    type: row.type,
    reason: row.reason,
    machine_version: row.machineVersion,
    actor: row.actor,
    event_id: row.eventId,
    payload: recordOf(row.payload),
  };
}

/** Strong tag of an entity: its version. */
export function etagOf(entity: Pick<Entity, "version">): string {
  return `"${entity.version}"`;
}
