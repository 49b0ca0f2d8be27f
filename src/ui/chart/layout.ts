/** Where everything goes: elkjs in layered, orthogonal form, with sizes measured from the texts. */
import ElkModule from "elkjs/lib/elk.bundled.js";
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { ChartEdge, ChartGraph, ChartNode } from "./graph.ts";

export interface Box {
  readonly node: ChartNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 for the outermost boxes. */
  readonly depth: number;
}

export interface Arrow {
  readonly edge: ChartEdge;
  /** Corners from source to target. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly label:
    | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
    | null;
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
const OPTIONS = {
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
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.edgeLabels.inline": "false",
  "elk.randomSeed": "1",
};

export type ChartDirection = "down" | "right";

/** The same graph gives the same layout. Sizes are CSS pixels. */
export async function layoutOf(graph: ChartGraph, direction: ChartDirection): Promise<ChartLayout> {
  const nodes = new Map<string, ChartNode>();
  const children = graph.roots.map((root) => elkNode(root, nodes));
  const edges: ElkExtendedEdge[] = graph.edges.map((edge, index) => ({
    id: `edge-${index}`,
    sources: [edge.source],
    targets: [edge.target],
    labels: edge.label === "" ? [] : [{ text: edge.label, ...labelSize(edge.label) }],
  }));
  const elk = new ElkModule.default();
  const placed: ElkNode = await elk.layout({
    id: "(root)",
    layoutOptions: { ...OPTIONS, "elk.direction": direction.toUpperCase() },
    children,
    edges,
  });
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    boxes: (placed.children ?? []).flatMap((child) => boxesOf(child, nodes, 0)),
    arrows: graph.edges.map((edge, index) => arrowOf(edge, placed.edges?.[index])),
  };
}

function elkNode(node: ChartNode, nodes: Map<string, ChartNode>): ElkNode {
  nodes.set(node.id, node);
  if (node.children.length === 0) return { id: node.id, ...boxSize(node) };
  const header = PADDING + LINE_HEIGHT * (1 + node.lines.length);
  return {
    id: node.id,
    children: node.children.map((child) => elkNode(child, nodes)),
    layoutOptions: {
      "elk.padding": `[top=${header + PADDING},left=${PADDING + 6},bottom=${PADDING + 6},right=${
        PADDING + 6
      }]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${boxSize(node).width}, ${header + 30})`,
    },
  };
}

function boxSize(node: ChartNode): { width: number; height: number } {
  if (node.kind === "initial") return { width: 14, height: 14 };
  if (node.kind === "history") return { width: 28, height: 28 };
  const longest = Math.max(...[node.label, ...node.lines].map((line) => line.length));
  return {
    width: Math.max(60, Math.ceil(longest * CHAR_WIDTH) + 2 * PADDING),
    height: LINE_HEIGHT * (1 + node.lines.length) + 2 * PADDING,
  };
}

function labelSize(label: string): { width: number; height: number } {
  const lines = label.split("\n");
  const longest = Math.max(...lines.map((line) => line.length));
  return { width: Math.ceil(longest * CHAR_WIDTH) + 4, height: lines.length * LINE_HEIGHT };
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

function arrowOf(edge: ChartEdge, placed: ElkExtendedEdge | undefined): Arrow {
  const section = placed?.sections?.[0];
  const points = section === undefined
    ? []
    : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  const label = placed?.labels?.[0];
  return {
    edge,
    points,
    label: label === undefined
      ? null
      : { x: label.x ?? 0, y: label.y ?? 0, width: label.width ?? 0, height: label.height ?? 0 },
  };
}
