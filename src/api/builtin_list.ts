/** The built-in catalogue in words: names, what they do, what they take and how they are written. */

interface ParameterText {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
}

interface FormText {
  readonly name: string;
  readonly tier: string;
  readonly description: string;
  readonly syntax: string;
}

const NO_PARAMETERS: ParameterText[] = [];
const KEY = [parameter("key", "str", "key")];

const GUARDS = [
  { name: "always", description: "Holds", params: NO_PARAMETERS },
  { name: "never", description: "Does not hold", params: NO_PARAMETERS },
  { name: "key_present", description: "The context has the key", params: KEY },
  { name: "key_missing", description: "The context does not have the key", params: KEY },
];

const ACTIONS = [
  { name: "noop", description: "Does nothing", params: NO_PARAMETERS },
  {
    name: "log",
    description: "Writes a line to the log",
    params: [parameter("message", "str", null), parameter("level", "str", "info")],
  },
  { name: "trace", description: "Adds state, trigger and time to _trace", params: NO_PARAMETERS },
  { name: "set_context", description: "Sets keys of the context to its parameters", params: NO_PARAMETERS },
  {
    name: "snapshot",
    description: "Adds a copy of the context to _snapshots",
    params: [parameter("label", "str", null)],
  },
  {
    name: "copy_key",
    description: "Copies one key to another",
    params: [parameter("key_from", "str", null), parameter("key_to", "str", null)],
  },
  {
    name: "validate_keys",
    description: "Adds the keys that are missing to _validation_errors",
    params: [parameter("required", "list", null)],
  },
  {
    name: "publish",
    description: "Tells every webhook and stream that listens to the topic",
    params: [parameter("topic", "str", null), parameter("include", "list", null)],
  },
  {
    name: "emit_metric",
    description: "Counts or measures",
    params: [
      parameter("name", "str", null),
      parameter("value", "float", "1.0"),
      parameter("type", "str", "counter"),
    ],
  },
];

const EFFECTS = [
  effect("set", "Sets keys to values", "{ set: { status: ready } }"),
  effect("timestamp", "Sets a key to the time", "{ timestamp: paid_at }"),
  effect("increment", "Adds one", "{ increment: attempts }"),
  effect("decrement", "Takes one away", "{ decrement: seats }"),
  effect("append", "Adds a value to a list", "{ append: { field: notes, value: paid } }"),
  effect("clear", "Removes a key", "{ clear: draft }"),
  effect("compute", "Sets keys to results of expressions", '{ compute: { total: "price * quantity" } }'),
];

const OPERATORS = [
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "not_in",
  "is_set",
  "is_null",
  "contains",
  "starts_with",
  "ends_with",
  "matches",
];

const CONDITIONS: FormText[] = [
  {
    name: "check",
    tier: "declarative",
    description: "Compares one field with a value",
    syntax: "{ check: { field: total, op: gt, value: 10 } }",
  },
  {
    name: "allOf",
    tier: "declarative",
    description: "Every part holds",
    syntax: "{ allOf: [{ check: … }, key_present] }",
  },
  {
    name: "anyOf",
    tier: "declarative",
    description: "One part holds",
    syntax: "{ anyOf: [{ check: … }, { expr: … }] }",
  },
  {
    name: "not",
    tier: "declarative",
    description: "The part does not hold",
    syntax: "{ not: { check: … } }",
  },
  {
    name: "expr",
    tier: "advanced",
    description: "An expression over the context holds",
    syntax: '{ expr: "total > 10" }',
  },
  {
    name: "name",
    tier: "extension",
    description: "A guard by its name, built in or of the operator",
    syntax: "key_present",
  },
];

const MORE_ACTIONS: FormText[] = [
  advanced(
    "branch",
    "One list of actions or another, by a condition",
    "{ branch: { when: …, then: […], else: […] } }",
  ),
  advanced("foreach", "Actions for each item of a list", "{ foreach: { in: lines, as: line, do: […] } }"),
  advanced("raise", "An event of the machine for itself", "{ raise: approved }"),
  advanced("send", "An event later, or to another entity", "{ send: { trigger: remind, after: 1h } }"),
  advanced("cancel", "Takes a sent event back", "{ cancel: reminder }"),
  advanced("send_event", "An event for another entity", "{ send_event: { … } }"),
  advanced("create_entity", "A new entity", "{ create_entity: { … } }"),
  advanced("http", "A call", "{ http: { url: …, method: POST } }"),
  advanced("celery", "A task of a Celery worker", "{ celery: { task: … } }"),
];

export const BUILTINS = {
  guards: GUARDS,
  actions: ACTIONS,
  effects: EFFECTS,
  check_operators: OPERATORS.map((name) => ({ name })),
  http_action: {
    name: "http",
    description: "Calls an https address after the change is kept; values in the address are encoded",
    syntax: "{ http: { url: https://…, method: POST, body: { … } } }",
    params: ["url", "method", "headers", "body", "timeout", "on_success", "on_error"],
  },
  condition_forms: CONDITIONS,
  advanced_actions: MORE_ACTIONS,
  action_statuses: [
    { name: "ok", description: "Done" },
    { name: "failed", description: "Tried, and failed for good" },
    { name: "skipped", description: "Not tried: a condition did not hold, or nobody implements it" },
    { name: "pending", description: "Delivered after the change is kept" },
  ],
  recommended_model: [
    "Guards and effects without side effects decide what happens",
    "Everything for the world outside is an action, delivered after the change is kept",
  ],
};

function parameter(name: string, type: string, standard: string | null): ParameterText {
  return { name, type, default: standard };
}

function effect(name: string, description: string, syntax: string) {
  return { name, description, syntax, params: NO_PARAMETERS };
}

function advanced(name: string, description: string, syntax: string): FormText {
  return { name, tier: "advanced", description, syntax };
}
