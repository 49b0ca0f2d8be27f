/** How a page asks the API: the browser's session goes along, answers come back as data or as a problem to show. */

/**
 * Sends one request to the API, wherever it runs. The URL's path and query count, its host does not. `connection` is that
 * of the visitor, whose address counts for what people may do in a minute.
 */
export type ApiFetch = (request: Request, connection?: Connection) => Promise<Response>;

export interface Connection {
  readonly remoteAddr?: Deno.Addr;
}

/** What the API said when it refused, in its own words. */
export interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
}

export type Answer<T> = { readonly ok: true; readonly data: T } | {
  readonly ok: false;
  readonly problem: Problem;
};

export interface ApiClient {
  get<T>(path: string): Promise<Answer<T>>;
  post<T>(path: string, body: unknown): Promise<Answer<T>>;
}

const API_BASE = "http://api.internal/api/v1";
const UNREACHABLE: Problem = {
  status: 503,
  detail: "The API does not answer. Is it running? Start it with: stator api",
  code: "api_unreachable",
  requestId: "",
};

/** A client for one page request; `token` is the session's bearer token, null when nobody is signed in. */
export function createApiClient(apiFetch: ApiFetch, token: string | null): ApiClient {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<Answer<T>> => {
    const headers = new Headers({ accept: "application/json" });
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    const request = new Request(`${API_BASE}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    let response: Response;
    try {
      response = await apiFetch(request);
    } catch {
      return { ok: false, problem: UNREACHABLE };
    }
    return await answerOf<T>(response);
  };
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
  };
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  let data: unknown = null;
  try {
    data = text === "" ? null : JSON.parse(text);
  } catch {
    // A proxy or a broken server answered; the status says enough.
  }
  if (response.ok) return { ok: true, data: data as T };
  const body = isRecord(data) ? data : {};
  return {
    ok: false,
    problem: {
      status: response.status,
      detail: detailText(body.detail ?? body.error) || `The API answered ${response.status}`,
      code: typeof body.code === "string" ? body.code : "unknown",
      requestId: response.headers.get("x-request-id") ?? "",
    },
  };
}

function detailText(detail: unknown): string {
  if (typeof detail === "string") return detail;
  if (!isRecord(detail)) return "";
  const errors = Array.isArray(detail.errors) ? detail.errors.map(String) : [];
  return [String(detail.message ?? ""), ...errors].filter((line) => line !== "").join("\n");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
