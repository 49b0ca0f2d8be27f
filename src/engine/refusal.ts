/** Why an event is not taken, in the predecessor's facts. */
import { encodeConfiguration } from "./stored_text.ts";
import type { Selection } from "./select.ts";
import type { Refusal } from "./step.ts";
import type { QueuedEvent, Work } from "./work.ts";
import type { Machine } from "./machine.ts";

/** The refusal of an event that nothing takes; null when it is a no-op. */
export function refusalOf(work: Work, event: QueuedEvent, selection: Selection): Refusal | null {
  const { machine } = work;
  const state = encodeConfiguration(machine, work.active);
  const { trigger } = event;
  if (selection.rows.length > 0) return guardRefusal(selection, { state, trigger });
  if (!machine.spec.isStrictEvents) return null;
  if (!isKnown(machine, trigger)) return unknownTrigger(machine, trigger);
  return {
    code: "invalid_trigger",
    message: `Cannot take event "${trigger}": no transition from "${state}"`,
    details: { current_state: state, trigger },
  };
}

export function unknownTrigger(machine: Machine, trigger: string): Refusal {
  return {
    code: "invalid_trigger",
    message: `Cannot take event "${trigger}": the machine has no such trigger`,
    details: { trigger, available_triggers: machine.triggers },
  };
}

export function reservedTrigger(state: string, trigger: string): Refusal {
  return {
    code: "invalid_trigger",
    message: `Cannot take event "${trigger}" in "${state}": only the engine sends it`,
    details: { current_state: state, trigger },
  };
}

export function terminalRefusal(state: string, trigger: string): Refusal {
  return {
    code: "terminal_state",
    message: `Cannot take event "${trigger}": "${state}" is terminal`,
    details: { current_state: state, trigger, reason: "terminal_state" },
  };
}

function isKnown(machine: Machine, trigger: string): boolean {
  return machine.triggerSet.has(trigger) || machine.triggerSet.has("*");
}

function guardRefusal(
  selection: Selection,
  at: { readonly state: string; readonly trigger: string },
): Refusal {
  const { code, what } = selection.hasMissing
    ? { code: "guard_not_found" as const, what: "a guard has no implementation" }
    : selection.hasError
    ? { code: "guard_error" as const, what: "a guard has an error" }
    : { code: "guard_rejected" as const, what: "no guard holds" };
  const failed = selection.rows.flatMap((row) => row.guards).find((row) => !row.passed);
  const where = failed === undefined
    ? ""
    : `, first "${failed.name}"${failed.error === undefined ? "" : `: ${failed.error}`}`;
  return {
    code,
    message: `Cannot take event "${at.trigger}" in "${at.state}": ${what}${where}`,
    details: {
      candidate_count: selection.rows.length,
      reason: "guards_failed",
      current_state: at.state,
      trigger: at.trigger,
    },
  };
}
