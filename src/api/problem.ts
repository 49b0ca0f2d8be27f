/** How a mistake or a failure is told to a caller: RFC 9457 problem documents with a stable code. */
import { z } from "@hono/zod-openapi";
import { AppError, type ErrorCode } from "../errors.ts";

/** Codes that exist only on the wire of HTTP. */
export type ProblemCode = ErrorCode | "method_not_allowed";

const STATUSES = {
  bad_request: 400,
  validation_failed: 422,
  invalid_machine: 400,
  invalid_entity_id: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  machine_not_found: 404,
  entity_not_found: 404,
  entity_not_active: 409,
  entity_exists: 409,
  event_not_found: 404,
  dead_letter_not_found: 404,
  machine_exists: 409,
  machine_in_use: 409,
  machine_mismatch: 409,
  revision_conflict: 409,
  precondition_failed: 412,
  idempotency_conflict: 422,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  store_unavailable: 503,
  schema_mismatch: 503,
  timeout: 504,
  bad_configuration: 500,
  internal: 500,
  method_not_allowed: 405,
} as const satisfies Record<ProblemCode, number>;

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  409: "Conflict",
  412: "Precondition failed",
  413: "Content too large",
  415: "Unsupported media type",
  422: "Not valid",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
  504: "Timeout",
};

/** One field that was refused: where it is and what is wrong with it, never its value. */
export const FieldErrorSchema = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  code: z.string(),
  message: z.string(),
}).openapi("FieldError");

export const ProblemSchema = z.object({
  type: z.string().openapi({ example: "urn:stator:problem:entity_not_found" }),
  title: z.string(),
  status: z.int(),
  code: z.string().openapi({ description: "Stable, for programs", example: "entity_not_found" }),
  detail: z.union([
    z.string(),
    z.object({ message: z.string(), errors: z.array(z.string()) }),
  ]).openapi({ description: "For people: text, or a text with a list where several things are wrong" }),
  request_id: z.string(),
  errors: z.array(FieldErrorSchema).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
}).openapi("Problem");

export type Problem = z.infer<typeof ProblemSchema>;
export type FieldError = z.infer<typeof FieldErrorSchema>;

export interface ProblemInput {
  readonly code: ProblemCode;
  readonly detail: Problem["detail"];
  readonly requestId: string;
  /** Only where the code has another status in this place. */
  readonly status?: number;
  readonly errors?: readonly FieldError[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response with media type `application/problem+json`. */
export function problemResponse(input: ProblemInput): Response {
  const status = input.status ?? STATUSES[input.code];
  const body: Problem = {
    type: `urn:stator:problem:${input.code}`,
    title: TITLES[status] ?? "Error",
    status,
    code: input.code,
    detail: input.detail,
    request_id: input.requestId,
    ...(input.errors === undefined ? {} : { errors: [...input.errors] }),
    ...(input.details === undefined ? {} : { details: { ...input.details } }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...input.headers },
  });
}

/** The problem of anything thrown by a handler; what is not an `AppError` says nothing about itself. */
export function problemOf(error: unknown, requestId: string): Response {
  if (!(error instanceof AppError)) {
    return problemResponse({ code: "internal", detail: "Internal server error", requestId });
  }
  const { retry_after_seconds, errors, field_errors, status, ...details } = error.details;
  const isHidden = error.code === "store_unavailable" || error.code === "bad_configuration" ||
    error.code === "internal";
  return problemResponse({
    code: error.code,
    detail: isHidden
      ? HIDDEN_DETAILS[error.code] ?? "Internal server error"
      : Array.isArray(errors)
      ? { message: error.message, errors: errors.map(String) }
      : error.message,
    requestId,
    ...(typeof status === "number" ? { status } : {}),
    ...(isFieldErrors(field_errors) ? { errors: field_errors } : {}),
    ...(isHidden || Object.keys(details).length === 0 ? {} : { details }),
    headers: headersOf(error.code, retry_after_seconds),
  });
}

const HIDDEN_DETAILS: Partial<Record<ErrorCode, string>> = {
  store_unavailable: "The store does not answer; try again",
};

function isFieldErrors(value: unknown): value is readonly FieldError[] {
  return Array.isArray(value) && value.every((item) => FieldErrorSchema.safeParse(item).success);
}

function headersOf(code: ErrorCode, retryAfterSeconds: unknown): Readonly<Record<string, string>> {
  if (code === "unauthenticated") return { "www-authenticate": "Bearer" };
  if (typeof retryAfterSeconds === "number") return { "retry-after": String(Math.max(1, retryAfterSeconds)) };
  if (code === "store_unavailable" || code === "too_many_requests") return { "retry-after": "1" };
  return {};
}
