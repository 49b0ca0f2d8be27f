/** `schedules` in the JSON Schema of the file format. */
import { SCHEDULE_NAMES, SEND_RATE_DEFAULT, SEND_RATE_MAX } from "../engine/schedule_spec.ts";
import type { JsonObject } from "../json.ts";
import { CRON_LENGTH_MAX } from "./cron.ts";
import { CATCH_UPS, SCHEDULE_NAME_PATTERN } from "./read_schedules.ts";

const TEXT_OR_NULL: JsonObject = { type: ["string", "null"] };

export const SCHEDULE_SCHEMA: JsonObject = {
  type: "object",
  description: "An event that the clock sends",
  required: ["name", "cron", "trigger"],
  properties: {
    name: { type: "string", pattern: SCHEDULE_NAME_PATTERN },
    description: TEXT_OR_NULL,
    cron: {
      type: "string",
      maxLength: CRON_LENGTH_MAX,
      description: 'Minute, hour, day, month, weekday, such as "0 3 * * *"; seconds in front; or @daily',
    },
    time_zone: { ...TEXT_OR_NULL, description: "IANA name, such as Europe/Berlin; UTC when absent" },
    catch_up: {
      enum: [...CATCH_UPS, null],
      description: "Occurrences that were missed: none, the most recent (when absent), or each in order",
    },
    trigger: { type: "string" },
    payload: {
      type: "object",
      description: `Texts may use ${SCHEDULE_NAMES.map((name) => `{{ ${name} }}`).join(" ")}`,
    },
    entity_id: {
      ...TEXT_OR_NULL,
      description:
        "The entity; created when missing. Such as daily-{{ date }}: another one for each occurrence",
    },
    entities: {
      type: ["object", "null"],
      description: "All entities of this machine that match",
      properties: {
        state: TEXT_OR_NULL,
        workflow_status: { enum: ["active", "complete", "failed", null] },
        is_terminal: { type: ["boolean", "null"] },
        labels: { type: "object", additionalProperties: { type: "string" } },
        q: { ...TEXT_OR_NULL, description: "Part of the entity id" },
      },
    },
    rate: {
      type: ["integer", "null"],
      minimum: 1,
      maximum: SEND_RATE_MAX,
      default: SEND_RATE_DEFAULT,
      description: "Entities in a second",
    },
  },
};
