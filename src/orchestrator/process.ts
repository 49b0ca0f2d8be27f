/** The stateless call: what an event would do to a machine that stands in a given state, with nothing stored or done. */
import { unreachable } from "../assert.ts";
import { AppError } from "../errors.ts";
import { builtinGuards } from "../engine/builtin_guards.ts";
import { plan } from "../engine/plan.ts";
import type { GuardSpec, MachineSpec } from "../engine/spec.ts";
import type { GuardFunction } from "../engine/step.ts";
import { decodeStates } from "../engine/stored_text.ts";
import type { JsonObject } from "../json.ts";
import type { LoadedMachine } from "./loaded_machine.ts";
import { type ResultData, resultOf } from "./result.ts";

export interface ProcessRequest {
  /** A state, or the stored text of a configuration. */
  readonly currentState: string;
  readonly trigger: string;
  readonly payload?: JsonObject;
  readonly context: JsonObject;
  readonly nowMs: number;
  /** Guards of the host, beside the built-in ones. */
  readonly guards?: ReadonlyMap<string, GuardFunction>;
}

/**
 * The one transition that the event would take; eventless ones that would follow are not looked at. Throws
 * `AppError("bad_request")` for an empty trigger and for a state that the machine does not have.
 */
export function processEvent(loaded: LoadedMachine, request: ProcessRequest): ResultData {
  const { currentState, trigger, payload = {}, context, nowMs, guards } = request;
  if (trigger === "") throw new AppError("bad_request", 'Cannot process event "": a trigger is not empty');
  const snapshot = decodeStates(loaded.machine, currentState);
  if ("code" in snapshot) throw new AppError("bad_request", snapshot.message, { details: snapshot.details });
  const event = { trigger, payload };
  const step = plan(loaded.machine, { snapshot, context }, event, {
    nowMs,
    ...(guards === undefined ? {} : { guards }),
  });
  if (step.refusal?.code === "undefined_state") {
    throw new AppError("bad_request", step.refusal.message, { details: step.refusal.details });
  }
  return resultOf(loaded, step);
}

/** As `processEvent` for a caller who has no guards at hand: built-in guards are real, every other name passes. */
export function processWithAssumedGuards(
  loaded: LoadedMachine,
  request: Omit<ProcessRequest, "guards">,
): ResultData {
  return processEvent(loaded, { ...request, guards: assumedGuardsOf(loaded.spec) });
}

/** An answer of true for each guard name of the machine that is not built in. */
function assumedGuardsOf(spec: MachineSpec): ReadonlyMap<string, GuardFunction> {
  const names = spec.transitions.flatMap((transition) => transition.guards.flatMap(guardNamesOf));
  return new Map(names.filter((name) => !builtinGuards.has(name)).map((name) => [name, () => true]));
}

function guardNamesOf(guard: GuardSpec): readonly string[] {
  switch (guard.type) {
    case "named":
      return [guard.name];
    case "allOf":
    case "anyOf":
      return guard.guards.flatMap(guardNamesOf);
    case "not":
      return guardNamesOf(guard.guard);
    case "check":
    case "expr":
      return [];
    default:
      return unreachable(guard);
  }
}
