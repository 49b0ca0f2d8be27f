/** What stands on an arrow and inside a box, in few words. */
import { isMapping, listOf, type Mapping, mappingsOf, stringsOf, textOf } from "./document_values.ts";

const LINE_CHARS_MAX = 48;
const LINES_MAX = 6;
const CLOCK = "◷";
const EVENTLESS = "ε";

/** Lines under the name of a state: what it does by itself and what it reacts to without being left. */
export function linesOf(state: Mapping, transitions: readonly Mapping[]): readonly string[] {
  const inner = transitions
    .filter((transition) =>
      isStaying(transition) && stringsOf(transition.source).includes(textOf(state.name))
    )
    .map((transition) => `${labelOf(transition).replaceAll("\n", " ")} (internal)`);
  const lines = [
    ...actionNames(state.on_enter).map((name) => `entry / ${name}`),
    ...actionNames(state.on_exit).map((name) => `exit / ${name}`),
    ...mappingsOf(state.invoke).map((invoke) => `do / ${textOf(invoke.src) || textOf(invoke.id)}`),
    ...(state.submachine === undefined ? [] : [`includes ${textOf(state.submachine) || "a machine"}`]),
    ...stringsOf(state.defer).map((trigger) => `${trigger} / defer`),
    ...inner,
  ].map(cut);
  return lines.length <= LINES_MAX
    ? lines
    : [...lines.slice(0, LINES_MAX - 1), `… ${lines.length - LINES_MAX + 1} more`];
}

/** A transition that leaves nothing has no arrow. */
export function isStaying(transition: Mapping): boolean {
  return transition.internal === true || transition.dest === undefined || transition.dest === null;
}

/** Trigger, guards and number of actions, a line each. */
export function labelOf(transition: Mapping): string {
  const guards = listOf(transition.guards).map(guardText).filter((guard) => guard !== "");
  return linesJoined([
    headOf(transition),
    guards.length === 0 ? "" : `[${guards.join(" and ")}]`,
    countText(transition.actions),
  ]);
}

/** `/ 2 actions`; empty when there is none. */
export function countText(actions: unknown): string {
  const count = actionNames(actions).length;
  return count === 0 ? "" : `/ ${count} action${count === 1 ? "" : "s"}`;
}

function linesJoined(lines: readonly string[]): string {
  return lines.filter((line) => line !== "").map(cut).join("\n");
}

/** What it waits for. Names that were made up for a delay or for an arrival say nothing to a reader. */
function headOf(transition: Mapping): string {
  const names = stringsOf(transition.trigger).filter((name) => !/^_(after|auto|timeout)_/.test(name)).map(
    (name) => name.startsWith("_join_") ? "all regions done" : name.replace(/^done\.state\..*/, "done"),
  );
  const { after } = transition;
  const isDelayed = after !== undefined && after !== null && after !== 0;
  if (isDelayed) names.push(`${CLOCK} ${typeof after === "number" ? `${after} ms` : after}`);
  else if (transition.auto === true || names.length === 0) names.unshift(EVENTLESS);
  return names.join(isDelayed || transition.auto === true ? " " : ", ");
}

function guardText(guard: unknown): string {
  if (typeof guard === "string") return guard;
  if (!isMapping(guard)) return "";
  if (guard.expr !== undefined) return textOf(guard.expr);
  if (guard.name !== undefined) return textOf(guard.name);
  if (isMapping(guard.check)) return checkText(guard.check);
  if (guard.not !== undefined) return `not ${guardText(guard.not)}`;
  const isAll = guard.allOf !== undefined;
  const children = listOf(guard.allOf ?? guard.anyOf).map(guardText);
  return `(${children.join(isAll ? " and " : " or ")})`;
}

const SYMBOLS: Readonly<Record<string, string>> = {
  eq: "=",
  neq: "≠",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
};

function checkText(check: Mapping): string {
  const op = textOf(check.op);
  const operand = check.value ?? check.values;
  const symbol = Object.hasOwn(SYMBOLS, op) ? SYMBOLS[op] : op.replaceAll("_", " ");
  return `${textOf(check.field)} ${symbol}${operand === undefined ? "" : ` ${JSON.stringify(operand)}`}`;
}

const ACTION_OPTIONS = new Set(["when", "timeout", "retry", "retry_backoff"]);

/** The name of each action; for effects and the like their kind. */
function actionNames(value: unknown): string[] {
  return listOf(value).map((action) => {
    if (typeof action === "string") return action;
    if (!isMapping(action)) return "";
    const custom = isMapping(action.custom) ? textOf(action.custom.name) : "";
    const kind = Object.keys(action).find((key) => !ACTION_OPTIONS.has(key)) ?? "";
    return textOf(action.name) || custom || `${kind}${fieldText(action[kind])}`;
  }).filter((name) => name !== "");
}

/** ` total` for `increment: total`; what effects write. */
function fieldText(argument: unknown): string {
  if (typeof argument === "string" && /^\w{1,24}$/.test(argument)) return ` ${argument}`;
  return "";
}

function cut(line: string): string {
  return line.length <= LINE_CHARS_MAX ? line : `${line.slice(0, LINE_CHARS_MAX - 1)}…`;
}
