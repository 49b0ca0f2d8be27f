/** Operations that ask a machine once: one event, one question, one record. */
import { plan } from "../../../src/engine/plan.ts";
import { classify } from "../../../src/engine/classify.ts";
import { validateContext } from "../../../src/engine/context.ts";
import { AppError } from "../../../src/errors.ts";
import { availableTransitions, availableTriggers, evaluateDestination } from "../../../src/engine/query.ts";
import { TransientGuardError } from "../../../src/engine/transient_guard.ts";
import { decodeStates, encodeStates } from "../../../src/engine/stored_text.ts";
import type { JsonObject, JsonValue } from "../../../src/json.ts";
import type { LoadedMachine } from "../../../src/orchestrator/loaded_machine.ts";
import { processEvent, processWithAssumedGuards } from "../../../src/orchestrator/process.ts";
import { outcomeOf, type ResultData } from "../../../src/orchestrator/result.ts";
import { asText, optionalObject, optionalText, type VectorCase } from "../case.ts";
import { definitionOf, machineOf, unvalidatedMachineOf } from "../definition.ts";
import { guardsOf, NOW_MS } from "../host.ts";
import type { MachineFolder } from "../machines.ts";
import { outcomeShape, resultShape } from "../shape.ts";

/** `process`: the result of one event, on a document that was never validated. */
export function runProcess(vector: VectorCase, machines: MachineFolder): JsonValue {
  return processed(vector, machines, resultShape);
}

/** `outcome`: the same in the form of the REST API. */
export function runOutcome(vector: VectorCase, machines: MachineFolder): JsonValue {
  return processed(vector, machines, (result) => outcomeShape(outcomeOf(result)));
}

/** `stateless`: what the stateless REST call answers; `refused` when it answers 400. */
export function runStateless(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { input } = vector;
  const document = machines.documentOf(vector);
  if (definitionOf(document).spec === null) return { refused: true };
  try {
    const result = processWithAssumedGuards(machineOf(document), { ...requestOf(input), nowMs: NOW_MS });
    return outcomeShape(outcomeOf(result));
  } catch (error) {
    if (error instanceof AppError) return { refused: true };
    throw error;
  }
}

/** `parse_state`: what a stored text stands for. */
export function runParseState(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { machine } = machineOf(machines.documentOf(vector));
  const text = asText(vector.input["text"], "text");
  const snapshot = decodeStates(machine, text);
  if ("code" in snapshot) return { state: text, declared: false };
  const again = encodeStates(machine, snapshot.states);
  const [parallel, regions] = again.split(":");
  if (regions === undefined) return { state: again, declared: true };
  const pairs = regions.split(",").map((pair) => pair.split("="));
  return { parallel: parallel ?? "", regions: Object.fromEntries(pairs), text: again };
}

/** `classify`: the state that a record belongs to. */
export function runClassify(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { machine } = machineOf(machines.documentOf(vector));
  const found = classify(machine, optionalObject(vector.input, "record"));
  return found.type === "classified" ? { state: found.state, matched: found.isMatched } : { error: true };
}

/** `context`: what is wrong with a context; a machine that does not ask for it accepts anything. */
export function runContext(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { machine } = machineOf(machines.documentOf(vector));
  const found = machine.spec.isContextValidated
    ? validateContext(machine, optionalObject(vector.input, "context"))
    : [];
  const problems = found.map(({ kind, name, type }) => [
    kind === "invalid" ? "invariant_error" : kind,
    name,
    ...(type === null ? [] : [type]),
  ]);
  return { valid: problems.length === 0, problems };
}

/** `query`: what can happen from a state. */
export function runQuery(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { input } = vector;
  const { machine } = machineOf(machines.documentOf(vector));
  const state = asText(input["state"], "state");
  const trigger = optionalText(input, "trigger");
  const destination = optionalText(input, "destination");
  const context = optionalObject(input, "context");
  const options = { nowMs: NOW_MS, guards: guardsOf(input) };
  const snapshot = decodeStates(machine, state);
  const isKnown = !("code" in snapshot);
  const instance = { snapshot: isKnown ? snapshot : { v: 1 as const, states: [state] }, context };
  const answer = {
    available_triggers: availableTriggers(machine, instance.snapshot.states),
    available_transitions: availableTransitions(machine, instance.snapshot.states).length,
  };
  const payload = {};
  return {
    ...answer,
    ...(trigger === null
      ? {}
      : { can_transition: plan(machine, instance, { trigger, payload }, options).refusal === null }),
    ...(destination === null ? {} : {
      destination: isKnown
        ? destinationShape(evaluateDestination(machine, instance, destination, options))
        : UNDEFINED_STATE,
    }),
  };
}

export const UNDEFINED_STATE = { raises: { type: "UndefinedStateError", code: "undefined_state" } };

/** A failure as the cases name it; what is no failure of a caller or a guard is thrown on. */
export function raisesOf(error: unknown): JsonObject {
  if (error instanceof TransientGuardError) {
    return { raises: { type: "GuardExecutionError", code: "guard_execution_error" } };
  }
  if (error instanceof AppError) {
    return error.details["reason"] === "undefined_state" ? UNDEFINED_STATE : { raises: { type: "error" } };
  }
  if (error instanceof TypeError) return { raises: { type: "error" } };
  throw error;
}

function processed(
  vector: VectorCase,
  machines: MachineFolder,
  shape: (result: ResultData) => JsonObject,
): JsonValue {
  const { input } = vector;
  const request = requestOf(input);
  const built = unvalidatedMachineOf(machines.documentOf(vector), request.trigger);
  if (built.type === "refused") return { load: { rules: built.rules } };
  try {
    return shape(processIn(built.machine, input));
  } catch (error) {
    return raisesOf(error);
  }
}

function processIn(machine: LoadedMachine, input: JsonObject): ResultData {
  return processEvent(machine, { ...requestOf(input), nowMs: NOW_MS, guards: guardsOf(input) });
}

function requestOf(input: JsonObject) {
  return {
    currentState: asText(input["state"], "state"),
    trigger: asText(input["trigger"], "trigger"),
    payload: optionalObject(input, "payload"),
    context: optionalObject(input, "context"),
  };
}

function destinationShape(answer: ReturnType<typeof evaluateDestination>): JsonObject {
  return {
    allowed: answer.isAllowed,
    candidate_count: answer.candidateCount,
    passing_count: answer.passingCount,
    ambiguous: answer.isAmbiguous,
    reason: answer.reason,
    candidates: answer.candidates.map(({ trigger, isExecutable, reason }) => [trigger, isExecutable, reason]),
  };
}
