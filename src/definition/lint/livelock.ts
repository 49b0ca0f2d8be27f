/** Rings of transitions that need no event and no condition: such a machine never comes to rest. */
import { inCandidateOrder } from "../tree_of_states.ts";
import { type LintInput, statePath } from "./input.ts";

/** `eventless_loop`: from each state follow the first eventless transition that nothing guards. */
export function livelockRule({ tree, spec, findings }: LintInput): void {
  const next = new Map<string, string>();
  for (const { name } of spec.states) {
    const step = firstStep(name);
    if (step !== null) next.set(name, step);
  }
  const reported = new Set<string>();
  for (const start of next.keys()) {
    const chain: string[] = [];
    const places = new Map<string, number>();
    for (
      let name: string | undefined = start;
      name !== undefined && !reported.has(name);
      name = next.get(name)
    ) {
      const place = places.get(name);
      if (place !== undefined) {
        report(chain.slice(place));
        break;
      }
      places.set(name, chain.length);
      chain.push(name);
    }
    for (const name of chain) reported.add(name);
  }

  /** Where the state goes by itself, down to where it comes to lie; null when it waits. */
  function firstStep(name: string): string | null {
    const isChoice = tree.byName.get(name)?.type === "choice";
    for (const around of isChoice ? [name] : [name, ...tree.ancestorsOf(name)]) {
      for (const index of inCandidateOrder(spec, tree.transitionsOf(around))) {
        const transition = spec.transitions[index];
        // A choice is left at once by whatever branch it has.
        const isEventless = isChoice || (transition?.isAuto && (transition.afterMs ?? 0) === 0);
        if (transition === undefined || !isEventless) continue;
        if (transition.guards.length > 0) return null;
        const [target] = transition.targets;
        if (target === undefined) return transition.actions.length === 0 ? name : null;
        return target.type === "state" ? leafOf(target.name) : null;
      }
    }
    return null;
  }

  function leafOf(name: string): string {
    let leaf = name;
    for (let level = 0; level < spec.states.length; level++) {
      const [child] = tree.byName.get(leaf)?.initialChild ?? [];
      if (child === undefined) return leaf;
      leaf = child;
    }
    return leaf;
  }

  function report(ring: readonly string[]): void {
    const [first = ""] = ring;
    findings.error(
      "eventless_loop",
      statePath(spec, first),
      `The machine never comes to rest: ${[...ring, first].join(" → ")} without event and condition`,
      { hint: "Guard one of these transitions, or let it wait for an event", data: { states: ring } },
    );
  }
}
