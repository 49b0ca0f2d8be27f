/** Which state a record of data belongs to, by the conditions of the states. */
import { holds } from "./guard.ts";
import type { JsonObject } from "../json.ts";
import type { Machine } from "./machine.ts";
import { ownValue } from "./own.ts";
import { isObject } from "./work.ts";

export type Classification =
  | { readonly type: "classified"; readonly state: string; readonly isMatched: boolean }
  | { readonly type: "unclassifiable"; readonly message: string };

/** The first state in file order whose conditions all hold; else `meta.classification.default_state`. */
export function classify(machine: Machine, record: JsonObject): Classification {
  const { name, spec } = machine;
  let isClassifiable = false;
  for (const state of spec.states) {
    const node = machine.nodes[machine.indexOfName.get(state.name) ?? -1];
    if (node === undefined || node.when.length === 0) continue;
    isClassifiable = true;
    if (holds(node.when, { values: record })) {
      return { type: "classified", state: state.name, isMatched: true };
    }
  }
  const settings = ownValue(spec.meta, "classification");
  const fallback = isObject(settings) ? ownValue(settings, "default_state") : undefined;
  if (!isClassifiable) {
    return {
      type: "unclassifiable",
      message: `Cannot classify with machine "${name}": no state has conditions`,
    };
  }
  if (typeof fallback === "string") return { type: "classified", state: fallback, isMatched: false };
  return {
    type: "unclassifiable",
    message: `Cannot classify with machine "${name}": nothing holds and it has no default state`,
  };
}
