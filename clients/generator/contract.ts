/** The contract as a list of named operations: what each takes and what it answers. */
import { NAMES } from "./names.ts";

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly description: string | null;
  readonly schema: Schema;
}

export interface Operation {
  /** In camel case. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly pathParameters: readonly Parameter[];
  readonly queryParameters: readonly Parameter[];
  readonly isKeyTaken: boolean;
  readonly body:
    | { readonly schema: Schema; readonly isRequired: boolean; readonly isYamlTaken: boolean }
    | null;
  readonly answer: Answer;
}

export interface Answer {
  readonly kind: "json" | "text" | "bytes" | "stream" | "none";
  /** One for each status that means success, for `json`. */
  readonly schemas: readonly Schema[];
}

export interface Contract {
  readonly operations: readonly Operation[];
  readonly schemas: ReadonlyMap<string, Schema>;
}

/** Throws where two operations have one name, or a name belongs to no operation. */
export function readContract(text: string): Contract {
  const document = recordOf(JSON.parse(text));
  const operations = Object.entries(recordOf(document["paths"])).flatMap(([path, methods]) =>
    Object.entries(recordOf(methods)).map(([method, operation]) =>
      operationOf(method.toUpperCase(), path, recordOf(operation))
    )
  );
  const served = new Set(operations.map(({ method, path }) => `${method} ${path}`));
  const stale = Object.keys(NAMES).find((key) => !served.has(key));
  if (stale !== undefined) throw new Error(`Cannot name "${stale}": the contract has no such operation`);
  const names = new Set(operations.map(({ name }) => name));
  if (names.size !== operations.length) throw new Error("Cannot name the operations: two have the same name");
  const schemas = recordOf(recordOf(document["components"])["schemas"]);
  return {
    operations: operations.toSorted((a, b) => a.name < b.name ? -1 : 1),
    schemas: new Map(
      Object.entries(schemas).map(([name, schema]) => [name, recordOf(schema)] as const)
        .toSorted(([a], [b]) => a < b ? -1 : 1),
    ),
  };
}

function operationOf(method: string, path: string, operation: Schema): Operation {
  const parameters = listOf(operation["parameters"]);
  const inPlace = (place: string) =>
    parameters.filter((one) => one["in"] === place).map((one): Parameter => ({
      name: String(one["name"]),
      isRequired: one["required"] === true,
      description: textOrNull(one["description"]),
      schema: recordOf(one["schema"]),
    }));
  const body = recordOf(operation["requestBody"]);
  const content = recordOf(body["content"]);
  return {
    name: NAMES[`${method} ${path}`] ?? derivedName(method, path),
    method,
    path,
    summary: String(operation["summary"]),
    pathParameters: inPlace("path"),
    queryParameters: inPlace("query"),
    isKeyTaken: inPlace("header").some(({ name }) => name === "Idempotency-Key"),
    body: Object.keys(content).length === 0 ? null : {
      schema: recordOf(recordOf(content["application/json"])["schema"]),
      isRequired: body["required"] === true,
      isYamlTaken: Object.hasOwn(content, "application/yaml"),
    },
    answer: answerOf(recordOf(operation["responses"])),
  };
}

function answerOf(responses: Schema): Answer {
  const contents = Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .map(([, response]) => recordOf(recordOf(response)["content"]));
  const types = contents.flatMap((content) => Object.keys(content));
  const schemas = contents
    .filter((content) => Object.hasOwn(content, "application/json"))
    .map((content) => recordOf(recordOf(content["application/json"])["schema"]));
  if (schemas.length > 0) return { kind: "json", schemas };
  if (types.includes("text/event-stream")) return { kind: "stream", schemas };
  if (types.includes("application/zip")) return { kind: "bytes", schemas };
  return { kind: types.length > 0 ? "text" : "none", schemas };
}

/** `GET /api/v1/a-b/{id}/c` is `getABByIdC`. */
function derivedName(method: string, path: string): string {
  const words = path.replace("/api/v1", "").split("/").filter((part) => part !== "").map((part) =>
    part.startsWith("{") ? `By${pascal(part.slice(1, -1))}` : pascal(part)
  );
  return `${method.toLowerCase()}${words.join("")}`;
}

function pascal(word: string): string {
  return word.split(/[._-]/).map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("");
}

function listOf(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function recordOf(value: unknown): Schema {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
