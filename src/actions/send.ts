/** Action `send` with a target: an event for another entity, or a message for an address outside. */
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { ActionHandler } from "./actions.ts";
import type { OutsideEvent } from "./other_entity.ts";
import { CALLS_COUNTED_MAX, type Outgoing, receiverAfter } from "./outgoing.ts";
import { retryAfterMsOf } from "./retry_after.ts";
import type { Clock } from "../clock.ts";

export interface SendDeps {
  readonly outgoing: Outgoing;
  readonly clock: Pick<Clock, "nowMs">;
  readonly sendEvent: (event: OutsideEvent) => Promise<ActionResult>;
}

const TIMEOUT_MS = 10_000;

/** `entity:ID` and `machine:NAME/ID` are entities of this store; `https://…` gets the event as JSON. */
export function createSend(deps: SendDeps): ActionHandler {
  return async (action, signal) => {
    const { target, trigger } = action.params;
    if (typeof target !== "string" || typeof trigger !== "string") {
      return {
        type: "failed",
        error: "Cannot send: target and trigger must be texts",
        isFinal: true,
        retryAfterMs: null,
      };
    }
    const payload = mappingOf(action.params.payload ?? null);
    const { actionId, traceparent } = action;
    const [, machineName, entityId] =
      /^(?:entity:|machine:([a-z0-9_]{1,200})\/)([A-Za-z0-9][\w.-]{0,254})$/.exec(target) ??
        [];
    if (entityId !== undefined) {
      return await deps.sendEvent({
        actionId,
        entityId,
        machineName: machineName ?? null,
        trigger,
        payload,
        traceparent,
      });
    }
    if (/^https?:/.test(target)) return await post(target, { action, trigger, payload, deps, signal });
    return { type: "skipped", reason: "unknown_target" };
  };
}

async function post(url: string, message: {
  readonly action: LeasedAction;
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly deps: SendDeps;
  readonly signal: AbortSignal;
}): Promise<ActionResult> {
  const { action, trigger, payload, deps, signal } = message;
  const result = await deps.outgoing({
    url,
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": action.actionId,
      ...(action.traceparent === null ? {} : { traceparent: action.traceparent }),
    },
    body: JSON.stringify({ trigger, payload, machine: action.machineName, entity_id: action.entityId }),
    timeoutMs: TIMEOUT_MS,
    callsPerHostMax: CALLS_COUNTED_MAX,
  }, signal);
  if (result.type === "answered" && result.status < 300) return { type: "done", output: null };
  const reason = result.type === "answered" ? `status ${result.status}` : result.reason;
  const isFinal = result.type === "refused" ||
    (result.type === "answered" && result.status < 500 && ![408, 425, 429].includes(result.status));
  return {
    type: "failed",
    error: `Cannot send "${trigger}": ${reason}`,
    isFinal,
    retryAfterMs: result.type === "answered" ? retryAfterMsOf(result.retryAfter, deps.clock.nowMs()) : null,
    receiver: receiverAfter(result),
  };
}

function mappingOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
