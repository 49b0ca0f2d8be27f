/** The contract as a document: OpenAPI 3.1, made from the routes that are served. */
import type { ApiApp } from "./env.ts";

type Json = Record<string, unknown>;

/** The same routes always give the same document. */
export function contractOf(app: ApiApp, version: string): Json {
  const document: Json = {
    ...app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Stator",
        version,
        description:
          "Runs the lifecycles of business entities from statecharts. Errors are problem documents " +
          "(RFC 9457) with a stable `code`; lists page by opaque cursors; times are UTC.",
      },
      servers: [{ url: "/" }],
    }),
  };
  const components = recordOf(document["components"]);
  document["components"] = {
    ...components,
    securitySchemes: {
      bearer: { type: "http", scheme: "bearer", description: "Access token of a login, or an API key" },
    },
  };
  for (const operation of operationsOf(document)) markYamlBody(operation);
  delete document["webhooks"];
  return document;
}

/** A document in YAML or JSON is needed, although neither form alone is. */
function markYamlBody(operation: Json): void {
  const body = recordOf(operation["requestBody"]);
  if (Object.hasOwn(recordOf(body["content"]), "application/yaml")) body["required"] = true;
}

function operationsOf(document: Json): readonly Json[] {
  return Object.values(recordOf(document["paths"])).flatMap((path) =>
    Object.values(recordOf(path)).map(recordOf)
  );
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
