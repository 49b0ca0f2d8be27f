/** The picture keeps apart what must not touch, for flat, nested and parallel machines. */
import { strict as assert } from "node:assert";
import { chartOf } from "./chart.ts";
import { graphOf } from "./graph.ts";
import { type ChartLayout, layoutOf } from "./layout.ts";
import type { Area, Point } from "./outline.ts";
import { overlapsOf } from "./testing/overlaps.ts";

type Document = Readonly<Record<string, unknown>>;

const FLAT: Document = {
  meta: { machine_name: "door" },
  states: [
    { name: "closed", type: "initial", on_exit: ["creak"] },
    { name: "opened", timeout: { seconds: 30, destination: "closed" } },
    { name: "broken", type: "terminal" },
  ],
  transitions: [
    { trigger: "open", source: "closed", dest: "opened", guards: [{ expr: "has_key and not locked" }] },
    { trigger: "close", source: "opened", dest: "closed" },
    { trigger: "kick", source: "*", dest: "broken", actions: ["shout", "run"] },
    { trigger: "knock", source: "closed", dest: "closed", internal: true },
  ],
};
const NESTED: Document = {
  states: [
    { name: "off", type: "initial" },
    { name: "on", initial_child: "warm" },
    { name: "warm", parent: "on", initial_child: "w1" },
    { name: "w1", parent: "warm" },
    { name: "w2", parent: "warm" },
    { name: "hot", parent: "on" },
  ],
  transitions: [
    { trigger: "start", source: "off", dest: "H*(on)" },
    { trigger: "next", source: "w1", dest: "w2" },
    { trigger: "boil", source: "warm", dest: "hot" },
    { trigger: "stop", source: ["on", "hot"], dest: "off" },
  ],
};
const PARALLEL: Document = {
  states: [
    { name: "queued", type: "initial" },
    {
      name: "checks",
      type: "parallel",
      regions: [
        { name: "unit", initial: "unit_run", states: ["unit_run", "unit_ok"], final: "unit_ok" },
        { name: "style", initial: "style_run", states: ["style_run", "style_ok"], final: "style_ok" },
      ],
    },
    ...["unit_run", "unit_ok", "style_run", "style_ok"].map((name) => ({ name, parent: "checks" })),
    { name: "done", type: "terminal" },
  ],
  transitions: [
    { trigger: "go", source: "queued", dest: "checks" },
    { trigger: "unit_pass", source: "unit_run", dest: "unit_ok", region: "unit" },
    { trigger: "style_pass", source: "style_run", dest: "style_ok", region: "style" },
    { trigger: "_join_checks", source: "checks", dest: "done" },
  ],
};

for (const [name, document] of Object.entries({ FLAT, NESTED, PARALLEL })) {
  Deno.test(`layoutOf() keeps boxes, labels and arrows of ${name} apart`, async () => {
    assert.deepEqual(overlapsOf(await layoutOf(graphOf(document), "down")), []);
  });
}

const FAULTS: Readonly<Record<string, { damage: (layout: ChartLayout) => ChartLayout; found: RegExp }>> = {
  "a box on another": {
    damage: (layout) => ({ ...layout, boxes: layout.boxes.map((box) => ({ ...box, x: 0, y: 0 })) }),
    found: /^box \w+ on box/,
  },
  "a label on another": {
    damage: withLabels((label) => ({ ...label, x: 0, y: 0 })),
    found: /^label ".*" on label/,
  },
  "a label on the border of a box": {
    damage: (layout) =>
      withLabels((label) => ({ ...label, x: (layout.boxes[0]?.x ?? 0) - 9, y: layout.boxes[0]?.y ?? 0 }))(
        layout,
      ),
    found: /^label ".*" on box/,
  },
  "an arrow through a box": {
    damage: withPoints((
      points,
      layout,
    ) => [...points, ...layout.boxes.map(({ x, y }) => ({ x: x + 9, y: y + 9 }))]),
    found: /^arrow .* through box/,
  },
  "an arrow through a label": {
    damage: withPoints((points, layout) => [
      ...points,
      ...layout.arrows.flatMap(({ label }) => label === null ? [] : [{ x: label.x + 9, y: label.y + 9 }]),
    ]),
    found: /^arrow .* through label/,
  },
  "an arrow that is missing": { damage: withPoints(() => []), found: /outside or missing$/ },
};

for (const [name, { damage, found }] of Object.entries(FAULTS)) {
  Deno.test(`overlapsOf() sees ${name}`, async () => {
    const layout = await layoutOf(graphOf(FLAT), "down");
    assert(overlapsOf(damage(layout)).some((text) => found.test(text)));
  });
}

function withLabels(change: (label: Area) => Area): (layout: ChartLayout) => ChartLayout {
  return (layout) => ({
    ...layout,
    arrows: layout.arrows.map((arrow) => ({
      ...arrow,
      label: arrow.label === null ? null : change(arrow.label),
    })),
  });
}

function withPoints(
  change: (points: readonly Point[], layout: ChartLayout) => readonly Point[],
): (layout: ChartLayout) => ChartLayout {
  return (layout) => ({
    ...layout,
    arrows: layout.arrows.map((arrow) => ({ ...arrow, points: change(arrow.points, layout) })),
  });
}

Deno.test("chartOf() rings active states and escapes every text", async () => {
  const document = {
    states: [{ name: "a", type: "initial", on_enter: ["<script>"] }, { name: "b" }],
    transitions: [{ trigger: "go", source: "a", dest: "b", guards: [{ expr: 'x < 1 and y == "&"' }] }],
  };
  const svg = await chartOf(document, { active: ["b"] });
  assert.match(svg, /class="state active" data-state="b"/);
  assert.doesNotMatch(svg, /<script>/);
  assert.match(svg, /x &lt; 1 and y == &quot;&amp;&quot;/);
});
