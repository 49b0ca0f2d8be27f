/** The names that dashboards and alerts rely on, and what an endless stream of labels does. */
import { createMetrics, METRICS } from "./metrics.ts";

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

/** The predecessor's metrics, as its dashboards know them. */
const KEPT: readonly (readonly [string, string, readonly string[]])[] = [
  ["pystator_worker_events_claimed_total", "counter", ["queue"]],
  ["pystator_worker_events_completed_total", "counter", ["queue"]],
  ["pystator_worker_events_failed_total", "counter", ["queue", "reason"]],
  ["pystator_worker_events_dlq_total", "counter", ["queue", "reason"]],
  ["pystator_worker_stale_released_total", "counter", ["queue"]],
  ["pystator_worker_lease_lost_total", "counter", ["queue"]],
  ["pystator_worker_concurrent_transition_retried_total", "counter", ["queue"]],
  ["pystator_worker_outbox_dispatched_total", "counter", ["status"]],
  ["pystator_worker_retention_deleted_total", "counter", ["table", "category"]],
  ["pystator_worker_event_processing_seconds", "histogram", ["queue", "machine"]],
  ["pystator_worker_outbox_lag_seconds", "histogram", ["machine"]],
  ["pystator_worker_in_flight", "gauge", ["queue"]],
  ["pystator_worker_pending_depth", "gauge", ["queue"]],
];

Deno.test("METRICS keeps the names, kinds and labels of the predecessor", () => {
  const table = new Map(Object.entries(METRICS).map(([name, spec]) => [name, [spec.type, [...spec.labels]]]));
  for (const [name, type, labels] of KEPT) same(table.get(name), [type, labels]);
});

Deno.test("METRICS names units and kinds as Prometheus asks", () => {
  for (const [name, spec] of Object.entries(METRICS)) {
    same([name, name.endsWith("_total")], [name, spec.type === "counter"]);
    same([name, /^(pystator_worker|stator)_[a-z_]+$/.test(name), spec.help.endsWith(".")], [
      name,
      true,
      true,
    ]);
    if (spec.type === "histogram") same([name, /_(seconds|observation)$/.test(name)], [name, true]);
  }
});

Deno.test("createMetrics() renders text that a scraper reads", async () => {
  const metrics = createMetrics();
  metrics.count("stator_transitions_total", {
    machine: "order",
    trigger: 'a"b\\c\nd',
    result: "transitioned",
  }, 2);
  metrics.set("pystator_worker_pending_depth", { queue: "trigger" }, 7);
  metrics.observe("stator_transition_seconds", { machine: "order" }, 0.02);
  const text = await metrics.render();
  same(metrics.contentType.startsWith("text/plain; version=0.0.4"), true);
  for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
    same([line, /^[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)*\})? [-+0-9.eInfNa]+$/.test(line)], [line, true]);
  }
  for (
    const expected of [
      'pystator_worker_pending_depth{queue="trigger"} 7',
      'stator_transition_seconds_bucket{le="0.025",machine="order"} 1',
    ]
  ) {
    same([expected, text.includes(expected)], [expected, true]);
  }
});

Deno.test("createMetrics() counts what has too many names together", async () => {
  const metrics = createMetrics();
  for (let index = 0; index < 3_000; index++) {
    metrics.count("stator_emitted_total", { machine: "m", name: `name_${index}` });
  }
  const text = await metrics.render();
  const series = text.split("\n").filter((line) => line.startsWith("stator_emitted_total{"));
  same([series.length, text.includes('stator_emitted_total{machine="other",name="other"} 2000')], [
    1_001,
    true,
  ]);
});

Deno.test("createMetrics() keeps processes in one program apart", async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.set("stator_dead_letters", {}, 3);
  same((await two.render()).includes("stator_dead_letters 3"), false);
});
