/** One metric of prom-client with bounded labels: how much people's names can fill is decided here. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { assert, unreachable } from "../assert.ts";

export interface SeriesSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

type LabelValues = Readonly<Record<string, string>>;

export interface Series {
  /** Counters. */
  add(labels: LabelValues, amount: number): void;
  /** Gauges. */
  set(labels: LabelValues, value: number): void;
  /** Histograms. */
  observe(labels: LabelValues, value: number): void;
  /** Gauges. */
  reset(): void;
}

const BUCKETS_S = [.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30];
/** Different label values that one metric keeps; later ones are counted together as `other`. */
const LABEL_SETS_MAX = 1_000;
const LABEL_LENGTH_MAX = 200;

export function createSeries(registry: Registry, name: string, spec: SeriesSpec): Series {
  const metric = metricOf(registry, name, spec);
  /** The labels under which prom-client keeps a value, by those that were given. */
  const known = new Map<string, Record<string, string>>();

  return {
    add(labels, amount) {
      assert(metric instanceof Counter, `${name} is a counter`);
      metric.inc(bounded(labels), amount);
    },
    set(labels, value) {
      assert(metric instanceof Gauge, `${name} is a gauge`);
      metric.set(bounded(labels), value);
    },
    observe(labels, value) {
      assert(metric instanceof Histogram, `${name} is a histogram`);
      metric.observe(bounded(labels), value);
    },
    reset() {
      known.clear();
      metric.reset();
    },
  };

  /** The usual case is one look into the map: this runs several times for each event. */
  function bounded(labels: LabelValues): Record<string, string> {
    let key = "";
    for (const label of spec.labels) key += `${labels[label]}\u0000`;
    return known.get(key) ?? newLabels(key, labels);
  }

  /** Names of machines, triggers and metrics come from people: without a bound they would fill the memory. */
  function newLabels(key: string, labels: LabelValues): Record<string, string> {
    const isFull = known.size >= LABEL_SETS_MAX;
    const kept = Object.fromEntries(
      spec.labels.map((
        label,
      ) => [label, isFull ? "other" : String(labels[label]).slice(0, LABEL_LENGTH_MAX)]),
    );
    if (!isFull) known.set(key, kept);
    return kept;
  }
}

function metricOf(registry: Registry, name: string, spec: SeriesSpec) {
  const options = { name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
  switch (spec.type) {
    case "counter":
      return new Counter(options);
    case "gauge":
      return new Gauge(options);
    case "histogram":
      return new Histogram({ ...options, buckets: BUCKETS_S });
    default:
      return unreachable(spec.type);
  }
}
