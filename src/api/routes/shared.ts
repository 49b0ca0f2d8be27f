/** Forms that many operations share: names, ids, pages, times. */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../json.ts";

/** Words that stand in paths where an id may stand. */
export const RESERVED_IDS: ReadonlySet<string> = new Set(["bulk", "import"]);
/** Same rule as `isEntityId`. */
export const EntityId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/)
  .refine((id) => !RESERVED_IDS.has(id), "Reserved for paths of the API")
  .openapi({ example: "order-17" });
export const MachineName = z.string().regex(/^[a-z0-9_]{1,200}$/).openapi({ example: "order" });
export const MachineVersion = z.string().regex(/^[A-Za-z0-9_.+-]{1,64}$/).openapi({ example: "1.0.0" });
/** Case is the machine's business: `meta.event_normalizer` may fold it. */
export const Trigger = z.string().regex(/^[A-Za-z0-9_.-]{1,200}$/).openapi({ example: "pay" });
/** A context or payload in an answer: any JSON object. */
export const JsonRecord = z.record(z.string(), z.unknown());
/** Any JSON object in a request: the body came out of a JSON text that the guard has looked through. */
export const JsonInput = z.record(z.string(), z.unknown()).transform((value) => value as JsonObject);
const CALLER_NAMES = {
  description: "Names that begin with _ are reserved",
  propertyNames: { pattern: "^(?:[^_\\u0000][^\\u0000]*)?$" },
};
/** What a caller may put into a context: names that begin with `_` belong to the engine. */
export const CallerRecord = JsonInput.refine(
  (record) => !Object.keys(record).some((key) => key.startsWith("_")),
  "Names that begin with _ are reserved",
).openapi(CALLER_NAMES);
const LABEL_KEY = /^[a-z0-9][a-z0-9_.]{0,62}$/;
const LABEL_NAMES = { description: "Labels by key", propertyNames: { pattern: LABEL_KEY.source } };
export const LabelKey = z.string().regex(LABEL_KEY);
/** Labels as a caller sends them. */
export const LabelsInput = z.record(LabelKey, z.string().max(255)).openapi(LABEL_NAMES);
/** Where an entity stands, as answers write it: a state, several, or PyStator's `parallel:region=state,…`. */
export const StateText = z.string().max(10_000).regex(
  /^(?:[A-Za-z0-9_-]+:)?(?:[A-Za-z0-9_-]{1,100}=)?[A-Za-z0-9_.-]{1,200}(?:,(?:[A-Za-z0-9_-]{1,100}=)?[A-Za-z0-9_.-]{1,200})*$/,
).openapi({ example: "open" });
export const Instant = z.string().openapi({ format: "date-time", example: "2026-01-31T12:00:00.000Z" });

export const entityParams = z.object({ entity_id: EntityId });

/** A number in a query: digits only, within bounds. */
export function wholeNumber(bounds: { readonly min: number; readonly max: number }) {
  return z.string().regex(/^[0-9]{1,9}$/).transform(Number).pipe(z.int().min(bounds.min).max(bounds.max))
    .openapi({ type: "integer", minimum: bounds.min, maximum: bounds.max });
}

export const Flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1")
  .openapi({ type: "boolean" });

/** An instant in a query or body: ISO 8601 with or without zone (then UTC), or a date alone. Gives ms since the epoch. */
export const InstantText = z.string().max(40).regex(
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i,
).transform((text, context) => {
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10));
  const isDate = text.length === 10;
  const ms = Date.parse(isDate || hasZone ? text.replace(" ", "T") : `${text.replace(" ", "T")}Z`);
  if (Number.isFinite(ms)) return ms;
  context.addIssue({ code: "custom", message: "Not a time" });
  return z.NEVER;
}).openapi({ type: "string", format: "date-time" });
/** The same where it may be left out. */
export const InstantOrNull = InstantText.nullish().openapi({ type: ["string", "null"], format: "date-time" });

export const Offset = wholeNumber({ min: 0, max: 1_000_000 });
export const Cursor = z.string().min(1).max(512);

/** In place of a header, for readers that cannot send one. */
export const Ticket = z.string().min(1).max(200).openapi({
  description: "From `POST /api/v1/stream/tickets`; good once, for thirty seconds",
});

/** An object of the store as an answer shows it. */
export function recordOf(value: JsonObject): Record<string, unknown> {
  return { ...value };
}

/** UTC with `Z`. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

export function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeOf(ms);
}

/** Header that makes a POST safe to repeat. */
export const idempotencyHeaders = z.object({
  "Idempotency-Key": z.string().regex(/^[\x21-\x7e]{1,255}$/).optional().openapi({
    description:
      "The same key with the same body gives the same answer for seven days; with another body 422",
  }),
});
