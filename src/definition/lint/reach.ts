/** Which states a machine can ever be in. */
import type { StateTree } from "../tree_of_states.ts";
import { type LintInput, statePath, transitionPath } from "./input.ts";
import type { TargetSpec } from "../../engine/spec.ts";

/** `unreachable_state`, by name. Gives the states that can be reached. */
export function unreachableRule({ tree, spec, findings }: LintInput): ReadonlySet<string> {
  const reached = reachedFrom(tree, spec.initial);
  const missed = spec.states.filter((state) => !reached.has(state.name)).map((state) => state.name).sort();
  for (const name of missed) {
    findings.warning("unreachable_state", statePath(spec, name), `State "${name}" is never entered`, {
      hint: "Let a transition lead to it, or remove it",
      data: {
        state: name,
        fix: { title: `Remove state "${name}"`, edits: [{ op: "remove", path: statePath(spec, name) }] },
      },
    });
  }
  return reached;
}

/** `dead_transition`, in file order: it starts in a terminal state, which nothing leaves. */
export function deadTransitionRule({ tree, spec, findings }: LintInput): void {
  for (const [index, transition] of spec.transitions.entries()) {
    if (transition.source === "*") continue;
    const terminal = transition.source.filter((name) => tree.byName.get(name)?.type === "terminal");
    if (terminal.length === 0) continue;
    const [trigger = ""] = transition.triggers;
    const path = transitionPath(spec, index);
    findings.warning(
      "dead_transition",
      path,
      `Transition "${trigger}" leaves terminal state "${terminal[0]}"`,
      {
        data: { trigger, sources: [...terminal].sort() },
      },
    );
  }
}

/** Everything that may become active, from the given states on. */
export function reachedFrom(tree: StateTree, start: readonly string[]): ReadonlySet<string> {
  const { spec } = tree;
  const reached = new Set<string>();
  const queue: string[] = [];
  for (const name of start) enter(name);
  if (spec.fallback.mode === "persist" && spec.fallback.state !== null) enter(spec.fallback.state);
  // Each state enters the queue once.
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const index of tree.transitionsOf(name)) {
      for (const target of spec.transitions[index]?.targets ?? []) enterTarget(target);
    }
  }
  return reached;

  function enterTarget(target: TargetSpec): void {
    // A history that remembers nothing leads where its parent starts; what it remembers was reached before.
    enter(target.type === "state" ? target.name : target.of);
  }

  function enter(name: string): void {
    if (reached.has(name) || !tree.byName.has(name)) return;
    reached.add(name);
    queue.push(name);
    const parent = tree.parentOf(name);
    if (parent !== null) enter(parent);
    enterBelow(name);
  }

  /** What comes active together with the state itself. */
  function enterBelow(name: string): void {
    const state = tree.byName.get(name);
    if (state === undefined) return;
    if (state.type === "history") {
      for (const target of state.historyDefault) enterTarget(target);
      return;
    }
    for (const region of state.regions) enter(region.initial);
    if (state.type === "parallel" && state.regions.length === 0) {
      for (const child of tree.childrenOf(name)) {
        const type = tree.byName.get(child)?.type;
        if (type !== "history" && type !== "choice") enter(child);
      }
    }
    for (const child of state.initialChild) enter(child);
    if (spec.profile === "scxml" && state.type !== "parallel" && state.initialChild.length === 0) {
      const [first] = tree.childrenOf(name).filter((child) => tree.byName.get(child)?.type !== "history");
      if (first !== undefined) enter(first);
    }
  }
}
