/** How a call becomes a request and an answer a value; nothing here knows any operation. */

/** Where an operation is, and what it takes and answers. */

/** RFC 9457, as the service writes it. */

/** The service said no, or could not be reached (`code` is "unreachable" or "timeout", `status` 0). */
export class StatorError extends Error {
  name = "StatorError";
  /** Stable, for programs. */
  code;
  status;
  /** null = the answer was no problem document. */
  problem;
  /** When it may be tried again, if the service says so. */
  retryAfterSeconds;

  constructor(message, facts) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
    this.status = facts.status;
    this.problem = facts.problem ?? null;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

const TIMEOUT_MS_DEFAULT = 30_000;

export function createSend(client) {
  const baseUrl = client.baseUrl.replace(/\/+$/, "");

  return async (wire, input = {}, options = {}) => {
    const request = await requestOf(wire, new Map(Object.entries(input)), options);
    let response;
    try {
      response = await (client.fetch ?? fetch)(request);
      if (response.ok) return await valueOf(response, wire.answer);
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
    wire,
    input,
    options,
  ) {
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

function pathOf(wire, input) {
  const path = wire.path.replaceAll(/\{(\w+)\}/g, (_whole, name) => {
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

async function valueOf(response, answer) {
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

async function refusalOf(response) {
  const { status, headers } = response;
  const text = await response.text();
  const isProblem = (headers.get("content-type") ?? "").startsWith("application/problem+json");
  const problem = isProblem ? JSON.parse(text) : null;
  const retryAfter = Number(headers.get("retry-after") ?? NaN);
  return new StatorError(problem === null ? `The service answers ${status}` : messageOf(problem), {
    code: problem?.code ?? `http_${status}`,
    status,
    problem,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}

/** The detail is a text, or a text with a list. */
function messageOf({ detail, code }) {
  if (typeof detail === "string") return detail;
  const isRecord = typeof detail === "object" && detail !== null;
  return isRecord && "message" in detail ? String(detail.message) : code;
}
