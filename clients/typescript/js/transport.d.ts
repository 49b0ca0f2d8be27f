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
  readonly errors?: readonly {
    readonly path: readonly (string | number)[];
    readonly message: string;
  }[];
  readonly details?: Readonly<Record<string, unknown>>;
}
/** The service said no, or could not be reached (`code` is "unreachable" or "timeout", `status` 0). */
export declare class StatorError extends Error {
  readonly name = "StatorError";
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
  });
}
export type Send = <Result>(
  wire: Wire,
  input: object | undefined,
  options: RequestOptions | undefined,
) => Promise<Result>;
export declare function createSend(client: ClientOptions): Send;
