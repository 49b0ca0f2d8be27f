/** What happened to one entity: rows, figures and the time it spent in each state. */
import { z } from "@hono/zod-openapi";
import type { HistoryRow } from "../../orchestrator/history.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { requireEntity } from "../entities.ts";
import { HistoryItem, historyItem } from "./entity_records.ts";
import {
  entityParams,
  Instant,
  InstantText,
  JsonRecord,
  Offset,
  recordOf,
  timeOf,
  timeOrNull,
  wholeNumber,
} from "./shared.ts";

/** Rows that a timeline or an event log looks at. */
const TIMELINE_ROWS_MAX = 5_000;
const PAGE_ROWS = 200;

const HistoryStats = z.object({
  entity_id: z.string(),
  total_transitions: z.int(),
  first_at: Instant.nullable(),
  last_at: Instant.nullable(),
  success_count: z.int(),
  failure_count: z.int(),
}).openapi("HistoryStatsResponse");

const HistoryPurged = z.object({
  entity_id: z.string(),
  deleted_count: z.int(),
  remaining_count: z.int(),
}).openapi("HistoryPurgeResponse");

const TimelineStep = z.object({
  state: z.string(),
  entered_at: Instant,
  exited_at: Instant.nullable(),
  dwell_ms: z.int().nullable(),
  trigger_in: z.string().nullable(),
  trigger_out: z.string().nullable(),
  success: z.boolean(),
}).openapi("TimelineStep");

const Timeline = z.object({
  entity_id: z.string(),
  machine_name: z.string().nullable(),
  current_state: z.string(),
  steps: z.array(TimelineStep),
  total_dwell_ms: z.int(),
  states_visited: z.int(),
}).openapi("EntityTimelineResponse");

const EventLog = z.object({
  events: z.array(z.object({
    id: z.string(),
    entity_id: z.string(),
    machine_name: z.string(),
    sequence: z.int(),
    trigger: z.string(),
    payload: JsonRecord,
    event_id: z.string(),
    source: z.string(),
    created_at: Instant,
  })),
  total: z.int(),
  limit: z.int(),
  offset: z.int(),
}).openapi("EntityEventLog");

const Replayed = z.object({
  steps: z.array(z.object({
    sequence: z.int(),
    trigger: z.string(),
    source_state: z.string(),
    target_state: z.string().nullable(),
    success: z.boolean(),
    current_state: z.string(),
  })),
  total_events: z.int(),
  final_state: z.string().nullable(),
}).openapi("EntityReplay");

const pageQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 200 }).optional(),
  offset: Offset.optional(),
});

const historyRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/history",
  tags: ["history"],
  summary: "History of an entity, newest first; empty for an id that never was",
  request: { params: entityParams, query: pageQuery },
  responses: { 200: jsonAnswer(z.array(HistoryItem), "Rows") },
});

const statsRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/history/stats",
  tags: ["history"],
  summary: "How much happened, and when",
  request: { params: entityParams },
  responses: { 200: jsonAnswer(HistoryStats, "Figures") },
});

const purgeRoute = defineRoute({
  method: "delete",
  path: "/api/v1/entities/{entity_id}/history",
  tags: ["history"],
  summary: "Delete history before a time, for good",
  request: { params: entityParams, query: z.strictObject({ before: InstantText }) },
  responses: { 200: jsonAnswer(HistoryPurged, "Deleted") },
});

const timelineRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/timeline",
  tags: ["history"],
  summary: "States in the order they were entered, with the time spent in each",
  request: { params: entityParams },
  responses: { 200: jsonAnswer(Timeline, "Steps"), 404: problemAnswer("No such entity") },
});

const eventLogRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/events",
  tags: ["history"],
  summary: "Events that were consumed, by sequence",
  request: { params: entityParams, query: pageQuery },
  responses: { 200: jsonAnswer(EventLog, "Events") },
});

const replayRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/replay",
  tags: ["history"],
  summary: "The way an entity took, step by step; changes nothing",
  request: {
    params: entityParams,
    query: z.strictObject({ up_to_sequence: wholeNumber({ min: 1, max: 999_999_999 }).optional() }),
  },
  responses: { 200: jsonAnswer(Replayed, "Steps"), 404: problemAnswer("No such entity") },
});

export function addEntityHistoryRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store: { history } } = deps;

  app.openapi(statsRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const stats = await history.stats(entityId);
    return c.json({
      entity_id: entityId,
      total_transitions: stats.total,
      first_at: timeOrNull(stats.firstAtMs),
      last_at: timeOrNull(stats.lastAtMs),
      success_count: stats.successCount,
      failure_count: stats.failureCount,
    }, 200);
  });

  app.openapi(historyRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { limit = 50, offset = 0 } = c.req.valid("query");
    const { items } = await history.list({ entityId, limit, offset, isAscending: false });
    return c.json(items.map(historyItem), 200);
  });

  app.openapi(purgeRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { before } = c.req.valid("query");
    const { deleted, remaining } = await history.deleteBefore(entityId, before);
    await audit(c, deps, {
      action: "history.deleted",
      resource: `entity:${entityId}`,
      details: { before: timeOf(before), deleted },
    });
    return c.json({ entity_id: entityId, deleted_count: deleted, remaining_count: remaining }, 200);
  });

  app.openapi(timelineRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const entity = await requireEntity(deps, entityId);
    const steps = timelineSteps(await rowsOf(deps, entityId), deps.clock.nowMs());
    return c.json({
      entity_id: entityId,
      machine_name: entity.machineName,
      current_state: entity.currentState,
      steps,
      total_dwell_ms: steps.reduce((sum, step) => sum + (step.dwell_ms ?? 0), 0),
      states_visited: new Set(steps.map((step) => step.state)).size,
    }, 200);
  });

  app.openapi(eventLogRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { limit = 50, offset = 0 } = c.req.valid("query");
    const { items } = await history.list({ entityId, limit, offset, isAscending: true });
    const { total } = await history.stats(entityId);
    const events = items.map((row) => ({
      id: row.id,
      entity_id: row.entityId,
      machine_name: row.machineName,
      sequence: row.seq,
      trigger: row.trigger,
      payload: recordOf(row.payload),
      event_id: row.eventId,
      source: row.type,
      created_at: timeOf(row.createdAtMs),
    }));
    return c.json({ events, total, limit, offset }, 200);
  });

  app.openapi(replayRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { up_to_sequence: upTo = Number.MAX_SAFE_INTEGER } = c.req.valid("query");
    await requireEntity(deps, entityId);
    const rows = (await rowsOf(deps, entityId)).filter((row) => row.seq <= upTo);
    const steps = rows.map((row) => ({
      sequence: row.seq,
      trigger: row.trigger,
      source_state: row.fromState,
      target_state: row.toState,
      success: row.isSuccess,
      current_state: row.toState ?? row.fromState,
    }));
    return c.json(
      { steps, total_events: rows.length, final_state: steps.at(-1)?.current_state ?? null },
      200,
    );
  });
}

/** The rows of an entity, oldest first, as many as a timeline takes. */
export async function rowsOf(deps: RouteDeps, entityId: string): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly items: readonly HistoryRow[]; readonly nextCursor: string | null } = await deps
      .store.history
      .list({ entityId, limit: PAGE_ROWS, cursor, isAscending: true });
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < TIMELINE_ROWS_MAX);
  return rows;
}

/** One step for each state that was entered; what was refused or changed nothing makes none. */
export function timelineSteps(rows: readonly HistoryRow[], nowMs: number): z.infer<typeof TimelineStep>[] {
  const entries = rows.filter((row) =>
    row.isSuccess && row.toState !== null && (row.type === "created" || row.outcome === "transitioned" ||
      (row.type === "force" && row.toState !== row.fromState))
  );
  return entries.map((row, index) => {
    const next = entries[index + 1];
    const exitedAtMs = next?.createdAtMs ?? null;
    return {
      state: row.toState ?? "",
      entered_at: timeOf(row.createdAtMs),
      exited_at: timeOrNull(exitedAtMs),
      dwell_ms: Math.max(0, (exitedAtMs ?? nowMs) - row.createdAtMs),
      trigger_in: row.trigger,
      trigger_out: next?.trigger ?? null,
      success: true,
    };
  });
}
