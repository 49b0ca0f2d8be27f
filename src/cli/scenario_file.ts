/** What a scenario file says: entities that are started, steps that are taken, and what must hold after each. */
import { AppError } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { parseDelay } from "../definition/delay.ts";
import type { SimulatedInput } from "./simulate.ts";

export interface ScenarioFile {
  readonly machine: string;
  readonly scenarios: readonly Scenario[];
}

export interface Scenario {
  readonly name: string;
  readonly context: JsonObject;
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioStep {
  /** null = only look. */
  readonly input: SimulatedInput | null;
  readonly expect: Expectation | null;
}

/** What is absent is not looked at; `context` names only the keys that matter. */
export interface Expectation {
  readonly states?: readonly string[];
  readonly context?: JsonObject;
  readonly done?: boolean;
  /** Code of the refusal. */
  readonly refused?: string;
  /** Names of the actions for the world, in order. */
  readonly actions?: readonly string[];
  /** Triggers that were put off. */
  readonly deferred?: readonly string[];
}

const SCENARIOS_MAX = 1_000;
const STEPS_MAX = 10_000;
const STEP_KEYS = new Set(["send", "payload", "data", "advance", "expect"]);
const EXPECT_KEYS = new Set(["state", "states", "context", "done", "refused", "actions", "deferred"]);

/** Throws `AppError("validation_failed")` that names the scenario and the step. */
export function scenarioFileOf(document: JsonValue): ScenarioFile {
  const root = mapping(document, "the file");
  const machine = root.machine;
  if (typeof machine !== "string") throw refusal("the file", "it must name its machine");
  const scenarios = list(root.scenarios, "scenarios").slice(0, SCENARIOS_MAX).map(scenarioOf);
  return { machine, scenarios };
}

function scenarioOf(value: JsonValue, index: number): Scenario {
  const place = `scenario ${index + 1}`;
  const record = mapping(value, place);
  const name = typeof record.name === "string" ? record.name : place;
  const steps = list(record.steps, `"${name}"`).slice(0, STEPS_MAX);
  return {
    name,
    context: record.context === undefined ? {} : mapping(record.context, `context of "${name}"`),
    steps: steps.map((step, position) => stepOf(step, `step ${position + 1} of "${name}"`)),
  };
}

function stepOf(value: JsonValue, place: string): ScenarioStep {
  const record = mapping(value, place);
  for (const key of Object.keys(record)) {
    if (!STEP_KEYS.has(key)) throw refusal(place, `it has an unknown key "${key}"`);
  }
  return {
    input: inputOf(record, place),
    expect: record.expect === undefined ? null : expectationOf(mapping(record.expect, place), place),
  };
}

function inputOf(record: JsonObject, place: string): SimulatedInput | null {
  if (typeof record.send === "string") {
    const payload = record.payload === undefined ? {} : mapping(record.payload, `payload of ${place}`);
    return { type: "event", trigger: record.send, payload };
  }
  if (record.data !== undefined) return { type: "data", data: mapping(record.data, `data of ${place}`) };
  if (record.advance === undefined) return null;
  const delay = parseDelay(record.advance);
  if (delay.type !== "delay") throw refusal(place, "advance must be a length of time such as 30s, 10m or 2d");
  return { type: "advance", durationMs: delay.ms };
}

function expectationOf(record: JsonObject, place: string): Expectation {
  for (const key of Object.keys(record)) {
    if (!EXPECT_KEYS.has(key)) throw refusal(place, `expect has an unknown key "${key}"`);
  }
  const states = typeof record.state === "string" ? [record.state] : texts(record.states);
  const actions = texts(record.actions);
  const deferred = texts(record.deferred);
  return {
    ...(states === null ? {} : { states }),
    ...(record.context === undefined ? {} : { context: mapping(record.context, place) }),
    ...(typeof record.done === "boolean" ? { done: record.done } : {}),
    ...(typeof record.refused === "string" ? { refused: record.refused } : {}),
    ...(actions === null ? {} : { actions }),
    ...(deferred === null ? {} : { deferred }),
  };
}

function texts(value: JsonValue | undefined): readonly string[] | null {
  return isList(value) ? value.map(String) : null;
}

function list(value: JsonValue | undefined, place: string): readonly JsonValue[] {
  if (isList(value)) return value;
  throw refusal(place, "it must be a list");
}

function mapping(value: JsonValue, place: string): JsonObject {
  if (typeof value === "object" && value !== null && !isList(value)) return value;
  throw refusal(place, "it must be a mapping");
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function refusal(place: string, problem: string): AppError {
  return new AppError("validation_failed", `Cannot read ${place}: ${problem}`);
}
