/** The file format as JSON Schema, for editors: completion, hovers and red lines before anything is loaded. */
import {
  CONCURRENCY_MAX,
  FAILURES_MAX,
  RATE_COUNT_MAX,
  TARGET_PATTERN,
  TARGETS_MAX,
} from "./read_targets.ts";
import { CHECK_OPERATORS } from "../expression/check.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { ACTION_SCHEMAS } from "./json_schema_actions.ts";
import { SCHEDULE_SCHEMA } from "./json_schema_schedule.ts";
import { SCHEDULES_MAX } from "./read_schedules.ts";
import { LIST_MAX, MICROSTEPS_MAX, REGIONS_MAX, STATES_MAX, TRANSITIONS_MAX } from "./limits.ts";

export type SchemaDraft = "2020-12" | "draft-7";

/** Names of rules that span several keys are checked by the loader only. */
export function machineJsonSchema(draft: SchemaDraft): JsonObject {
  const schema: JsonObject = {
    $schema: draft === "draft-7"
      ? "http://json-schema.org/draft-07/schema#"
      : "https://json-schema.org/draft/2020-12/schema",
    title: "Stator machine",
    description: "A statechart that runs the lifecycle of an entity",
    type: "object",
    required: ["states", "transitions"],
    properties: {
      meta: ref("Meta"),
      groups: nullable({ type: "object" }),
      states: { type: "array", minItems: 1, maxItems: STATES_MAX, items: ref("State") },
      transitions: { type: "array", maxItems: TRANSITIONS_MAX, items: ref("Transition") },
      error_policy: nullable(ref("ErrorPolicy")),
      state_variables: nullable(list({ anyOf: [NAME, ref("Variable")] })),
      context_invariants: nullable(list(ref("Invariant"))),
      events: nullable(list(ref("Event"))),
      schedules: nullable({ type: "array", items: ref("Schedule"), maxItems: SCHEDULES_MAX }),
    },
    [draft === "draft-7" ? "definitions" : "$defs"]: DEFINITIONS,
  };
  return draft === "draft-7" ? moved(schema) : schema;
}

const NAME: JsonObject = { type: "string", pattern: "^[A-Za-z0-9_][\\w.-]*$" };
const TEXT: JsonObject = { type: "string" };
const BOOLEAN: JsonObject = { type: "boolean" };
const EXPRESSION: JsonObject = {
  type: "string",
  maxLength: 1024,
  description: "An expression over the context",
};
const DELAY: JsonObject = {
  anyOf: [
    { type: "integer", minimum: 0, description: "Milliseconds" },
    {
      type: "string",
      pattern: "^\\s*\\+?[0-9][0-9_]*(\\.[0-9]+)?\\s*(ms|s|m|h|d)?\\s*$",
      description: "Such as 500ms, 1.5s, 10m, 1h, 1d",
    },
  ],
};

function ref(name: string): JsonObject {
  return { $ref: `#/$defs/${name}` };
}

function nullable(schema: JsonObject): JsonObject {
  return { anyOf: [schema, { type: "null" }] };
}

function list(items: JsonObject): JsonObject {
  return { type: "array", items };
}

function oneOrMany(items: JsonObject): JsonObject {
  return { anyOf: [items, { type: "array", items, maxItems: LIST_MAX }, { type: "null" }] };
}

function object(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
}

function words(values: readonly string[], description: string): JsonObject {
  return { type: "string", enum: values, description };
}

const DESTINATION: JsonObject = {
  anyOf: [TEXT, { type: "array", items: TEXT, minItems: 1 }],
  description: "A state, H(state), H*(state), or parent:entry_point; a list enters orthogonal regions",
};

const META = object({
  machine_name: { ...nullable(TEXT), description: "Lower-case letters, digits and _" },
  version: { ...nullable(TEXT), description: 'Text, such as "1.0.0"' },
  namespace: nullable(TEXT),
  description: nullable(TEXT),
  strict_mode: nullable(BOOLEAN),
  reject_invalid_events: { ...nullable(BOOLEAN), description: "Refuse events that nothing takes" },
  strict_guard_registry: { ...nullable(BOOLEAN), description: "A guard without implementation refuses" },
  event_normalizer: nullable(words(["lower", "upper"], "Case of events and triggers")),
  validate_context: nullable(BOOLEAN),
  orchestrator_default_fallback: {
    anyOf: [words(["off", "hint", "persist"], "When nothing takes an event"), BOOLEAN, { type: "null" }],
  },
  classification: nullable(
    object({
      auto_route: BOOLEAN,
      entity_id_field: TEXT,
      timestamp_field: TEXT,
      source: TEXT,
      default_state: TEXT,
    }),
  ),
  semantics: nullable(words(["pystator", "scxml"], "Which rules apply")),
  initial: { anyOf: [TEXT, list(TEXT), { type: "null" }] },
  microsteps_max: nullable({ type: "integer", minimum: 1, maximum: MICROSTEPS_MAX }),
  on_refused: nullable(words(["dead_letter", "record", "drop"], "A refused event that nobody waits for")),
  on_failure: nullable(words(["skip", "block"], "An event that failed at its last attempt")),
  targets: nullable({
    type: "object",
    description: "Receivers of actions, and how gently they are treated",
    maxProperties: TARGETS_MAX,
    propertyNames: { pattern: TARGET_PATTERN },
    additionalProperties: object({
      concurrency: nullable({ type: "integer", minimum: 1, maximum: CONCURRENCY_MAX }),
      rate_limit: nullable(
        object({ count: { type: "integer", minimum: 1, maximum: RATE_COUNT_MAX }, per: DELAY }),
      ),
      circuit_breaker: nullable(
        object({ failures: { type: "integer", minimum: 1, maximum: FAILURES_MAX }, open_for: DELAY }),
      ),
      description: TEXT,
    }),
  }),
});

const STATE = object({
  name: NAME,
  type: words(
    ["initial", "stable", "terminal", "error", "parallel", "choice", "history"],
    "Kind of state; stable when absent",
  ),
  description: TEXT,
  group: nullable(TEXT),
  parent: nullable(TEXT),
  initial_child: { anyOf: [TEXT, list(TEXT), { type: "null" }] },
  initial_actions: oneOrMany(ref("Action")),
  regions: { type: "array", maxItems: REGIONS_MAX, items: ref("Region") },
  on_enter: oneOrMany(ref("Action")),
  on_exit: oneOrMany(ref("Action")),
  defer: list(TEXT),
  invoke: list(
    object({ id: TEXT, src: TEXT, on_done: nullable(TEXT), on_error: nullable(TEXT) }, ["id", "src"]),
  ),
  timeout: nullable(
    object({ seconds: { type: "number", exclusiveMinimum: 0 }, destination: TEXT }, [
      "seconds",
      "destination",
    ]),
  ),
  entry_points: list(TEXT),
  exit_points: list(TEXT),
  when: { anyOf: [ref("Condition"), list(ref("Condition"))] },
  history: words(["shallow", "deep"], "How much a history remembers"),
  default: { anyOf: [TEXT, list(TEXT)] },
  default_actions: oneOrMany(ref("Action")),
  done_data: { anyOf: [EXPRESSION, { type: "object", additionalProperties: EXPRESSION }] },
  always: list(ref("Always")),
  submachine: { anyOf: [TEXT, { type: "object", required: ["states", "transitions"] }] },
  metadata: { type: "object" },
}, ["name"]);

const COMMON: JsonObject = {
  dest: DESTINATION,
  guards: oneOrMany(ref("Guard")),
  actions: oneOrMany(ref("Action")),
  internal: { ...BOOLEAN, description: "Leaves nothing" },
  reenter: { ...BOOLEAN, description: "Leaves and enters the source and target again" },
  priority: { anyOf: [{ type: "integer" }, { type: "null" }], description: "Lower goes first" },
  description: TEXT,
  ref: nullable(TEXT),
  refs: list(TEXT),
  metadata: { type: "object" },
  trigger: { anyOf: [TEXT, list(TEXT), { type: "null" }], description: "Name of the event" },
};

const TRANSITION: JsonObject = {
  ...object({
    ...COMMON,
    source: {
      anyOf: [TEXT, { type: "array", items: TEXT, minItems: 1 }],
      description: "A state, a list, or *",
    },
    region: nullable(TEXT),
    after: nullable(DELAY),
    auto: { ...BOOLEAN, description: "Needs no event" },
  }, ["source"]),
  anyOf: [
    { required: ["trigger"] },
    { required: ["after"] },
    { required: ["auto"] },
  ],
};

const CHECK = object({
  field: { type: "string", minLength: 1, description: "A key of the context, or a path with dots" },
  op: words(CHECK_OPERATORS, "How it is compared"),
  value: {},
  values: { type: "array", description: "For in and not_in" },
}, ["field", "op"]);

const CONDITION: JsonObject = {
  anyOf: [
    ref("Check"),
    object({ any_of: { type: "array", minItems: 1, items: ref("Condition") } }, ["any_of"]),
    object({ all_of: { type: "array", minItems: 1, items: ref("Condition") } }, ["all_of"]),
    object({ negate: ref("Condition") }, ["negate"]),
  ],
};

const GUARD: JsonObject = {
  anyOf: [
    { type: "string", pattern: "^[a-z0-9_]+$", description: "Name of a guard" },
    object({ name: TEXT, params: { type: "object" } }, ["name"]),
    object({ expr: EXPRESSION }, ["expr"]),
    object({ check: ref("Check") }, ["check"]),
    object({ allOf: { type: "array", minItems: 1, items: ref("Guard") } }, ["allOf"]),
    object({ anyOf: { type: "array", minItems: 1, items: ref("Guard") } }, ["anyOf"]),
    object({ not: ref("Guard") }, ["not"]),
  ],
};

const DEFINITIONS: JsonObject = {
  Meta: META,
  State: STATE,
  Schedule: SCHEDULE_SCHEMA,
  Region: object(
    { name: NAME, initial: TEXT, states: list(TEXT), final: nullable(TEXT), description: TEXT },
    ["name", "initial"],
  ),
  Transition: TRANSITION,
  Always: object(COMMON),
  Guard: GUARD,
  Check: CHECK,
  Condition: CONDITION,
  ...ACTION_SCHEMAS,
  ErrorPolicy: object({ default_fallback: nullable(TEXT), retry_attempts: { type: "integer", minimum: 0 } }),
  Variable: object({
    key: NAME,
    type: nullable(words(["string", "number", "integer", "boolean", "object", "array"], "Type of the value")),
    required: BOOLEAN,
    default: {},
    default_expr: nullable(EXPRESSION),
    description: nullable(TEXT),
  }, ["key"]),
  Invariant: {
    ...object({ name: nullable(TEXT), description: nullable(TEXT) }),
    anyOf: [{ required: ["check"] }, { required: ["field", "op"] }, { required: ["any_of"] }, {
      required: ["all_of"],
    }, {
      required: ["negate"],
    }],
  },
  Event: object({ name: TEXT, description: nullable(TEXT), payload: {} }, ["name"]),
};

/** Draft 7 keeps its definitions under another key. */
function moved(schema: JsonObject): JsonObject {
  const visit = (value: JsonValue): JsonValue => {
    if (typeof value !== "object" || value === null) return value;
    if (isList(value)) return value.map(visit);
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === "$ref" && typeof inner === "string"
          ? inner.replace("#/$defs/", "#/definitions/")
          : visit(inner),
      ]),
    );
  };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, visit(value)]));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
