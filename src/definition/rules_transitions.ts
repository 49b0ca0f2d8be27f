/** Rules about where transitions come from and lead to. */
import type { TransitionDraft } from "./draft.ts";
import { SOURCES_MAX } from "./limits.ts";
import { historyOf, pointOf, resolvePoint } from "./points.ts";
import type { RuleInput } from "./rule_input.ts";

/** `L01`: `*` on thousands of transitions of thousands of states is more than a process can keep. */
export function sourceLimitRule({ draft, states, findings }: RuleInput): void {
  const { length } = states.names;
  const count = draft.transitions.reduce(
    (sum, { source }) => sum + (source[0] === "*" ? length : source.length),
    0,
  );
  if (count <= SOURCES_MAX) return;
  findings.error(
    "L01",
    ["transitions"],
    `Cannot use ${count} sources, with "*" unfolded: at most ${SOURCES_MAX}`,
    {
      hint: "Put the states into one that holds them, and start from there",
    },
  );
}

/** Sources and destinations that name nothing: `V04`, `V05`. */
export function transitionRules(input: RuleInput): void {
  for (const transition of input.draft.transitions) {
    for (const [index, source] of transition.source.entries()) {
      sourceRule(input, transition, { source, index });
    }
    for (const dest of transition.dest ?? []) destRule(input, transition, dest);
  }
  for (const state of input.draft.states) {
    for (const transition of state.always) {
      for (const dest of transition.dest ?? []) destRule(input, transition, dest);
    }
  }
}

function sourceRule(
  { states, findings }: RuleInput,
  transition: TransitionDraft,
  { source, index }: { readonly source: string; readonly index: number },
): void {
  if (states.byName.has(source) || pointOf(source) !== null) return;
  if (source === "*" && transition.source.length === 1) return;
  const isMixed = source === "*";
  findings.error(
    "V04",
    [...transition.path, "source", ...(transition.source.length > 1 ? [index] : [])],
    isMixed
      ? `Cannot use "*" beside other sources of "${transition.label}": it means every state already`
      : `Cannot find source "${source}" of transition "${transition.label}": no such state`,
    {
      ...(isMixed ? { hint: `Write source: "*"` } : { nearest: findings.meant(source, states.names) }),
      data: { names: [transition.label, source] },
    },
  );
}

function destRule({ states, findings }: RuleInput, transition: TransitionDraft, dest: string): void {
  const history = historyOf(dest);
  const isKnown = history === null
    ? states.byName.has(dest) || pointOf(dest) !== null
    : states.isParent(history.of);
  if (isKnown) return;
  const isLeaf = history !== null && states.byName.has(history.of);
  findings.error(
    isLeaf ? "H04" : "V05",
    [...transition.path, "dest"],
    isLeaf
      ? `Cannot return to the history of "${history.of}" in transition "${transition.label}": it has no states inside`
      : `Cannot find destination "${dest}" of transition "${transition.label}": no such state`,
    {
      nearest: isLeaf ? null : findings.meant(history?.of ?? dest, states.names),
      data: { names: [transition.label, dest] },
    },
  );
}

/** A terminal state is left by nothing: `V08`. */
export function terminalRules({ draft, states, findings }: RuleInput): void {
  const inside = draft.states.flatMap((state) => state.always);
  for (const transition of [...draft.transitions, ...inside]) {
    for (const source of transition.source) {
      if (states.byName.get(source)?.type !== "terminal") continue;
      findings.error(
        "V08",
        [...transition.path, ...(transition.origin === "always" ? [] : ["source"])],
        `Cannot leave terminal state "${source}" with transition "${transition.label}"`,
        { data: { names: [transition.label, source] } },
      );
    }
  }
}

/** Points that lead nowhere (`B27`, `B28`), names that cannot be made up (`B14`), destinations that mean nothing. */
export function destinationRules(input: RuleInput): void {
  const { draft, states, findings } = input;
  for (const transition of draft.transitions) {
    const { path, label } = transition;
    const isNamed = transition.triggers.length > 0 || draft.meta.profile === "scxml";
    if (!isNamed && new Set(transition.source).size > 1) {
      findings.error(
        "B14",
        [...path, "source"],
        `Cannot name the trigger of "${label}": it has several sources`,
        {
          hint: "Write a trigger, or one transition for each source",
        },
      );
    }
    for (const source of transition.source) {
      if (states.byName.has(source) || pointOf(source) === null) continue;
      const found = resolvePoint(source, "exit", states.byName);
      if ("name" in found) continue;
      findings.error("B27", [...path, "source"], `Cannot find source "${source}": ${found.problem}`);
    }
  }
  const inside = draft.states.flatMap((state) => state.always);
  for (const transition of [...draft.transitions, ...inside]) {
    for (const dest of transition.dest ?? []) {
      if (states.byName.has(dest) || pointOf(dest) === null) continue;
      const found = resolvePoint(dest, "entry", states.byName);
      if ("name" in found) continue;
      findings.error(
        "B28",
        [...transition.path, "dest"],
        `Cannot find destination "${dest}": ${found.problem}`,
      );
    }
    internalRule(input, transition);
  }
}

/** `internal` stays where it is; a destination elsewhere is misleading. */
function internalRule({ draft, findings }: RuleInput, transition: TransitionDraft): void {
  const { dest, source, path, label } = transition;
  if (draft.meta.profile === "scxml") {
    if (transition.priority !== null) {
      findings.warning(
        "not_in_scxml",
        [...path, "priority"],
        `"priority" means nothing with semantics scxml`,
      );
    }
    return;
  }
  if (!transition.isInternal || dest === null) return;
  if (dest.length === 1 && source.length > 0 && source.every((name) => name === dest[0])) return;
  findings.warning(
    "internal_dest",
    [...path, "dest"],
    `Transition "${label}" is internal: it stays where it is and never goes to "${dest.join('", "')}"`,
    { hint: "Leave dest out, or take internal away", data: { trigger: label } },
  );
}
