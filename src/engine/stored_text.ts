/** PyStator's text of a configuration: a leaf, or `parallel:regionA=x,regionB=y` with regions sorted by name. */
import { type Configuration, configurationOf, leafNames, leavesOf } from "./configuration.ts";
import { isInside, type Machine, type Node, nodeAt, ROOT } from "./machine.ts";
import { undefinedState } from "./undefined_state.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Refusal } from "./step.ts";

/**
 * The text of the leaves `states`. A region of a parallel that stands by `parent` goes by the name of its state; several
 * leaves in one region are joined with `+`. Names that the machine does not know are joined with commas.
 */
export function encodeStates(machine: Machine, states: readonly string[]): string {
  const active = configurationOf(machine, states);
  return active === null ? states.join(",") : encodeConfiguration(machine, active);
}

export function encodeConfiguration(machine: Machine, active: Configuration): string {
  const outermost = active.find((index) => nodeAt(machine, index).kind === "parallel");
  if (outermost === undefined) return leafNames(machine, active).join(",");
  const parallel = nodeAt(machine, outermost);
  const leaves = leavesOf(machine, active);
  const parts = parallel.children.map((child) => {
    const inside = leaves.filter((leaf) => leaf === child || isInside(machine, leaf, child));
    return {
      region: regionNameOf(nodeAt(machine, child)),
      names: inside.map((leaf) => nodeAt(machine, leaf).name),
    };
  }).filter(({ names }) => names.length > 0);
  if (parts.length === 0) return parallel.name;
  parts.sort((left, right) => left.region < right.region ? -1 : 1);
  return `${parallel.name}:${parts.map(({ region, names }) => `${region}=${names.join("+")}`).join(",")}`;
}

/** The snapshot a text stands for; regions that it leaves out are entered by default when the next event comes. */
export function decodeStates(machine: Machine, text: string): Snapshot | Refusal {
  const colon = text.indexOf(":");
  if (colon < 0) return snapshotOf(machine, [text.trim()], text);
  const index = machine.indexOfName.get(text.slice(0, colon).trim()) ?? ROOT;
  const parallel = nodeAt(machine, index);
  if (parallel.kind !== "parallel") return malformed(text, "it does not begin with a parallel state");
  const seen = new Set<string>();
  const names: string[] = [];
  for (const part of text.slice(colon + 1).split(",")) {
    if (part.trim() === "" && names.length > 0) continue;
    const equals = part.indexOf("=");
    if (equals < 0) return malformed(text, `"${part.trim()}" has no "="`);
    const region = part.slice(0, equals).trim();
    const child = parallel.children.find((one) => regionNameOf(nodeAt(machine, one)) === region);
    if (child === undefined) return malformed(text, `"${parallel.name}" has no region "${region}"`);
    if (seen.has(region)) return malformed(text, `region "${region}" comes twice`);
    seen.add(region);
    for (const name of part.slice(equals + 1).split("+").map((one) => one.trim())) {
      const leaf = machine.indexOfName.get(name);
      if (leaf === undefined || (leaf !== child && !isInside(machine, leaf, child))) {
        return malformed(text, `"${name}" is no state of region "${region}"`);
      }
      names.push(name);
    }
  }
  return snapshotOf(machine, names, text);
}

function snapshotOf(machine: Machine, names: readonly string[], text: string): Snapshot | Refusal {
  const active = configurationOf(machine, names);
  if (active === null) return malformed(text, "the machine has no such state");
  return { v: 1, states: leafNames(machine, active) };
}

function malformed(text: string, cause: string): Refusal {
  return undefinedState([text], cause);
}

function regionNameOf(node: Node): string {
  return node.regionName ?? node.name;
}
