/** One operation of the contract: its route with guards, security and the problems that every operation may answer. */
import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { type Access, accessOf } from "./access.ts";
import type { ApiEnv } from "./env.ts";
import { ProblemSchema } from "./problem.ts";

/** What the guards of a request need to know about its operation. */
export interface OperationGuard {
  readonly access: Access;
  readonly pattern: string;
  readonly body: BodyRule | null;
}

export interface BodyRule {
  readonly isRequired: boolean;
  /** YAML text is taken beside JSON. */
  readonly isYamlAllowed: boolean;
  /** Media types that are JSON under another name, taken beside it. */
  readonly jsonTypes: readonly string[];
}

/**
 * Makes a route that is guarded by its row in the access table. Answers that mean success are declared by the route;
 * problems are added here, so that no operation can forget one.
 */
export function defineRoute<P extends string, R extends Omit<RouteConfig, "path"> & { path: P }>(config: R) {
  const { method, path } = config;
  const access = accessOf(method, path);
  const body = bodyRuleOf(config);
  const operation: OperationGuard = { access, pattern: path, body };
  const middleware: MiddlewareHandler<ApiEnv> = async (c, next) => {
    await c.env.guard(c, operation);
    await next();
  };
  const full: R = {
    ...config,
    security: access === "public" ? [] : [{ bearer: [] }, { session: [] }],
    ...(access === "public" ? {} : { "x-role": access === "metrics" ? "Admin" : access }),
    responses: {
      ...config.responses,
      ...(access === "public"
        ? {}
        : { 401: problem("No valid token"), 403: problem("The role does not allow it") }),
      ...(body === null ? {} : { 413: problem("Larger than 1 MiB"), 415: problem("Not JSON in UTF-8") }),
      ...(config.request === undefined
        ? {}
        : { 400: problem("Malformed"), 422: problem("Well-formed, but refused") }),
      default: problem("Anything else that goes wrong"),
    },
    middleware,
  };
  return createRoute<P, R>(full);
}

function problem(description: string) {
  return { description, content: { "application/problem+json": { schema: ProblemSchema } } };
}

function bodyRuleOf(config: Pick<RouteConfig, "request">): BodyRule | null {
  const body = config.request?.body;
  if (body?.content === undefined) return null;
  const types = Object.keys(body.content);
  const isYamlAllowed = types.includes("application/yaml");
  const jsonTypes = types.filter((type) => type.endsWith("+json"));
  return { isRequired: isYamlAllowed || body.required === true, isYamlAllowed, jsonTypes };
}

/** A JSON body that must be there. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true as const, content: { "application/json": { schema } } };
}

/** A JSON answer. */
export function jsonAnswer<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A problem that this operation is known for. */
export function problemAnswer(description: string) {
  return problem(description);
}
