/** The contract as a document: OpenAPI 3.1, made from the routes that are served. */
import type { ApiApp } from "./env.ts";
import { boundRequests } from "./request_schemas.ts";

type Json = Record<string, unknown>;

/** The same routes always give the same document. `isOpen` = nobody is asked who they are, and the document says so. */
export function contractOf(
  app: ApiApp,
  { version, isOpen }: { readonly version: string; readonly isOpen: boolean },
): Json {
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
      session: {
        type: "apiKey",
        in: "cookie",
        name: "__Host-stator-sid",
        description: "Session of a browser; changes need the header `X-CSRF-Token` as well",
      },
    },
  };
  for (const operation of operationsOf(document)) {
    markYamlBody(operation);
    markStreams(operation);
    if (isOpen) operation["security"] = [];
  }
  if (isOpen) { for (const path of LOGIN_PATHS) delete recordOf(document["paths"])[path]; }
  boundRequests(document);
  delete document["webhooks"];
  return document;
}

/** Served always, but of no use to anybody where nobody is asked who they are: they answer 503. */
const LOGIN_PATHS = ["/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/session"];

/** A document in YAML or JSON is needed, although neither form alone is; the schema of YAML is that of the document in it. */
function markYamlBody(operation: Json): void {
  const body = recordOf(operation["requestBody"]);
  const content = recordOf(body["content"]);
  if (!Object.hasOwn(content, "application/yaml")) return;
  body["required"] = true;
  content["application/yaml"] = { schema: {} };
}

/** The schema of a stream is that of each event in it. */
function markStreams(operation: Json): void {
  for (const response of Object.values(recordOf(operation["responses"]))) {
    const content = recordOf(recordOf(response)["content"]);
    if (Object.hasOwn(content, "text/event-stream")) content["text/event-stream"] = { schema: STREAM_EVENT };
  }
}

const STREAM_EVENT = {
  type: "object",
  properties: { event: { type: "string" }, id: { type: "string" }, data: { type: "string" } },
  required: ["data"],
};

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
