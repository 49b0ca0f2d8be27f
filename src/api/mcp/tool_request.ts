/** A tool against the contract: the arguments it takes, and the request that they make. */
import type { Tool } from "./tools.ts";

type Json = Readonly<Record<string, unknown>>;

/** How deep references of a schema are followed; below, anything goes. */
const SCHEMA_DEPTH_MAX = 16;

interface Argument {
  readonly name: string;
  readonly place: "path" | "query" | "header" | "body" | "yaml";
  /** As the contract has it; differs from `name` for headers. */
  readonly wireName: string;
  readonly isRequired: boolean;
  readonly schema: Json;
}

export interface ToolShape {
  readonly tool: Tool;
  readonly arguments: readonly Argument[];
  readonly hasBody: boolean;
}

/** Reads off the contract what the tool's operation takes. */
export function shapeOf(tool: Tool, contract: Json): ToolShape {
  const operation = at(contract, "paths", tool.path, tool.method.toLowerCase());
  const parameters = listOf(operation["parameters"]).map((parameter): Argument => {
    const wireName = String(parameter["name"]);
    return {
      name: wireName.toLowerCase().replaceAll("-", "_"),
      place: placeOf(parameter["in"]),
      wireName,
      isRequired: parameter["required"] === true,
      schema: inlined(recordOf(parameter["schema"]), contract, 0),
    };
  });
  const content = at(operation, "requestBody", "content");
  const body = inlined(at(content, "application/json", "schema"), contract, 0);
  const required = body["required"];
  const fields = Object.entries(recordOf(body["properties"])).map(([name, schema]): Argument => ({
    name,
    place: "body",
    wireName: name,
    isRequired: !tool.isYamlTaken && Array.isArray(required) && required.includes(name),
    schema: recordOf(schema),
  }));
  return {
    tool,
    arguments: [...parameters, ...fields, ...(tool.isYamlTaken ? [YAML] : [])],
    hasBody: Object.keys(content).length > 0,
  };
}

const YAML: Argument = {
  name: "yaml",
  place: "yaml",
  wireName: "yaml",
  isRequired: false,
  schema: { type: "string", description: "The text of a machine file, instead of config" },
};

/** JSON Schema of the arguments. */
export function inputSchemaOf(shape: ToolShape): Json {
  return {
    type: "object",
    properties: Object.fromEntries(shape.arguments.map(({ name, schema }) => [name, schema])),
    required: shape.arguments.filter((one) => one.isRequired).map((one) => one.name),
    additionalProperties: false,
  };
}

export type ToolRequest =
  | {
    readonly type: "request";
    /** Path and query. */
    readonly target: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  }
  | { readonly type: "refused"; readonly message: string };

/** Puts arguments where the operation wants them. What they may say is left to the operation itself. */
export function requestOf(shape: ToolShape, given: Json): ToolRequest {
  const known = new Map(shape.arguments.map((one) => [one.name, one]));
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined) return refused(`Unknown argument "${unknown.slice(0, 100)}"`);
  const missing = shape.arguments.find((one) => one.isRequired && given[one.name] === undefined);
  if (missing !== undefined) return refused(`Argument "${missing.name}" is missing`);

  const { tool } = shape;
  if (tool.isYamlTaken && given["yaml"] !== undefined) return yamlRequest(tool, given);
  let path = tool.path;
  const query = new URLSearchParams();
  const headers: Record<string, string> = shape.hasBody ? { "content-type": "application/json" } : {};
  const body: Record<string, unknown> = {};
  for (const { name, place, wireName } of shape.arguments) {
    const value = given[name];
    if (value === undefined) continue;
    if (place === "body") {
      body[wireName] = value;
      continue;
    }
    if (!isPlain(value)) return refused(`Argument "${name}" must be a text, number or boolean`);
    const text = String(value);
    if (place === "path") {
      // A step up or an empty step would name another operation.
      if (["", ".", ".."].includes(text)) return refused(`Argument "${name}" is not a name`);
      path = path.replace(`{${wireName}}`, () => encodeURIComponent(text));
    } else if (place === "query") query.set(wireName, text);
    else if (place === "header" && /^[\x21-\x7e]{1,255}$/.test(text)) headers[wireName] = text;
    else return refused(`Argument "${name}" must be 1 to 255 visible ASCII characters`);
  }
  const target = query.size === 0 ? path : `${path}?${query}`;
  return { type: "request", target, headers, body: shape.hasBody ? JSON.stringify(body) : null };
}

function yamlRequest(tool: Tool, given: Json): ToolRequest {
  const text = given["yaml"];
  if (typeof text !== "string") return refused('Argument "yaml" must be a text');
  if (Object.keys(given).length > 1) return refused('Argument "yaml" stands alone');
  return { type: "request", target: tool.path, headers: { "content-type": "application/yaml" }, body: text };
}

function refused(message: string): ToolRequest {
  return { type: "refused", message };
}

function placeOf(place: unknown): Argument["place"] {
  return place === "path" || place === "header" ? place : "query";
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The schema with every reference replaced by what it refers to. */
function inlined(schema: Json, contract: Json, depth: number): Json {
  if (depth > SCHEMA_DEPTH_MAX) return {};
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.split("/").at(-1) ?? "";
    return inlined(at(contract, "components", "schemas", name), contract, depth + 1);
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, inlinedPart(value, contract, depth + 1)]),
  );
}

function inlinedPart(value: unknown, contract: Json, depth: number): unknown {
  if (Array.isArray(value)) return value.map((item) => inlinedPart(item, contract, depth));
  return isRecord(value) ? inlined(value, contract, depth) : value;
}

function at(value: Json, ...keys: readonly string[]): Json {
  return keys.reduce<Json>((found, key) => recordOf(found[key]), value);
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
