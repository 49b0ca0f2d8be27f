/** Whether an answer is what the contract says: a checker for the part of JSON Schema that the contract uses. */

type Json = Record<string, unknown>;

/** Text of the first difference; null = it conforms. */
export function contractBreach(
  contract: Json,
  answer: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly contentType: string;
    readonly json: unknown;
  },
): string | null {
  const operation = operationOf(contract, answer.method, answer.path);
  if (operation === null || answer.method === "HEAD") return null;
  const responses = recordOf(operation["responses"]);
  const response = responses[String(answer.status)] ??
    (answer.status >= 400 ? responses["default"] : undefined);
  if (response === undefined) return `status ${answer.status} is not in the contract`;
  const content = recordOf(recordOf(response)["content"]);
  const type = answer.contentType.split(";")[0]?.trim() ?? "";
  if (Object.keys(content).length === 0 || answer.status === 304) return null;
  if (!Object.hasOwn(content, type) && !type.startsWith("text/")) {
    return `media type "${type}" is not in the contract`;
  }
  if (!type.includes("json")) return null;
  return breach(recordOf(recordOf(content[type])["schema"]), answer.json, { contract, at: "$" });
}

function operationOf(contract: Json, method: string, path: string): Json | null {
  const segments = path.split("?")[0]?.split("/") ?? [];
  // A slash at the end is another path, which is sent on to the right one.
  if (segments.length > 2 && segments.at(-1) === "") return null;
  const patterns = Object.keys(recordOf(contract["paths"])).filter((pattern) => {
    const parts = pattern.split("/");
    return parts.length === segments.length &&
      parts.every((part, index) => part.startsWith("{") || part === segments[index]);
  });
  const [best] = patterns.toSorted((a, b) => a.split("{").length - b.split("{").length);
  if (best === undefined) return null;
  const operation = recordOf(recordOf(contract["paths"])[best])[method.toLowerCase()];
  return operation === undefined ? null : recordOf(operation);
}

interface Place {
  readonly contract: Json;
  readonly at: string;
}

function breach(schema: Json, value: unknown, place: Place): string | null {
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.split("/").at(-1) ?? "";
    const schemas = recordOf(recordOf(place.contract["components"])["schemas"]);
    return breach(recordOf(schemas[name]), value, place);
  }
  for (const key of ["anyOf", "oneOf"]) {
    const options = schema[key];
    if (!Array.isArray(options)) continue;
    const breaches = options.map((option) => breach(recordOf(option), value, place));
    return breaches.includes(null) ? null : breaches[0] ?? "no option fits";
  }
  const parts = schema["allOf"];
  if (Array.isArray(parts)) {
    return parts.map((part) => breach(recordOf(part), value, place)).find((found) => found !== null) ?? null;
  }
  const types = [schema["type"]].flat().filter((type) => type !== undefined);
  if (types.length > 0 && !types.some((type) => isOfType(value, String(type)))) {
    return `${place.at} is ${typeof value} ${JSON.stringify(value)?.slice(0, 80)}, not ${types.join(" or ")}`;
  }
  if ("const" in schema && schema["const"] !== value) {
    return `${place.at} is not ${JSON.stringify(schema["const"])}`;
  }
  const allowed = schema["enum"];
  if (Array.isArray(allowed) && value !== null && !allowed.includes(value)) {
    return `${place.at} is ${JSON.stringify(value)}, not in the list`;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      breach(recordOf(schema["items"]), item, { ...place, at: `${place.at}[${index}]` })
    )
      .find((found) => found !== null) ?? null;
  }
  return isRecord(value) ? objectBreach(schema, value, place) : null;
}

function objectBreach(schema: Json, value: Json, place: Place): string | null {
  const properties = recordOf(schema["properties"]);
  const required = schema["required"];
  const missing = Array.isArray(required)
    ? required.find((key) => !Object.hasOwn(value, String(key)))
    : undefined;
  if (missing !== undefined) return `${place.at}.${missing} is missing`;
  for (const [key, part] of Object.entries(value)) {
    const own = properties[key] ?? schema["additionalProperties"];
    if (own === undefined && Object.keys(properties).length > 0) {
      return `${place.at}.${key} is not in the contract`;
    }
    const found = isRecord(own) ? breach(own, part, { ...place, at: `${place.at}.${key}` }) : null;
    if (found !== null) return found;
  }
  return null;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isRecord(value);
    case "integer":
      return Number.isSafeInteger(value);
    default:
      return kindOf(value) === type;
  }
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return typeof value;
}
