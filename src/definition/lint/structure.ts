/** Notes on the shape of a machine: ends inside other states, histories with nowhere to go, jumps between regions. */
import { type LintInput, statePath, transitionPath } from "./input.ts";

export function structureRules(input: LintInput): void {
  nestedTerminalRule(input);
  historyRule(input);
  regionRule(input);
  fallbackRule(input);
}

/** `nested_terminal`: the whole entity is done there, not only the state around it. */
function nestedTerminalRule({ spec, tree, findings }: LintInput): void {
  if (spec.profile === "scxml") return;
  for (const { name, type } of spec.states) {
    const parent = tree.parentOf(name);
    if (type !== "terminal" || parent === null || tree.regionOf(name) !== null) continue;
    const done = `done.state.${parent}`;
    const isFollowed = spec.transitions.some((transition) => transition.triggers.includes(done));
    if (isFollowed) continue;
    findings.info(
      "nested_terminal",
      statePath(spec, name),
      `Terminal state "${name}" ends the entity, not only "${parent}"`,
      {
        hint: `Let a transition take ${done} if only "${parent}" is over`,
        data: { state: name, parent },
      },
    );
  }
}

/** `history_without_default`: the first time there is nothing to return to, and the state around starts nowhere. */
function historyRule({ spec, tree, findings }: LintInput): void {
  const startsSomewhere = (name: string) => {
    const state = tree.byName.get(name);
    return state !== undefined && (state.initialChild.length > 0 || state.type === "parallel");
  };
  for (const { name, type, historyDefault } of spec.states) {
    const parent = tree.parentOf(name);
    if (type !== "history" || historyDefault.length > 0 || parent === null || startsSomewhere(parent)) {
      continue;
    }
    findings.warning(
      "history_without_default",
      statePath(spec, name),
      `History "${name}" leads nowhere the first time: it has no default and "${parent}" no initial_child`,
      { hint: "Write default: with a state inside", data: { state: name } },
    );
  }
  for (const [index, transition] of spec.transitions.entries()) {
    for (const target of transition.targets) {
      if (target.type !== "history" || startsSomewhere(target.of)) continue;
      findings.warning(
        "history_without_default",
        [...transitionPath(spec, index), "dest"],
        `History of "${target.of}" leads nowhere the first time: "${target.of}" has no initial_child`,
        { data: { state: target.of } },
      );
    }
  }
}

/** `crosses_regions`: one region moves another. */
function regionRule({ spec, tree, findings }: LintInput): void {
  if (!spec.states.some(({ type }) => type === "parallel")) return;
  for (const [index, transition] of spec.transitions.entries()) {
    // `*` speaks of every state: nobody is surprised that it moves all regions.
    for (const source of transition.source === "*" ? [] : transition.source) {
      const from = tree.regionOf(source);
      if (from === null) continue;
      for (const target of transition.targets) {
        const name = target.type === "state" ? target.name : target.of;
        const to = tree.regionOf(name);
        if (to === null || to.parallel !== from.parallel || to.region === from.region) continue;
        findings.info(
          "crosses_regions",
          transitionPath(spec, index),
          `Transition "${
            transition.triggers[0] ?? ""
          }" in region "${from.region}" moves region "${to.region}"`,
          { hint: "Raise an event that the other region takes", data: { source, target: name } },
        );
      }
    }
  }
}

/** `fallback_terminal`: the first slip of a caller would end the entity. */
function fallbackRule({ spec, tree, findings }: LintInput): void {
  const { mode, state } = spec.fallback;
  if (mode !== "persist" || state === null || tree.byName.get(state)?.type !== "terminal") return;
  findings.warning(
    "fallback_terminal",
    ["error_policy", "default_fallback"],
    `Fallback state "${state}" is terminal: the first event that nothing takes ends the entity`,
    { data: { state } },
  );
}
