/** Drawings in the Mermaid language: a state diagram with everything inside everything, and a plain flowchart. */
import type { MachineSpec, StateSpec } from "../../engine/spec.ts";
import { actionText, conditionText, transitionLabel } from "./labels.ts";
import {
  type Arrow,
  ARROWS_MAX,
  commonParent,
  type Group,
  historyKey,
  type Outline,
  outlineOf,
} from "./outline.ts";

export interface MermaidOptions {
  readonly title?: string;
  readonly isShowingGuards?: boolean;
  readonly isShowingActions?: boolean;
  readonly isShowingTimeouts?: boolean;
  readonly direction?: "TB" | "LR" | "BT" | "RL";
}

type Settings = Required<Omit<MermaidOptions, "title">>;

/** Guards and timeouts are shown unless switched off, actions when switched on. */
export function mermaidStateDiagram(spec: MachineSpec, options: MermaidOptions = {}): string {
  const outline = outlineOf(spec);
  const settings = settingsOf(options);
  const writer = createWriter(outline, settings);
  const lines = [...frontMatter(options.title), "stateDiagram-v2", `    direction ${settings.direction}`];
  for (const name of spec.initial) lines.push(`    [*] --> ${idOf(name)}`);
  for (const state of outline.roots) lines.push(...writer.state(state, 1));
  for (const mark of outline.histories) {
    lines.push(`    state "${mark.isDeep ? "H*" : "H"} of ${escaped(mark.of)}" as ${idOf(historyKey(mark))}`);
  }
  lines.push(...writer.arrows(), ...cutNote(outline));
  return `${lines.join("\n")}\n`;
}

/** States as boxes without nesting; timeouts dotted. */
export function mermaidFlowchart(spec: MachineSpec, options: MermaidOptions = {}): string {
  const outline = outlineOf(spec);
  const settings = settingsOf(options);
  const lines = [...frontMatter(options.title), `flowchart ${settings.direction}`];
  for (const state of spec.states) lines.push(`    ${idOf(state.name)}${boxOf(spec, state)}`);
  for (const mark of outline.histories) {
    lines.push(`    ${idOf(historyKey(mark))}(("${mark.isDeep ? "H*" : "H"} ${escaped(mark.of)}"))`);
  }
  for (const arrow of outline.arrows) {
    const isTimed = arrow.transition.origin === "timeout";
    if (isTimed && !settings.isShowingTimeouts) continue;
    const line = isTimed ? "-.->" : "-->";
    const label = escaped(transitionLabel(arrow.transition, settings));
    const target = arrow.target.type === "none" ? idOf(arrow.source) : targetId(arrow);
    lines.push(`    ${idOf(arrow.source)} ${line}${label === "" ? "" : `|"${label}"|`} ${target}`);
  }
  lines.push(...cutNote(outline));
  return `${lines.join("\n")}\n`;
}

function cutNote({ isCut }: Outline): readonly string[] {
  return isCut ? [`    %% more than ${ARROWS_MAX} arrows: the rest is left out`] : [];
}

function settingsOf(options: MermaidOptions): Settings {
  return {
    isShowingGuards: options.isShowingGuards ?? true,
    isShowingActions: options.isShowingActions ?? false,
    isShowingTimeouts: options.isShowingTimeouts ?? true,
    direction: options.direction ?? "TB",
  };
}

function frontMatter(title: string | undefined): readonly string[] {
  return title === undefined ? [] : ["---", `title: ${JSON.stringify(title)}`, "---"];
}

/** Where lines stand: a state or the outermost level, and a region of it. */
interface Block {
  readonly parent: string | null;
  readonly region: string | null;
}

function createWriter(outline: Outline, settings: Settings) {
  const { tree, arrows } = outline;
  const shown = arrows.filter(({ transition }) =>
    transition.origin !== "timeout" || settings.isShowingTimeouts
  );
  const byPlace = new Map<string, Arrow[]>();
  for (const arrow of shown) {
    const place = placeOf(arrow);
    const known = byPlace.get(place);
    if (known === undefined) byPlace.set(place, [arrow]);
    else known.push(arrow);
  }
  return { state: stateLines, arrows: () => arrowLines({ parent: null, region: null }, 1) };

  function stateLines(state: StateSpec, level: number): readonly string[] {
    const pad = "    ".repeat(level);
    const id = idOf(state.name);
    const lines: string[] = [];
    const groups = outline.groupsOf(state.name);
    if (state.type === "choice") return [`${pad}state ${id} <<choice>>`];
    if (groups.length > 0) {
      lines.push(`${pad}state ${named(state.name)} {`);
      lines.push(...groups.flatMap((group, index) => groupLines(group, { level: level + 1, index })));
      lines.push(...arrowLines({ parent: state.name, region: null }, level + 1));
      lines.push(`${pad}}`);
    } else if (id !== state.name) lines.push(`${pad}state ${named(state.name)}`);
    else lines.push(`${pad}${id}`);
    for (const note of notesOf(state)) lines.push(`${pad}${id} : ${escaped(note)}`);
    if (state.type === "terminal") lines.push(`${pad}${id} --> [*]`);
    return lines;
  }

  function groupLines(
    group: Group,
    { level, index }: { readonly level: number; readonly index: number },
  ): readonly string[] {
    const pad = "    ".repeat(level);
    const lines: string[] = index === 0 || group.region === null ? [] : [`${pad}--`];
    if (group.region !== null) lines.push(`${pad}%% region ${group.region}`);
    for (const name of group.initial) lines.push(`${pad}[*] --> ${idOf(name)}`);
    for (const state of group.states) lines.push(...stateLines(state, level));
    // Arrows inside a region have to stand in it.
    if (group.region !== null) lines.push(...arrowLines(group, level));
    return lines;
  }

  function arrowLines({ parent, region }: Block, level: number): readonly string[] {
    const pad = "    ".repeat(level);
    return (byPlace.get(keyOf(parent, region)) ?? []).map((arrow) => arrowLine(arrow, pad));
  }

  /** The innermost block that holds both ends; of a parallel state the region, when both are in the same. */
  function placeOf({ source, target }: Arrow): string {
    if (target.type === "history") return keyOf(null, null);
    const other = target.type === "state" ? target.name : source;
    const parent = target.type === "state" ? commonParent(tree, source, other) : tree.parentOf(source);
    if (parent === null || tree.byName.get(parent)?.type !== "parallel") return keyOf(parent, null);
    const [from, to] = [source, other].map((name) => {
      const member = [name, ...tree.ancestorsOf(name)].find((around) => tree.parentOf(around) === parent);
      return member === undefined ? null : tree.regionOf(member)?.region ?? null;
    });
    return keyOf(parent, from !== undefined && from === to ? from : null);
  }

  function arrowLine(arrow: Arrow, pad: string): string {
    const label = escaped(transitionLabel(arrow.transition, settings));
    if (arrow.target.type === "none") return `${pad}${idOf(arrow.source)} : ${label === "" ? "…" : label}`;
    return `${pad}${idOf(arrow.source)} --> ${targetId(arrow)}${label === "" ? "" : ` : ${label}`}`;
  }

  function notesOf(state: StateSpec): readonly string[] {
    const notes = state.description === "" ? [] : [state.description];
    for (const condition of state.when) notes.push(`when ${conditionText(condition)}`);
    if (!settings.isShowingActions) return notes;
    if (state.onEnter.length > 0) notes.push(`enter / ${state.onEnter.map(actionText).join(", ")}`);
    if (state.onExit.length > 0) notes.push(`exit / ${state.onExit.map(actionText).join(", ")}`);
    return notes;
  }
}

function keyOf(parent: string | null, region: string | null): string {
  return `${parent ?? ""}\u0000${region ?? ""}`;
}

function targetId({ source, target }: Arrow): string {
  switch (target.type) {
    case "state":
      return idOf(target.name);
    case "history":
      return idOf(historyKey(target.mark));
    case "none":
      return idOf(source);
  }
}

function boxOf(spec: MachineSpec, { name, type }: StateSpec): string {
  const label = `"${escaped(name)}"`;
  if (spec.initial.includes(name)) return `([${label}])`;
  switch (type) {
    case "terminal":
      return `{{${label}}}`;
    case "choice":
      return `{${label}}`;
    case "history":
      return `((${label}))`;
    default:
      return `[${label}]`;
  }
}

/** Words that Mermaid reads as its own. */
const RESERVED = new Set([
  "end",
  "state",
  "note",
  "class",
  "classdef",
  "click",
  "default",
  "direction",
  "style",
  "subgraph",
  "graph",
  "flowchart",
  "scale",
  "as",
  "hide",
  "left",
  "right",
  "fork",
  "join",
  "choice",
  "href",
  "call",
  "linkstyle",
  "interpolate",
]);

/** A name that Mermaid takes as an identifier. */
function idOf(name: string): string {
  const id = name.replaceAll(/[^A-Za-z0-9_]/g, "_");
  return RESERVED.has(id.toLowerCase()) || /^[0-9]/.test(id) ? `s_${id}` : id;
}

function named(name: string): string {
  const id = idOf(name);
  return id === name ? id : `"${escaped(name)}" as ${id}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '"': "'",
  "<": "#lt;",
  ">": "#gt;",
  "#": "#35;",
  ":": "#58;",
  ";": "#59;",
  "{": "#123;",
  "}": "#125;",
  "|": "#124;",
  "`": "'",
  "\n": " ",
};

function escaped(text: string): string {
  return text.replaceAll(/["<>#:;{}|`\n]/g, (character) => ENTITIES[character] ?? character);
}
