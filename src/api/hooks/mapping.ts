/** What a verified request means here: machine, entity, trigger, payload and id, by expressions over body and headers. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { compileExpression } from "../../expression/expression.ts";
import { ExpressionError } from "../../expression/expression_error.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../json.ts";
import { CallerRecord, EntityId, MachineName, Trigger } from "../routes/shared.ts";

/** Sources of expressions, as they are stored. */
export interface Mapping {
  /** An expression; null = the machine of the entity. */
  readonly machine: string | null;
  readonly entityId: string;
  readonly trigger: string;
  /** Keys of the payload; null = the body as it is. */
  readonly payload: Readonly<Record<string, string>> | null;
  /** What names a delivery; null = the usual header of the sender, else the body itself. */
  readonly deliveryId: string | null;
  /** The request counts only where this holds; null = always. */
  readonly when: string | null;
}

export interface Mapped {
  readonly machineName: string | null;
  readonly entityId: string;
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly deliveryId: string | null;
}

/** Headers that say something about the sender and not about what happened stay outside. */
const HIDDEN_HEADERS = /^(?:authorization|cookie|proxy-.*|.*signature.*)$/;
const HEADERS_MAX = 64;
const DELIVERY_ID_MAX = 1_024;

/** Throws `validation_failed` with every expression that cannot be read. */
export function checkMapping(mapping: Mapping): void {
  const sources: [string, string | null][] = [
    ["machine", mapping.machine],
    ["entity_id", mapping.entityId],
    ["trigger", mapping.trigger],
    ["delivery_id", mapping.deliveryId],
    ["when", mapping.when],
    ...Object.entries(mapping.payload ?? {}).map((
      [key, source],
    ): [string, string] => [`payload.${key}`, source]),
  ];
  const fields = sources.flatMap(([field, source]) => {
    if (source === null) return [];
    try {
      const strange = compileExpression(source).names.find((name) =>
        !KNOWN_NAMES.has(name.split(".")[0] ?? name)
      );
      if (strange === undefined) return [];
      return [{ path: ["body", "mapping", field], code: "expression", message: `Unknown name ${strange}` }];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return [{ path: ["body", "mapping", field], code: "expression", message: error.message }];
    }
  });
  const [first] = fields;
  if (first === undefined) return;
  throw new AppError(
    "validation_failed",
    `Cannot read the expression of ${first.path.at(-1)}: ${first.message}`,
    {
      details: { field_errors: fields },
    },
  );
}

const KNOWN_NAMES: ReadonlySet<string> = new Set(["body", "headers"]);

/** null = the request does not count here. Throws `validation_failed` where an expression has no fitting value. */
export function mapRequest(
  mapping: Mapping,
  request: { readonly headers: Headers; readonly body: JsonValue },
): Mapped | null {
  const values: JsonObject = { body: request.body, headers: headersOf(request.headers) };
  if (mapping.when !== null && !isTrue(valueOf("when", mapping.when))) return null;
  const payload = mapping.payload === null
    ? isJsonObject(request.body) ? request.body : { data: request.body }
    : Object.fromEntries(
      Object.entries(mapping.payload).map(([key, source]) => [key, valueOf(`payload.${key}`, source)]),
    );
  return {
    machineName: mapping.machine === null ? null : fitting("machine", MachineName, mapping.machine),
    entityId: fitting("entity_id", EntityId, mapping.entityId),
    trigger: fitting("trigger", Trigger, mapping.trigger),
    payload: checkedPayload(payload),
    deliveryId: mapping.deliveryId === null ? null : deliveryIdOf(valueOf("delivery_id", mapping.deliveryId)),
  };

  function valueOf(field: string, source: string): JsonValue {
    try {
      return compileExpression(source).evaluate({ values });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw unfit(field, error.message);
    }
  }

  function fitting<Schema extends z.ZodType<string>>(field: string, schema: Schema, source: string): string {
    const value = valueOf(field, source);
    const read = schema.safeParse(typeof value === "number" ? String(value) : value);
    if (!read.success) throw unfit(field, "its value has another form");
    return read.data;
  }
}

function checkedPayload(payload: JsonObject): JsonObject {
  const read = CallerRecord.safeParse(payload);
  if (!read.success) throw unfit("payload", "names that begin with _ are reserved");
  return read.data;
}

function deliveryIdOf(value: JsonValue): string {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (text === "" || text.length > DELIVERY_ID_MAX) throw unfit("delivery_id", "its value is no short text");
  return text;
}

/** Every name is a key of a mapping: `headers["x-github-event"]`. */
function headersOf(headers: Headers): JsonObject {
  return Object.fromEntries(
    [...headers].filter(([name]) => !HIDDEN_HEADERS.test(name)).slice(0, HEADERS_MAX),
  );
}

function isTrue(value: JsonValue): boolean {
  return value === true;
}

function unfit(field: string, reason: string): AppError {
  return new AppError("validation_failed", `Cannot map the request: ${field}: ${reason}`);
}

const PAYLOAD_KEY = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;
const PAYLOAD_NAMES = {
  description: "Keys of the payload; the body as it is when left out",
  propertyNames: { pattern: PAYLOAD_KEY.source },
};

export const MappingBody = z.strictObject({
  machine: source('"order"').nullish(),
  entity_id: source("body.order.id"),
  trigger: source('headers["x-event"]'),
  payload: z.record(z.string().regex(PAYLOAD_KEY), source("body.amount")).openapi(PAYLOAD_NAMES).nullish(),
  delivery_id: source("body.id").nullish(),
  when: source('body.type == "order"').nullish(),
});

function source(example: string) {
  return z.string().min(1).max(1_024).openapi({ example });
}

export function mappingOf(body: z.output<typeof MappingBody>): Mapping {
  return {
    machine: body.machine ?? null,
    entityId: body.entity_id,
    trigger: body.trigger,
    payload: body.payload ?? null,
    deliveryId: body.delivery_id ?? null,
    when: body.when ?? null,
  };
}
