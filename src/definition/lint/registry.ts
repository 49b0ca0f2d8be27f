/** Names of guards and actions that nobody implements. */
import type { ActionSpec, GuardSpec } from "../../engine/spec.ts";
import { unreachable } from "../../assert.ts";
import type { Path } from "../findings.ts";
import { type LintInput, statePath, transitionPath } from "./input.ts";

/** `missing_guard`, in file order, once for each use. */
export function missingGuardRule({ spec, guards, findings }: LintInput): void {
  for (const [index, transition] of spec.transitions.entries()) {
    const [trigger = ""] = transition.triggers;
    for (const name of transition.guards.flatMap(guardNames)) {
      if (guards.has(name)) continue;
      const meant = findings.meant(name, guards);
      findings.info(
        "missing_guard",
        [...transitionPath(spec, index), "guards"],
        `Guard "${name}" has no implementation`,
        {
          hint: meant === null ? undefined : `Did you mean "${meant}"?`,
          data: { guard: name, trigger },
        },
      );
    }
  }
}

export function guardNames(guard: GuardSpec): readonly string[] {
  switch (guard.type) {
    case "named":
      return [guard.name];
    case "allOf":
    case "anyOf":
      return guard.guards.flatMap(guardNames);
    case "not":
      return guardNames(guard.guard);
    case "check":
    case "expr":
      return [];
    default:
      return unreachable(guard);
  }
}

/** `missing_action`, once for each name: transitions first, then states, `on_enter` before `on_exit`. */
export function missingActionRule({ spec, actions, findings }: LintInput): void {
  const seen = new Set<string>();
  const look = (list: readonly ActionSpec[], place: { readonly location: string; readonly path: Path }) => {
    for (const name of list.flatMap(namesIn)) {
      if (actions.has(name) || seen.has(name)) continue;
      seen.add(name);
      const meant = findings.meant(name, actions);
      findings.info("missing_action", place.path, `Action "${name}" has no implementation`, {
        hint: meant === null ? undefined : `Did you mean "${meant}"?`,
        data: { action: name, location: place.location },
      });
    }
  };
  for (const [index, transition] of spec.transitions.entries()) {
    if (transition.actions.length === 0) continue;
    look(transition.actions, { location: "transition", path: [...transitionPath(spec, index), "actions"] });
  }
  for (const state of spec.states) {
    const path = statePath(spec, state.name);
    const location = `state:${state.name}`;
    const lists = [["on_enter", state.onEnter], ["on_exit", state.onExit], [
      "initial_actions",
      state.initialActions,
    ]] as const;
    for (const [key, list] of lists) if (list.length > 0) look(list, { location, path: [...path, key] });
    if (state.historyActions.length > 0) {
      look(state.historyActions, { location, path: [...path, "default_actions"] });
    }
  }
}

/** Registry names in an action, inside branches and loops too. */
function namesIn(action: ActionSpec): readonly string[] {
  return action.type === "named" ? [action.name] : innerActions(action).flatMap(namesIn);
}

export function innerActions(action: ActionSpec): readonly ActionSpec[] {
  switch (action.type) {
    case "branch":
      return [...action.then, ...action.else];
    case "foreach":
      return action.do;
    case "block":
      return action.actions;
    default:
      return [];
  }
}
