/** From a machine document to its picture, in one call. */
import { graphOf } from "./graph.ts";
import { type ChartDirection, layoutOf } from "./layout.ts";
import { svgOf } from "./svg.ts";

export type { ChartDirection };

export interface ChartOptions {
  /** Names of active states. */
  readonly active: readonly string[];
  /** Where arrows lead; default `down`. */
  readonly direction?: ChartDirection;
}

/** SVG text of a document; the same document gives the same picture. Laid out anew on each call (tens of ms). */
export async function chartOf(
  document: Readonly<Record<string, unknown>>,
  options: ChartOptions,
): Promise<string> {
  const layout = await layoutOf(graphOf(document), options.direction ?? "down");
  const meta = document.meta;
  const name = typeof meta === "object" && meta !== null && "machine_name" in meta
    ? String(meta.machine_name)
    : "machine";
  return svgOf(layout, { active: options.active, title: `Chart of ${name}` });
}
