/** Says which parts of a laid-out chart touch that must not. */
import type { Arrow, Box, ChartLayout } from "../layout.ts";
import type { Area, Point } from "../outline.ts";

interface Label extends Area {
  readonly text: string;
  readonly arrow: Arrow;
}

/** Less than this is a touch of two lines, not a crossing. */
const SLACK = 1;

/**
 * Every pair in words: boxes on boxes they are not nested in, labels on labels or on borders of boxes, arrows through a
 * box that is neither their end nor around one, arrows through the label of another.
 */
export function overlapsOf(layout: ChartLayout): readonly string[] {
  const labels = layout.arrows.flatMap((arrow): Label[] =>
    arrow.label === null ? [] : [{ ...arrow.label, text: arrow.edge.label.replaceAll("\n", " "), arrow }]
  );
  return [
    ...boxesOnBoxes(layout.boxes),
    ...labelsOnLabels(labels),
    ...labels.flatMap((label) =>
      layout.boxes.filter((box) => meet(label, box) && !contains(box, label)).map((box) =>
        `label "${label.text}" on box ${box.node.id}`
      )
    ),
    ...layout.arrows.flatMap((arrow) => throughBoxes(arrow, layout.boxes)),
    ...layout.arrows.flatMap((arrow) =>
      labels.filter((label) => crosses(arrow.points, label)).map((label) =>
        `arrow ${nameOf(arrow)} through label "${label.text}"`
      )
    ),
    ...outside(layout, labels),
  ];
}

function boxesOnBoxes(boxes: readonly Box[]): readonly string[] {
  return boxes.flatMap((one, index) =>
    boxes.slice(index + 1)
      .filter((other) => meet(one, other) && !(contains(one, other) && one.depth < other.depth))
      .map((other) => `box ${one.node.id} on box ${other.node.id}`)
  );
}

function labelsOnLabels(labels: readonly Label[]): readonly string[] {
  return labels.flatMap((one, index) =>
    labels.slice(index + 1).filter((other) => meet(one, other)).map((other) =>
      `label "${one.text}" on label "${other.text}"`
    )
  );
}

function throughBoxes(arrow: Arrow, boxes: readonly Box[]): readonly string[] {
  const ends = new Set([arrow.edge.source, arrow.edge.target]);
  const around = (box: Box) => boxes.some((end) => ends.has(end.node.id) && contains(box, end));
  return boxes.filter((box) => !around(box) && crosses(arrow.points, box)).map((box) =>
    `arrow ${nameOf(arrow)} through box ${box.node.id}`
  );
}

function outside(layout: ChartLayout, labels: readonly Label[]): readonly string[] {
  const whole = { x: -SLACK, y: -SLACK, width: layout.width + 2 * SLACK, height: layout.height + 2 * SLACK };
  return [
    ...layout.boxes.filter((box) => !contains(whole, box)).map((box) => `box ${box.node.id} outside`),
    ...labels.filter((label) => !contains(whole, label)).map((label) => `label "${label.text}" outside`),
    ...layout.arrows.filter((arrow) =>
      arrow.points.length < 2 ||
      arrow.points.some((point) => !contains(whole, { ...point, width: 0, height: 0 }))
    ).map((arrow) => `arrow ${nameOf(arrow)} outside or missing`),
  ];
}

function nameOf({ edge }: Arrow): string {
  return `${edge.source} -> ${edge.target} (${edge.label.replaceAll("\n", " ")})`;
}

function meet(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function contains(outer: Area, inner: Area): boolean {
  return outer.x <= inner.x && outer.y <= inner.y && outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height;
}

function crosses(points: readonly Point[], area: Area): boolean {
  const core = {
    x: area.x + SLACK,
    y: area.y + SLACK,
    width: area.width - 2 * SLACK,
    height: area.height - 2 * SLACK,
  };
  return points.slice(1).some((to, index) => {
    const from = points[index] ?? to;
    const segment = {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.max(0.01, Math.abs(from.x - to.x)),
      height: Math.max(0.01, Math.abs(from.y - to.y)),
    };
    return meet(segment, core);
  });
}
