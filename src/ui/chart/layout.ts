/** Where everything goes: elkjs in layered, orthogonal form, with sizes measured from the texts. */
import ElkModule from "elkjs/lib/elk.bundled.js";
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { ChartEdge, ChartGate, ChartGraph, ChartNode } from "./graph.ts";
import { type Area, type Point, pointOnBorder, pointOnOutline } from "./outline.ts";

export interface Box extends Area {
  readonly node: ChartNode;
  /** 0 for the outermost boxes. */
  readonly depth: number;
}

export interface Arrow {
  readonly edge: ChartEdge;
  /** Corners from source to target. */
  readonly points: readonly Point[];
  readonly label: Area | null;
  /** Where it passes a border at a named point. */
  readonly gates: readonly (Point & { readonly side: ChartGate["side"] })[];
}

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  /** Outer boxes before inner ones. */
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export const CHAR_WIDTH = 7.9;
export const LINE_HEIGHT = 17;
const PADDING = 12;
/** Inside of a box. Model order is left to the outermost level: on two levels at once elkjs 0.12 fails. */
const INNER_OPTIONS = { "elk.layered.cycleBreaking.strategy": "DEPTH_FIRST" };
const OPTIONS = {
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.algorithm": "layered",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.json.edgeCoords": "ROOT",
  "elk.json.shapeCoords": "ROOT",
  "elk.layered.spacing.nodeNodeBetweenLayers": "44",
  "elk.spacing.nodeNode": "36",
  "elk.spacing.edgeNode": "22",
  "elk.spacing.edgeEdge": "16",
  "elk.spacing.edgeLabel": "6",
  "elk.edgeLabels.inline": "false",
  "elk.randomSeed": "1",
  "elk.layered.thoroughness": "3",
};

export type ChartDirection = "down" | "right";

/** The same graph gives the same layout. Sizes are CSS pixels. */
export async function layoutOf(graph: ChartGraph, direction: ChartDirection): Promise<ChartLayout> {
  const nodes = new Map<string, ChartNode>();
  const loops = loopLabels(graph.edges);
  const children = graph.roots.map((root) => elkNode(root, { nodes, loops }));
  const edges: ElkExtendedEdge[] = graph.edges.map((edge, index) => ({
    id: `edge-${index}`,
    sources: [edge.source],
    targets: [edge.target],
    labels: edge.label === "" ? [] : [{ text: edge.label, ...labelSize(edge.label) }],
  }));
  const elk = new ElkModule.default();
  const layoutOptions = { ...OPTIONS, "elk.direction": direction.toUpperCase() };
  const placed: ElkNode = await elk.layout({ id: "(root)", layoutOptions, children, edges });
  const boxes = (placed.children ?? []).flatMap((child) => boxesOf(child, nodes, 0));
  const byId = new Map(boxes.map((box) => [box.node.id, box]));
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    boxes,
    arrows: graph.edges.map((edge, index) => arrowOf(edge, placed.edges?.[index], byId)),
  };
}

interface Known {
  readonly nodes: Map<string, ChartNode>;
  /** Labels of arrows from a box to itself. */
  readonly loops: ReadonlyMap<string, string>;
}

function loopLabels(edges: readonly ChartEdge[]): ReadonlyMap<string, string> {
  return new Map(
    edges.filter((edge) => edge.source === edge.target).map((edge) => [edge.source, edge.label]),
  );
}

function elkNode(node: ChartNode, known: Known): ElkNode {
  known.nodes.set(node.id, node);
  const size = boxSize(node, known.loops.get(node.id) ?? "");
  if (node.children.length === 0) return { id: node.id, ...size };
  const header = PADDING + LINE_HEIGHT * (1 + node.lines.length);
  const side = PADDING + 6;
  return {
    id: node.id,
    children: node.children.map((child) => elkNode(child, known)),
    layoutOptions: {
      ...INNER_OPTIONS,
      "elk.padding": `[top=${header + PADDING},left=${side},bottom=${side},right=${side}]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${size.width}, ${Math.max(size.height, header + 30)})`,
    },
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A label beside an arrow to itself must not be higher than the box: neighbours would run through it. */
function boxSize(node: ChartNode, loopLabel: string): Size {
  const text = textSize([node.label, ...node.lines]);
  switch (node.kind) {
    case "initial":
      return { width: 14, height: 14 };
    case "history":
      return { width: 28, height: 28 };
    case "choice":
      return { width: Math.max(72, text.width * 1.5 + 2 * PADDING), height: text.height * 2 + 2 * PADDING };
    default: {
      const height = text.height + 2 * PADDING;
      const loopHeight = loopLabel === "" ? 0 : labelSize(loopLabel).height + PADDING;
      return { width: Math.max(60, text.width + 2 * PADDING), height: Math.max(height, loopHeight) };
    }
  }
}

function textSize(lines: readonly string[]): Size {
  const longest = Math.max(...lines.map((line) => line.length));
  return { width: Math.ceil(longest * CHAR_WIDTH), height: lines.length * LINE_HEIGHT };
}

function labelSize(label: string): Size {
  const { width, height } = textSize(label.split("\n"));
  return { width: width + 4, height };
}

function boxesOf(placed: ElkNode, nodes: ReadonlyMap<string, ChartNode>, depth: number): readonly Box[] {
  const node = nodes.get(placed.id);
  if (node === undefined) return [];
  const { x = 0, y = 0, width = 0, height = 0 } = placed;
  return [
    { node, x, y, width, height, depth },
    ...(placed.children ?? []).flatMap((child) => boxesOf(child, nodes, depth + 1)),
  ];
}

function arrowOf(
  edge: ChartEdge,
  placed: ElkExtendedEdge | undefined,
  boxes: ReadonlyMap<string, Box>,
): Arrow {
  const section = placed?.sections?.[0];
  const corners = section === undefined
    ? []
    : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  const points = touching(corners, boxes.get(edge.source), boxes.get(edge.target));
  const label = placed?.labels?.[0];
  return {
    edge,
    points,
    label: label === undefined
      ? null
      : { x: label.x ?? 0, y: label.y ?? 0, width: label.width ?? 0, height: label.height ?? 0 },
    gates: edge.gates.flatMap(({ owner, side }) => {
      const box = boxes.get(owner);
      const point = box === undefined ? null : pointOnBorder(points, box);
      return point === null ? [] : [{ ...point, side }];
    }),
  };
}

/** Draws both ends on until they touch the outline, for boxes that are not rectangles. */
function touching(
  corners: readonly Point[],
  source: Box | undefined,
  target: Box | undefined,
): readonly Point[] {
  return corners.map((corner, index) => {
    if (index === 0 && source !== undefined) return pointOnOutline(corner, source, shapeOf(source));
    if (index === corners.length - 1 && target !== undefined) {
      return pointOnOutline(corner, target, shapeOf(target));
    }
    return corner;
  });
}

function shapeOf(box: Box): "rectangle" | "ellipse" | "diamond" {
  switch (box.node.kind) {
    case "choice":
      return "diamond";
    case "history":
    case "initial":
      return "ellipse";
    default:
      return "rectangle";
  }
}
