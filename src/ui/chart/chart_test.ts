/** The picture keeps apart what must not touch, for flat, nested and parallel machines. */
import { strict as assert } from "node:assert";
import { chartOf } from "./chart.ts";
import { graphOf } from "./graph.ts";
import { type Box, type ChartLayout, layoutOf } from "./layout.ts";

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
    assert.deepEqual(overlaps(await layoutOf(graphOf(document), "down")), []);
  });
}

Deno.test("overlaps() sees a box that stands on another", async () => {
  const layout = await layoutOf(graphOf(FLAT), "down");
  const first = layout.boxes[0];
  assert(first !== undefined);
  const broken = { ...layout, boxes: layout.boxes.map((box) => ({ ...box, x: first.x, y: first.y })) };
  assert.notDeepEqual(overlaps(broken), []);
});

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

/** Every pair that touches and must not, in words. */
function overlaps(layout: ChartLayout): string[] {
  const found: string[] = [];
  const boxes = layout.boxes;
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      if (meet(one, other) && !contains(one, other)) found.push(`${one.node.id} on ${other.node.id}`);
    }
  });
  const labels = layout.arrows.flatMap((arrow) =>
    arrow.label === null ? [] : [{ ...arrow.label, text: arrow.edge.label }]
  );
  labels.forEach((label, index) => {
    for (const other of labels.slice(index + 1)) {
      if (meet(label, other)) found.push(`${label.text} on ${other.text}`);
    }
    for (const box of boxes) {
      if (meet(label, box) && !contains(box, label)) found.push(`${label.text} on ${box.node.id}`);
    }
  });
  for (const arrow of layout.arrows) {
    const ends = new Set([arrow.edge.source, arrow.edge.target]);
    for (const box of boxes) {
      const isFrame = boxes.some((inner) => ends.has(inner.node.id) && contains(box, inner));
      if (!isFrame && crosses(arrow.points, box)) found.push(`${arrow.edge.label} through ${box.node.id}`);
    }
  }
  return found;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function meet(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function contains(outer: Area, inner: Area): boolean {
  return outer.x <= inner.x && outer.y <= inner.y && outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height;
}

function crosses(points: readonly { readonly x: number; readonly y: number }[], box: Box): boolean {
  return points.slice(1).some((to, index) => {
    const from = points[index] ?? to;
    const segment = {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.max(0.01, Math.abs(from.x - to.x)),
      height: Math.max(0.01, Math.abs(from.y - to.y)),
    };
    return meet(segment, { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 });
  });
}
