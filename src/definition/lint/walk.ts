/** Everything in a machine that is evaluated, with its place: expressions, checks, and keys that effects write. */
import type {
  ActionSpec,
  CheckSpec,
  ConditionSpec,
  GuardSpec,
  MachineSpec,
  PayloadSpec,
  WhenSpec,
} from "../../engine/spec.ts";
import { unreachable } from "../../assert.ts";
import type { Path } from "../findings.ts";
import { statePath, transitionPath } from "./input.ts";

export interface Visitor {
  expression?(source: string, path: Path): void;
  check?(check: CheckSpec, path: Path): void;
  /** Every action, inner ones after the one that holds them. */
  action?(action: ActionSpec, path: Path): void;
  /** A key of the context that an action writes. */
  writes?(key: string): void;
}

export function walkMachine(spec: MachineSpec, visitor: Visitor): void {
  for (const [index, transition] of spec.transitions.entries()) {
    if (transition.origin === "timeout") continue;
    if (transition.guards.length === 0 && transition.actions.length === 0) continue;
    const path = transitionPath(spec, index);
    for (const guard of transition.guards) walkGuard(visitor, guard, [...path, "guards"]);
    walkActions(visitor, transition.actions, [...path, "actions"]);
  }
  for (const state of spec.states) {
    const path = statePath(spec, state.name);
    walkActions(visitor, state.onEnter, [...path, "on_enter"]);
    walkActions(visitor, state.onExit, [...path, "on_exit"]);
    walkActions(visitor, state.initialActions, [...path, "initial_actions"]);
    walkActions(visitor, state.historyActions, [...path, "default_actions"]);
    for (const condition of state.when) walkCondition(visitor, condition, [...path, "when"]);
    walkPayload(visitor, state.doneData, [...path, "done_data"]);
  }
  for (const [index, invariant] of spec.invariants.entries()) {
    walkCondition(visitor, invariant.condition, ["context_invariants", index]);
  }
}

function walkGuard(visitor: Visitor, guard: GuardSpec, path: Path): void {
  switch (guard.type) {
    case "check":
      return visitor.check?.(guard, path);
    case "expr":
      return visitor.expression?.(guard.source, path);
    case "named":
      return;
    case "allOf":
    case "anyOf":
      for (const inner of guard.guards) walkGuard(visitor, inner, path);
      return;
    case "not":
      return walkGuard(visitor, guard.guard, path);
    default:
      return unreachable(guard);
  }
}

function walkCondition(visitor: Visitor, condition: ConditionSpec, path: Path): void {
  switch (condition.type) {
    case "check":
      return visitor.check?.(condition, path);
    case "anyOf":
    case "allOf":
      for (const inner of condition.conditions) walkCondition(visitor, inner, path);
      return;
    case "negate":
      return walkCondition(visitor, condition.condition, path);
    default:
      return unreachable(condition);
  }
}

function walkWhen(visitor: Visitor, when: WhenSpec | null, path: Path): void {
  if (when === null) return;
  if (when.type === "check") visitor.check?.(when, path);
  else if (when.source !== "") visitor.expression?.(when.source, path);
}

function walkPayload(visitor: Visitor, payload: PayloadSpec, path: Path): void {
  if (payload === null) return;
  if (typeof payload === "string") return visitor.expression?.(payload, path);
  for (const key of Object.keys(payload)) visitor.expression?.(payload[key] ?? "", path);
}

function walkActions(visitor: Visitor, actions: readonly ActionSpec[], path: Path): void {
  for (const action of actions) walkAction(visitor, action, path);
}

function walkAction(visitor: Visitor, action: ActionSpec, path: Path): void {
  visitor.action?.(action, path);
  walkWhen(visitor, action.options.when, path);
  switch (action.type) {
    case "effect":
      return walkEffect(visitor, action, path);
    case "branch":
      walkWhen(visitor, action.condition, path);
      walkActions(visitor, action.then, path);
      return walkActions(visitor, action.else, path);
    case "raise":
      return walkPayload(visitor, action.payload, path);
    case "send":
      if (action.triggerExpr !== null) visitor.expression?.(action.triggerExpr, path);
      return walkPayload(visitor, action.payload, path);
    case "foreach":
      visitor.expression?.(action.in, path);
      visitor.writes?.(action.as);
      if (action.index !== null) visitor.writes?.(action.index);
      return walkActions(visitor, action.do, path);
    case "block":
      return walkActions(visitor, action.actions, path);
    case "named":
      if (action.name === "set_context") {
        for (const key of Object.keys(action.params)) {
          visitor.writes?.(key);
        }
      }
      return;
    case "http":
    case "celery":
    case "send_event":
    case "create_entity":
    case "code":
    case "cancel":
    case "fail":
      return;
    default:
      return unreachable(action);
  }
}

function walkEffect(visitor: Visitor, action: ActionSpec & { readonly type: "effect" }, path: Path): void {
  const { effect, params } = action;
  if (effect === "set" || effect === "compute") {
    for (const key of Object.keys(params)) {
      visitor.writes?.(key);
      const source = params[key];
      if (effect === "compute" && typeof source === "string") visitor.expression?.(source, [...path]);
    }
    return;
  }
  const field = params["field"];
  if (typeof field === "string") visitor.writes?.(field);
}
