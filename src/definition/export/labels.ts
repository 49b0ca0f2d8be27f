/** Guards, actions and transitions in a few words, for drawings and lists. */
import type {
  ActionSpec,
  CheckSpec,
  ConditionSpec,
  GuardSpec,
  TransitionSpec,
  WhenSpec,
} from "../../engine/spec.ts";
import { unreachable } from "../../assert.ts";
import { durationText } from "../duration_text.ts";

export interface LabelOptions {
  readonly isShowingGuards: boolean;
  readonly isShowingActions: boolean;
}

/** `pay [total gt 0] / increment attempts`. */
export function transitionLabel(transition: TransitionSpec, options: LabelOptions): string {
  const { guards, actions } = transition;
  const parts = [eventText(transition)];
  if (options.isShowingGuards && guards.length > 0) parts.push(`[${guards.map(guardText).join(" and ")}]`);
  if (options.isShowingActions && actions.length > 0) parts.push(`/ ${actions.map(actionText).join(", ")}`);
  return parts.filter((part) => part !== "").join(" ");
}

/** What it waits for: its triggers, a delay, or nothing. */
export function eventText({ triggers, isTriggerGenerated, afterMs, origin, isAuto }: TransitionSpec): string {
  const names = isTriggerGenerated ? "" : triggers.join(", ");
  if (origin === "timeout") return `timeout ${durationText(afterMs ?? 0)}`;
  if (afterMs !== null && afterMs > 0) {
    return names === "" ? `after ${durationText(afterMs)}` : `${names} after ${durationText(afterMs)}`;
  }
  return isAuto && names === "" ? "" : names;
}

export function guardText(guard: GuardSpec): string {
  switch (guard.type) {
    case "named":
      return guard.name;
    case "expr":
      return guard.source;
    case "check":
      return checkText(guard);
    case "allOf":
      return guard.guards.map(innerText).join(" and ");
    case "anyOf":
      return guard.guards.map(innerText).join(" or ");
    case "not":
      return `not ${innerText(guard.guard)}`;
    default:
      return unreachable(guard);
  }
}

function innerText(guard: GuardSpec): string {
  const text = guardText(guard);
  return guard.type === "allOf" || guard.type === "anyOf" || guard.type === "expr" ? `(${text})` : text;
}

export function checkText({ field, op, value, values }: CheckSpec): string {
  if (op === "is_set" || op === "is_null") return `${field} ${op}`;
  const operand = op === "in" || op === "not_in" ? values : value;
  return `${field} ${op} ${typeof operand === "string" ? operand : JSON.stringify(operand)}`;
}

export function conditionText(condition: ConditionSpec): string {
  switch (condition.type) {
    case "check":
      return checkText(condition);
    case "allOf":
      return condition.conditions.map((inner) => `(${conditionText(inner)})`).join(" and ");
    case "anyOf":
      return condition.conditions.map((inner) => `(${conditionText(inner)})`).join(" or ");
    case "negate":
      return `not (${conditionText(condition.condition)})`;
    default:
      return unreachable(condition);
  }
}

export function whenText(when: WhenSpec): string {
  return when.type === "expr" ? when.source : checkText(when);
}

export function actionText(action: ActionSpec): string {
  const when = action.options.when === null ? "" : ` if ${whenText(action.options.when)}`;
  return `${ownText(action)}${when}`;
}

function ownText(action: ActionSpec): string {
  switch (action.type) {
    case "named":
      return action.name;
    case "effect": {
      const field = action.params["field"];
      return `${action.effect} ${typeof field === "string" ? field : Object.keys(action.params).join(" ")}`;
    }
    case "http":
      return `http ${String(action.params["method"] ?? "POST").toUpperCase()}`;
    case "celery":
      return `celery ${String(action.params["task"] ?? action.params["name"] ?? "")}`.trimEnd();
    case "send_event":
      return `send_event ${String(action.params["trigger"] ?? "")} to ${
        String(action.params["entity"] ?? "")
      }`;
    case "create_entity":
      return `create_entity ${String(action.params["machine"] ?? "")}`;
    case "code":
      return "code";
    case "branch":
      return `branch ${whenText(action.condition)}`;
    case "raise":
      return `raise ${action.trigger}`;
    case "send":
      return `send ${action.trigger ?? action.triggerExpr ?? ""}`;
    case "cancel":
      return `cancel ${action.id}`;
    case "foreach":
      return `foreach ${action.as} in ${action.in}`;
    case "block":
      return action.actions.map(actionText).join(", ");
    case "fail":
      return "fail";
    default:
      return unreachable(action);
  }
}
