/** A machine in a request: `{"config": …}` as JSON, or the file itself as YAML; and what is found wrong with it. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { Diagnostic as Finding } from "../../definition/diagnostic.ts";
import type { DefinitionSource } from "../definitions.ts";
import type { LintRegistry } from "../../definition/lint.ts";
import type { ApiEnv, RouteDeps } from "../env.ts";

export const Diagnostic = z.object({
  code: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])),
  line: z.int().optional(),
  column: z.int().optional(),
  hint: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional().openapi({ description: "Facts for programs" }),
}).openapi("Diagnostic");

export function diagnosticRecord(diagnostic: Finding): z.infer<typeof Diagnostic> {
  const { data, path, ...rest } = diagnostic;
  return { ...rest, path: [...path], ...(data === undefined ? {} : { data: { ...data } }) };
}

const YamlText = z.string().openapi({ description: "A machine file" });

/** The guard sees to it that one of the two is there. */
export function machineBody<S extends z.ZodType>(schema: S) {
  return {
    required: false as const,
    content: { "application/json": { schema }, "application/yaml": { schema: YamlText } },
  };
}

/** The document in the body, or the YAML text that came in its place (the body is then empty). */
export function sourceOf(
  c: Context<ApiEnv>,
  body: string | { readonly config?: JsonObject },
): DefinitionSource {
  const text = c.var.yamlText;
  if (text !== null) return { type: "text", text };
  if (typeof body === "string" || body.config === undefined) {
    throw new AppError("validation_failed", "Request is not valid: body.config is missing");
  }
  return { type: "document", document: body.config };
}

/** Names that need no doubt: the operator's own guards and actions, and, where others are named, published machines. */
export async function registryOf(deps: RouteDeps, source: DefinitionSource): Promise<LintRegistry> {
  const registry = { guards: deps.registry?.guards ?? [], actions: deps.registry?.actions ?? [] };
  const text = source.type === "text" ? source.text : JSON.stringify(source.document);
  if (!NAMES_OTHERS.test(text)) return registry;
  return { ...registry, machines: (await deps.store.machines.list({})).map((machine) => machine.name) };
}

const NAMES_OTHERS = /send_event|create_entity|machine:/;
