/** Transitions that compete for one event: where only the order of the file decides, and which never get a chance. */
import type { TransitionSpec } from "../../engine/spec.ts";
import { inCandidateOrder } from "../tree_of_states.ts";
import { type LintInput, statePath, transitionPath } from "./input.ts";

/** More pairs of state and transition are not looked at: `*` on thousands of transitions of thousands of states. */
const PAIRS_MAX = 500_000;

/** `nondeterministic`, by first occurrence: an unguarded transition with others of its trigger behind it. */
export function nondeterministicRule({ tree, spec, findings }: LintInput): void {
  const groups = new Map<string, { trigger: string; source: string; indexes: number[] }>();
  let pairs = 0;
  for (const [index, transition] of spec.transitions.entries()) {
    if (transition.origin === "timeout") continue;
    for (const source of new Set(tree.sourcesOf(transition))) {
      for (const trigger of transition.triggers) {
        if (++pairs > PAIRS_MAX) return;
        const key = `${trigger}\u0000${source}`;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { trigger, source, indexes: [index] });
        else group.indexes.push(index);
      }
    }
  }
  for (const { trigger, source, indexes } of groups.values()) {
    if (indexes.length < 2) continue;
    const ordered = inCandidateOrder(spec, indexes);
    const isUnguarded = (index: number) => spec.transitions[index]?.guards.length === 0;
    const first = ordered.findIndex(isUnguarded);
    if (first === -1 || first === ordered.length - 1) continue;
    const hidden = ordered[first + 1] ?? 0;
    const path = transitionPath(spec, hidden);
    findings.error(
      "nondeterministic",
      path,
      `Trigger "${trigger}" in state "${source}" always takes the same transition: ${
        ordered.length - first - 1
      } behind it never get a chance`,
      {
        hint: "Guard the earlier one, or give the one that must go first a lower priority",
        data: {
          trigger,
          source,
          total: indexes.length,
          unguarded: indexes.filter(isUnguarded).length,
          fix: { title: "Remove the transition that is never taken", edits: [{ op: "remove", path }] },
        },
      },
    );
  }
}

/** `shadowed_transition`: hidden behind an unguarded one of another name; `choice_without_default`. */
export function shadowRules(input: LintInput): void {
  const { tree, spec } = input;
  let pairs = 0;
  for (const { name, type } of spec.states) {
    const own = inCandidateOrder(spec, tree.transitionsOf(name));
    pairs += own.length;
    if (pairs > PAIRS_MAX) return;
    const eventless = type === "choice" ? own : own.filter((index) => isEventless(spec.transitions[index]));
    reportHidden(input, name, eventless);
    if (type === "choice") choiceRule(input, name, own);
    else wildcardRule(input, name, own);
  }
}

function isEventless(transition: TransitionSpec | undefined): boolean {
  return transition !== undefined && transition.isAuto && (transition.afterMs ?? 0) === 0;
}

function reportHidden({ spec, findings }: LintInput, source: string, ordered: readonly number[]): void {
  const first = ordered.findIndex((index) => spec.transitions[index]?.guards.length === 0);
  if (first === -1) return;
  const winner = spec.transitions[ordered[first] ?? 0]?.triggers[0];
  for (const index of ordered.slice(first + 1)) {
    const [trigger = ""] = spec.transitions[index]?.triggers ?? [];
    // The same name is a finding of its own.
    if (trigger === winner) continue;
    const path = transitionPath(spec, index);
    findings.warning(
      "shadowed_transition",
      path,
      `Transition "${trigger}" of state "${source}" is never taken: an unguarded one comes first`,
      {
        data: {
          trigger,
          source,
          fix: { title: "Remove the transition that is never taken", edits: [{ op: "remove", path }] },
        },
      },
    );
  }
}

/** A choice nobody can stand in must always lead somewhere. */
function choiceRule({ spec, findings }: LintInput, name: string, own: readonly number[]): void {
  if (own.some((index) => spec.transitions[index]?.guards.length === 0)) return;
  findings.warning(
    "choice_without_default",
    statePath(spec, name),
    `Choice "${name}" may find no way on: every branch is guarded`,
    { hint: "Add a last branch without guards", data: { state: name } },
  );
}

/** A trigger `*` without guards takes every event that comes behind it. */
function wildcardRule({ spec, findings }: LintInput, name: string, own: readonly number[]): void {
  const first = own.findIndex((index) => {
    const transition = spec.transitions[index];
    return transition !== undefined && transition.triggers.includes("*") && transition.guards.length === 0;
  });
  if (first === -1) return;
  for (const index of own.slice(first + 1)) {
    const transition = spec.transitions[index];
    const [trigger = ""] = transition?.triggers ?? [];
    const isSpared = transition === undefined || transition.isAuto || (transition.afterMs ?? 0) > 0 ||
      /^(?:_|done\.|error\.|after\.|\*$)/.test(trigger);
    if (isSpared) continue;
    findings.warning(
      "shadowed_transition",
      transitionPath(spec, index),
      `Transition "${trigger}" of state "${name}" is never taken: "*" comes first`,
      { data: { trigger, source: name } },
    );
  }
}
