/** Rules about states inside states. */
import type { StateDraft } from "./draft.ts";
import { HIERARCHY_MAX } from "./limits.ts";
import { historyOf } from "./points.ts";
import type { RuleInput } from "./rule_input.ts";

/** Parents and initial children: `V11` to `V14`. */
export function hierarchyRules(input: RuleInput): void {
  for (const state of input.draft.states) {
    parentRule(input, state);
    for (const child of state.initialChild) initialChildRule(input, state, child);
  }
}

function parentRule({ states, findings }: RuleInput, { name, parent, path }: StateDraft): void {
  if (parent === null) return;
  const around = states.byName.get(parent);
  const at = [...path, "parent"];
  const data = { names: [name, parent] };
  if (around === undefined) {
    findings.error("V11", at, `Cannot find parent "${parent}" of state "${name}": no such state`, {
      nearest: findings.meant(parent, states.names),
      data,
    });
  } else if (around.type === "terminal") {
    findings.error("V12", at, `Cannot put state "${name}" inside "${parent}": it is terminal`, { data });
  } else if (around.type === "choice" || around.type === "history") {
    findings.error("V12", at, `Cannot put state "${name}" inside "${parent}": it is a ${around.type}`, {
      data,
    });
  }
}

function initialChildRule({ draft, states, findings }: RuleInput, state: StateDraft, child: string): void {
  const at = [...state.path, "initial_child"];
  const data = { names: [state.name, child] };
  const inner = states.byName.get(child);
  if (inner === undefined) {
    findings.error(
      "V13",
      at,
      `Cannot find initial child "${child}" of state "${state.name}": no such state`,
      {
        nearest: findings.meant(child, states.childrenOf(state.name)) ?? findings.meant(child, states.names),
        data,
      },
    );
    return;
  }
  const isInside = draft.meta.profile === "scxml"
    ? isDescendant(states, inner, state.name)
    : inner.parent === state.name;
  if (isInside) return;
  const hint = inner.parent === null ? `Write parent: ${state.name} on "${child}"` : undefined;
  findings.error("V14", at, `Cannot start state "${state.name}" in "${child}": it has another parent`, {
    hint,
    data,
  });
}

function isDescendant(states: RuleInput["states"], inner: StateDraft, name: string): boolean {
  let around: string | null = inner.parent;
  for (let level = 0; around !== null && level <= HIERARCHY_MAX; level++) {
    if (around === name) return true;
    around = states.byName.get(around)?.parent ?? null;
  }
  return false;
}

/** What a machine cannot be built from though every name is there. */
export function buildStateRules(input: RuleInput): void {
  const { draft, states, findings } = input;
  for (const state of draft.states) {
    const isCompound = state.initialChild.length > 0 || states.isParent(state.name);
    if (state.type === "parallel" && !isCompound) {
      findings.error(
        "B02",
        [...state.path, "type"],
        `Cannot enter parallel state "${state.name}": it has no regions`,
        {
          hint: "List its regions, or give states this parent",
          data: { names: [state.name] },
        },
      );
    }
    const key = state.entryPoints.length > 0
      ? "entry_points"
      : state.exitPoints.length > 0
      ? "exit_points"
      : null;
    if (key !== null && !isCompound) {
      findings.error(
        "B06",
        [...state.path, key],
        `Cannot use ${key} on "${state.name}": it has no states inside`,
      );
    }
    historyRule(input, state);
    pseudoStateRule(input, state);
  }
  cycleRule(input);
}

function historyRule({ draft, states, findings }: RuleInput, state: StateDraft): void {
  if (state.type !== "history") return;
  if (state.parent === null) {
    findings.error("H01", state.path, `Cannot remember in "${state.name}": a history needs a parent`);
  }
  for (const name of state.historyDefault) {
    const target = historyOf(name)?.of ?? name;
    if (states.byName.has(target)) continue;
    findings.error(
      "H02",
      [...state.path, "default"],
      `Cannot find default "${name}" of history "${state.name}"`,
      {
        nearest: findings.meant(target, states.names),
      },
    );
  }
  if (isInRing(states, state.name)) {
    findings.error(
      "H02",
      [...state.path, "default"],
      `Cannot enter history "${state.name}": its default leads back to it`,
    );
  }
  if (draft.meta.profile === "scxml" && state.historyDefault.length === 0) {
    findings.error("H03", state.path, `Cannot enter history "${state.name}" for the first time: no default`);
  }
}

/** Whether histories lead to each other in a ring. */
function isInRing(states: RuleInput["states"], start: string): boolean {
  const seen = new Set<string>();
  const queue = [...states.byName.get(start)?.historyDefault ?? []];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (name === start) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...states.byName.get(name)?.historyDefault ?? []);
  }
  return false;
}

/** What only rests nowhere must not be given work that it would never do. */
function pseudoStateRule({ draft, findings }: RuleInput, state: StateDraft): void {
  const isPseudo = state.type === "choice" || state.type === "history";
  if (draft.meta.profile === "scxml" && state.type === "choice") {
    findings.error("not_in_scxml", [...state.path, "type"], `Cannot use type choice with semantics scxml`);
  }
  if (draft.meta.profile === "scxml" && state.regions.length > 0) {
    findings.error("not_in_scxml", [...state.path, "regions"], `Cannot use regions with semantics scxml`, {
      hint: "Give states this parent",
    });
  }
  if (isPseudo && (state.onEnter.length > 0 || state.onExit.length > 0)) {
    findings.warning(
      "never_runs",
      state.path,
      `State "${state.name}" is a ${state.type}: its on_enter and on_exit never run`,
    );
  }
}

/** Parents in a ring, or deeper than anyone can follow: `B23`, `L01`. A region takes in members that name no parent. */
function cycleRule({ draft, states, findings }: RuleInput): void {
  const around = new Map<string, string>();
  for (const state of draft.states) {
    for (const name of state.regions.flatMap((region) => states.membersOf(state, region))) {
      if (!around.has(name)) around.set(name, state.name);
    }
  }
  for (const { name, parent } of draft.states) if (parent !== null) around.set(name, parent);
  const inRing = new Set<string>();
  for (const state of draft.states) {
    const chain: string[] = [state.name];
    let parent = around.get(state.name);
    while (parent !== undefined && !chain.includes(parent) && chain.length <= HIERARCHY_MAX) {
      chain.push(parent);
      parent = around.get(parent);
    }
    if (chain.length > HIERARCHY_MAX) {
      findings.error(
        "L01",
        [...state.path, "parent"],
        `Cannot nest "${state.name}": deeper than ${HIERARCHY_MAX}`,
      );
      return;
    }
    if (parent !== state.name || inRing.has(state.name)) continue;
    for (const name of chain) inRing.add(name);
    findings.error(
      "B23",
      [...state.path, "parent"],
      `Cannot order the states: ${[...chain, parent].join(" in ")}`,
      {
        data: { names: chain },
      },
    );
  }
}
