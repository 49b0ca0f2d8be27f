/** Actions as JSON Schema: one alternative for each form. */
import type { JsonObject } from "../json.ts";

const TEXT: JsonObject = { type: "string" };
const EXPRESSION: JsonObject = { type: "string", maxLength: 1024 };
const PAYLOAD: JsonObject = { anyOf: [EXPRESSION, { type: "object", additionalProperties: EXPRESSION }] };
const ACTIONS: JsonObject = { type: "array", items: { $ref: "#/$defs/Action" } };
const WHEN: JsonObject = { anyOf: [EXPRESSION, { $ref: "#/$defs/Check" }] };

const OPTIONS: JsonObject = {
  when: WHEN,
  timeout: { type: "number", minimum: 0, description: "Seconds" },
  retry: { type: "integer", minimum: 0, description: "Further attempts" },
  retry_backoff: { type: "number", minimum: 0, description: "Seconds before the first further attempt" },
  parallel: {
    type: "boolean",
    description: "Neither waits for earlier actions of its entity nor holds later ones up",
  },
};

function form(key: string, schema: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: "object", properties: { [key]: schema, ...more, ...OPTIONS }, required: [key] };
}

function mapping(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
}

const EVENT: JsonObject = { anyOf: [TEXT, mapping({ trigger: TEXT, payload: PAYLOAD }, ["trigger"])] };

const MACHINE: JsonObject = { type: "string", pattern: "^[a-z0-9_]{1,200}$" };
const DATA: JsonObject = { type: "object", description: "Texts may hold {{ expression }}" };
const BIRTH: JsonObject = {
  context: DATA,
  labels: { type: "object", additionalProperties: TEXT },
  name: { type: "string", description: "Names the result events done.NAME and error.NAME" },
};

/** Entries for the definitions of a schema. */
export const ACTION_SCHEMAS: JsonObject = {
  Action: {
    anyOf: [
      { type: "string", pattern: "^[a-z0-9_]+$", description: "Name of an action" },
      form("name", TEXT, { params: { type: "object" } }),
      form("custom", mapping({ name: TEXT, params: { type: "object" } }, ["name"])),
      form("set", { type: "object", description: "Keys and values to write" }),
      form("compute", { type: "object", additionalProperties: EXPRESSION }),
      form("timestamp", TEXT),
      form("increment", TEXT),
      form("decrement", TEXT),
      form("clear", TEXT),
      form("append", mapping({ field: TEXT, value: {} }, ["field", "value"])),
      form(
        "http",
        mapping({
          url: TEXT,
          method: TEXT,
          headers: { type: "object" },
          body: {},
          timeout: { type: "number" },
          retry: { type: "integer" },
          retry_backoff: { type: "number" },
          on_success: mapping({ status_key: TEXT, body_key: TEXT }),
          on_error: { type: "string", enum: ["fail", "ignore", "log"] },
        }),
      ),
      form("celery", { type: "object" }),
      form(
        "send_event",
        mapping({ entity: TEXT, machine: MACHINE, trigger: TEXT, payload: DATA, ...BIRTH }, [
          "entity",
          "trigger",
        ]),
      ),
      form(
        "create_entity",
        mapping({ entity: TEXT, machine: MACHINE, version: TEXT, ...BIRTH }, ["entity", "machine"]),
      ),
      form("branch", mapping({ when: WHEN, then: ACTIONS, else: ACTIONS }, ["when"])),
      form("code", { anyOf: [TEXT, mapping({ source: TEXT }, ["source"])], description: "Never runs" }),
      form("raise", EVENT),
      form("send", {
        anyOf: [
          TEXT,
          mapping({
            trigger: TEXT,
            trigger_expr: EXPRESSION,
            payload: PAYLOAD,
            after: { anyOf: [{ type: "integer", minimum: 0 }, TEXT] },
            id: TEXT,
            target: TEXT,
          }),
        ],
      }),
      form("cancel", TEXT),
      form("foreach", mapping({ in: EXPRESSION, as: TEXT, index: TEXT, do: ACTIONS }, ["in"])),
      form("block", ACTIONS),
      form("fail", TEXT),
    ],
  },
};
