/** How a call becomes a request and an answer a value; nothing here knows any operation. */

export interface ClientOptions {
  /** Address of the service, with or without a path before `/api`. */
  readonly baseUrl: string;
  /** An access token or an API key; a function is asked before every call, so that tokens can be renewed. */
  readonly token?: string | (() => string | Promise<string>);
  /** For one call, streams excepted; 30 s when absent. */
  readonly timeoutMs?: number;
  /** In place of the global one. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

export interface RequestOptions {
  /** The same key with the same body is done once, however often it is sent. */
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Where an operation is, and what it takes and answers. */
export interface Wire {
  readonly method: string;
  readonly path: string;
  readonly query?: readonly string[];
  readonly hasBody?: boolean;
  readonly answer: string;
}

/** RFC 9457, as the service writes it. */
export interface ProblemDocument {
  readonly status: number;
  readonly code: string;
  readonly detail: unknown;
  readonly request_id?: string;
  readonly errors?: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The service said no, or could not be reached (`code` is "unreachable" or "timeout", `status` 0). */
export class StatorError extends Error {
  override readonly name = "StatorError";
  /** Stable, for programs. */
  readonly code: string;
  readonly status: number;
  /** null = the answer was no problem document. */
  readonly problem: ProblemDocument | null;
  /** When it may be tried again, if the service says so. */
  readonly retryAfterSeconds: number | null;

  constructor(message: string, facts: {
    readonly code: string;
    readonly status: number;
    readonly problem?: ProblemDocument | null;
    readonly retryAfterSeconds?: number | null;
    readonly cause?: unknown;
  }) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
    this.status = facts.status;
    this.problem = facts.problem ?? null;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

const TIMEOUT_MS_DEFAULT = 30_000;

export type Send = <Result>(
  wire: Wire,
  input: object | undefined,
  options: RequestOptions | undefined,
) => Promise<Result>;

export function createSend(client: ClientOptions): Send {
  const baseUrl = client.baseUrl.replace(/\/+$/, "");

  return async <Result>(wire: Wire, input: object = {}, options: RequestOptions = {}): Promise<Result> => {
    const request = await requestOf(wire, new Map(Object.entries(input)), options);
    let response: Response;
    try {
      response = await (client.fetch ?? fetch)(request);
      if (response.ok) return await valueOf(response, wire.answer) as Result;
      throw await refusalOf(response);
    } catch (cause) {
      if (cause instanceof StatorError || options.signal?.aborted) throw cause;
      const isLate = cause instanceof Error && cause.name === "TimeoutError";
      throw new StatorError(
        `Cannot call ${wire.method} ${wire.path}: ${isLate ? "no answer in time" : "no answer"}`,
        {
          code: isLate ? "timeout" : "unreachable",
          status: 0,
          cause,
        },
      );
    }
  };

  async function requestOf(
    wire: Wire,
    input: ReadonlyMap<string, unknown>,
    options: RequestOptions,
  ): Promise<Request> {
    const headers = new Headers(options.headers);
    const token = typeof client.token === "function" ? await client.token() : client.token;
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    if (options.idempotencyKey !== undefined) headers.set("idempotency-key", options.idempotencyKey);
    const body = wire.hasBody ? input.get("body") : undefined;
    if (body !== undefined) {
      headers.set("content-type", typeof body === "string" ? "application/yaml" : "application/json");
    }
    const signals = options.signal === undefined ? [] : [options.signal];
    if (wire.answer !== "stream") signals.push(AbortSignal.timeout(client.timeoutMs ?? TIMEOUT_MS_DEFAULT));
    return new Request(`${baseUrl}${pathOf(wire, input)}`, {
      method: wire.method,
      headers,
      signal: AbortSignal.any(signals),
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }
}

function pathOf(wire: Wire, input: ReadonlyMap<string, unknown>): string {
  const path = wire.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = String(input.get(name) ?? "");
    // Steps like these would name another operation.
    if (["", ".", ".."].includes(value)) throw new TypeError(`Cannot call ${wire.path}: ${name} is missing`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const name of wire.query ?? []) {
    const value = input.get(name);
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

async function valueOf(response: Response, answer: string): Promise<unknown> {
  switch (answer) {
    case "json":
      return await response.json();
    case "text":
      return await response.text();
    case "bytes":
      return new Uint8Array(await response.arrayBuffer());
    case "stream":
      return response;
    default:
      await response.body?.cancel();
      return undefined;
  }
}

async function refusalOf(response: Response): Promise<StatorError> {
  const { status, headers } = response;
  const text = await response.text();
  const isProblem = (headers.get("content-type") ?? "").startsWith("application/problem+json");
  const problem: ProblemDocument | null = isProblem ? JSON.parse(text) : null;
  const retryAfter = Number(headers.get("retry-after") ?? NaN);
  return new StatorError(problem === null ? `The service answers ${status}` : messageOf(problem), {
    code: problem?.code ?? `http_${status}`,
    status,
    problem,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}

/** The detail is a text, or a text with a list. */
function messageOf({ detail, code }: ProblemDocument): string {
  if (typeof detail === "string") return detail;
  const isRecord = typeof detail === "object" && detail !== null;
  return isRecord && "message" in detail ? String(detail.message) : code;
}
