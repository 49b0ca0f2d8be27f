/** What every lint rule looks at, and where the things it speaks of stand in the file. */
import type { MachineSpec } from "../../engine/spec.ts";
import type { Findings, Path } from "../findings.ts";
import type { StateTree } from "../tree_of_states.ts";

export interface LintInput {
  readonly spec: MachineSpec;
  readonly tree: StateTree;
  readonly events: readonly string[];
  readonly guards: ReadonlySet<string>;
  readonly actions: ReadonlySet<string>;
  /** Names of published machines; null = nobody knows. */
  readonly machines: ReadonlySet<string> | null;
  readonly findings: Findings;
}

export function statePath(spec: MachineSpec, name: string): Path {
  return placesOf(spec).states.get(name) ?? ["states"];
}

export function transitionPath(spec: MachineSpec, index: number): Path {
  return placesOf(spec).transitions[index] ?? ["transitions"];
}

interface Places {
  readonly states: ReadonlyMap<string, Path>;
  readonly transitions: readonly Path[];
}

const known = new WeakMap<MachineSpec, Places>();

function placesOf(spec: MachineSpec): Places {
  const before = known.get(spec);
  if (before !== undefined) return before;
  const states = new Map<string, Path>(spec.states.map(({ name }, index) => [name, ["states", index]]));
  const places = { states, transitions: transitionPlaces(spec, states) };
  known.set(spec, places);
  return places;
}

/** `always` entries come first in a machine, in the order of their states; then the list; then timeouts. */
function transitionPlaces(spec: MachineSpec, states: ReadonlyMap<string, Path>): readonly Path[] {
  const inside = new Map<string, number>();
  let listed = 0;
  return spec.transitions.map(({ origin, source }) => {
    if (origin === "transition") return ["transitions", listed++];
    const [name = ""] = source;
    const path = states.get(name) ?? ["states"];
    if (origin === "timeout") return [...path, "timeout"];
    const place = inside.get(name) ?? 0;
    inside.set(name, place + 1);
    return [...path, "always", place];
  });
}
