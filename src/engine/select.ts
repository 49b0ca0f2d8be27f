/** Which transitions want to run: each leaf looks for one, from itself outwards. */
import { unreachable } from "../assert.ts";
import { leavesOf } from "./configuration.ts";
import { evaluateGuards, type Verdict } from "./guard.ts";
import { type Node, nodeAt, NONE, type Transition } from "./machine.ts";
import { isReachable } from "./lead.ts";
import { openRoutes } from "./route.ts";
import type { CandidateRow, GuardRow } from "./step.ts";
import { beginsWith, isSystemTrigger } from "./trigger.ts";
import { type QueuedEvent, scopeOf, type Work } from "./work.ts";

/** A transition whose guards hold, with the leaf that found it. */
export interface Wish {
  readonly transition: Transition;
  readonly leaf: number;
  readonly guards: readonly GuardRow[];
  /** Place of its row in `Selection.rows`. */
  readonly row: number;
}

export interface Selection {
  readonly wishes: Wish[];
  readonly rows: CandidateRow[];
  isDeferMet: boolean;
  hasError: boolean;
  hasMissing: boolean;
}

/** What is looked for: answers to an event, eventless transitions, or data-routed ones. */
export type Search =
  | { readonly type: "event"; readonly event: QueuedEvent }
  | { readonly type: "eventless" }
  /** States already visited in this macrostep are no destination. */
  | { readonly type: "route"; readonly visited: ReadonlySet<number> };

const NO_GUARDS: readonly GuardRow[] = [];

/** Looks from each leaf in document order; the same transition counts once. */
export function select(work: Work, search: Search): Selection {
  const selection: Selection = {
    wishes: [],
    rows: [],
    isDeferMet: false,
    hasError: false,
    hasMissing: false,
  };
  const { active } = work;
  const last = active[active.length - 1] ?? 0;
  if (nodeAt(work.machine, last).depth === active.length - 1) {
    walk(work, search, { selection, leaf: last, parallels: null });
    return selection;
  }
  const parallels: number[] = [];
  for (const leaf of leavesOf(work.machine, active)) walk(work, search, { selection, leaf, parallels });
  return selection;
}

interface Walk {
  readonly selection: Selection;
  readonly leaf: number;
  /** Parallels from which somebody already looked outwards: everything further out would answer the same. */
  readonly parallels: number[] | null;
}

function walk(work: Work, search: Search, walk: Walk): void {
  const { machine } = work;
  const { selection, leaf, parallels } = walk;
  const begun = selection.rows.length;
  const trigger = search.type === "event" ? search.event.trigger : null;
  for (let index = leaf; index !== NONE;) {
    const node = nodeAt(machine, index);
    if (parallels !== null && node.kind === "parallel") {
      if (parallels.includes(index)) return;
      parallels.push(index);
    }
    for (const transition of candidatesOf(work, node, { search, leaf })) {
      if (!machine.isScxml && isTried(selection, begun, transition)) continue;
      if (tryCandidate(work, transition, { selection, leaf, trigger })) return;
    }
    if (search.type === "event" && isDeferred(work, node, search.event)) {
      selection.isDeferMet = true;
      return;
    }
    index = node.parent;
  }
}

/** Whether the same transition was tried since row `begun`, as the one of a source further inside. */
function isTried(selection: Selection, begun: number, transition: Transition): boolean {
  const { rows } = selection;
  for (let place = begun; place < rows.length; place++) {
    if (rows[place]?.transition === transition.index) return true;
  }
  return false;
}

/** Records the candidate; true when it wants to run. */
function tryCandidate(
  work: Work,
  transition: Transition,
  at: { readonly selection: Selection; readonly leaf: number; readonly trigger: string | null },
): boolean {
  const { selection, leaf } = at;
  const { machine } = work;
  const rows: GuardRow[] | null = transition.guards.length === 0 ? null : [];
  const verdict: Verdict = rows === null ? "true" : evaluateGuards(transition.guards, scopeOf(work), rows);
  const isEnabled = verdict === "true" &&
    (!machine.hasChoices || isReachable(work, transition));
  if (verdict === "error") selection.hasError = true;
  if (verdict === "missing") selection.hasMissing = true;
  const guards = rows ?? NO_GUARDS;
  selection.rows.push({
    transition: transition.index,
    source: nodeAt(machine, transition.source).name,
    trigger: at.trigger ?? transition.label,
    dest: transition.spec.dest,
    verdict: isEnabled
      ? "selected"
      : verdict === "error"
      ? "error"
      : verdict === "missing"
      ? "missing_guard"
      : "rejected",
    guards,
  });
  if (!isEnabled) return false;
  if (!selection.wishes.some((wish) => wish.transition === transition)) {
    const row = selection.rows.length - 1;
    selection.wishes.push({ transition, leaf, guards, row });
  }
  return true;
}

function candidatesOf(
  work: Work,
  node: Node,
  { search, leaf }: { readonly search: Search; readonly leaf: number },
): readonly Transition[] {
  switch (search.type) {
    case "eventless":
      return node.eventless;
    case "route":
      return openRoutes(work, node, { leaf, visited: search.visited });
    case "event":
      return answersOf(work, node, search.event);
    default:
      return unreachable(search);
  }
}

const NO_CANDIDATES: readonly Transition[] = [];

function answersOf(work: Work, node: Node, event: QueuedEvent): readonly Transition[] {
  if (node.eventful.length === 0) return NO_CANDIDATES;
  const { trigger } = event;
  if (work.machine.isScxml) {
    return node.eventful.filter((transition) =>
      transition.tokens.some((tokens) => beginsWith(trigger, tokens))
    );
  }
  return node.byTrigger.get(trigger) ??
    (node.wildcards.length === 0 || isSystemTrigger(trigger) ? NO_CANDIDATES : node.wildcards);
}

function isDeferred(work: Work, node: Node, event: QueuedEvent): boolean {
  if (node.defers.size === 0 || event.origin === "internal" || event.origin === "timer") return false;
  if (node.defers.has(event.trigger)) return true;
  return work.machine.isScxml && node.deferTokens.some((tokens) => beginsWith(event.trigger, tokens));
}
