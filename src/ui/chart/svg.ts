/** A laid-out chart as SVG text: classes only, so that the page's sheet or the file's own `<style>` colours it. */
import { type Arrow, type Box, type ChartLayout, LINE_HEIGHT } from "./layout.ts";

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
    line: "#7b899b",
    hot: "#1f5fbf",
    glow: "#dbe8ff",
    bad: "#a8201f",
  })
}
.stator-chart .region>rect{stroke-dasharray:5 4}
.stator-chart .delay>path{stroke-dasharray:6 3}
.stator-chart .eventless>path{stroke-dasharray:2 3}
.stator-chart .label{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}
@media (prefers-color-scheme:dark){
${
  theme({
    ink: "#e7ecf2",
    soft: "#a3afbd",
    box: "#1a2028",
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
  readonly line: string;
  readonly hot: string;
  readonly glow: string;
  readonly bad: string;
}

function theme(colour: Theme): string {
  return `.stator-chart rect,.stator-chart circle{fill:${colour.box};stroke:${colour.line};stroke-width:1.3}
.stator-chart text{fill:${colour.ink}}
.stator-chart .small{fill:${colour.soft}}
.stator-chart path{fill:none;stroke:${colour.line};stroke-width:1.3}
.stator-chart path.head{fill:${colour.line};stroke:none}
.stator-chart .error>rect{stroke:${colour.bad}}
.stator-chart .start>circle{fill:${colour.ink};stroke:none}
.stator-chart .active>rect{fill:${colour.glow};stroke:${colour.hot};stroke-width:2.6}
.stator-chart .label{stroke:${colour.box}}`;
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
  const { node, x, y, width, height } = box;
  const cx = round(x + width / 2);
  if (node.kind === "initial") {
    return `<g class="start"><circle cx="${cx}" cy="${round(y + height / 2)}" r="${round(width / 2)}"/></g>`;
  }
  if (node.kind === "history") {
    const text = `<text x="${cx}" y="${round(y + height / 2 + 4)}" text-anchor="middle">${
      escape(node.label)
    }</text>`;
    return `<g><circle cx="${cx}" cy="${round(y + height / 2)}" r="${round(width / 2)}"/>${text}</g>`;
  }
  const radius = node.kind === "choice" ? 0 : 9;
  const frame = rect(x, y, width, height, radius);
  const inner = node.kind === "terminal" ? rect(x + 3, y + 3, width - 6, height - 6, 7) : "";
  const lines = [node.label, ...node.lines].map((line, index) => {
    const top = round(y + 12 + LINE_HEIGHT * (index + 0.75));
    return `<text x="${cx}" y="${top}" text-anchor="middle"${index === 0 ? "" : ' class="small"'}>${
      escape(line)
    }</text>`;
  });
  const classes = [node.kind, active.has(node.id) ? "active" : ""].filter((word) => word !== "").join(" ");
  return `<g class="${classes}" data-state="${escape(node.id)}">${frame}${inner}${lines.join("")}</g>`;
}

function arrowSvg(arrow: Arrow): string {
  const [first, ...rest] = arrow.points;
  if (first === undefined) return "";
  const path = `M${round(first.x)} ${round(first.y)}${
    rest.map((point) => `L${round(point.x)} ${round(point.y)}`).join("")
  }`;
  const { label } = arrow;
  const texts = label === null ? [] : arrow.edge.label.split("\n").map((line, index) => {
    const y = round(label.y + LINE_HEIGHT * (index + 0.75));
    return `<text class="label" x="${round(label.x + label.width / 2)}" y="${y}" text-anchor="middle">${
      escape(line)
    }</text>`;
  });
  return `<g class="${arrow.edge.kind}"><path d="${path}" marker-end="url(#stator-head)"/>${
    texts.join("")
  }</g>`;
}

function rect(x: number, y: number, width: number, height: number, radius: number): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${
    round(height)
  }" rx="${radius}"/>`;
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
