/** Submachines: states and transitions of a smaller machine laid into the state that holds it, names joined by `__`. */
import type { JsonArray, JsonObject, JsonValue } from "../json.ts";
import { messageOf } from "../errors.ts";
import { isList, isObject, own, wrongKind } from "./cursor.ts";
import type { Findings, Path } from "./findings.ts";
import { SUBMACHINE_DEPTH_MAX } from "./limits.ts";
import { historyOf, pointOf } from "./points.ts";

export const SUBMACHINE_SEPARATOR = "__";

export interface Expansion {
  readonly document: JsonObject;
  /** Where in the file a path of the expanded document stands. */
  originOf(path: Path): Path;
}

export interface ExpandInput {
  readonly document: JsonObject;
  readonly findings: Findings;
  /** Reads and parses a file that a state names; null = no file is ever opened. */
  readonly readFile: ((path: string) => JsonValue) | null;
}

interface Placed {
  readonly value: JsonValue;
  readonly origin: Path;
}

interface Parts {
  readonly states: readonly Placed[];
  readonly transitions: readonly Placed[];
}

/** Submachine states follow their holder, submachine transitions come before the outer ones. */
export function expandSubmachines(input: ExpandInput): Expansion {
  const { document } = input;
  const states = own(document, "states");
  const hasSubmachine = isList(states) &&
    states.some((state) => isObject(state) && (own(state, "submachine") ?? null) !== null);
  if (!hasSubmachine) return { document, originOf: (path) => path };
  const expanded = expandLevel(input, { document, path: [], depth: 0 });
  const places = { states: expanded.states, transitions: expanded.transitions };
  return {
    document: {
      ...document,
      states: places.states.map(({ value }) => value),
      transitions: places.transitions.map(({ value }) => value),
    },
    originOf(path) {
      const [key, index, ...rest] = path;
      if ((key !== "states" && key !== "transitions") || typeof index !== "number") return path;
      const origin = places[key][index]?.origin;
      return origin === undefined ? path : [...origin, ...rest];
    },
  };
}

interface Level {
  readonly document: JsonObject;
  readonly path: Path;
  readonly depth: number;
}

function expandLevel(input: ExpandInput, { document, path, depth }: Level): Parts {
  const states: Placed[] = [];
  const inner: Placed[] = [];
  for (const [index, state] of listAt(document, "states").entries()) {
    const origin = [...path, "states", index];
    const submachine = isObject(state) ? own(state, "submachine") ?? null : null;
    const machine = isObject(state) && submachine !== null
      ? readSubmachine(input, [...origin, "submachine"], { value: submachine, depth })
      : null;
    if (!isObject(state) || machine === null) {
      states.push({ value: isObject(state) ? without(state, "submachine") : state, origin });
      continue;
    }
    const name = own(state, "name");
    const prefix = typeof name === "string" ? name : "";
    const parts = expandLevel(input, {
      document: machine,
      path: [...origin, "submachine"],
      depth: depth + 1,
    });
    const initial = initialOf(parts.states);
    const holder = {
      ...without(state, "submachine"),
      ...(initial === null || own(state, "initial_child") !== undefined
        ? {}
        : { initial_child: `${prefix}${SUBMACHINE_SEPARATOR}${initial}` }),
    };
    const rename = renamerOf(prefix, parts.states);
    states.push({ value: holder, origin });
    states.push(...parts.states.map((placed) => renamedState(placed, { prefix, rename })));
    inner.push(...parts.transitions.map((placed) => renamedTransition(placed, { prefix, rename })));
  }
  const outer = listAt(document, "transitions").map((value, index) => ({
    value,
    origin: [...path, "transitions", index],
  }));
  return { states, transitions: [...inner, ...outer] };
}

function listAt(document: JsonObject, key: string): JsonArray {
  const list = own(document, key);
  return isList(list) ? list : [];
}

interface SubmachineInput {
  readonly value: JsonValue;
  readonly depth: number;
}

function readSubmachine(
  input: ExpandInput,
  path: Path,
  { value, depth }: SubmachineInput,
): JsonObject | null {
  const { findings, readFile } = input;
  if (depth >= SUBMACHINE_DEPTH_MAX) {
    findings.error("M01", path, `Cannot lay in the submachine: nested deeper than ${SUBMACHINE_DEPTH_MAX}`);
    return null;
  }
  if (isObject(value)) return value;
  if (typeof value !== "string") {
    wrongKind(findings, path, "a machine or the path of a file", value);
    return null;
  }
  // One and the same answer for every path, so that nobody learns which files exist.
  if (readFile === null) {
    findings.error("M02", path, "Cannot open a file that a machine names: write the submachine inline");
    return null;
  }
  try {
    const document = readFile(value);
    if (isObject(document)) return document;
    findings.error("M02", path, `Cannot use "${value}" as a submachine: a mapping expected`);
  } catch (error) {
    findings.error("M02", path, `Cannot read submachine "${value}": ${messageOf(error)}`);
  }
  return null;
}

function initialOf(states: readonly Placed[]): string | null {
  for (const { value } of states) {
    if (!isObject(value) || own(value, "type") !== "initial") continue;
    const name = own(value, "name");
    if (typeof name === "string") return name;
  }
  return null;
}

type Rename = (name: JsonValue) => JsonValue;

interface Renaming {
  readonly prefix: string;
  readonly rename: Rename;
}

/** Renames what the submachine declares, also inside points and histories; `*` means its own states only. */
function renamerOf(prefix: string, states: readonly Placed[]): Rename {
  const names = new Set<string>();
  for (const { value } of states) {
    const name = isObject(value) ? own(value, "name") : undefined;
    if (typeof name === "string") names.add(name);
  }
  const renamed = (name: string) => names.has(name) ? `${prefix}${SUBMACHINE_SEPARATOR}${name}` : name;
  const rename: Rename = (name) => {
    if (isList(name)) return name.map(rename);
    if (typeof name !== "string") return name;
    const history = historyOf(name);
    if (history !== null) return `H${history.isDeep ? "*" : ""}(${renamed(history.of)})`;
    const point = names.has(name) ? null : pointOf(name);
    return point === null ? renamed(name) : `${renamed(point.parent)}:${renamed(point.point)}`;
  };
  return rename;
}

const STATE_REFERENCES = ["name", "initial_child", "entry_points", "exit_points", "default"] as const;

function renamedState({ value, origin }: Placed, { prefix, rename }: Renaming): Placed {
  if (!isObject(value)) return { value, origin };
  const state: Record<string, JsonValue> = { ...value };
  for (const key of STATE_REFERENCES) renameAt(state, key, rename);
  const parent = own(value, "parent") ?? null;
  state["parent"] = parent === null ? prefix : rename(parent);
  if (own(value, "type") === "initial") state["type"] = "stable";
  const timeout = own(value, "timeout");
  if (isObject(timeout)) {
    state["timeout"] = { ...timeout, destination: rename(own(timeout, "destination") ?? null) };
  }
  const regions = own(value, "regions");
  if (isList(regions)) {
    state["regions"] = regions.map((region) =>
      isObject(region) ? renamedRegion(region, { prefix, rename }) : region
    );
  }
  const always = own(value, "always");
  if (isList(always)) {
    state["always"] = always.map((entry) => {
      if (!isObject(entry)) return entry;
      const transition: Record<string, JsonValue> = { ...entry };
      renameAt(transition, "dest", rename);
      return transition;
    });
  }
  return { value: state, origin };
}

/** Region names are prefixed as well: they are unique in the whole machine. */
function renamedRegion(value: JsonObject, { prefix, rename }: Renaming): JsonObject {
  const region: Record<string, JsonValue> = { ...value };
  for (const key of ["initial", "states", "final"]) renameAt(region, key, rename);
  const name = own(value, "name");
  if (typeof name === "string") region["name"] = `${prefix}${SUBMACHINE_SEPARATOR}${name}`;
  return region;
}

function renamedTransition({ value, origin }: Placed, { prefix, rename }: Renaming): Placed {
  if (!isObject(value)) return { value, origin };
  const transition: Record<string, JsonValue> = { ...value };
  for (const key of ["source", "dest"]) renameAt(transition, key, rename);
  const source = own(value, "source");
  const isWild = source === "*" || isList(source) && source.length === 1 && source[0] === "*";
  if (isWild) transition["source"] = prefix;
  const region = own(value, "region");
  if (typeof region === "string") transition["region"] = `${prefix}${SUBMACHINE_SEPARATOR}${region}`;
  const trigger = own(value, "trigger");
  if (typeof trigger === "string" && trigger.startsWith("_join_")) {
    transition["trigger"] = `_join_${String(rename(trigger.slice("_join_".length)))}`;
  }
  return { value: transition, origin };
}

function renameAt(target: Record<string, JsonValue>, key: string, rename: Rename): void {
  const value = target[key];
  if (value !== undefined && value !== null && Object.hasOwn(target, key)) target[key] = rename(value);
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
