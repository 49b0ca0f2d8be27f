/** Figures for dashboards over a window of time. */
import { z } from "@hono/zod-openapi";
import { defineRoute, jsonAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { basisOf, type Observer, percentile, rate, windowOf } from "../observed_rows.ts";
import {
  EntityId,
  Instant,
  InstantText,
  JsonRecord,
  MachineName,
  Offset,
  recordOf,
  timeOf,
  timeOrNull,
  wholeNumber,
} from "./shared.ts";

export const WindowHours = wholeNumber({ min: 1, max: 168 });
export const WINDOW_HOURS_DEFAULT = 24;

/** Figures about events come from the newest rows of their window, up to a bound. */
export const Basis = z.object({
  rows: z.int().openapi({ description: "Newest rows of history in the window that the figures rest on" }),
  is_complete: z.boolean().openapi({ description: "These are all rows of the window" }),
}).openapi("FiguresBasis");

const Summary = z.object({
  window_start: Instant,
  window_end: Instant,
  active_entities: z.int(),
  transitions_total: z.int(),
  transitions_failed: z.int(),
  transition_failure_rate: z.number(),
  p95_transition_duration_ms: z.int().nullable(),
  worker_pending: z.int(),
  worker_claimed: z.int(),
  worker_failed: z.int(),
  worker_dead_letter: z.int(),
  worker_scheduled: z.int(),
  oldest_pending_at: Instant.nullable(),
  outbox_pending: z.int(),
  outbox_leased: z.int(),
  is_exact: z.boolean().openapi({ description: "false: counts of entities or transitions are estimates" }),
  basis: Basis,
}).openapi("ObservabilitySummaryResponse");

const TransitionItem = z.object({
  id: z.string(),
  entity_id: z.string(),
  machine_name: z.string().nullable(),
  source_state: z.string(),
  target_state: z.string().nullable(),
  trigger: z.string(),
  success: z.boolean(),
  error_message: z.string().nullable(),
  actions_executed: z.array(z.string()).nullable(),
  duration_ms: z.int().nullable(),
  created_at: Instant,
}).openapi("ObservabilityTransitionItem");

const Transitions = z.object({
  items: z.array(TransitionItem),
  total: z.int(),
  total_is_exact: z.boolean(),
  limit: z.int(),
  offset: z.int(),
}).openapi("ObservabilityTransitionsResponse");

const WorkerEventItem = z.object({
  id: z.string(),
  machine_name: z.string(),
  entity_id: z.string(),
  trigger: z.string(),
  status: z.enum(["pending", "completed", "dead_letter"]),
  attempt: z.int(),
  max_attempts: z.int(),
  error_message: z.string().nullable(),
  fires_at: Instant,
  claimed_by: z.string().nullable(),
  claimed_at: Instant.nullable(),
  created_at: Instant.nullable(),
  completed_at: Instant.nullable(),
  result_json: JsonRecord.nullable(),
  transition_history_id: z.string().nullable(),
}).openapi("ObservabilityWorkerEventItem");

const WorkerEvents = z.object({
  items: z.array(WorkerEventItem),
  total: z.int(),
  total_is_exact: z.boolean(),
  limit: z.int(),
  offset: z.int(),
}).openapi("ObservabilityWorkerEventsResponse");

const Workers = z.object({
  workers: z.array(z.object({
    worker_id: z.string(),
    started_at: Instant,
    seen_at: Instant,
    info: JsonRecord,
  })),
}).openapi("WorkerList");

const pageQuery = {
  machine_name: MachineName.optional(),
  entity_id: EntityId.optional(),
  start_at: InstantText.optional(),
  end_at: InstantText.optional(),
  limit: wholeNumber({ min: 1, max: 200 }).optional(),
  offset: Offset.optional(),
};

const summaryRoute = defineRoute({
  method: "get",
  path: "/api/v1/observability/summary",
  tags: ["observability"],
  summary: "The figures of an overview",
  request: {
    query: z.strictObject({
      window_hours: WindowHours.optional(),
      machine_name: MachineName.optional(),
      entity_id: EntityId.optional(),
    }),
  },
  responses: { 200: jsonAnswer(Summary, "Figures") },
});

const transitionsRoute = defineRoute({
  method: "get",
  path: "/api/v1/observability/transitions",
  tags: ["observability"],
  summary: "History of all entities, newest first",
  request: {
    query: z.strictObject({ ...pageQuery, status: z.enum(["all", "success", "failed"]).optional() }),
  },
  responses: { 200: jsonAnswer(Transitions, "One page") },
});

const workerEventsRoute = defineRoute({
  method: "get",
  path: "/api/v1/observability/worker-events",
  tags: ["observability"],
  summary: "Events of every lane, waiting and done, newest first",
  request: {
    query: z.strictObject({
      ...pageQuery,
      status: z.enum(["all", "pending", "claimed", "completed", "failed", "dead_letter"]).optional(),
    }),
  },
  responses: { 200: jsonAnswer(WorkerEvents, "One page") },
});

const workersRoute = defineRoute({
  method: "get",
  path: "/api/v1/workers",
  tags: ["observability"],
  summary: "Workers that were seen within a minute",
  responses: { 200: jsonAnswer(Workers, "Workers") },
});

export function addObservabilityRoutes(app: ApiApp, deps: RouteDeps & { readonly observer: Observer }): void {
  const { store, observer } = deps;

  app.openapi(summaryRoute, async (c) => {
    const { window_hours: hours = WINDOW_HOURS_DEFAULT, machine_name: machineName, entity_id: entityId } = c
      .req.valid(
        "query",
      );
    const window = windowOf(deps, hours);
    const filter = {
      ...(machineName === undefined ? {} : { machineName }),
      ...(entityId === undefined ? {} : { entityId }),
      fromMs: window.fromMs,
      toMs: window.toMs,
      limit: 1,
    };
    const [observed, failed, active, queue, outbox] = await Promise.all([
      observer.rowsOf(window, { machineName, entityId }),
      store.history.recent({ ...filter, isSuccess: false }),
      store.entities.countByState(machineName),
      store.inbox.counts(),
      store.outbox.counts(),
    ]);
    return c.json({
      window_start: timeOf(window.fromMs),
      window_end: timeOf(window.toMs),
      active_entities: active.reduce((sum, row) => sum + row.count, 0),
      transitions_total: observed.total,
      transitions_failed: failed.total,
      transition_failure_rate: rate(failed.total, observed.total),
      p95_transition_duration_ms: percentile(observed.rows.map((row) => row.durationMs), 0.95),
      worker_pending: queue.pending,
      worker_claimed: 0,
      worker_failed: 0,
      worker_dead_letter: queue.deadLetters,
      worker_scheduled: queue.scheduled,
      oldest_pending_at: timeOrNull(queue.oldestPendingMs),
      outbox_pending: outbox.pending,
      outbox_leased: outbox.leased,
      is_exact: observed.isTotalExact && failed.isTotalExact && active.every((row) => row.isExact),
      basis: basisOf(observed),
    }, 200);
  });

  app.openapi(transitionsRoute, async (c) => {
    const query = c.req.valid("query");
    const { limit = 50, offset = 0, status = "all" } = query;
    const page = await store.history.recent({
      ...pageFilter(query),
      ...(status === "all" ? {} : { isSuccess: status === "success" }),
      limit,
      offset,
    });
    const items = page.items.map((row) => ({
      id: row.id,
      entity_id: row.entityId,
      machine_name: row.machineName === "" ? null : row.machineName,
      source_state: row.fromState,
      target_state: row.toState,
      trigger: row.trigger,
      success: row.isSuccess,
      error_message: row.errorMessage,
      actions_executed: row.actions.map((action) => action.name),
      duration_ms: row.durationMs,
      created_at: timeOf(row.createdAtMs),
    }));
    return c.json({ items, total: page.total, total_is_exact: page.isTotalExact, limit, offset }, 200);
  });

  app.openapi(workerEventsRoute, async (c) => {
    const query = c.req.valid("query");
    const { limit = 50, offset = 0, status = "all" } = query;
    // Turns hold their events only inside a transaction, and what failed for good is a dead letter.
    if (status === "claimed" || status === "failed") {
      return c.json({ items: [], total: 0, total_is_exact: true, limit, offset }, 200);
    }
    const page = await store.inbox.list({
      ...pageFilter(query),
      ...(status === "all" ? {} : { state: status }),
      limit,
      offset,
    });
    const items = page.items.map((event) => ({
      id: event.eventId,
      machine_name: event.machineName,
      entity_id: event.entityId,
      trigger: event.trigger,
      status: event.state,
      attempt: event.attempts,
      max_attempts: event.attemptsMax,
      error_message: event.errorMessage,
      fires_at: timeOf(event.firesAtMs),
      claimed_by: null,
      claimed_at: null,
      created_at: timeOf(event.createdAtMs),
      completed_at: timeOrNull(event.completedAtMs),
      result_json: event.result === null ? null : recordOf(event.result),
      transition_history_id: event.historyId,
    }));
    return c.json({ items, total: page.total, total_is_exact: page.isTotalExact, limit, offset }, 200);
  });

  app.openapi(workersRoute, async (c) => {
    const workers = await store.operations.workers();
    return c.json({
      workers: workers.map((worker) => ({
        worker_id: worker.workerId,
        started_at: timeOf(worker.startedAtMs),
        seen_at: timeOf(worker.seenAtMs),
        info: recordOf(worker.info),
      })),
    }, 200);
  });
}

function pageFilter(query: {
  readonly machine_name?: string | undefined;
  readonly entity_id?: string | undefined;
  readonly start_at?: number | undefined;
  readonly end_at?: number | undefined;
}) {
  return {
    ...(query.machine_name === undefined ? {} : { machineName: query.machine_name }),
    ...(query.entity_id === undefined ? {} : { entityId: query.entity_id }),
    ...(query.start_at === undefined ? {} : { fromMs: query.start_at }),
    ...(query.end_at === undefined ? {} : { toMs: query.end_at }),
  };
}
