/** Action `publish`: tells everybody who subscribed to a topic, each by a signed webhook. */
import type { Clock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { ActionHandler } from "./actions.ts";
import type { Outgoing } from "./outgoing.ts";
import { deliverWebhook, type WebhookDelivery, type WebhookResult, type WebhookTarget } from "./webhook.ts";

export interface PublishDeps {
  readonly outgoing: Outgoing;
  readonly webhooksOf: (topic: string, machineName: string) => Promise<readonly WebhookTarget[]>;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Log;
  /** Keeps the message for those who read streams; repeated calls keep it once. */
  readonly keepPublication?: (actionId: string, message: JsonObject) => Promise<void>;
  /** Delivers one message, or keeps it to try again; default: delivers, and a failure is one of the action. */
  readonly deliverWebhook?: (delivery: WebhookDelivery, signal: AbortSignal) => Promise<WebhookResult>;
}

/**
 * Sends `{type, timestamp, data}` to each subscriber. `data` holds the keys of `include`, or the whole context without
 * keys that begin with `_`. A message that does not arrive is kept and tried again by itself, so that nobody waits for
 * one receiver; `webhook-id` tells a receiver what it knows already.
 */
export function createPublish(deps: PublishDeps): ActionHandler {
  return async (action, signal) => {
    const { topic } = action.params;
    const facts = { machine: action.machineName, entity: action.entityId, action_id: action.actionId };
    if (typeof topic !== "string" || topic === "") {
      deps.log.warning("A publication without a topic is not sent", facts);
      return { type: "done", output: null };
    }
    const targets = await deps.webhooksOf(topic, action.machineName);
    deps.log.info("Published", { ...facts, topic, receivers: targets.length });
    const message = {
      type: topic,
      timestamp: new Date(action.createdAtMs).toISOString(),
      machine: action.machineName,
      entity_id: action.entityId,
      data: dataOf(action),
    };
    await deps.keepPublication?.(action.actionId, message);
    const body = JSON.stringify(message);
    const results = await Promise.all(
      targets.map((target) => deliver({ target, body, topic, action, deps, signal })),
    );
    return results.find((result) => result.type === "failed") ?? { type: "done", output: null };
  };
}

function dataOf(action: LeasedAction): JsonObject {
  const { include } = action.params;
  if (Array.isArray(include)) {
    return Object.fromEntries(include.map((key) => [String(key), action.context[String(key)] ?? null]));
  }
  return Object.fromEntries(Object.entries(action.context).filter(([key]) => !key.startsWith("_")));
}

async function deliver(delivery: {
  readonly target: WebhookTarget;
  readonly body: string;
  readonly topic: string;
  readonly action: LeasedAction;
  readonly deps: PublishDeps;
  readonly signal: AbortSignal;
}): Promise<ActionResult> {
  const { target, body, topic, action, deps, signal } = delivery;
  const message = { target, messageId: action.actionId, body, topic };
  const result = await (deps.deliverWebhook?.(message, signal) ?? deliverWebhook(message, deps, signal));
  if (result.type === "delivered") return { type: "done", output: null };
  const reason = result.type === "gone" ? "it wants no more" : result.reason;
  deps.log.warning("A webhook was not delivered", { webhook: target.id, action_id: action.actionId, reason });
  if (result.type !== "failed") return { type: "done", output: null };
  const { isFinal, retryAfterMs } = result;
  return { type: "failed", error: `Cannot deliver webhook "${target.id}": ${reason}`, isFinal, retryAfterMs };
}
