/** A drawing in the language of Graphviz: boxes inside boxes, one arrow for each source and target. */
import type { MachineSpec, StateSpec } from "../../engine/spec.ts";
import { actionText, transitionLabel } from "./labels.ts";
import { type Arrow, ARROWS_MAX, historyKey, type Outline, outlineOf } from "./outline.ts";

export interface DotOptions {
  readonly isShowingGuards?: boolean;
  readonly isShowingActions?: boolean;
}

export function dotOf(spec: MachineSpec, options: DotOptions = {}): string {
  const outline = outlineOf(spec);
  const settings = {
    isShowingGuards: options.isShowingGuards ?? true,
    isShowingActions: options.isShowingActions ?? false,
  };
  const lines = [
    `digraph ${quoted(spec.name.replaceAll(/[\s-]/g, "_"))} {`,
    "  rankdir=TB;",
    "  compound=true;",
    '  node [shape=box, style="rounded", fontname="Helvetica"];',
    '  edge [fontname="Helvetica", fontsize=10];',
    '  "__start" [shape=point, label=""];',
    ...outline.roots.flatMap((state) => stateLines(outline, state, "  ")),
  ];
  for (const mark of outline.histories) {
    lines.push(
      `  ${quoted(historyKey(mark))} [shape=circle, label=${quoted(mark.isDeep ? "H*" : "H")}, tooltip=${
        quoted(mark.of)
      }];`,
    );
  }
  for (const name of spec.initial) lines.push(`  "__start" -> ${end(outline, name, "lhead")};`);
  for (const arrow of outline.arrows) lines.push(arrowLine(outline, arrow, settings));
  if (outline.isCut) lines.push(`  // more than ${ARROWS_MAX} arrows: the rest is left out`);
  return `${lines.join("\n")}\n}\n`;
}

function stateLines(outline: Outline, state: StateSpec, pad: string): readonly string[] {
  const groups = outline.groupsOf(state.name);
  if (groups.length === 0) {
    return [`${pad}${quoted(state.name)} [${attributesOf(outline, state).join(", ")}];`];
  }
  const lines = [
    `${pad}subgraph ${quoted(`cluster_${state.name}`)} {`,
    `${pad}  label=${quoted(state.name)}; style="rounded${
      state.type === "parallel" ? ",dashed" : ""
    }"; tooltip=${quoted(state.description)};`,
    `${pad}  ${quoted(anchorOf(state.name))} [shape=point, style=invis, label=""];`,
  ];
  for (const group of groups) {
    const isRegion = group.region !== null && state.regions.length > 0;
    const inner = isRegion ? `${pad}    ` : `${pad}  `;
    if (isRegion) {
      lines.push(`${pad}  subgraph ${quoted(`cluster_${state.name}.${group.region}`)} {`);
      lines.push(`${inner}label=${quoted(group.region ?? "")}; style=dotted;`);
    }
    lines.push(...group.states.flatMap((child) => stateLines(outline, child, inner)));
    if (isRegion) lines.push(`${pad}  }`);
  }
  return [...lines, `${pad}}`];
}

function attributesOf({ spec }: Outline, state: StateSpec): readonly string[] {
  const tooltip = state.description === "" ? state.name : state.description;
  const actions = [
    ...state.onEnter.map((action) => `enter / ${actionText(action)}`),
    ...state.onExit.map((action) => `exit / ${actionText(action)}`),
  ];
  const attributes = [`label=${quoted(state.name)}`, `tooltip=${quoted([tooltip, ...actions].join("\n"))}`];
  if (spec.initial.includes(state.name)) attributes.push('style="rounded,bold"');
  switch (state.type) {
    case "terminal":
      attributes.push("shape=doublecircle", 'style=""');
      break;
    case "choice":
      attributes.push("shape=diamond", 'style=""');
      break;
    case "history":
      attributes.push("shape=circle", 'style=""');
      break;
    case "error":
      attributes.push('color="#b00020"');
      break;
    default:
  }
  return attributes;
}

function arrowLine(
  outline: Outline,
  { source, target, transition }: Arrow,
  settings: { readonly isShowingGuards: boolean; readonly isShowingActions: boolean },
): string {
  const isComposite = outline.groupsOf(source).length > 0;
  const attributes = [`label=${quoted(transitionLabel(transition, settings))}`];
  if (transition.origin === "timeout" || (transition.afterMs ?? 0) > 0) attributes.push("style=dashed");
  if (target.type === "none") attributes.push("style=dotted");
  if (isComposite) attributes.push(`ltail=${quoted(`cluster_${source}`)}`);
  const from = quoted(isComposite ? anchorOf(source) : source);
  const name = target.type === "state" ? target.name : target.type === "none" ? source : null;
  const to = name === null
    ? quoted(target.type === "history" ? historyKey(target.mark) : source)
    : quoted(outline.groupsOf(name).length > 0 ? anchorOf(name) : name);
  if (name !== null && outline.groupsOf(name).length > 0) {
    attributes.push(`lhead=${quoted(`cluster_${name}`)}`);
  }
  return `  ${from} -> ${to} [${attributes.join(", ")}];`;
}

function end(outline: Outline, name: string, key: "lhead"): string {
  if (outline.groupsOf(name).length === 0) return quoted(name);
  return `${quoted(anchorOf(name))} [${key}=${quoted(`cluster_${name}`)}]`;
}

/** The point inside a composite state that arrows are tied to. */
function anchorOf(name: string): string {
  return `__in_${name}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
