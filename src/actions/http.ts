/** Action `http`: one call to an outside system, with the same idempotency key on every attempt. */
import type { Clock } from "../clock.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { ActionHandler } from "./actions.ts";
import {
  CALLS_COUNTED_MAX,
  type Outgoing,
  type OutgoingRequest,
  type OutgoingResult,
  receiverAfter,
} from "./outgoing.ts";
import { fillSecrets, type HttpSecret } from "./http_secrets.ts";
import { retryAfterMsOf } from "./retry_after.ts";

export interface HttpActionDeps {
  readonly outgoing: Outgoing;
  readonly render: (value: JsonValue, action: LeasedAction) => JsonValue;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Log;
  readonly secrets?: readonly HttpSecret[];
}

type CallResult = Exclude<ActionResult, { readonly type: "skipped" }>;

const TIMEOUT_DEFAULT_S = 10;
/** Answers that may be different in a moment. */
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends `method url` with templated headers and body. Answers with the keys that `on_success` names. With `on_error:
 * fail` a failure is one; with `log` (default) and `ignore` the last failure counts as done.
 */
export function createHttpAction(deps: HttpActionDeps): ActionHandler {
  return async (action, signal) => {
    const request = requestOf(action, deps);
    if (typeof request === "string") return failureOf(action, deps, { reason: request, isFinal: true });
    const result = await deps.outgoing(request, signal);
    return { ...resultOf(result, action, deps), receiver: receiverAfter(result) };
  };
}

function resultOf(result: OutgoingResult, action: LeasedAction, deps: HttpActionDeps): CallResult {
  if (result.type === "refused") return failureOf(action, deps, { reason: result.reason, isFinal: true });
  if (result.type === "failed") return failureOf(action, deps, { reason: result.reason, isFinal: false });
  if (result.status >= 300) {
    return failureOf(action, deps, {
      reason: `The receiver answered with status ${result.status}`,
      isFinal: !TRANSIENT.has(result.status),
      retryAfterMs: retryAfterMsOf(result.retryAfter, deps.clock.nowMs()),
    });
  }
  return { type: "done", output: outputOf(action.params.on_success ?? null, result) };
}

/** What goes into the context: only under the keys that the author named. */
function outputOf(
  onSuccess: JsonValue,
  answer: { readonly status: number; readonly body: string },
): JsonObject | null {
  if (!isJsonObject(onSuccess)) return null;
  const output: Record<string, JsonValue> = {};
  if (typeof onSuccess.status_key === "string") output[onSuccess.status_key] = answer.status;
  if (typeof onSuccess.body_key === "string") output[onSuccess.body_key] = decodedOf(answer.body);
  return output;
}

function failureOf(
  action: LeasedAction,
  deps: HttpActionDeps,
  failure: { readonly reason: string; readonly isFinal: boolean; readonly retryAfterMs?: number | null },
): CallResult {
  const error = `Cannot call "${endpointOf(String(action.params.url ?? ""))}": ${failure.reason}`;
  const isLast = failure.isFinal || action.attempts + 1 >= action.attemptsMax;
  const onError = action.params.on_error ?? "log";
  if (isLast && onError !== "fail") {
    if (onError !== "ignore") {
      deps.log.warning("A call failed and its author asked to go on", {
        machine: action.machineName,
        entity: action.entityId,
        action_id: action.actionId,
        error,
      });
    }
    return { type: "done", output: null, forgiven: error };
  }
  return { type: "failed", error, isFinal: failure.isFinal, retryAfterMs: failure.retryAfterMs ?? null };
}

function requestOf(action: LeasedAction, deps: HttpActionDeps): OutgoingRequest | string {
  const { url, method, headers, body, timeout } = action.params;
  if (typeof url !== "string" || url === "") return "The action has no url";
  const target = renderedUrl(url, action, deps);
  if (target === null) return "A placeholder in the url has no value, or stands in the name of the host";
  const own = headersOf(headers ?? {}, { url: target, action, deps });
  if (typeof own === "string") return own;
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const added = Object.entries({
    "Content-Type": "application/json",
    "Idempotency-Key": action.actionId,
    "User-Agent": "stator",
    ...(action.traceparent === null ? {} : { traceparent: action.traceparent }),
  }).filter(([name]) => !names.has(name.toLowerCase()));
  const timeoutS = typeof timeout === "number" ? timeout : action.options.timeoutS ?? TIMEOUT_DEFAULT_S;
  return {
    url: target,
    method: typeof method === "string" ? method.toUpperCase() : "POST",
    headers: Object.fromEntries([...own, ...added]),
    body: bodyOf(body === undefined ? null : deps.render(body, action)),
    timeoutMs: timeoutS * 1_000,
    callsPerHostMax: CALLS_COUNTED_MAX,
  };
}

/** Header by header, or what forbids to send them. */
function headersOf(
  headers: JsonValue,
  { url, action, deps }: {
    readonly url: string;
    readonly action: LeasedAction;
    readonly deps: HttpActionDeps;
  },
): readonly (readonly [string, string])[] | string {
  if (!isJsonObject(headers)) return [];
  const own: [string, string][] = [];
  const render = (text: string) => String(deps.render(text, action));
  for (const [name, value] of Object.entries(headers)) {
    const filled = fillSecrets(String(value), { url, secrets: deps.secrets ?? [], render });
    if (filled.type === "refused") return filled.reason;
    own.push([name, filled.text]);
  }
  return own;
}

function bodyOf(body: JsonValue): string | null {
  if (body === null) return null;
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Fills placeholders with encoded values; null when one has no value or would choose the host. */
function renderedUrl(url: string, action: LeasedAction, deps: HttpActionDeps): string | null {
  const hostEnd = url.indexOf("/", url.indexOf("://") + 3);
  if (url.includes("{{") && (hostEnd < 0 || url.indexOf("{{") < hostEnd)) return null;
  let isMissing = false;
  const filled = url.replaceAll(/\{\{[^{}]*\}\}/g, (placeholder) => {
    const value = deps.render(placeholder, action);
    if (typeof value !== "string" || value === placeholder) isMissing = true;
    return encodeURIComponent(String(value));
  });
  return isMissing || filled.includes("{{") ? null : filled;
}

/** Scheme and host: what may be shown in messages. */
function endpointOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url.slice(0, 60);
}

function decodedOf(body: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(body);
    return value;
  } catch {
    return body;
  }
}
