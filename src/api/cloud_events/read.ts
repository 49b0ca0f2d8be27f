/** CloudEvents 1.0 out of requests: attributes are checked by the specification, and then by what a trigger and an entity may be called. */
import { z } from "@hono/zod-openapi";
import { CallerRecord, EntityId, MachineName, MachineVersion, Trigger } from "../routes/shared.ts";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { refusedFields } from "../guard/refused_fields.ts";

/** One event of a sender, ready to be queued. */
export interface IncomingEvent {
  readonly id: string;
  readonly source: string;
  readonly trigger: string;
  readonly entityId: string;
  readonly machineName: string | null;
  readonly machineVersion: string | null;
  readonly payload: JsonObject;
  readonly traceparent: string | null;
}

const TEXT_MAX = 2_048;
const Text = z.string().min(1).max(TEXT_MAX);
/** What may stand in a URI. */
const URI = /^[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$/;
export const URI_PATTERN = URI.source;
// deno-lint-ignore no-control-regex
const ID = /^[^\u0000-\u001f]+$/;
export const ID_PATTERN = ID.source;
const TYPE = /^(?:[A-Za-z0-9_-]+[./:])*[A-Za-z0-9_-]{1,200}$/;
export const TYPE_PATTERN = TYPE.source;
/** RFC 3339 with a zone, as the specification has it. */
const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const ATTRIBUTE = /^[a-z0-9]{1,20}$/;
const JSON_CONTENT = /^(?:application|text)\/(?:[A-Za-z0-9.-]+\+)?json(?: *;[ -~]*)?$/;
export const JSON_CONTENT_PATTERN = JSON_CONTENT.source;

/** Extensions are texts, numbers or switches; those that nobody knows here are passed over. */
const Extension = z.union([z.string().max(TEXT_MAX), z.number(), z.boolean(), z.null()]);

const Attributes = z.object({
  specversion: z.literal("1.0"),
  id: Text.regex(ID),
  source: Text.regex(URI, "Send a URI reference"),
  type: Text.regex(TYPE, "Send words with dots between; the last is the trigger"),
  subject: EntityId,
  time: z.string().regex(TIME).refine((text) => Number.isFinite(Date.parse(text)), "Not a time").nullish(),
  datacontenttype: z.string().max(255).regex(JSON_CONTENT).nullish(),
  dataschema: Text.regex(URI, "Send a URI").nullish(),
  machine: MachineName.nullish(),
  machineversion: MachineVersion.nullish(),
  trigger: Trigger.nullish(),
  traceparent: z.string().max(255).nullish(),
  data: z.unknown().optional(),
}).catchall(Extension);

/** Throws `validation_failed` with every field that is wrong. `place` names the event within a batch. */
export function readCloudEvent(value: unknown, place: readonly (string | number)[] = []): IncomingEvent {
  if (isRecord(value) && Object.hasOwn(value, "data_base64")) {
    throw refused(place, "data_base64", "Send JSON in data");
  }
  const read = Attributes.safeParse(value);
  if (!read.success) {
    throw refusedFields(
      "json",
      read.error.issues.map((issue) => ({ ...issue, path: [...place, ...issue.path] })),
    );
  }
  const event = read.data;
  const odd = Object.keys(event).find((name) => !ATTRIBUTE.test(name));
  if (odd !== undefined) throw refused(place, odd, "Names of attributes have lower-case letters and digits");
  const trigger = Trigger.safeParse(event.trigger ?? triggerOf(event.type));
  if (!trigger.success) throw refused(place, "type", "Its last part is no name of a trigger");
  const payload = CallerRecord.safeParse(payloadOf(event.data));
  if (!payload.success) throw refused(place, "data", "Names that begin with _ are reserved");
  return {
    id: event.id,
    source: event.source,
    trigger: trigger.data,
    entityId: event.subject,
    machineName: event.machine ?? null,
    machineVersion: event.machineversion ?? null,
    payload: payload.data,
    traceparent: event.traceparent ?? null,
  };
}

/** The event of binary mode in structured form: attributes out of headers, data out of the body. */
export function binaryEvent(headers: Headers, data: unknown): JsonObject & { readonly data?: unknown } {
  const attributes: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith("ce-")) attributes[name.slice("ce-".length)] = decoded(value);
  }
  return Object.assign(attributes, data === undefined ? {} : { data });
}

/** `com.shop.order.pay` is `pay`. */
function triggerOf(type: string): string {
  return type.split(/[./:]/).at(-1) ?? type;
}

/** A payload is an object; anything else stands in it under `data`. */
function payloadOf(data: unknown): unknown {
  if (data === undefined || data === null) return {};
  return isRecord(data) ? data : { data };
}

/** Values of headers are percent-encoded where they are not plain. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function refused(place: readonly (string | number)[], field: string, message: string): AppError {
  return refusedFields("json", [{ code: "custom", path: [...place, field], message }]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
