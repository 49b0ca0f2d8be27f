/** How one entity is doing, compared with its own past and with others of its machine. */
import { z } from "@hono/zod-openapi";
import type { Entity } from "../../orchestrator/entity.ts";
import type { HistoryRow } from "../../orchestrator/history.ts";
import { requireEntity } from "../entities.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { basisOf, type ObservedRow, type Observer, percentile, rate, windowOf } from "../observed_rows.ts";
import { rowsOf, timelineSteps } from "./entity_history.ts";
import { Basis, WINDOW_HOURS_DEFAULT, WindowHours } from "./observability.ts";
import { entityParams, Instant, timeOf } from "./shared.ts";

const ERROR_PATTERNS_MAX = 5;
const RECENT_ROWS = 20;
const VELOCITY_POINTS = 12;
const STUCK_FACTOR = 3;

const DwellByState = z.object({
  state: z.string(),
  avg_ms: z.int(),
  min_ms: z.int(),
  max_ms: z.int(),
  visit_count: z.int(),
}).openapi("DwellByStateItem");

const EntityMetrics = z.object({
  entity_id: z.string(),
  machine_name: z.string().nullable(),
  health_score: z.int(),
  health_status: z.enum(["healthy", "warning", "critical"]),
  staleness_seconds: z.int().nullable(),
  staleness_label: z.string(),
  error_patterns: z.array(z.object({
    error_type: z.string().nullable(),
    trigger: z.string(),
    source_state: z.string(),
    count: z.int(),
    last_occurred: Instant,
  })),
  recent_failure_rate: z.number(),
  latency_percentiles: z.object({
    p50: z.int().nullable(),
    p75: z.int().nullable(),
    p95: z.int().nullable(),
    p99: z.int().nullable(),
  }),
  dwell_by_state: z.array(DwellByState),
  is_potentially_stuck: z.boolean(),
  stuck_state: z.string().nullable(),
  stuck_current_dwell_ms: z.int().nullable(),
  stuck_avg_dwell_ms: z.int().nullable(),
  state_revisits: z.record(z.string(), z.int()),
  has_cycles: z.boolean(),
  fleet_comparison: z.object({
    entity_failure_rate: z.number(),
    fleet_failure_rate: z.number(),
    entity_avg_latency_ms: z.int().nullable(),
    fleet_avg_latency_ms: z.int().nullable(),
    latency_percentile_rank: z.number().nullable(),
  }),
  fleet_basis: Basis,
  velocity_points: z.array(z.object({ timestamp: Instant, duration_ms: z.int() })),
}).openapi("EntityMetricsResponse");

const metricsRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/metrics",
  tags: ["observability"],
  summary: "Health, pace and failures of one entity",
  request: { params: entityParams, query: z.strictObject({ window_hours: WindowHours.optional() }) },
  responses: { 200: jsonAnswer(EntityMetrics, "Figures"), 404: problemAnswer("No such entity") },
});

export function addEntityMetricsRoutes(app: ApiApp, deps: RouteDeps & { readonly observer: Observer }): void {
  const { observer } = deps;

  app.openapi(metricsRoute, async (c) => {
    const entity = await requireEntity(deps, c.req.valid("param").entity_id);
    const window = windowOf(deps, c.req.valid("query").window_hours ?? WINDOW_HOURS_DEFAULT);
    const [rows, fleet] = await Promise.all([
      rowsOf(deps, entity.entityId),
      observer.rowsOf(window, { machineName: entity.machineName }),
    ]);
    const own = rows.filter((row) => row.createdAtMs >= window.fromMs);
    const score = healthScore(entity, rows, window.toMs);
    const last = rows.at(-1);
    const staleSeconds = last === undefined
      ? null
      : Math.max(0, Math.round((window.toMs - last.createdAtMs) / 1000));
    const durations = own.map((row) => row.durationMs);
    return c.json({
      entity_id: entity.entityId,
      machine_name: entity.machineName,
      health_score: score,
      health_status: score >= 80
        ? "healthy" as const
        : score >= 50
        ? "warning" as const
        : "critical" as const,
      staleness_seconds: staleSeconds,
      staleness_label: stalenessLabel(staleSeconds),
      error_patterns: errorPatterns(own),
      recent_failure_rate: failureRate(rows.slice(-RECENT_ROWS)),
      latency_percentiles: {
        p50: percentile(durations, 0.5),
        p75: percentile(durations, 0.75),
        p95: percentile(durations, 0.95),
        p99: percentile(durations, 0.99),
      },
      ...dwellFigures(entity, rows, window.toMs),
      fleet_comparison: fleetComparison(own, fleet.rows),
      fleet_basis: basisOf(fleet),
      velocity_points: rows.slice(-VELOCITY_POINTS).map((row) => ({
        timestamp: timeOf(row.createdAtMs),
        duration_ms: row.durationMs,
      })),
    }, 200);
  });
}

/** Failures, activity and completion, 40 + 40 + 20 points. */
function healthScore(entity: Entity, rows: readonly ObservedRow[], nowMs: number): number {
  const failures = Math.max(0, 40 - 80 * failureRate(rows));
  return Math.round(
    Math.min(100, failures + activityPoints(entity, rows, nowMs) + completionPoints(entity, nowMs)),
  );
}

function activityPoints(entity: Entity, rows: readonly ObservedRow[], nowMs: number): number {
  if (entity.isTerminal) return 40;
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined || rows.length < 2) return 20;
  const intervalMs = (last.createdAtMs - first.createdAtMs) / (rows.length - 1);
  const quietMs = nowMs - last.createdAtMs;
  return quietMs <= 2 * intervalMs ? 40 : quietMs <= 5 * intervalMs ? 20 : 0;
}

function completionPoints(entity: Entity, nowMs: number): number {
  if (entity.isTerminal) return 20;
  const ageMs = nowMs - entity.updatedAtMs;
  return ageMs < 300_000 ? 20 : ageMs < 3_600_000 ? 10 : 0;
}

function failureRate(rows: readonly ObservedRow[]): number {
  return rate(rows.filter((row) => !row.isSuccess).length, rows.length);
}

function errorPatterns(rows: readonly ObservedRow[]) {
  const failed = rows.filter((row) => !row.isSuccess);
  const groups = Map.groupBy(failed, (row) => JSON.stringify([row.reason, row.trigger, row.fromState]));
  return [...groups.values()].toSorted((a, b) => b.length - a.length).slice(0, ERROR_PATTERNS_MAX).flatMap(
    (group) => {
      const last = group.at(-1);
      return last === undefined ? [] : [{
        error_type: last.reason,
        trigger: last.trigger,
        source_state: last.fromState,
        count: group.length,
        last_occurred: timeOf(last.createdAtMs),
      }];
    },
  );
}

function dwellFigures(entity: Entity, rows: readonly HistoryRow[], nowMs: number) {
  const steps = timelineSteps(rows, nowMs);
  const ended = Map.groupBy(steps.filter((step) => step.exited_at !== null), (step) => step.state);
  const dwellByState = [...ended].map(([state, visits]) => {
    const times = visits.map((visit) => visit.dwell_ms ?? 0);
    return {
      state,
      avg_ms: Math.round(times.reduce((sum, time) => sum + time, 0) / times.length),
      min_ms: Math.min(...times),
      max_ms: Math.max(...times),
      visit_count: times.length,
    };
  });
  const visits = Map.groupBy(steps, (step) => step.state);
  const revisits = [...visits].filter(([, list]) => list.length > 1).map((
    [state, list],
  ) => [state, list.length - 1]);
  const current = steps.at(-1);
  const average = dwellByState.find((row) => row.state === current?.state)?.avg_ms ?? null;
  const dwellMs = current?.dwell_ms ?? null;
  const isStuck = !entity.isTerminal && average !== null && dwellMs !== null &&
    dwellMs > STUCK_FACTOR * average;
  return {
    dwell_by_state: dwellByState,
    is_potentially_stuck: isStuck,
    stuck_state: isStuck ? current?.state ?? null : null,
    stuck_current_dwell_ms: isStuck ? dwellMs : null,
    stuck_avg_dwell_ms: isStuck ? average : null,
    state_revisits: Object.fromEntries(revisits),
    has_cycles: revisits.length > 0,
  };
}

function fleetComparison(own: readonly ObservedRow[], fleet: readonly ObservedRow[]) {
  const ownMs = averageMs(own);
  const slower = ownMs === null ? 0 : fleet.filter((row) => row.durationMs <= ownMs).length;
  return {
    entity_failure_rate: failureRate(own),
    fleet_failure_rate: failureRate(fleet),
    entity_avg_latency_ms: ownMs,
    fleet_avg_latency_ms: averageMs(fleet),
    latency_percentile_rank: ownMs === null || fleet.length === 0 ? null : rate(slower, fleet.length) * 100,
  };
}

function averageMs(rows: readonly ObservedRow[]): number | null {
  if (rows.length === 0) return null;
  return Math.round(rows.reduce((sum, row) => sum + row.durationMs, 0) / rows.length);
}

function stalenessLabel(seconds: number | null): string {
  if (seconds === null) return "unknown";
  if (seconds < 300) return "fresh";
  return seconds < 3_600 ? "recent" : seconds < 86_400 ? "stale" : "dormant";
}
