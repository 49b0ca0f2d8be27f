/** A laid-out chart as SVG text: classes only, so that the page's sheet or the file's own `<style>` colours it. */
import { type Arrow, type Box, type ChartLayout, LINE_HEIGHT } from "./layout.ts";
import type { Area, Point } from "./outline.ts";

export interface SvgOptions {
  /** Names of states to ring as active. */
  readonly active: readonly string[];
  readonly title: string;
}

const MARGIN = 12;

/** Literal colours, no variables: viewers outside browsers do not know them. */
const STYLE = `
.stator-chart{font:13px ui-monospace,SFMono-Regular,Menlo,monospace}
${
  theme({
    ink: "#17202b",
    soft: "#56616f",
    box: "#ffffff",
    frame: "#f4f6f9",
    line: "#7b899b",
    hot: "#1f5fbf",
    glow: "#dbe8ff",
    bad: "#a8201f",
  })
}
.stator-chart .region>rect{stroke-dasharray:5 4}
.stator-chart .any>rect{stroke-dasharray:1 5;stroke-linecap:round}
.stator-chart .name{font-weight:600}
.stator-chart .delay>path{stroke-dasharray:6 3}
.stator-chart .eventless>path{stroke-dasharray:2 3}
.stator-chart .label{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}
@media (prefers-color-scheme:dark){
${
  theme({
    ink: "#e7ecf2",
    soft: "#a3afbd",
    box: "#1a2028",
    frame: "#151a21",
    line: "#66758a",
    hot: "#7fb2ff",
    glow: "#22375a",
    bad: "#ff9a94",
  })
}
}
`.trim();

interface Theme {
  readonly ink: string;
  readonly soft: string;
  readonly box: string;
  /** Inside of states that hold others. */
  readonly frame: string;
  readonly line: string;
  readonly hot: string;
  readonly glow: string;
  readonly bad: string;
}

function theme(colour: Theme): string {
  return `.stator-chart rect,.stator-chart circle,.stator-chart polygon{fill:${colour.box};stroke:${colour.line};stroke-width:1.3}
.stator-chart text{fill:${colour.ink}}
.stator-chart .small{fill:${colour.soft}}
.stator-chart path{fill:none;stroke:${colour.line};stroke-width:1.3}
.stator-chart path.head{fill:${colour.line};stroke:none}
.stator-chart .compound>rect,.stator-chart .parallel>rect,.stator-chart .submachine>rect{fill:${colour.frame}}
.stator-chart .any>rect{fill:none}
.stator-chart .region>rect{fill:${colour.box}}
.stator-chart .error>rect,.stator-chart .error>path{stroke:${colour.bad}}
.stator-chart .start>circle{fill:${colour.ink};stroke:none}
.stator-chart .active>rect,.stator-chart .active>polygon,.stator-chart .active>circle{fill:${colour.glow};stroke:${colour.hot};stroke-width:2.6}
.stator-chart .label{stroke:${colour.box}}
.stator-chart .header.compound>text,.stator-chart .header.parallel>text{stroke:${colour.frame}}
.stator-chart .header.submachine>text{stroke:${colour.frame}}`;
}

/** The whole picture. Texts are escaped; a title makes it readable without seeing it. */
export function svgOf(layout: ChartLayout, options: SvgOptions): string {
  const width = Math.ceil(layout.width + 2 * MARGIN);
  const height = Math.ceil(layout.height + 2 * MARGIN);
  const active = new Set(options.active);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="stator-chart" role="img" width="${width}" height="${height}"`,
    ` viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">`,
    `<title>${escape(options.title)}</title>`,
    `<defs><marker id="stator-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"`,
    ` orient="auto-start-reverse"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>`,
    ...layout.boxes.map((box) => boxSvg(box, active)),
    ...layout.arrows.map(arrowSvg),
    ...layout.boxes.filter(isHolder).map(headerSvg),
    `</svg>`,
  ].join("");
}

/** The sheet for a file that stands alone. */
export function withOwnStyle(svg: string): string {
  return svg.replace("<title>", `<style>${STYLE}</style><title>`);
}

/** The sheet for pages whose policy forbids inline styles. */
export const chartStyle = STYLE;

function boxSvg(box: Box, active: ReadonlySet<string>): string {
  const { node } = box;
  const { x, y } = middleOf(box);
  if (node.kind === "initial") {
    return `<g class="start"><circle cx="${x}" cy="${y}" r="${round(box.width / 2)}"/></g>`;
  }
  const classes = [node.kind, node.isRegion ? "region" : "", active.has(node.id) ? "active" : ""];
  const names = [...new Set(classes)].filter((word) => word !== "").join(" ");
  const description = node.description === "" ? "" : `<title>${escape(node.description)}</title>`;
  const texts = isHolder(box) ? "" : textsSvg(box);
  return `<g class="${names}" data-state="${escape(node.id)}">${description}${frameSvg(box)}${texts}</g>`;
}

/** The outline; what a state is shows in its form, not in its colour alone. */
function frameSvg(box: Box): string {
  const { x, y, width, height } = box;
  const middle = middleOf(box);
  switch (box.node.kind) {
    case "history":
      return `<circle cx="${middle.x}" cy="${middle.y}" r="${round(width / 2)}"/>`;
    case "choice": {
      const corners = [[middle.x, y], [x + width, middle.y], [middle.x, y + height], [x, middle.y]];
      return `<polygon points="${corners.map((pair) => pair.map(round).join(",")).join(" ")}"/>`;
    }
    case "terminal":
      return rect(box, 0, 9) + rect(box, 3, 7);
    case "submachine":
      return rect(box, 0, 0) + bar(x + 5, y, height) + bar(x + width - 5, y, height);
    case "error":
      return rect(box, 0, 9) + bar(x + 5, y + 6, height - 12);
    default:
      return rect(box, 0, 9);
  }
}

/** Name and lines in the middle of a box. */
function textsSvg({ node, x, y, width, height }: Box): string {
  const lines = [node.label, ...node.lines];
  const top = y + (height - lines.length * LINE_HEIGHT) / 2;
  return lines.map((line, index) =>
    textSvg(line, {
      x: x + width / 2,
      y: top + LINE_HEIGHT * (index + 0.75),
      names: index > 0 ? "small" : "",
      anchor: "middle",
    })
  ).join("");
}

function isHolder({ node }: Box): boolean {
  return node.children.length > 0;
}

/** Name and lines at the top of a box with others in it, above the arrows that lead inside. */
function headerSvg({ node, x, y }: Box): string {
  const lines = [node.label, ...node.lines].map((line, index) =>
    textSvg(line, {
      x: x + 12,
      y: y + 8 + LINE_HEIGHT * (index + 0.75),
      names: index > 0 ? "label small" : "label name",
      anchor: "start",
    })
  );
  return `<g class="header ${node.kind}">${lines.join("")}</g>`;
}

interface TextPlace extends Point {
  readonly names: string;
  readonly anchor: "start" | "middle";
}

function textSvg(text: string, { x, y, names, anchor }: TextPlace): string {
  const style = names === "" ? "" : ` class="${names}"`;
  const place = anchor === "middle" ? ' text-anchor="middle"' : "";
  return `<text${style} x="${round(x)}" y="${round(y)}"${place}>${escape(text)}</text>`;
}

function arrowSvg(arrow: Arrow): string {
  const [first, ...rest] = arrow.points;
  if (first === undefined) return "";
  const path = `M${round(first.x)} ${round(first.y)}${
    rest.map((point) => `L${round(point.x)} ${round(point.y)}`).join("")
  }`;
  const { label } = arrow;
  const texts = label === null ? [] : arrow.edge.label.split("\n").map((line, index) => {
    const y = label.y + LINE_HEIGHT * (index + 0.75);
    return textSvg(line, { x: label.x + label.width / 2, y, names: "label", anchor: "middle" });
  });
  const gates = arrow.gates.map(gateSvg).join("");
  return `<g class="${arrow.edge.kind}"><path d="${path}" marker-end="url(#stator-head)"/>${gates}${
    texts.join("")
  }</g>`;
}

/** A point on a border: an empty ring to come in, a crossed one to go out. */
function gateSvg({ x, y, side }: Arrow["gates"][number]): string {
  const ring = `<circle class="gate" cx="${round(x)}" cy="${round(y)}" r="6"/>`;
  const cross = `M${round(x - 4)} ${round(y - 4)}l8 8m0 -8l-8 8`;
  return side === "entry" ? ring : `${ring}<path class="cross" d="${cross}"/>`;
}

function rect(area: Area, inset: number, radius: number): string {
  return `<rect x="${round(area.x + inset)}" y="${round(area.y + inset)}" width="${
    round(area.width - 2 * inset)
  }" height="${round(area.height - 2 * inset)}" rx="${radius}"/>`;
}

function bar(x: number, y: number, height: number): string {
  return `<path d="M${round(x)} ${round(y)}v${round(height)}"/>`;
}

function middleOf({ x, y, width, height }: Area): Point {
  return { x: round(x + width / 2), y: round(y + height / 2) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
