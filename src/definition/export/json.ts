/** A machine as plain data for drawings and lists: words instead of structures, in a stable order. */
import type { MachineSpec, StateSpec, TransitionSpec } from "../../engine/spec.ts";
import type { JsonObject } from "../../json.ts";
import { actionText, conditionText, eventText, guardText } from "./labels.ts";
import { treeOfStates } from "../tree_of_states.ts";

/** Keys: `name`, `version`, `initial`, `states` and `transitions` in file order; timeouts are marked by `origin`. */
export function machineJson(spec: MachineSpec): JsonObject {
  const tree = treeOfStates(spec);
  return {
    name: spec.name,
    version: spec.version,
    description: spec.description,
    semantics: spec.profile,
    initial: spec.initial,
    states: spec.states.map((state) => ({
      ...stateJson(state),
      parent: tree.parentOf(state.name),
      region: tree.byName.get(tree.regionOf(state.name)?.parallel ?? "")?.name === tree.parentOf(state.name)
        ? tree.regionOf(state.name)?.region ?? null
        : null,
    })),
    transitions: spec.transitions.map((transition, index) => ({
      id: index,
      ...transitionJson(transition),
      source: [...tree.sourcesOf(transition)],
    })),
  };
}

function stateJson(state: StateSpec): JsonObject {
  return {
    name: state.name,
    type: state.type,
    description: state.description,
    group: state.group,
    initial_child: state.initialChild,
    regions: state.regions.map(({ name, initial, states, final }) => ({ name, initial, states, final })),
    on_enter: state.onEnter.map(actionText),
    on_exit: state.onExit.map(actionText),
    defer: state.defer,
    invoke: state.invoke.map(({ id, src }) => `${id}: ${src}`),
    when: state.when.map(conditionText),
    history: state.history,
    timeout_ms: state.timeout?.ms ?? null,
  };
}

function transitionJson(transition: TransitionSpec): JsonObject {
  return {
    origin: transition.origin,
    triggers: transition.triggers,
    label: eventText(transition),
    dest: transition.dest,
    region: transition.region,
    guards: transition.guards.map(guardText),
    actions: transition.actions.map(actionText),
    after_ms: transition.afterMs,
    auto: transition.isAuto,
    internal: transition.isInternal,
    reenter: transition.isReentering,
    priority: transition.priority,
    description: transition.description,
    refs: transition.refs,
  };
}
