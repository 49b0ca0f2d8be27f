/** Every metric of every process: its name, kind, help and labels are declared here once. */
import { Registry } from "prom-client";
import { assert } from "../assert.ts";
import { createSeries, type Series, type SeriesSpec } from "./series.ts";

/** Names with `pystator_worker_` are the predecessor's and keep its labels. Units are in the names. */
export const METRICS = {
  pystator_worker_events_claimed_total: counter("Events taken from their lanes.", "queue"),
  pystator_worker_events_completed_total: counter("Events consumed with a history row.", "queue"),
  pystator_worker_events_failed_total: counter("Attempts that failed.", "queue", "reason"),
  pystator_worker_events_dlq_total: counter(
    "Events and actions that ended as dead letters.",
    "queue",
    "reason",
  ),
  pystator_worker_stale_released_total: counter("Leases taken over after their holder vanished.", "queue"),
  pystator_worker_lease_lost_total: counter("Results thrown away because the lease was lost.", "queue"),
  pystator_worker_concurrent_transition_retried_total: counter(
    "Turns repeated because an entity changed underneath.",
    "queue",
  ),
  pystator_worker_outbox_dispatched_total: counter("Deliveries of actions: ok, failed, dead.", "status"),
  stator_outbox_postponed_total: counter(
    "Actions that went back because their receiver had no place.",
    "machine",
  ),
  pystator_worker_retention_deleted_total: counter("Rows deleted by retention.", "table", "category"),
  pystator_worker_event_processing_seconds: histogram("Time from claim to commit.", "queue", "machine"),
  pystator_worker_outbox_lag_seconds: histogram("Time from due to delivery of an action.", "machine"),
  pystator_worker_in_flight: gauge("Events and actions in hand.", "queue"),
  pystator_worker_pending_depth: gauge("Rows that wait.", "queue"),
  stator_queue_oldest_seconds: gauge("Age of the oldest row that waits.", "queue"),
  stator_queue_scheduled_depth: gauge("Events whose time has not come.", "queue"),
  stator_dead_letters: gauge("Dead letters that wait for a person."),
  stator_transitions_total: counter("Events by what they did.", "machine", "trigger", "result"),
  stator_transition_seconds: histogram("Time from acceptance to commit of an event.", "machine"),
  stator_timer_lag_seconds: histogram("How late timers fired.", "machine"),
  stator_schedule_occurrences_total: counter("Occurrences of schedules that were sent.", "machine"),
  stator_schedule_lag_seconds: histogram("How late occurrences of schedules were sent.", "machine"),
  stator_job_items_total: counter("Records that jobs took, by what became of them.", "type", "outcome"),
  stator_turn_seconds: histogram("Time of one turn, all lanes together.", "source"),
  stator_turn_lanes: gauge("Lanes in the turn that ended last.", "source"),
  stator_emitted_total: counter("Counters written by emit_metric.", "machine", "name"),
  stator_emitted_value: gauge("Gauges written by emit_metric.", "machine", "name"),
  stator_emitted_observation: histogram("Observations written by emit_metric.", "machine", "name"),
  stator_http_requests_total: counter("Requests answered.", "method", "route", "status"),
  stator_http_request_seconds: histogram("Time to answer a request.", "method", "route"),
  stator_http_in_flight: gauge("Requests being answered."),
  stator_login_failures_total: counter("Logins refused.", "reason"),
  stator_unhandled_errors_total: counter("Errors that nobody caught, survived.", "kind"),
  stator_invalid_machines: gauge("Stored machines that cannot be used."),
  stator_build_info: gauge("Always 1; the version is a label.", "version"),
} as const satisfies Readonly<Record<string, SeriesSpec>>;

type Table = typeof METRICS;
type NamesOf<Type> = {
  [Name in keyof Table]: Table[Name] extends { type: Type } ? Name : never;
}[keyof Table];
export type CounterName = NamesOf<"counter">;
export type GaugeName = NamesOf<"gauge">;
export type HistogramName = NamesOf<"histogram">;
/** The labels of one metric, all of them. */
export type LabelsOf<Name extends keyof Table> = Readonly<Record<Table[Name]["labels"][number], string>>;

export interface Metrics {
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, amount?: number): void;
  set<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>, value: number): void;
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, value: number): void;
  /** Forgets every value of a gauge, before it is set anew from the store. */
  reset(name: GaugeName): void;
  /** Text format 0.0.4. */
  render(): Promise<string>;
  readonly contentType: string;
}

/** Metrics of one process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const series = new Map<string, Series>(
    Object.entries<SeriesSpec>(METRICS).map(([name, spec]) => [name, createSeries(registry, name, spec)]),
  );
  const found = (name: string): Series => {
    const one = series.get(name);
    assert(one !== undefined, `metric ${name} is declared`);
    return one;
  };
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    count: (name, labels, amount = 1) => found(name).add(labels, amount),
    set: (name, labels, value) => found(name).set(labels, value),
    observe: (name, labels, value) => found(name).observe(labels, value),
    reset: (name) => found(name).reset(),
  };
}

function counter<const Labels extends readonly string[]>(help: string, ...labels: Labels) {
  return { type: "counter", help, labels } as const;
}

function gauge<const Labels extends readonly string[]>(help: string, ...labels: Labels) {
  return { type: "gauge", help, labels } as const;
}

function histogram<const Labels extends readonly string[]>(help: string, ...labels: Labels) {
  return { type: "histogram", help, labels } as const;
}
