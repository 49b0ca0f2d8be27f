/** Figures of one machine: its states, its transitions, and how its events went over time. */
import { z } from "@hono/zod-openapi";
import type { Entity } from "../../orchestrator/entity.ts";
import type { EntityQuery } from "../../store/store.ts";
import { defineRoute, jsonAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import {
  basisOf,
  type ObservedRow,
  type Observer,
  percentile,
  rate,
  topError,
  type Window,
  windowOf,
} from "../observed_rows.ts";
import { Basis, WINDOW_HOURS_DEFAULT, WindowHours } from "./observability.ts";
import { Instant, MachineName, timeOf, wholeNumber } from "./shared.ts";

/** Entities whose ages are looked at. */
const ENTITIES_MAX = 2_000;
const PAGE_ENTITIES = 200;
const TOP_MAX = 10;

const TopError = z.object({
  error_type: z.string().nullable(),
  error_message: z.string().nullable(),
  count: z.int(),
}).openapi("StateOpsErrorTopItem");

const StateMetrics = z.object({
  machine_name: z.string(),
  window_start: Instant,
  window_end: Instant,
  items: z.array(z.object({
    state_name: z.string(),
    entity_count: z.int(),
    age_p95_seconds: z.int().nullable().openapi({
      description: "Ages: of the 2,000 entities that stand still longest",
    }),
    age_oldest_seconds: z.int().nullable(),
    age_buckets: z.object({ le_5m: z.int(), le_30m: z.int(), gt_30m: z.int() }),
    failed_transition_count: z.int(),
    successful_target_entries_count: z.int(),
    top_error: TopError.nullable(),
  })),
  basis: Basis,
}).openapi("ObservabilityStateMetricsResponse");

const TransitionMetrics = z.object({
  machine_name: z.string(),
  window_start: Instant,
  window_end: Instant,
  items: z.array(z.object({
    source_state: z.string(),
    target_state: z.string(),
    trigger: z.string(),
    attempts_total: z.int(),
    attempts_failed: z.int(),
    duration_p95_ms: z.int().nullable(),
    top_error: TopError.nullable(),
  })),
  basis: Basis,
}).openapi("ObservabilityTransitionMetricsResponse");

const EntityHealth = z.object({
  state_distribution: z.array(z.object({ state: z.string(), count: z.int(), percentage: z.number() })),
  status_distribution: z.object({ active: z.int(), archived: z.int(), deleted: z.int() }),
  machine_distribution: z.array(z.object({ machine_name: z.string(), count: z.int() })),
  top_failing_entities: z.array(z.object({
    entity_id: z.string(),
    failure_count: z.int(),
    last_failure_at: Instant,
  })),
  terminal_rate: z.number().openapi({ description: "Percent" }),
  total_entities: z.int(),
  is_exact: z.boolean().openapi({
    description: "false: entities were too many to count, shares are a sample's",
  }),
  basis: Basis,
}).openapi("EntityHealthResponse");

const Analytics = z.object({
  time_buckets: z.array(z.object({
    bucket_start: Instant,
    bucket_end: Instant,
    total: z.int(),
    failed: z.int(),
    failure_rate: z.number(),
  })),
  duration_percentiles: z.object({
    p50: z.int().nullable(),
    p75: z.int().nullable(),
    p95: z.int().nullable(),
    p99: z.int().nullable(),
  }),
  top_failing_triggers: z.array(z.object({
    trigger: z.string(),
    total: z.int(),
    failed: z.int(),
    failure_rate: z.number(),
  })),
  top_failing_states: z.array(z.object({
    state: z.string(),
    total: z.int(),
    failed: z.int(),
    failure_rate: z.number(),
  })),
  volume_trend: z.array(z.object({ bucket_start: Instant, count: z.int() })),
  basis: Basis,
}).openapi("TransitionAnalyticsResponse");

const machineQuery = z.strictObject({ machine_name: MachineName, window_hours: WindowHours.optional() });

const stateMetricsRoute = defineRoute({
  method: "get",
  path: "/api/v1/observability/state-metrics",
  tags: ["observability"],
  summary: "Entities in each state, how long they have been there, and what failed",
  request: { query: machineQuery },
  responses: { 200: jsonAnswer(StateMetrics, "By state") },
});

const transitionMetricsRoute = defineRoute({
  method: "get",
  path: "/api/v1/observability/transition-metrics",
  tags: ["observability"],
  summary: "Attempts, failures and durations of each transition",
  request: { query: machineQuery },
  responses: { 200: jsonAnswer(TransitionMetrics, "By source, target and trigger") },
});

const entityHealthRoute = defineRoute({
  method: "get",
  path: "/api/v1/observability/entity-health",
  tags: ["observability"],
  summary: "How entities are spread over states and machines, and which fail most",
  request: {
    query: z.strictObject({ window_hours: WindowHours.optional(), machine_name: MachineName.optional() }),
  },
  responses: { 200: jsonAnswer(EntityHealth, "Figures") },
});

const analyticsRoute = defineRoute({
  method: "get",
  path: "/api/v1/observability/transition-analytics",
  tags: ["observability"],
  summary: "Events over time, with durations and what fails most",
  request: {
    query: z.strictObject({
      window_hours: WindowHours.optional(),
      machine_name: MachineName.optional(),
      bucket_count: wholeNumber({ min: 2, max: 48 }).optional(),
    }),
  },
  responses: { 200: jsonAnswer(Analytics, "Figures") },
});

export function addMachineMetricsRoutes(
  app: ApiApp,
  deps: RouteDeps & { readonly observer: Observer },
): void {
  const { store, observer } = deps;

  app.openapi(stateMetricsRoute, async (c) => {
    const { machine_name: machineName, window_hours: hours = WINDOW_HOURS_DEFAULT } = c.req.valid("query");
    const window = windowOf(deps, hours);
    const [counts, entities, observed] = await Promise.all([
      store.entities.countByState(machineName),
      activeEntities(deps, machineName),
      observer.rowsOf(window, { machineName }),
    ]);
    const { rows } = observed;
    const byState = Map.groupBy(entities, (entity) => entity.currentState);
    const states = new Set([...counts.map((row) => row.state), ...rows.map((row) => row.fromState)]);
    const items = [...states].filter((state) => state !== "").toSorted().map((state) => {
      const here = rows.filter((row) => row.fromState === state);
      const ages = (byState.get(state) ?? []).map((entity) =>
        Math.max(0, Math.round((window.toMs - entity.updatedAtMs) / 1000))
      );
      return {
        state_name: state,
        entity_count: counts.find((row) => row.state === state)?.count ?? 0,
        age_p95_seconds: percentile(ages, 0.95),
        age_oldest_seconds: ages.length === 0 ? null : Math.max(...ages),
        age_buckets: {
          le_5m: ages.filter((age) => age <= 300).length,
          le_30m: ages.filter((age) => age > 300 && age <= 1800).length,
          gt_30m: ages.filter((age) => age > 1800).length,
        },
        failed_transition_count: here.filter((row) => !row.isSuccess).length,
        successful_target_entries_count: rows.filter((row) => row.isSuccess && row.toState === state).length,
        top_error: topError(here),
      };
    });
    return c.json(
      { machine_name: machineName, ...windowTimes(window), items, basis: basisOf(observed) },
      200,
    );
  });

  app.openapi(transitionMetricsRoute, async (c) => {
    const { machine_name: machineName, window_hours: hours = WINDOW_HOURS_DEFAULT } = c.req.valid("query");
    const window = windowOf(deps, hours);
    const observed = await observer.rowsOf(window, { machineName });
    const { rows } = observed;
    const groups = Map.groupBy(
      rows,
      (row) => JSON.stringify([row.fromState, row.toState ?? "", row.trigger]),
    );
    const items = [...groups.keys()].toSorted().map((key) => {
      const group = groups.get(key) ?? [];
      const [first] = group;
      return {
        source_state: first?.fromState ?? "",
        target_state: first?.toState ?? "",
        trigger: first?.trigger ?? "",
        attempts_total: group.length,
        attempts_failed: group.filter((row) => !row.isSuccess).length,
        duration_p95_ms: percentile(group.map((row) => row.durationMs), 0.95),
        top_error: topError(group),
      };
    });
    return c.json(
      { machine_name: machineName, ...windowTimes(window), items, basis: basisOf(observed) },
      200,
    );
  });

  app.openapi(entityHealthRoute, async (c) => {
    const { machine_name: machineName, window_hours: hours = WINDOW_HOURS_DEFAULT } = c.req.valid("query");
    const window = windowOf(deps, hours);
    const countOf = (query: Partial<EntityQuery>) => entitiesCounted(deps, { machineName, query });
    const [counts, active, archived, deleted, terminal, observed] = await Promise.all([
      store.entities.countByState(machineName),
      countOf({}),
      countOf({ statuses: ["archived"] }),
      countOf({ statuses: ["deleted"] }),
      countOf({ isTerminal: true }),
      observer.rowsOf(window, { machineName }),
    ]);
    const { rows } = observed;
    const states = Map.groupBy(counts, (row) => row.state);
    const machines = Map.groupBy(counts, (row) => row.machineName);
    const failing = Map.groupBy(rows.filter((row) => !row.isSuccess), (row) => row.entityId);
    return c.json({
      state_distribution: [...states].map(([state, group]) => {
        const count = sumOf(group);
        return { state, count, percentage: rate(count, active) * 100 };
      }).toSorted((a, b) => b.count - a.count),
      status_distribution: { active, archived, deleted },
      machine_distribution: [...machines].map(([name, group]) => ({
        machine_name: name,
        count: sumOf(group),
      }))
        .toSorted((a, b) => b.count - a.count),
      top_failing_entities: [...failing].toSorted((a, b) => b[1].length - a[1].length).slice(0, TOP_MAX)
        .map(([entityId, group]) => ({
          entity_id: entityId,
          failure_count: group.length,
          last_failure_at: timeOf(Math.max(...group.map((row) => row.createdAtMs))),
        })),
      terminal_rate: rate(terminal, active) * 100,
      total_entities: active + archived + deleted,
      is_exact: counts.every((row) => row.isExact),
      basis: basisOf(observed),
    }, 200);
  });

  app.openapi(analyticsRoute, async (c) => {
    const {
      machine_name: machineName,
      window_hours: hours = WINDOW_HOURS_DEFAULT,
      bucket_count: buckets = 12,
    } = c.req
      .valid("query");
    const window = windowOf(deps, hours);
    const observed = await observer.rowsOf(window, { machineName });
    const { rows } = observed;
    const durations = rows.map((row) => row.durationMs);
    const timeBuckets = bucketsOf(rows, window, buckets);
    return c.json({
      time_buckets: timeBuckets,
      duration_percentiles: {
        p50: percentile(durations, 0.5),
        p75: percentile(durations, 0.75),
        p95: percentile(durations, 0.95),
        p99: percentile(durations, 0.99),
      },
      top_failing_triggers: failingBy(rows, (row) => row.trigger).map(({ key, ...row }) => ({
        trigger: key,
        ...row,
      })),
      top_failing_states: failingBy(rows, (row) => row.fromState).map(({ key, ...row }) => ({
        state: key,
        ...row,
      })),
      volume_trend: timeBuckets.map((bucket) => ({ bucket_start: bucket.bucket_start, count: bucket.total })),
      basis: basisOf(observed),
    }, 200);
  });
}

async function entitiesCounted(
  { store }: RouteDeps,
  { machineName, query }: {
    readonly machineName: string | undefined;
    readonly query: Partial<EntityQuery>;
  },
): Promise<number> {
  const { total } = await store.entities.list({
    ...(machineName === undefined ? {} : { machineName }),
    statuses: ["active"],
    sortBy: "created_at",
    isAscending: false,
    limit: 1,
    ...query,
  });
  return total;
}

async function activeEntities(deps: RouteDeps, machineName: string): Promise<readonly Entity[]> {
  const entities: Entity[] = [];
  let cursor: string | null = null;
  do {
    const page: { readonly items: readonly Entity[]; readonly nextCursor: string | null } = await deps.store
      .entities
      .list({
        machineName,
        statuses: ["active"],
        sortBy: "updated_at",
        isAscending: true,
        limit: PAGE_ENTITIES,
        cursor,
      });
    entities.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && entities.length < ENTITIES_MAX);
  return entities;
}

function windowTimes(window: Window): { readonly window_start: string; readonly window_end: string } {
  return { window_start: timeOf(window.fromMs), window_end: timeOf(window.toMs) };
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, row) => sum + row.count, 0);
}

function bucketsOf(rows: readonly ObservedRow[], window: Window, count: number) {
  const widthMs = (window.toMs - window.fromMs) / count;
  return Array.from({ length: count }, (_, index) => {
    const fromMs = window.fromMs + index * widthMs;
    const isLast = index === count - 1;
    const here = rows.filter((row) =>
      row.createdAtMs >= fromMs &&
      (row.createdAtMs < fromMs + widthMs || (isLast && row.createdAtMs <= window.toMs))
    );
    const failed = here.filter((row) => !row.isSuccess).length;
    return {
      bucket_start: timeOf(Math.round(fromMs)),
      bucket_end: timeOf(Math.round(fromMs + widthMs)),
      total: here.length,
      failed,
      failure_rate: rate(failed, here.length),
    };
  });
}

function failingBy(rows: readonly ObservedRow[], keyOf: (row: ObservedRow) => string) {
  return [...Map.groupBy(rows, keyOf)].map(([key, group]) => {
    const failed = group.filter((row) => !row.isSuccess).length;
    return { key, total: group.length, failed, failure_rate: rate(failed, group.length) };
  }).filter((row) => row.failed > 0).toSorted((a, b) => b.failed - a.failed).slice(0, TOP_MAX);
}
