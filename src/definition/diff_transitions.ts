/** What changed about the ways on: compared for each state and event, told once for all states that share it. */
import type { MachineSpec, TransitionSpec } from "../engine/spec.ts";
import { durationText } from "./duration_text.ts";
import { actionText, guardText } from "./export/labels.ts";
import type { Impact, MachineChange } from "./machine_change.ts";
import { inCandidateOrder, type StateTree, treeOfStates } from "./tree_of_states.ts";

/** Pairs of state and event are compared up to this number of each machine. */
const PAIRS_MAX = 100_000;

interface Told {
  readonly impact: Impact;
  readonly trigger: string;
  readonly text: string;
  readonly sources: string[];
}

export function diffTransitions(before: MachineSpec, after: MachineSpec): readonly MachineChange[] {
  const [old, now] = [ways(before), ways(after)];
  const told = new Map<string, Told>();
  for (const [key, { source, trigger, list }] of old.pairs) {
    if (!now.tree.byName.has(source) || now.pairs.has(key)) continue;
    const [first] = list;
    tell(source, {
      impact: first?.isAuto ? "behaviour" : "breaking",
      trigger,
      text: "is not taken any more",
    });
  }
  for (const [key, { source, trigger, list }] of now.pairs) {
    const previous = old.pairs.get(key)?.list;
    if (previous === undefined) {
      if (old.tree.byName.has(source)) {
        tell(source, { impact: "behaviour", trigger, text: `is new and leads to ${targetsText(list)}` });
      }
      continue;
    }
    for (const change of changesOf(previous, list)) tell(source, { ...change, trigger });
  }
  return [...told.values()].map(({ impact, trigger, text, sources }) => ({
    impact,
    subject: "transition",
    name: trigger,
    message: `Transition "${trigger}" of ${sources.map((name) => `"${name}"`).join(", ")} ${text}`,
  }));

  function tell(source: string, { impact, trigger, text }: Omit<Told, "sources">): void {
    const key = `${impact}\u0000${trigger}\u0000${text}`;
    const known = told.get(key);
    if (known === undefined) told.set(key, { impact, trigger, text, sources: [source] });
    else known.sources.push(source);
  }
}

interface Way {
  readonly source: string;
  readonly trigger: string;
  /** In the order in which they are tried. */
  readonly list: readonly TransitionSpec[];
}

function ways(spec: MachineSpec): { readonly tree: StateTree; readonly pairs: ReadonlyMap<string, Way> } {
  const tree = treeOfStates(spec);
  const pairs = new Map<string, { source: string; trigger: string; list: TransitionSpec[] }>();
  for (const { name } of spec.states) {
    for (const index of inCandidateOrder(spec, tree.transitionsOf(name))) {
      const transition = spec.transitions[index];
      if (transition === undefined || transition.origin === "timeout") continue;
      for (const trigger of transition.triggers.length === 0 ? ["(eventless)"] : transition.triggers) {
        const key = `${name}\u0000${trigger}`;
        const known = pairs.get(key);
        if (known !== undefined) known.list.push(transition);
        else if (pairs.size < PAIRS_MAX) pairs.set(key, { source: name, trigger, list: [transition] });
      }
    }
  }
  return { tree, pairs };
}

/** Transitions with the same destination belong together, in their order. */
function changesOf(
  before: readonly TransitionSpec[],
  after: readonly TransitionSpec[],
): readonly { readonly impact: Impact; readonly text: string }[] {
  const rest = [...before];
  const changes: { impact: Impact; text: string }[] = [];
  for (const now of after) {
    const place = rest.findIndex((one) => one.dest === now.dest);
    const [old] = place === -1 ? [] : rest.splice(place, 1);
    if (old === undefined) {
      changes.push({ impact: "behaviour", text: `may lead to ${targetsText([now])}${conditionOf(now)}` });
    } else changes.push(...changesOfOne(old, now));
  }
  for (const old of rest) {
    changes.push({ impact: "behaviour", text: `leads to ${targetsText([old])} no more` });
  }
  if (changes.length === 0 && before.some((one, index) => one.dest !== after[index]?.dest)) {
    changes.push({
      impact: "behaviour",
      text: `tries its destinations in another order: ${targetsText(after)}`,
    });
  }
  return changes;
}

function changesOfOne(before: TransitionSpec, after: TransitionSpec) {
  const changes: { impact: Impact; text: string }[] = [];
  const [old, now] = [before.guards.map(guardText), after.guards.map(guardText)];
  const [added, gone] = [
    now.filter((text) => !old.includes(text)),
    old.filter((text) => !now.includes(text)),
  ];
  const to = after.dest === null ? "" : `to "${after.dest}" `;
  if (added.length > 0) {
    const instead = gone.length === 0 ? "" : ` instead of ${gone.join(" and ")}`;
    changes.push({ impact: "breaking", text: `${to}now needs ${added.join(" and ")}${instead}` });
  } else if (gone.length > 0) {
    changes.push({ impact: "behaviour", text: `${to}no longer needs ${gone.join(" and ")}` });
  }
  if ((before.afterMs ?? 0) !== (after.afterMs ?? 0)) {
    changes.push({
      impact: "behaviour",
      text: (after.afterMs ?? 0) === 0
        ? "does not wait any more"
        : `comes after ${durationText(after.afterMs ?? 0)}`,
    });
  }
  if (JSON.stringify(before.actions) !== JSON.stringify(after.actions)) {
    changes.push({
      impact: "behaviour",
      text: `does: ${after.actions.map(actionText).join(", ") || "nothing"}`,
    });
  }
  if (before.isReentering !== after.isReentering) {
    changes.push({
      impact: "behaviour",
      text: after.isReentering ? "leaves and enters the state again" : "does not leave the state any more",
    });
  }
  if (before.isInternal !== after.isInternal) {
    changes.push({
      impact: "behaviour",
      text: after.isInternal ? "is internal" : "is not internal any more",
    });
  }
  if (before.isAuto !== after.isAuto) {
    changes.push(
      after.isAuto
        ? { impact: "breaking", text: "is taken without an event" }
        : { impact: "behaviour", text: "waits for its event" },
    );
  }
  return changes;
}

function targetsText(list: readonly TransitionSpec[]): string {
  return [...new Set(list.map(({ dest }) => dest === null ? "no other state" : `"${dest}"`))].join(" or ");
}

function conditionOf({ guards }: TransitionSpec): string {
  return guards.length === 0 ? "" : ` when ${guards.map(guardText).join(" and ")}`;
}
