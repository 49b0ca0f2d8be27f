/** `schedules` of a machine: what is read, what is refused and where. */
import { loadSpec } from "./load_spec.ts";

function equal(actual: unknown, expected: unknown, name = ""): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${name}: expected ${b}, got ${a}`);
}

function load(schedule: string) {
  const text = `meta: { machine_name: shop, version: "1.0.0" }
states: [{ name: open, type: initial }, { name: closed, type: terminal }]
transitions: [{ trigger: close, source: open, dest: closed }]
schedules:
${schedule}`;
  return loadSpec({ text });
}

Deno.test("a schedule is read with its defaults", () => {
  const loaded = load(
    '  - { name: nightly, cron: "0 3 * * *", trigger: close, entity_id: "day-{{ date }}" }',
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  equal(loaded.diagnostics, []);
  equal(loaded.spec.schedules, [{
    name: "nightly",
    description: "",
    cron: "0 3 * * *",
    timeZone: "UTC",
    catchUp: "last",
    trigger: "close",
    payload: {},
    target: { type: "entity", entityId: "day-{{ date }}" },
  }]);
});

Deno.test("a schedule is read with everything it may say", () => {
  const loaded = load(`  - name: sweep
    description: Closes what is left
    cron: "@daily"
    time_zone: Europe/Berlin
    catch_up: all
    trigger: close
    payload: { at: "{{ due_at }}", deep: [{ day: "{{ date }}" }] }
    entities: { state: open, labels: { tier: gold }, is_terminal: false, workflow_status: active, q: shop }
    rate: 10`);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  equal(loaded.spec.schedules, [{
    name: "sweep",
    description: "Closes what is left",
    cron: "@daily",
    timeZone: "Europe/Berlin",
    catchUp: "all",
    trigger: "close",
    payload: { at: "{{ due_at }}", deep: [{ day: "{{ date }}" }] },
    target: {
      type: "entities",
      filter: {
        state: "open",
        labels: { tier: "gold" },
        is_terminal: false,
        workflow_status: "active",
        q: "shop",
      },
      rate: 10,
    },
  }]);
});

const GOOD = { name: "x", cron: "0 3 * * *", trigger: "close", entity_id: "a" };
const REFUSED: readonly (readonly [Record<string, unknown>, string, string])[] = [
  [{ name: "" }, "C01", "schedules.0.name"],
  [{ name: "Über" }, "C01", "schedules.0.name"],
  [{ name: undefined }, "F01", "schedules.0.name"],
  [{ trigger: "close *" }, "C01", "schedules.0.trigger"],
  [{ cron: "61 * * * *" }, "C02", "schedules.0.cron"],
  [{ cron: "0 0 30 2 *" }, "C02", "schedules.0.cron"],
  [{ cron: 5 }, "F02", "schedules.0.cron"],
  [{ time_zone: "Mars/Phobos" }, "C02", "schedules.0.time_zone"],
  [{ catch_up: "some" }, "F04", "schedules.0.catch_up"],
  [{ entity_id: undefined }, "F01", "schedules.0.entity_id"],
  [{ entity_id: "-a" }, "C03", "schedules.0.entity_id"],
  [{ entity_id: "a/{{ date }}" }, "C03", "schedules.0.entity_id"],
  [{ entity_id: "a-{{ day }}" }, "C03", "schedules.0.entity_id"],
  [{ payload: { a: ["{{ nobody }}"] } }, "C03", "schedules.0.payload"],
  [{ entities: {} }, "C03", "schedules.0"],
  [{ entity_id: undefined, entities: [] }, "F02", "schedules.0.entities"],
  [{ entity_id: undefined, entities: { is_terminal: "no" } }, "F02", "schedules.0.entities.is_terminal"],
  [{ entity_id: undefined, entities: { labels: { a: 1 } } }, "F02", "schedules.0.entities.labels.a"],
  [
    { entity_id: undefined, entities: { workflow_status: "done" } },
    "F04",
    "schedules.0.entities.workflow_status",
  ],
  [{ rate: 0 }, "F02", "schedules.0.rate"],
  [{ rate: 1_001 }, "F02", "schedules.0.rate"],
];

for (const [change, code, path] of REFUSED) {
  Deno.test(`a schedule with ${JSON.stringify(change)} is refused with ${code}`, () => {
    const loaded = load(`  - ${JSON.stringify({ ...GOOD, ...change })}`);
    if (loaded.ok) throw new Error("It was taken");
    const found = loaded.diagnostics.map((one) => [one.code, one.path.join(".")]);
    if (!found.some(([c, p]) => c === code && p === path)) {
      throw new Error(JSON.stringify(loaded.diagnostics));
    }
  });
}

Deno.test("a name may stand once, and not more than fifty schedules", () => {
  const twice = load(`  - ${JSON.stringify(GOOD)}\n  - ${JSON.stringify(GOOD)}`);
  equal(twice.ok ? [] : twice.diagnostics.map((one) => [one.code, one.line]), [["C01", 6]]);
  const many = load(
    Array.from({ length: 51 }, (_, n) => `  - ${JSON.stringify({ ...GOOD, name: `n${n}` })}`).join("\n"),
  );
  equal(many.ok ? [] : many.diagnostics.map((one) => one.code), ["L01"]);
});

Deno.test("what no transition takes, and keys that mean nothing, are worth a warning", () => {
  const loaded = load(`  - ${JSON.stringify({ ...GOOD, trigger: "clsoe", zone: "UTC" })}`);
  if (!loaded.ok) throw new Error("It was refused");
  equal(
    loaded.diagnostics.map((one) => [one.code, one.hint]).toSorted(),
    [
      ["schedule_trigger", 'Did you mean "close"?'],
      ["unknown_key", undefined],
    ].toSorted(),
  );
});
