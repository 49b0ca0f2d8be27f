/** Guards whose answer is known before anything runs: never true, always true, or settled by an earlier transition. */
import type { CheckSpec, GuardSpec, TransitionSpec } from "../../engine/spec.ts";
import { compileExpression } from "../../expression/expression.ts";
import { ExpressionError } from "../../expression/expression_error.ts";
import { truthy } from "../../expression/values.ts";
import { inCandidateOrder } from "../tree_of_states.ts";
import { type LintInput, transitionPath } from "./input.ts";
import { type Box, boxOf, isEmpty, isWithin } from "./box.ts";

/** `never_true`, `always_true`, `shadowed_transition`. */
export function guardRules(input: LintInput): void {
  const { spec, findings } = input;
  for (const [index, transition] of spec.transitions.entries()) {
    if (transition.guards.length === 0) continue;
    const path = [...transitionPath(spec, index), "guards"];
    const [trigger = ""] = transition.triggers;
    const answers = transition.guards.map(answerOf);
    const box = boxOfGuards(transition);
    if (answers.includes("false") || (box !== null && isEmpty(box))) {
      findings.warning("never_true", path, `Guards of transition "${trigger}" are never true together`, {
        data: { trigger },
      });
    } else if (answers.every((answer) => answer === "true")) {
      findings.info("always_true", path, `Guards of transition "${trigger}" are always true`, {
        data: { trigger },
      });
    }
  }
  overlapRule(input);
}

type Answer = "true" | "false" | "open";

function answerOf(guard: GuardSpec): Answer {
  switch (guard.type) {
    case "named":
      return guard.name === "never" ? "false" : guard.name === "always" ? "true" : "open";
    case "expr":
      return constantOf(guard.source);
    case "not": {
      const inner = answerOf(guard.guard);
      return inner === "open" ? "open" : inner === "true" ? "false" : "true";
    }
    case "allOf": {
      const answers = guard.guards.map(answerOf);
      if (answers.includes("false")) return "false";
      return answers.every((answer) => answer === "true") ? "true" : "open";
    }
    case "anyOf": {
      const answers = guard.guards.map(answerOf);
      if (answers.includes("true")) return "true";
      return answers.every((answer) => answer === "false") ? "false" : "open";
    }
    case "check":
      return "open";
  }
}

/** An expression that reads nothing has one answer. */
function constantOf(source: string): Answer {
  try {
    const expression = compileExpression(source);
    if (expression.names.length > 0 || expression.states.length > 0) return "open";
    return truthy(expression.evaluate({ values: {}, isActive: () => false })) ? "true" : "false";
  } catch (error) {
    if (error instanceof ExpressionError) return "open";
    throw error;
  }
}

/** What a value must be like for all guards to hold; null when they are not plain checks. */
function boxOfGuards({ guards }: TransitionSpec): Box | null {
  const checks = guards.flatMap(checksOf);
  return checks.includes(null) ? null : boxOf(checks.filter((check) => check !== null));
}

function checksOf(guard: GuardSpec): readonly (CheckSpec | null)[] {
  if (guard.type === "check") return [guard];
  return guard.type === "allOf" ? guard.guards.flatMap(checksOf) : [null];
}

/** A later transition that asks for more than an earlier one of the same trigger is never taken. */
function overlapRule({ tree, spec, findings }: LintInput): void {
  const reported = new Set<number>();
  const boxes = spec.transitions.map((transition) =>
    transition.guards.length === 0 ? null : boxOfGuards(transition)
  );
  if (boxes.every((box) => box === null)) return;
  for (const { name } of spec.states) {
    const comparable = tree.transitionsOf(name).filter((index) => boxes[index] !== null).slice(
      0,
      CANDIDATES_MAX,
    );
    const ordered = inCandidateOrder(spec, comparable);
    for (const [place, later] of ordered.entries()) {
      if (reported.has(later)) continue;
      const hider = ordered.slice(0, place).find((earlier) => isSure(earlier) && hides(earlier, later));
      if (hider === undefined) continue;
      reported.add(later);
      const [trigger = ""] = spec.transitions[later]?.triggers ?? [];
      findings.warning(
        "shadowed_transition",
        transitionPath(spec, later),
        `Transition "${trigger}" of state "${name}" is never taken: an earlier one holds whenever it does`,
        { hint: "Put the narrower guard first", data: { trigger, source: name } },
      );
    }
  }

  /** A choice that may find no way on sends the event to the next candidate. */
  function isSure(index: number): boolean {
    return (spec.transitions[index]?.targets ?? []).every((target) =>
      target.type === "history" || tree.byName.get(target.name)?.type !== "choice"
    );
  }

  function hides(earlier: number, later: number): boolean {
    const [first, second] = [spec.transitions[earlier], spec.transitions[later]];
    const [wide, narrow] = [boxes[earlier], boxes[later]];
    if (first === undefined || second === undefined || !wide || !narrow) return false;
    const isSameEvent = second.triggers.every((trigger) => first.triggers.includes(trigger)) &&
      first.isAuto === second.isAuto && first.afterMs === second.afterMs && first.region === second.region;
    return isSameEvent && !isEmpty(narrow) && isWithin(narrow, wide);
  }
}

/** Candidates of one state that are compared with each other. */
const CANDIDATES_MAX = 200;
