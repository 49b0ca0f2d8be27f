/** A CloudEvent 1.0 as the contract shows it, in both directions. */
import { z } from "@hono/zod-openapi";
import { ID_PATTERN, JSON_CONTENT_PATTERN, TYPE_PATTERN, URI_PATTERN } from "./read.ts";

/** What this service sends. */
export const CloudEventSchema = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string().openapi({ example: "urn:stator:machine:order" }),
  type: z.string().openapi({ example: "stator.entity.transitioned" }),
  subject: z.string().openapi({ description: "The entity" }),
  time: z.string().openapi({ format: "date-time" }),
  datacontenttype: z.literal("application/json"),
  machine: z.string().optional(),
  machineversion: z.string().optional(),
  sequence: z.string().optional().openapi({ description: "Order within the entity" }),
  data: z.record(z.string(), z.unknown()),
}).openapi("CloudEvent");

const text = (description: string) => ({
  type: "string" as const,
  minLength: 1,
  maxLength: 2_048,
  description,
});

/** What this service takes; checked by the reader, so that it is told here in the words of JSON Schema. */
export const INCOMING_CLOUD_EVENT = {
  type: "object" as const,
  required: ["specversion", "id", "source", "type", "subject"],
  properties: {
    specversion: { type: "string" as const, enum: ["1.0"] },
    id: { ...text("With `source` it makes a repetition harmless"), pattern: ID_PATTERN },
    source: { ...text("A URI reference"), pattern: URI_PATTERN },
    type: {
      ...text("Its last part, behind a dot, slash or colon, is the trigger"),
      pattern: TYPE_PATTERN,
      example: "com.shop.order.pay",
    },
    subject: {
      type: "string" as const,
      pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$",
      description: "The entity",
    },
    time: { type: ["string" as const, "null" as const], format: "date-time" },
    datacontenttype: {
      type: ["string" as const, "null" as const],
      maxLength: 255,
      pattern: JSON_CONTENT_PATTERN,
    },
    dataschema: {
      type: ["string" as const, "null" as const],
      pattern: URI_PATTERN,
      maxLength: 2_048,
    },
    trigger: {
      type: ["string" as const, "null" as const],
      pattern: "^[A-Za-z0-9_.-]{1,200}$",
      description: "In place of the last part of `type`",
    },
    machine: {
      type: ["string" as const, "null" as const],
      pattern: "^[a-z0-9_]{1,200}$",
      description: "Needed where the entity does not exist yet",
    },
    machineversion: { type: ["string" as const, "null" as const], pattern: "^[A-Za-z0-9_.+-]{1,64}$" },
    traceparent: { type: ["string" as const, "null" as const], maxLength: 255 },
    data: { description: "An object is the payload of the event; anything else stands in it under `data`" },
  },
  propertyNames: { pattern: "^[a-z0-9]{1,20}$" },
  additionalProperties: {
    anyOf: [
      { type: "string" as const, maxLength: 2_048 },
      { type: "number" as const },
      { type: "boolean" as const },
      { type: "null" as const },
    ],
  },
};
