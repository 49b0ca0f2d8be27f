/** The values of one metric by their labels, added up in memory and written out as text when somebody reads them. */

export interface SeriesSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

type LabelValues = Readonly<Record<string, string>>;

export interface Series {
  /** Counters and gauges. */
  add(labels: LabelValues, amount: number): void;
  /** Gauges. */
  set(labels: LabelValues, value: number): void;
  /** Histograms. */
  observe(labels: LabelValues, value: number): void;
  reset(): void;
  /** Lines of text format 0.0.4, without an end of line at the end. */
  text(): string;
}

interface Point {
  readonly labels: readonly string[];
  value: number;
  /** Histograms only: observations by bucket, the last one is above all bounds. */
  readonly counts: number[];
}

const BUCKETS_S = [.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30];
/** Different label values that one metric keeps; later ones are counted together as `other`. */
const LABEL_SETS_MAX = 1_000;
const LABEL_LENGTH_MAX = 200;

export function createSeries(name: string, spec: SeriesSpec): Series {
  const points = new Map<string, Point>();
  reset();

  return {
    add: (labels, amount) => {
      pointOf(labels).value += amount;
    },
    set: (labels, value) => {
      pointOf(labels).value = value;
    },
    observe(labels, value) {
      const point = pointOf(labels);
      point.value += value;
      let bucket = 0;
      while (bucket < BUCKETS_S.length && value > (BUCKETS_S[bucket] ?? 0)) bucket += 1;
      point.counts[bucket] = (point.counts[bucket] ?? 0) + 1;
    },
    reset,
    text: () =>
      [
        `# HELP ${name} ${spec.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
        `# TYPE ${name} ${spec.type}`,
        ...[...points.values()].flatMap((point) => linesOf(name, spec, point)),
      ].join("\n"),
  };

  function reset(): void {
    points.clear();
    // Without labels there is always one value, so that a scraper sees it before anything happened.
    if (spec.labels.length === 0) pointOf({});
  }

  /** The usual case is one look into the map: this runs several times for each event. */
  function pointOf(labels: LabelValues): Point {
    let key = "";
    for (const label of spec.labels) key += `${labels[label]}\u0000`;
    return points.get(key) ?? boundedPointOf(labels);
  }

  /** Names of machines, triggers and metrics come from people: without a bound they would fill the memory. */
  function boundedPointOf(labels: LabelValues): Point {
    const short = spec.labels.map((label) => String(labels[label]).slice(0, LABEL_LENGTH_MAX));
    const key = keyOf(short);
    const known = points.get(key);
    if (known !== undefined) return known;
    const isFull = points.size >= LABEL_SETS_MAX;
    const values = isFull ? short.map(() => "other") : short;
    const point = (isFull ? points.get(keyOf(values)) : undefined) ??
      { labels: values, value: 0, counts: spec.type === "histogram" ? emptyCounts() : [] };
    points.set(keyOf(values), point);
    return point;
  }
}

function keyOf(values: readonly string[]): string {
  return values.map((value) => `${value}\u0000`).join("");
}

function emptyCounts(): number[] {
  return Array.from({ length: BUCKETS_S.length + 1 }, () => 0);
}

function linesOf(name: string, spec: SeriesSpec, point: Point): readonly string[] {
  const pairs = spec.labels.map((label, index) => `${label}="${escaped(point.labels[index] ?? "")}"`);
  if (spec.type !== "histogram") return [`${name}${inBraces(pairs)} ${shown(point.value)}`];
  let below = 0;
  const buckets = point.counts.map((count, index) => {
    below += count;
    const bound = BUCKETS_S[index];
    return `${name}_bucket${inBraces([`le="${bound ?? "+Inf"}"`, ...pairs])} ${below}`;
  });
  return [
    ...buckets,
    `${name}_sum${inBraces(pairs)} ${shown(point.value)}`,
    `${name}_count${inBraces(pairs)} ${below}`,
  ];
}

function inBraces(pairs: readonly string[]): string {
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function shown(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
