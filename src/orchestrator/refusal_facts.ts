/** Why an event was refused, in the predecessor's classes and facts. */
import { unreachable } from "../assert.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { CandidateRow, GuardRow, Refusal, Step } from "../engine/step.ts";

export interface RefusalFacts {
  readonly type: string;
  readonly context: JsonObject;
  readonly metadata: JsonObject;
}

/** The class, the facts and the metadata under which the predecessor reports the refusal. `state` is where it stands. */
export function refusalFacts(step: Step, refusal: Refusal, state: string): RefusalFacts {
  const trigger = step.event?.trigger ?? "";
  const here = { current_state: state, trigger };
  switch (refusal.code) {
    case "invalid_trigger": {
      const available = refusal.details["available_triggers"];
      return available === undefined ? { type: "InvalidTransitionError", context: here, metadata: {} } : {
        type: "UndefinedTriggerError",
        context: { trigger, available_triggers: available },
        metadata: {},
      };
    }
    case "guard_rejected":
    case "guard_error":
      return guardFacts("InvalidTransitionError", step, here);
    case "guard_not_found":
      return guardFacts("GuardNotFoundError", step, here);
    case "terminal_state":
      return { type: "TerminalStateError", context: here, metadata: { reason: "terminal_state" } };
    case "undefined_state":
      return { type: "UndefinedStateError", context: here, metadata: {} };
    case "validation_failed":
      return {
        type: "FSMError",
        context: pick(refusal.details, ["problems", "errors"]),
        metadata: { reason: "context_validation" },
      };
    case "action_failed":
    case "livelock":
    case "deferred_full":
    case "context_too_large":
      return {
        type: "FSMError",
        context: { ...here, ...refusal.details },
        metadata: { reason: refusal.code },
      };
    default:
      return unreachable(refusal.code);
  }
}

function guardFacts(
  type: string,
  step: Step,
  here: { current_state: string; trigger: string },
): RefusalFacts {
  return {
    type,
    context: { candidate_count: step.candidates.length, reason: "guards_failed", ...here },
    metadata: { reason: "guards_failed", guards: step.candidates.flatMap(guardRowsOf) },
  };
}

function guardRowsOf(candidate: CandidateRow): readonly JsonValue[] {
  return candidate.guards.map(guardDataOf);
}

function pick(details: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(details).filter(([key]) => keys.includes(key)));
}

/** A guard as it was evaluated, with the error when it had one. */
export function guardDataOf(row: GuardRow): JsonObject {
  const error: JsonObject = row.error === undefined ? {} : { error: row.error };
  return { name: row.name, kind: row.kind, passed: row.passed, ...error };
}
