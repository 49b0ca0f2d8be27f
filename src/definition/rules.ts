/** Rules about names that must fit together: all findings, in a fixed order. */
import type { Path } from "./findings.ts";
import type { RuleInput } from "./rule_input.ts";
import { regionRules, transitionRegionRules } from "./rules_regions.ts";
import { buildStateRules, hierarchyRules } from "./rules_states.ts";
import { destinationRules, sourceLimitRule, terminalRules, transitionRules } from "./rules_transitions.ts";

export function applyRules(input: RuleInput): void {
  stateNameRules(input);
  sourceLimitRule(input);
  initialRules(input);
  transitionRules(input);
  timeoutRules(input);
  fallbackRules(input);
  terminalRules(input);
  joinRules(input);
  hierarchyRules(input);
  regionRules(input);
  transitionRegionRules(input);
  buildStateRules(input);
  destinationRules(input);
}

function stateNameRules({ draft, findings }: RuleInput): void {
  const seen = new Set<string>();
  const reported = new Set<string>();
  for (const { name, path } of draft.states) {
    if (seen.has(name) && !reported.has(name)) {
      reported.add(name);
      findings.error("V01", [...path, "name"], `Cannot declare state "${name}" twice`, {
        data: { names: [name] },
      });
    }
    seen.add(name);
  }
}

function initialRules({ draft, states, findings }: RuleInput): void {
  const initial = draft.states.filter((state) => state.type === "initial");
  const named = draft.meta.initial;
  for (const name of named) {
    if (states.byName.has(name)) continue;
    findings.error("V02", ["meta", "initial"], `Cannot start in "${name}": no such state`, {
      nearest: findings.meant(name, states.names),
      data: { names: [name] },
    });
  }
  const [first, second] = initial;
  if (second !== undefined) {
    const shown = initial.map((state) => `"${state.name}"`).join(", ");
    findings.error("V03", [...second.path, "type"], `Cannot start in several states: ${shown} are initial`, {
      data: { states: initial.map((state) => state.name) },
    });
  } else if (named.length === 0 && first === undefined && draft.meta.profile === "pystator") {
    findings.error("V02", ["states"], "Cannot start: no state has type initial", {
      hint: "Write type: initial on one state",
    });
  } else if (named.length === 0 && first !== undefined && first.parent !== null) {
    findings.error(
      "B25",
      [...first.path, "type"],
      `Cannot start in "${first.name}": it lies inside another state`,
      {
        hint:
          `Make the outermost state initial and name "${first.name}" in its initial_child, or use meta.initial`,
        data: { names: [first.name] },
      },
    );
  }
}

function timeoutRules({ draft, states, findings }: RuleInput): void {
  for (const { name, path, timeout } of draft.states) {
    if (timeout === null || timeout.destination === "" || states.byName.has(timeout.destination)) continue;
    findings.error(
      "V06",
      [...path, "timeout", "destination"],
      `Cannot find timeout destination "${timeout.destination}" of state "${name}": no such state`,
      {
        nearest: findings.meant(timeout.destination, states.names),
        data: { names: [name, timeout.destination] },
      },
    );
  }
}

function fallbackRules({ draft, states, findings }: RuleInput): void {
  const fallback = draft.policy.defaultFallback;
  if (fallback !== null && !states.byName.has(fallback)) {
    const path: Path = ["error_policy", "default_fallback"];
    findings.error("V07", path, `Cannot fall back to "${fallback}": no such state`, {
      nearest: findings.meant(fallback, states.names),
      data: { names: [fallback] },
    });
  }
  if (draft.meta.fallbackMode === "off" || fallback !== null) return;
  findings.warning(
    "W07",
    ["meta", "orchestrator_default_fallback"],
    `Fallback mode "${draft.meta.fallbackMode}" has no state to fall back to`,
    { hint: "Name it in error_policy.default_fallback" },
  );
}

/** A parallel state whose regions have an end needs somewhere to go from there. */
function joinRules({ draft, findings }: RuleInput): void {
  for (const state of draft.states) {
    if (!state.regions.some((region) => region.final !== null)) continue;
    const join = `_join_${state.name}`;
    const isThere = draft.transitions.some((transition) =>
      transition.triggers.includes(join) &&
      (transition.source.includes(state.name) || transition.source[0] === "*")
    );
    if (isThere) continue;
    findings.error(
      "V09",
      [...state.path, "regions"],
      `Cannot leave parallel state "${state.name}": its regions end and nothing follows`,
      {
        hint: `Add a transition with trigger ${join} and source ${state.name}`,
        data: { names: [state.name] },
      },
    );
  }
}
