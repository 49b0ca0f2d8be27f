/** Drawings in the Mermaid language: a state diagram with everything inside everything, and a plain flowchart. */
import type { MachineSpec, StateSpec } from "../../engine/spec.ts";
import { actionText, conditionText, transitionLabel } from "./labels.ts";
import { type Arrow, commonParent, type Group, historyKey, type Outline, outlineOf } from "./outline.ts";

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
  lines.push(...writer.arrows(null, 1));
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
  return `${lines.join("\n")}\n`;
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

function createWriter(outline: Outline, settings: Settings) {
  const { tree, arrows } = outline;
  const shown = arrows.filter(({ transition }) =>
    transition.origin !== "timeout" || settings.isShowingTimeouts
  );
  return { state: stateLines, arrows: arrowLines };

  function stateLines(state: StateSpec, level: number): readonly string[] {
    const pad = "    ".repeat(level);
    const id = idOf(state.name);
    const lines: string[] = [];
    const groups = outline.groupsOf(state.name);
    if (state.type === "choice") return [`${pad}state ${id} <<choice>>`];
    if (groups.length > 0) {
      lines.push(`${pad}state ${named(state.name)} {`);
      lines.push(...groups.flatMap((group, index) => groupLines(group, { level: level + 1, index })));
      lines.push(...arrowLines(state.name, level + 1));
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
    const members = new Set(group.states.map(({ name }) => name));
    if (group.region === null) return lines;
    // Arrows inside a region have to stand in it.
    for (const arrow of shown) {
      if (isWithin(arrow.source, members) && isArrowTo(arrow, members)) lines.push(...arrowLine(arrow, pad));
    }
    return lines;
  }

  function arrowLines(parent: string | null, level: number): readonly string[] {
    const pad = "    ".repeat(level);
    return shown.flatMap((arrow) => {
      if (placeOf(arrow) !== parent || isInOneRegion(arrow)) return [];
      return arrowLine(arrow, pad);
    });
  }

  function placeOf({ source, target }: Arrow): string | null {
    if (target.type !== "state") return target.type === "none" ? tree.parentOf(source) : null;
    return commonParent(tree, source, target.name);
  }

  function isInOneRegion(arrow: Arrow): boolean {
    const parent = placeOf(arrow);
    if (parent === null || tree.byName.get(parent)?.type !== "parallel") return false;
    return outline.groupsOf(parent).some((group) => {
      const members = new Set(group.states.map(({ name }) => name));
      return isWithin(arrow.source, members) && isArrowTo(arrow, members);
    });
  }

  function isArrowTo({ source, target }: Arrow, members: ReadonlySet<string>): boolean {
    if (target.type === "none") return members.has(source);
    return target.type === "state" && isWithin(target.name, members) &&
      tree.byName.get(commonParent(tree, source, target.name) ?? "")?.type === "parallel";
  }

  function isWithin(name: string, members: ReadonlySet<string>): boolean {
    return members.has(name) || tree.ancestorsOf(name).some((around) => members.has(around));
  }

  function arrowLine(arrow: Arrow, pad: string): readonly string[] {
    const label = escaped(transitionLabel(arrow.transition, settings));
    if (arrow.target.type === "none") return [`${pad}${idOf(arrow.source)} : ${label === "" ? "…" : label}`];
    return [`${pad}${idOf(arrow.source)} --> ${targetId(arrow)}${label === "" ? "" : ` : ${label}`}`];
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
