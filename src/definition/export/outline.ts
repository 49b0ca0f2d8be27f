/** A machine as drawings need it: who is drawn inside whom, and the arrows with the place where each belongs. */
import type { MachineSpec, StateSpec, TransitionSpec } from "../../engine/spec.ts";
import { type StateTree, treeOfStates } from "../tree_of_states.ts";

export interface Outline {
  readonly spec: MachineSpec;
  readonly tree: StateTree;
  readonly roots: readonly StateSpec[];
  /** States drawn directly inside; for a parallel one list for each region. */
  readonly groupsOf: (name: string) => readonly Group[];
  readonly arrows: readonly Arrow[];
  /** Transitions that start in a state as drawn; indexes into `spec.transitions`. */
  readonly ownOf: (name: string) => readonly number[];
  /** More arrows than anyone could follow: the rest is left out. */
  readonly isCut: boolean;
  /** Histories that are named without a state of their own. */
  readonly histories: readonly HistoryMark[];
}

export interface Group {
  /** The state whose group it is. */
  readonly parent: string;
  /** Of a region; null for the states inside an ordinary one. */
  readonly region: string | null;
  /** States that the group starts in. */
  readonly initial: readonly string[];
  readonly states: readonly StateSpec[];
}

export interface Arrow {
  readonly source: string;
  readonly target: ArrowTarget;
  readonly transition: TransitionSpec;
}

export type ArrowTarget =
  | { readonly type: "state"; readonly name: string }
  | { readonly type: "history"; readonly mark: HistoryMark }
  /** Stays where it is. */
  | { readonly type: "none" };

export interface HistoryMark {
  readonly of: string;
  readonly isDeep: boolean;
}

export const ARROWS_MAX = 10_000;

/** Arrows come in file order, sources of one transition in state order; `*` starts at the outermost states. */
export function outlineOf(spec: MachineSpec): Outline {
  const tree = treeOfStates(spec);
  const roots = spec.states.filter((state) => tree.parentOf(state.name) === null);
  const marks = new Map<string, HistoryMark>();
  const arrows: Arrow[] = [];
  const own = new Map<string, Set<number>>();
  let isCut = false;
  for (const [index, transition] of spec.transitions.entries()) {
    const more = arrowsOf(transition);
    isCut = arrows.length + more.length > ARROWS_MAX;
    if (isCut) break;
    arrows.push(...more);
    for (const { source } of more) own.set(source, (own.get(source) ?? new Set()).add(index));
  }
  const ownOf = (name: string) => [...own.get(name) ?? []];
  return { spec, tree, roots, groupsOf, arrows, ownOf, isCut, histories: [...marks.values()] };

  function groupsOf(name: string): readonly Group[] {
    const state = tree.byName.get(name);
    const inside = tree.childrenOf(name).flatMap((child) => tree.byName.get(child) ?? []);
    if (state === undefined || inside.length === 0) return [];
    if (state.type !== "parallel") {
      return [{ parent: name, region: null, initial: state.initialChild, states: inOrder(inside) }];
    }
    if (state.regions.length === 0) {
      return inside.map((child) => ({
        parent: name,
        region: child.name,
        initial: [child.name],
        states: [child],
      }));
    }
    return state.regions.map((region) => ({
      parent: name,
      region: region.name,
      initial: [region.initial],
      states: inOrder(inside.filter((child) => tree.regionOf(child.name)?.region === region.name)),
    }));
  }

  function inOrder(states: readonly StateSpec[]): readonly StateSpec[] {
    const chosen = new Set(states);
    return spec.states.filter((state) => chosen.has(state));
  }

  function arrowsOf(transition: TransitionSpec): readonly Arrow[] {
    const sources = transition.source === "*"
      ? roots.filter(({ type }) => type !== "terminal" && type !== "history" && type !== "choice").map((
        { name },
      ) => name)
      : transition.source;
    const isStaying = transition.targets.length === 0 ||
      (transition.isInternal && spec.profile === "pystator");
    const targets: readonly ArrowTarget[] = isStaying
      ? [{ type: "none" }]
      : transition.targets.map((target) => {
        if (target.type === "state") return target;
        const mark = { of: target.of, isDeep: target.isDeep };
        const key = historyKey(mark);
        if (!marks.has(key)) marks.set(key, mark);
        return { type: "history", mark };
      });
    return sources.flatMap((source) => targets.map((target) => ({ source, target, transition })));
  }
}

export function historyKey({ of, isDeep }: HistoryMark): string {
  return `${of}_${isDeep ? "deep_" : ""}history`;
}

/** The innermost state that both lie in; null = none. A region counts only when both are in it. */
export function commonParent(tree: StateTree, left: string, right: string): string | null {
  const around = new Set(tree.ancestorsOf(right));
  return tree.ancestorsOf(left).find((name) => around.has(name)) ?? null;
}
