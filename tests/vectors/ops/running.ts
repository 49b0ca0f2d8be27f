/** Operations that carry an instance through several events. */
import { applyData } from "../../../src/engine/apply_data.ts";
import { leafNames } from "../../../src/engine/configuration.ts";
import { dispatch } from "../../../src/engine/dispatch.ts";
import { initialLeaves } from "../../../src/engine/query.ts";
import { restoreSession, runningTimer, type Session } from "../../../src/engine/session.ts";
import type { Instance, Snapshot } from "../../../src/engine/snapshot.ts";
import { isRefusal, standingOf } from "../../../src/engine/standing.ts";
import type { Run } from "../../../src/engine/step.ts";
import { decodeStates, encodeStates } from "../../../src/engine/stored_text.ts";
import type { JsonObject, JsonValue } from "../../../src/json.ts";
import type { LoadedMachine } from "../../../src/orchestrator/loaded_machine.ts";
import { realign } from "../../../src/orchestrator/realign.ts";
import { reportsOf, type ResultReport, triggeredReportsOf } from "../../../src/orchestrator/result.ts";
import { asList, asObject, asText, optionalObject, optionalText, type VectorCase } from "../case.ts";
import { createContextView } from "../context_view.ts";
import { machineOf } from "../definition.ts";
import { deliver, guardsOf, NOW_MS } from "../host.ts";
import type { MachineFolder } from "../machines.ts";
import { actionResultShapes, resultShape, tripleShapes } from "../shape.ts";
import { raisesOf, UNDEFINED_STATE } from "./single.ts";

/** `parallel`: events for a configuration, each with a context of its own. */
export function runParallel(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { input } = vector;
  const loaded = machineOf(machines.documentOf(vector));
  const { machine } = loaded;
  const begun = decodeStates(machine, asText(input["enter"] ?? input["configuration"], "configuration"));
  if ("code" in begun) return UNDEFINED_STATE;
  const whole = standingOf(machine, { snapshot: begun, context: {} }, optionsOf(input));
  if (isRefusal(whole)) return UNDEFINED_STATE;
  let snapshot: Snapshot = { v: 1, states: leafNames(machine, whole) };
  const steps: JsonValue[] = [];
  for (const entry of asList(input["steps"], "steps")) {
    const step = asObject(entry, "step");
    const instance = { snapshot, context: optionalObject(step, "context") };
    const run = dispatchStep(loaded, instance, { step, input });
    if (run.refusal?.code === "undefined_state") return UNDEFINED_STATE;
    snapshot = run.instance.snapshot;
    const first = run.steps[0];
    const reports = first === undefined ? [] : triggeredReportsOf(loaded, first);
    steps.push({
      configuration: encodeStates(machine, snapshot.states),
      results: reports.map(({ result }) => resultShape(result)),
    });
  }
  return { steps, problems: "code" in decodeStates(machine, encodeStates(machine, snapshot.states)) };
}

/** `orchestrate`: events for one entity that is loaded, decided, stored, and whose actions are then carried out. */
export async function runOrchestrate(vector: VectorCase, machines: MachineFolder): Promise<JsonValue> {
  const { input } = vector;
  const loaded = machineOf(machines.documentOf(vector));
  let stored = {
    state: optionalText(input, "stored_state"),
    context: optionalObject(input, "stored_context"),
  };
  let known: Instance | null = null;
  const steps: JsonObject[] = [];
  for (const entry of asList(input["steps"], "steps")) {
    const step = asObject(entry, "step");
    const instance: Instance | null = known ?? instanceOf(loaded, stored);
    if (instance === null) {
      steps.push({ ...UNDEFINED_STATE, ...storedShape(stored) });
      continue;
    }
    try {
      const data = step["apply_data"];
      const run: Run = data === undefined
        ? dispatchStep(loaded, instance, { step, input })
        : applyData(loaded.machine, instance, asObject(data, "apply_data"), optionsOf(input));
      if (run.refusal === null && (run.outcome !== "ignored" || data !== undefined)) {
        const { snapshot, context } = run.instance;
        known = { snapshot, context };
        stored = { state: storedState(loaded, stored.state, snapshot), context };
      }
      const answer = data === undefined
        ? await answerShape(loaded, run, { input, isExecuting: true })
        : { fired: firedShape(loaded, run) };
      steps.push({ ...answer, ...storedShape(stored) });
    } catch (error) {
      steps.push({ ...raisesOf(error), ...storedShape(stored) });
    }
  }
  return { steps };
}

/** `session`: one instance in memory. */
export async function runSession(vector: VectorCase, machines: MachineFolder): Promise<JsonValue> {
  const { input } = vector;
  const loaded = machineOf(machines.documentOf(vector));
  let session = openSession(loaded, input);
  const view = createContextView(session.context(), input["execute_actions"] === true);
  const steps: JsonObject[] = [];
  for (const entry of asList(input["steps"], "steps")) {
    const step = asObject(entry, "step");
    if (step["restore"] === true) session = restoredSession(loaded, session, input);
    const known = step["restore"] === true ? 0 : session.history().length;
    const answer = await sessionStep(loaded, session, { step, input, context: view.context() });
    view.follow(session.context(), session.history().slice(known));
    steps.push({ ...answer, now: session.state() });
  }
  return { steps, final: finalShape(loaded, session, view.context()) };
}

async function sessionStep(
  loaded: LoadedMachine,
  session: Session,
  given: { readonly step: JsonObject; readonly input: JsonObject; readonly context: JsonObject },
): Promise<JsonObject> {
  const { step, input, context } = given;
  if (step["send"] !== undefined) {
    try {
      const run = session.send(asText(step["send"], "send"), optionalObject(step, "payload"));
      const answer = await answerShape(loaded, run, {
        input,
        isExecuting: input["execute_actions"] === true,
      });
      return "result" in answer ? asObject(answer["result"], "result") : answer;
    } catch (error) {
      return raisesOf(error);
    }
  }
  if (step["apply_data"] !== undefined) {
    return { fired: firedShape(loaded, session.applyData(asObject(step["apply_data"], "apply_data"))) };
  }
  if (step["set_context"] !== undefined) {
    session.setContext(asObject(step["set_context"], "set_context"));
    return {};
  }
  if (step["snapshot"] === true) return { snapshot: { ...snapshotShape(session, input), context } };
  if (step["restore"] === true) return { restored: session.state() };
  const other = openSession(loaded, { guards: optionalObject(input, "guards") });
  for (const trigger of asList(step["other_session"], "other_session")) {
    other.send(asText(trigger, "trigger"));
  }
  return { other_state: other.state() };
}

/**
 * The cases begin behind the creation of an instance: it stands in the initial state, whose timers run, with the context
 * of the case; entry actions and defaults are no part of them.
 */
function openSession(loaded: LoadedMachine, input: JsonObject): Session {
  const { machine } = loaded;
  const context = optionalObject(input, "context");
  const text = optionalText(input, "initial_state");
  // A state that the machine does not have is told by the first event.
  const instance = instanceOf(loaded, { state: text, context }) ??
    { snapshot: { v: 1, states: [text ?? ""] }, context };
  return restoreSession(machine, {
    nowMs: () => NOW_MS,
    guards: guardsOf(input),
    snapshot: {
      entity_id: optionalText(input, "entity_id") ?? "e-1",
      current_state: encodeStates(machine, instance.snapshot.states),
      context,
      machine_name: loaded.name,
      machine_version: loaded.version,
      is_terminal: false,
      workflow_status: "active",
      deferred_events: [],
      defer_unhandled: input["defer_unhandled"] === true,
      execute_actions: false,
      engine: instance.snapshot,
    },
  });
}

function restoredSession(loaded: LoadedMachine, session: Session, input: JsonObject): Session {
  const snapshot = JSON.parse(JSON.stringify(session.snapshot()));
  return restoreSession(loaded.machine, { nowMs: () => NOW_MS, guards: guardsOf(input), snapshot });
}

/**
 * The instance a store holds, as an import makes it: nothing is run, and the timers of where it stands run. An entity that
 * is not there yet stands in the initial state. null = no such state.
 */
function instanceOf(
  loaded: LoadedMachine,
  stored: { readonly state: string | null; readonly context: JsonObject },
): Instance | null {
  const { state, context } = stored;
  const snapshot = state === null
    ? { v: 1 as const, states: initialLeaves(loaded.machine) }
    : decodeStates(loaded.machine, state);
  if ("code" in snapshot) return null;
  const realigned = realign(loaded, { snapshot, context, isFresh: true }, NOW_MS);
  return realigned.type === "fits" ? { snapshot: realigned.snapshot, context } : null;
}

function dispatchStep(
  loaded: LoadedMachine,
  instance: Instance,
  given: { readonly step: JsonObject; readonly input: JsonObject },
): Run {
  const { step, input } = given;
  const trigger = asText(step["trigger"], "trigger");
  if (trigger === "") throw new TypeError("a trigger is not empty");
  const timer = runningTimer(loaded.machine, instance.snapshot, trigger);
  return dispatch(loaded.machine, instance, {
    trigger,
    payload: optionalObject(step, "payload"),
    context: optionalObject(step, "context"),
    ...(timer === null ? {} : { timer }),
  }, optionsOf(input));
}

function optionsOf(input: JsonObject) {
  return { nowMs: NOW_MS, entityId: "e-1", guards: guardsOf(input) };
}

/** The first result of a run, with what became of its actions when they are carried out. */
async function answerShape(
  loaded: LoadedMachine,
  run: Run,
  given: { readonly input: JsonObject; readonly isExecuting: boolean },
): Promise<JsonObject> {
  if (run.refusal?.code === "undefined_state") return UNDEFINED_STATE;
  const done = given.isExecuting ? await deliver(run, given.input) : run;
  const report = firstReport(loaded, done);
  const shape = resultShape(report.result);
  if (!given.isExecuting || report.actions.length === 0) return { result: shape };
  const metadata = {
    ...optionalObject(shape, "metadata"),
    action_results: actionResultShapes(report.actions),
  };
  return { result: { ...shape, metadata } };
}

function firstReport(loaded: LoadedMachine, run: Run): ResultReport {
  const report = run.steps[0] === undefined ? undefined : reportsOf(loaded, run.steps[0])[0];
  if (report === undefined) throw new Error("A run without a result");
  return report;
}

function firedShape(loaded: LoadedMachine, run: Run): JsonValue {
  return tripleShapes(run.steps.flatMap((step) => reportsOf(loaded, step)).map(({ result }) => result));
}

/** The predecessor writes a state only when it changes: an entity that never left its initial state has none. */
function storedState({ machine }: LoadedMachine, before: string | null, snapshot: Snapshot): string | null {
  const text = encodeStates(machine, snapshot.states);
  return before === null && text === encodeStates(machine, initialLeaves(machine)) ? null : text;
}

function storedShape(
  { state, context }: { readonly state: string | null; readonly context: JsonObject },
): JsonObject {
  return { stored_state: state, stored_context: context };
}

function snapshotShape(session: Session, input: JsonObject): JsonObject {
  const { engine: _engine, defer_unhandled: _flag, execute_actions: _execute, deferred_events, ...facts } =
    session
      .snapshot();
  return {
    ...facts,
    ...(deferred_events.length === 0
      ? {}
      : { deferred_events: deferred_events.map((event) => ({ ...event })) }),
    ...(input["execute_actions"] === true ? { execute_actions: true } : {}),
  };
}

function finalShape(loaded: LoadedMachine, session: Session, context: JsonObject): JsonObject {
  const steps = session.history().flatMap((run) => run.steps);
  const results = steps.flatMap((step) => reportsOf(loaded, step)).map(({ result }) => result);
  return {
    state: session.state(),
    context,
    history: tripleShapes(results.filter((result) => result.metadata["no_op"] !== true)),
    deferred: session.deferred().map(({ trigger, payload }) => ({ trigger, payload })),
    allowed_triggers: session.allowedTriggers(),
    is_final: session.isDone(),
    workflow_status: session.workflowStatus(),
  };
}
