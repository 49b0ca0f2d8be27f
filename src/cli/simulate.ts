/** Plays a list of events against a machine and prints one JSON object for each macrostep. */
import type { Machine } from "../engine/machine.ts";
import type { Run, Step } from "../engine/step.ts";
import { AppError, messageOf } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { startVirtualRun, type VirtualRun } from "./virtual_run.ts";

/** One macrostep as it is printed. `input` 0 is the entry, n the n-th line of the events. */
export interface SimulatedStep {
  readonly input: number;
  /** Active leaves, sorted by code point. */
  readonly configuration: readonly string[];
  readonly context: JsonObject;
  readonly done: boolean;
  readonly sent: readonly string[];
  readonly error: string | null;
  readonly preempted?: readonly number[];
  /** Events that wait for another configuration, oldest first. */
  readonly deferred?: readonly string[];
}

export type SimulatedInput =
  | {
    readonly type: "event";
    readonly trigger: string;
    readonly payload: JsonObject;
    readonly context?: JsonObject;
  }
  | { readonly type: "data"; readonly data: JsonObject }
  | { readonly type: "advance"; readonly durationMs: number };

const LINES_MAX = 1_000_000;

/**
 * Reads events: one JSON value a line (`{"trigger": "pay", "payload": {…}}`, `{"advance_ms": 500}`, `{"apply_data":
 * {…}}`, or a bare name), or one JSON list of them. A blank line keeps its number and does nothing.
 */
export function readInputs(text: string): readonly (SimulatedInput | null)[] {
  const values = text.trimStart().startsWith("[") ? listOf(text) : text.trimEnd().split(/\r?\n/);
  if (values.length > LINES_MAX) {
    throw new AppError("bad_request", `Cannot read the events: more than ${LINES_MAX} lines`);
  }
  return values.map((value, index) => inputOf(value, index + 1));
}

/** Every macrostep of the whole play, in order; a line that causes none still gives one object. */
export function* simulate(
  machine: Machine,
  options: {
    readonly inputs: readonly (SimulatedInput | null)[];
    readonly context: JsonObject;
    readonly nowMs: number;
  },
): Generator<SimulatedStep> {
  const run = startVirtualRun(machine, options);
  let waiting: readonly string[] = [];
  const shown = (input: number, step: Step) => {
    waiting = waitingAfter(step, waiting);
    return simulatedOf(input, step, waiting);
  };
  yield* run.entered.steps.map((step) => shown(0, step));
  for (const [index, input] of options.inputs.entries()) {
    if (input === null) continue;
    const steps = play(run, input).flatMap((one) => one.steps);
    if (steps.length === 0) yield restingOf(index + 1, run, waiting);
    yield* steps.map((step) => shown(index + 1, step));
  }
}

export function play(run: VirtualRun, input: SimulatedInput): readonly Run[] {
  switch (input.type) {
    case "event":
      return [run.send(input)];
    case "data":
      return [run.applyData(input.data)];
    case "advance":
      return run.advance(input.durationMs);
  }
}

export function byCodePoint(names: readonly string[]): readonly string[] {
  return names.toSorted((a, b) => a < b ? -1 : a > b ? 1 : 0);
}

/** What waits after a macrostep: a change of the configuration recalls everything that was put off. */
function waitingAfter(step: Step, waiting: readonly string[]): readonly string[] {
  if (step.outcome === "deferred") return step.event === null ? waiting : [...waiting, step.event.trigger];
  const isChanged = byCodePoint(step.before).join() !== byCodePoint(step.after).join();
  return isChanged ? [] : waiting;
}

function simulatedOf(input: number, step: Step, deferred: readonly string[]): SimulatedStep {
  return {
    input,
    configuration: byCodePoint(step.after),
    context: step.context,
    done: step.isDone,
    sent: step.sent,
    error: step.refusal?.code ?? null,
    ...(step.preempted.length === 0 ? {} : { preempted: step.preempted }),
    ...(deferred.length === 0 ? {} : { deferred }),
  };
}

function restingOf(input: number, run: VirtualRun, deferred: readonly string[]): SimulatedStep {
  const { snapshot, context } = run.instance();
  return {
    input,
    configuration: byCodePoint(snapshot.states),
    context,
    done: snapshot.isDone === true,
    sent: [],
    error: null,
    ...(deferred.length === 0 ? {} : { deferred }),
  };
}

function listOf(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    throw new AppError("bad_request", `Cannot read the events: ${messageOf(error)}`);
  }
}

function inputOf(value: unknown, line: number): SimulatedInput | null {
  if (typeof value === "string") {
    const text = value.trim();
    if (text === "") return null;
    if (!text.startsWith("{") && !text.startsWith('"')) return { type: "event", trigger: text, payload: {} };
    return inputOfJson(parsedLine(text, line), line);
  }
  return inputOfJson(value, line);
}

function inputOfJson(value: unknown, line: number): SimulatedInput {
  if (typeof value === "string") return { type: "event", trigger: value, payload: {} };
  const record = mappingOf(value);
  const advanceMs = record?.advance_ms;
  if (typeof advanceMs === "number" && Number.isFinite(advanceMs) && advanceMs >= 0) {
    return { type: "advance", durationMs: advanceMs };
  }
  const data = mappingOf(record?.apply_data);
  if (data !== null) return { type: "data", data };
  const trigger = record?.trigger ?? record?.event ?? record?.name ?? record?.send;
  if (record === null || typeof trigger !== "string" || trigger === "") {
    throw new AppError(
      "bad_request",
      `Cannot read line ${line} of the events: it needs a trigger, advance_ms or apply_data`,
    );
  }
  const context = mappingOf(record.context);
  return {
    type: "event",
    trigger,
    payload: mappingOf(record.payload ?? record.data) ?? {},
    ...(context === null ? {} : { context }),
  };
}

function parsedLine(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("bad_request", `Cannot read line ${line} of the events: ${messageOf(error)}`);
  }
}

function mappingOf(value: unknown): Readonly<Record<string, JsonValue>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}
