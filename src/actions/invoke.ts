/** A service that a state invokes: a named action of the operator, or an address that answers with the result. */
import type { JsonValue } from "../json.ts";
import type { ActionHandler } from "./actions.ts";
import { CALLS_COUNTED_MAX, type Outgoing, receiverAfter } from "./outgoing.ts";
import { retryAfterMsOf } from "./retry_after.ts";
import type { Clock } from "../clock.ts";

export interface InvokeDeps {
  readonly outgoing: Outgoing;
  readonly clock: Pick<Clock, "nowMs">;
  readonly handlers?: ReadonlyMap<string, ActionHandler>;
}

const TIMEOUT_MS = 15_000;

/** The result becomes the event `on_done`; a failure at the last attempt becomes `on_error`. */
export function createInvoke(deps: InvokeDeps): ActionHandler {
  return async (action, signal) => {
    const { src } = action.params;
    const source = typeof src === "string" ? src : action.name;
    const handler = deps.handlers?.get(source);
    if (handler !== undefined) return await handler(action, signal);
    if (!/^https?:/.test(source)) return { type: "skipped", reason: "not_registered" };
    const result = await deps.outgoing({
      url: source,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": action.actionId,
        ...(action.traceparent === null ? {} : { traceparent: action.traceparent }),
      },
      body: JSON.stringify({
        entity_id: action.entityId,
        machine: action.machineName,
        context: action.context,
      }),
      timeoutMs: TIMEOUT_MS,
      callsPerHostMax: CALLS_COUNTED_MAX,
    }, signal);
    if (result.type === "answered" && result.status < 300) {
      return { type: "done", output: answerOf(result.body) };
    }
    return {
      type: "failed",
      error: `Cannot invoke "${source}": ${
        result.type === "answered" ? `status ${result.status}` : result.reason
      }`,
      receiver: receiverAfter(result),
      isFinal: result.type === "refused",
      retryAfterMs: result.type === "answered" ? retryAfterMsOf(result.retryAfter, deps.clock.nowMs()) : null,
    };
  };
}

function answerOf(body: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(body);
    return value;
  } catch {
    return body;
  }
}
