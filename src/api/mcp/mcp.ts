/** Tools for language models over the Model Context Protocol: every call is a request to this API by the same caller. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { isAtLeast } from "../access.ts";
import { defineRoute, jsonAnswer, jsonBody } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { inputSchemaOf, requestOf, shapeOf, type ToolShape } from "./tool_request.ts";
import { TOOLS } from "./tools.ts";

/** Newest first. */
const PROTOCOL_VERSIONS = ["2025-11-25", "2025-06-18"] as const;

/** Codes of JSON-RPC 2.0. */
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

const INSTRUCTIONS =
  "Stator runs the lifecycles of entities from statecharts. Begin with list_machines and list_entities; " +
  "explain_entity tells why an entity can or cannot move. Try changes with simulate before making them.";

const Message = z.record(z.string(), z.unknown()).openapi("McpMessage", {
  description: "A JSON-RPC 2.0 message: a request, or a notification without `id`",
});

const Call = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string().max(255), z.number()]).optional(),
  method: z.string().max(255),
  params: z.record(z.string(), z.unknown()).default({}),
});

/** Answers to requests of the server, which never asks anything. */
const Reply = z.looseObject({ jsonrpc: z.literal("2.0"), id: z.union([z.string(), z.number()]) })
  .refine((message) => "result" in message || "error" in message);

const mcpRoute = defineRoute({
  method: "post",
  path: "/mcp",
  tags: ["mcp"],
  summary: "Tools for language models: Model Context Protocol over HTTP",
  description: "Methods: `initialize`, `ping`, `tools/list`, `tools/call`. No session is kept.",
  request: { body: jsonBody(Message) },
  responses: {
    200: jsonAnswer(Message, "The answer, or what is wrong with the request"),
    202: { description: "A notification was taken note of" },
  },
});

type Answer =
  | { readonly type: "result"; readonly result: Readonly<Record<string, unknown>> }
  | { readonly type: "error"; readonly code: number; readonly message: string };

export function addMcpRoutes(app: ApiApp, deps: RouteDeps): void {
  let known: readonly ToolShape[] | null = null;

  app.openapi(mcpRoute, async (c) => {
    const message = c.req.valid("json");
    const call = Call.safeParse(message);
    if (!call.success) {
      if (Reply.safeParse(message).success) return c.body(null, 202);
      return c.json(envelope(null, error(INVALID_REQUEST, "Not a request of JSON-RPC 2.0")), 200);
    }
    const { id, method, params } = call.data;
    if (id === undefined) return c.body(null, 202);
    const version = c.req.header("mcp-protocol-version");
    if (version !== undefined && method !== "initialize" && !isKnownVersion(version)) {
      const supported = PROTOCOL_VERSIONS.join(", ");
      return c.json(
        envelope(id, error(INVALID_REQUEST, `Protocol version must be one of ${supported}`)),
        200,
      );
    }
    return c.json(envelope(id, await answerOf(c, method, params)), 200);
  });

  async function answerOf(
    c: Context<ApiEnv>,
    method: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    switch (method) {
      case "initialize":
        return greeting(params);
      case "ping":
        return result({});
      case "tools/list":
        return result({ tools: shapes().filter(({ tool }) => isOffered(c, tool)).map(described) });
      case "tools/call":
        return await callTool(c, params);
      default:
        return error(METHOD_NOT_FOUND, `Unknown method "${method}"`);
    }
  }

  function greeting(params: Readonly<Record<string, unknown>>): Answer {
    const wished = params["protocolVersion"];
    if (typeof wished !== "string") return error(INVALID_PARAMS, "protocolVersion must be a text");
    return result({
      protocolVersion: isKnownVersion(wished) ? wished : PROTOCOL_VERSIONS[0],
      capabilities: { tools: { listChanged: false } },
      serverInfo: { name: "stator", title: deps.settings.appName, version: deps.settings.version },
      instructions: INSTRUCTIONS,
    });
  }

  function isOffered(c: Context<ApiEnv>, { isChanging }: { readonly isChanging: boolean }): boolean {
    return !isChanging || (deps.settings.isMcpWriteAllowed && isAtLeast(c.var.caller.role, "Operator"));
  }

  async function callTool(c: Context<ApiEnv>, params: Readonly<Record<string, unknown>>): Promise<Answer> {
    const { name } = params;
    const given = Arguments.safeParse(params["arguments"] ?? {});
    const shape = shapes().find(({ tool }) => tool.name === name);
    if (shape === undefined) {
      return error(INVALID_PARAMS, `Unknown tool ${JSON.stringify(name)?.slice(0, 100)}`);
    }
    if (!given.success) return error(INVALID_PARAMS, "arguments must be an object");
    // The role is the operation's own matter, which also writes the refusal down.
    if (shape.tool.isChanging && !deps.settings.isMcpWriteAllowed) {
      return failure(
        `Tool "${shape.tool.name}" changes things and is switched off: PYSTATOR_MCP_WRITE is not set`,
      );
    }
    const request = requestOf(shape, given.data);
    if (request.type === "refused") return error(INVALID_PARAMS, request.message);

    const headers = new Headers(request.headers);
    for (const kept of ["authorization", "cookie", "x-csrf-token", "traceparent"]) {
      const value = c.req.header(kept);
      if (value !== undefined) headers.set(kept, value);
    }
    const inner = new Request(new URL(request.target, c.req.url), {
      method: shape.tool.method,
      headers,
      signal: c.req.raw.signal,
      ...(request.body === null ? {} : { body: request.body }),
    });
    const facts = { ...c.env.facts, caller: null, pattern: shape.tool.path };
    return toolAnswer(await app.fetch(inner, { facts, guard: c.env.guard }));
  }

  function shapes(): readonly ToolShape[] {
    return known ??= TOOLS.map((tool) => shapeOf(tool, deps.contract()));
  }
}

const Arguments = z.record(z.string(), z.unknown());

function described(shape: ToolShape): Readonly<Record<string, unknown>> {
  const { name, title, description, isChanging } = shape.tool;
  return {
    name,
    title,
    description,
    inputSchema: inputSchemaOf(shape),
    annotations: { title, readOnlyHint: !isChanging, openWorldHint: false },
  };
}

async function toolAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  if (!response.ok) return failure(text);
  const value = Arguments.safeParse(JSON.parse(text));
  return result({
    content: [{ type: "text", text }],
    ...(value.success ? { structuredContent: value.data } : {}),
    isError: false,
  });
}

/** The tool was found and says no: something the model can read and act on. */
function failure(text: string): Answer {
  return result({ content: [{ type: "text", text }], isError: true });
}

function envelope(id: string | number | null, answer: Answer): Record<string, unknown> {
  return answer.type === "result"
    ? { jsonrpc: "2.0", id, result: answer.result }
    : { jsonrpc: "2.0", id, error: { code: answer.code, message: answer.message } };
}

function isKnownVersion(version: string): boolean {
  return PROTOCOL_VERSIONS.some((known) => known === version);
}

function result(value: Readonly<Record<string, unknown>>): Answer {
  return { type: "result", result: value };
}

function error(code: number, message: string): Answer {
  return { type: "error", code, message };
}
