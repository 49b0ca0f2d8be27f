/** The built-in catalogue in words: names, what they do and what they take. */

interface BuiltinText {
  readonly name: string;
  readonly description: string;
  readonly params: Record<string, string>;
}

const GUARDS: BuiltinText[] = [
  { name: "always", description: "Holds", params: {} },
  { name: "never", description: "Does not hold", params: {} },
  { name: "key_present", description: "The context has the key", params: { key: "name of the key" } },
  {
    name: "key_missing",
    description: "The context does not have the key",
    params: { key: "name of the key" },
  },
];

const ACTIONS: BuiltinText[] = [
  { name: "noop", description: "Does nothing", params: {} },
  {
    name: "log",
    description: "Writes a line to the log",
    params: { message: "text", level: "debug … error" },
  },
  { name: "trace", description: "Adds state, trigger and time to _trace", params: {} },
  { name: "set_context", description: "Sets keys of the context", params: { KEY: "value" } },
  { name: "snapshot", description: "Adds a copy of the context to _snapshots", params: { label: "text" } },
  { name: "copy_key", description: "Copies one key to another", params: { from: "key", to: "key" } },
  {
    name: "validate_keys",
    description: "Adds the keys that are missing to _validation_errors",
    params: { required: "list of keys" },
  },
];

const EFFECTS: BuiltinText[] = [
  { name: "set", description: "Sets keys to values", params: { set: "mapping of key to value" } },
  { name: "timestamp", description: "Sets a key to the time", params: { timestamp: "name of the key" } },
  { name: "increment", description: "Adds one", params: { increment: "name of the key" } },
  { name: "decrement", description: "Takes one away", params: { decrement: "name of the key" } },
  { name: "append", description: "Adds a value to a list", params: { append: "field and value" } },
  { name: "clear", description: "Removes a key", params: { clear: "name of the key" } },
  {
    name: "compute",
    description: "Sets keys to results of expressions",
    params: { compute: "mapping of key to expression" },
  },
];

export const BUILTINS = {
  guards: GUARDS,
  actions: ACTIONS,
  effects: EFFECTS,
  check_operators: [
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
  ],
  http_action: {
    url: "https address; values in it are encoded",
    method: "GET, POST, PUT, PATCH or DELETE",
    headers: "mapping of name to text",
    body: "any value",
    timeout: "seconds, at most 15",
    on_success: "what of the answer goes into the context",
    on_error: "log, fail or ignore",
  },
  condition_forms: ["check", "expr", "allOf", "anyOf", "not", "name of a guard"],
  advanced_actions: [
    "http",
    "celery",
    "send_event",
    "create_entity",
    "branch",
    "foreach",
    "raise",
    "send",
    "cancel",
  ],
  action_statuses: ["ok", "failed", "skipped", "pending"],
  recommended_model: "Guards and effects without side effects; everything for the world as an action",
};
