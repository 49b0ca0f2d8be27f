/** What the guard refuses in any request before a schema is asked, said in the schemas of requests too. */

type Json = Record<string, unknown>;

const NAME_LENGTH_MAX = 1_000;
const NUMBER_MAX = Number.MAX_SAFE_INTEGER;
const TEXT_PATTERN = "^[^\\u0000]*$";
const VALUE_NAME = "JsonValue";
const VALUE_REFERENCE = `#/components/schemas/${VALUE_NAME}`;
/** Schemas within schemas; the contract is written by this program, so that this many are a mistake in it. */
const DEPTH_MAX = 64;

const PROPERTY_NAMES = { maxLength: NAME_LENGTH_MAX, pattern: TEXT_PATTERN };

/** Any JSON that is taken: numbers that survive, texts without U+0000. */
const VALUE_SCHEMA = {
  description: "Any JSON value: whole numbers within ±(2^53 − 1), texts without U+0000",
  anyOf: [
    { type: "null" },
    { type: "boolean" },
    { type: "number", minimum: -NUMBER_MAX, maximum: NUMBER_MAX },
    { type: "string", pattern: TEXT_PATTERN },
    { type: "array", items: { $ref: VALUE_REFERENCE } },
    { type: "object", additionalProperties: { $ref: VALUE_REFERENCE }, propertyNames: PROPERTY_NAMES },
  ],
};

/** Changes the document: every schema that a request may meet says the bounds of its texts, numbers and free objects. */
export function boundRequests(document: Json): void {
  const components = recordOf(document["components"]);
  const schemas = recordOf(components["schemas"]);
  const seen = new Set<string>();
  for (const path of Object.values(recordOf(document["paths"]))) {
    for (const operation of Object.values(recordOf(path)).map(recordOf)) {
      for (const parameter of listOf(operation["parameters"])) bound(recordOf(parameter["schema"]), 0);
      const content = recordOf(recordOf(operation["requestBody"])["content"]);
      for (
        const [type, media] of Object.entries(content).map(([type, media]) =>
          [type, recordOf(media)] as const
        )
      ) {
        if (!type.endsWith("json") || media["schema"] === undefined) continue;
        if (isFree(media["schema"])) media["schema"] = { $ref: VALUE_REFERENCE };
        else bound(recordOf(media["schema"]), 0);
      }
    }
  }
  schemas[VALUE_NAME] = VALUE_SCHEMA;
  components["schemas"] = schemas;

  function bound(schema: Json, depth: number): void {
    if (depth > DEPTH_MAX) throw new Error("Cannot write the contract: its schemas nest too deep");
    const name = nameOf(schema["$ref"]);
    if (name !== null) {
      if (seen.has(name)) return;
      seen.add(name);
      bound(recordOf(schemas[name]), depth + 1);
      return;
    }
    for (const keyword of ["anyOf", "oneOf", "allOf"]) {
      for (const part of listOf(schema[keyword])) bound(part, depth + 1);
    }
    const types = [schema["type"]].flat();
    if (types.includes("string")) boundText(schema);
    if (types.includes("number") || types.includes("integer")) boundNumber(schema);
    if (types.includes("array")) boundItems(schema, depth);
    if (types.includes("object")) boundObject(schema, depth);
  }

  function boundItems(schema: Json, depth: number): void {
    if (isFree(schema["items"])) schema["items"] = { $ref: VALUE_REFERENCE };
    else bound(recordOf(schema["items"]), depth + 1);
  }

  function boundObject(schema: Json, depth: number): void {
    const properties = recordOf(schema["properties"]);
    for (const [name, part] of Object.entries(properties)) {
      if (isFree(part)) properties[name] = { ...recordOf(part), $ref: VALUE_REFERENCE };
      else bound(recordOf(part), depth + 1);
    }
    const others = schema["additionalProperties"];
    if (others === false) return;
    schema["propertyNames"] = { ...PROPERTY_NAMES, ...recordOf(schema["propertyNames"]) };
    if (isFree(others)) schema["additionalProperties"] = { $ref: VALUE_REFERENCE };
    else bound(recordOf(others), depth + 1);
  }
}

function boundText(schema: Json): void {
  const isBound = ["pattern", "enum", "const"].some((keyword) => Object.hasOwn(schema, keyword)) ||
    FORMATS.has(String(schema["format"]));
  const pattern = schema["pattern"];
  if (typeof pattern === "string") schema["pattern"] = pattern.replaceAll(/\[\^(?!\\u0000)/g, "[^\\u0000");
  if (!isBound) schema["pattern"] = TEXT_PATTERN;
}

/** Formats in which U+0000 cannot stand. */
const FORMATS: ReadonlySet<string> = new Set(["date", "date-time", "uuid", "uri"]);

function boundNumber(schema: Json): void {
  if (Object.hasOwn(schema, "enum") || Object.hasOwn(schema, "const")) return;
  if (!Object.hasOwn(schema, "exclusiveMinimum")) schema["minimum"] ??= -NUMBER_MAX;
  if (!Object.hasOwn(schema, "exclusiveMaximum")) schema["maximum"] ??= NUMBER_MAX;
}

/** Says nothing about the value: an empty schema, or one with words for people only. */
function isFree(schema: unknown): boolean {
  if (schema === undefined || schema === true) return true;
  if (!isRecord(schema)) return false;
  return Object.keys(schema).every((keyword) => ["description", "example", "nullable"].includes(keyword));
}

function nameOf(reference: unknown): string | null {
  return typeof reference === "string" ? reference.split("/").at(-1) ?? null : null;
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

/** The same object, so that a change of it changes the document. */
function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
