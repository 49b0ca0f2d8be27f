/** Talks to the API and turns its refusals into errors with the same codes. */
import { AppError, type ErrorCode, messageOf } from "../errors.ts";
import type { ApiConnection } from "./deps.ts";

/** Data as it came; whoever prints it looks at the keys that it needs. */
export type Data = Readonly<Record<string, unknown>>;

export interface Client {
  get(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<Data>;
  /** For answers that are lists. */
  list(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<readonly Data[]>;
  send(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
    headers?: Data,
  ): Promise<Data>;
}

const DEADLINE_MS = 30_000;
const BASE = "http://stator.internal/api/v1";

export function createClient(connection: ApiConnection): Client {
  const call = async (method: string, path: string, body?: unknown, extra: Data = {}): Promise<unknown> => {
    const headers = new Headers({ accept: "application/json" });
    for (const [name, value] of Object.entries(extra)) {
      if (typeof value === "string") headers.set(name, value);
    }
    if (connection.token !== null) headers.set("authorization", `Bearer ${connection.token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    const request = new Request(`${BASE}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return await answerOf(await fetched(connection, request));
  };
  return {
    get: async (path, query) => dataOf(await call("GET", path + queryOf(query))),
    list: async (path, query) => listOf(await call("GET", path + queryOf(query))),
    send: async (method, path, body, headers) => dataOf(await call(method, path, body, headers)),
  };
}

/** An object's key as a list of objects; empty when it is something else. */
export function rowsOf(data: Data, key: string): readonly Data[] {
  return listOf(data[key]);
}

export function pathOf(strings: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent));
}

async function fetched(connection: ApiConnection, request: Request): Promise<Response> {
  try {
    return await connection.fetch(request);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new AppError("timeout", `Cannot reach the API: no answer within ${DEADLINE_MS / 1_000} s`, {
        cause: error,
      });
    }
    throw new AppError("store_unavailable", `Cannot reach the API: ${messageOf(error)}`, { cause: error });
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const data = parsed(text);
  if (response.ok) return data;
  const problem = dataOf(data);
  const detail = typeof problem.detail === "string"
    ? problem.detail
    : JSON.stringify(problem.detail ?? text.slice(0, 500));
  throw new AppError(codeOf(problem.code, response.status), detail, { details: problem });
}

function codeOf(code: unknown, status: number): ErrorCode {
  const known = CODES.find((candidate) => candidate === code);
  if (known !== undefined) return known;
  return STATUS_CODES.get(status) ?? (status >= 500 ? "store_unavailable" : "bad_request");
}

const CODES: readonly ErrorCode[] = [
  "validation_failed",
  "invalid_machine",
  "machine_not_found",
  "entity_not_found",
  "entity_not_active",
  "entity_exists",
  "event_not_found",
  "dead_letter_not_found",
  "machine_exists",
  "machine_in_use",
  "machine_mismatch",
  "revision_conflict",
  "precondition_failed",
  "idempotency_conflict",
  "store_unavailable",
  "schema_mismatch",
];

const STATUS_CODES: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [401, "unauthenticated"],
  [403, "forbidden"],
  [404, "not_found"],
  [409, "conflict"],
  [412, "precondition_failed"],
  [413, "payload_too_large"],
  [415, "unsupported_media_type"],
  [422, "validation_failed"],
  [429, "too_many_requests"],
  [503, "store_unavailable"],
  [504, "timeout"],
]);

function parsed(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}

function dataOf(value: unknown): Data {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly Data[] {
  return Array.isArray(value) ? value.map(dataOf) : [];
}

function queryOf(query: Readonly<Record<string, string | undefined>> = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, value);
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
