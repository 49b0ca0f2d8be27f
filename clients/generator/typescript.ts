/** The TypeScript client out of the contract: types of the schemas, one method for each operation. */
import { type Contract, type Operation, recordOf, type Schema } from "./contract.ts";

const NOTE = "Generated from docs/openapi.json by `deno task clients`; do not edit.";

/** The text of `schemas.ts`. */
export function typescriptSchemas({ schemas }: Contract): string {
  const types = [...schemas].map(([name, schema]) => {
    const type = typeOf(schema);
    return schema["type"] === "object" && type.startsWith("{")
      ? `export interface ${name} ${type}\n`
      : `export type ${name} = ${type};\n`;
  });
  return `/** Shapes of what is sent and answered. ${NOTE} */\n\n${types.join("\n")}`;
}

/** The text of `client.ts`. */
export function typescriptClient(contract: Contract): string {
  const { operations } = contract;
  const members = operations.map((operation) => {
    const optional = isInputOptional(operation) ? "?" : "";
    return `${comment(operation)}\n${operation.name}(input${optional}: ${inputType(operation)}, ` +
      `options?: RequestOptions): Promise<${answerType(operation)}>;`;
  });
  const methods = operations.map((operation) =>
    `${operation.name}: (input, options) => send(${JSON.stringify(wireOf(operation))}, input, options),`
  );
  const used = [...contract.schemas.keys()].filter((name) =>
    new RegExp(`\\bSchemas\\.${name}\\b`).test(members.join("\n"))
  );
  if (used.length === 0) throw new Error("Cannot write the client: no operation has a schema");
  return `/** Every operation of the service as a method. ${NOTE} */
import type * as Schemas from "./schemas.ts";
import { type ClientOptions, createSend, type RequestOptions } from "./transport.ts";

export { type ClientOptions, type RequestOptions, StatorError } from "./transport.ts";
export type { Schemas };

export interface StatorClient {
${members.join("\n\n")}
}

/** A client of the service at \`baseUrl\`. */
export function createStatorClient(options: ClientOptions): StatorClient {
  const send = createSend(options);
  return {
${methods.join("\n")}
  };
}
`;
}

function wireOf(
  { method, path, queryParameters, body, answer }: Operation,
): Readonly<Record<string, unknown>> {
  return {
    method,
    path,
    ...(queryParameters.length === 0 ? {} : { query: queryParameters.map(({ name }) => name) }),
    ...(body === null ? {} : { hasBody: true }),
    answer: answer.kind,
  };
}

function comment({ summary, method, path, isKeyTaken }: Operation): string {
  const key = isKeyTaken ? " Takes `idempotencyKey`." : "";
  return `/** ${summary.replaceAll("*/", "* /")}. \`${method} ${path}\`.${key} */`;
}

function isInputOptional({ pathParameters, queryParameters, body }: Operation): boolean {
  return pathParameters.length === 0 && !queryParameters.some((one) => one.isRequired) && !isBodyNeeded(body);
}

function isBodyNeeded(body: Operation["body"]): boolean {
  return body !== null && (body.isRequired || body.isYamlTaken);
}

function inputType({ pathParameters, queryParameters, body }: Operation): string {
  const fields = [
    ...pathParameters.map(({ name, schema }) => `readonly ${key(name)}: ${qualified(schema)};`),
    ...queryParameters.map(({ name, schema, isRequired }) =>
      `readonly ${key(name)}${isRequired ? "" : "?"}: ${qualified(schema)} | undefined;`
    ),
    ...(body === null ? [] : [
      ...(body.isYamlTaken ? ["/** A document, or the text of a machine file. */"] : []),
      `readonly body${isBodyNeeded(body) ? "" : "?"}: ${qualified(body.schema)}${
        body.isYamlTaken ? " | string" : ""
      };`,
    ]),
  ];
  return fields.length === 0 ? "Record<string, never>" : `{\n${fields.join("\n")}\n}`;
}

function answerType({ answer }: Operation): string {
  switch (answer.kind) {
    case "json":
      return [...new Set(answer.schemas.map(qualified))].join(" | ");
    case "text":
      return "string";
    case "bytes":
      return "Uint8Array";
    case "stream":
      return "Response";
    case "none":
      return "void";
  }
}

/** The type in a file that imports the schemas under one name. */
function qualified(schema: Schema): string {
  return typeOf(schema, "Schemas.");
}

/** The type of a schema, for the part of JSON Schema that the contract uses. */
export function typeOf(schema: Schema, prefix = ""): string {
  const reference = schema["$ref"];
  if (typeof reference === "string") return `${prefix}${reference.split("/").at(-1)}`;
  for (const [keyword, joint] of [["anyOf", " | "], ["oneOf", " | "], ["allOf", " & "]] as const) {
    const parts = schema[keyword];
    if (Array.isArray(parts)) return parts.map((part) => `(${typeOf(recordOf(part), prefix)})`).join(joint);
  }
  if ("const" in schema) return JSON.stringify(schema["const"]);
  const values = schema["enum"];
  if (Array.isArray(values)) {
    const nullable = [schema["type"]].flat().includes("null") && !values.includes(null);
    return [...values.map((value) => JSON.stringify(value)), ...(nullable ? ["null"] : [])].join(" | ");
  }
  const types = [schema["type"]].flat().filter((type) => type !== undefined);
  if (types.length === 0) return "unknown";
  return types.map((type) => plainType(String(type), schema, prefix)).join(" | ");
}

function plainType(type: string, schema: Schema, prefix: string): string {
  switch (type) {
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return type;
    case "array":
      return `readonly (${typeOf(recordOf(schema["items"]), prefix)})[]`;
    case "object":
      return objectType(schema, prefix);
    default:
      throw new Error(`Cannot write a type for "${type}"`);
  }
}

function objectType(schema: Schema, prefix: string): string {
  const properties = Object.entries(recordOf(schema["properties"]));
  const others = schema["additionalProperties"];
  if (properties.length === 0) {
    return `{ readonly [key: string]: ${typeOf(recordOf(others), prefix)} }`;
  }
  const required = schema["required"];
  const fields = properties.map(([name, part]) => {
    const description = recordOf(part)["description"];
    const text = typeof description === "string" ? `/** ${description.replaceAll("*/", "* /")} */\n` : "";
    const type = typeOf(recordOf(part), prefix);
    return Array.isArray(required) && required.includes(name)
      ? `${text}readonly ${key(name)}: ${type};`
      : `${text}readonly ${key(name)}?: ${type} | undefined;`;
  });
  const rest = others === undefined || others === false ? "" : "\nreadonly [key: string]: unknown;";
  return `{\n${fields.join("\n")}${rest}\n}`;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
