/** Action `publish`: tells everybody who subscribed to a topic, each by a signed webhook. */
import type { Clock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { ActionHandler } from "./actions.ts";
import type { Outgoing } from "./outgoing.ts";
import { deliverWebhook, type WebhookTarget } from "./webhook.ts";

export interface PublishDeps {
  readonly outgoing: Outgoing;
  readonly webhooksOf: (topic: string, machineName: string) => Promise<readonly WebhookTarget[]>;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Log;
}

/**
 * Sends `{type, timestamp, data}` to each subscriber. `data` holds the keys of `include`, or the whole context without
 * keys that begin with `_`. When one of them fails all are tried again; `webhook-id` tells them that they know it.
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
    const body = JSON.stringify({
      type: topic,
      timestamp: new Date(action.createdAtMs).toISOString(),
      machine: action.machineName,
      entity_id: action.entityId,
      data: dataOf(action),
    });
    const results = await Promise.all(
      targets.map((target) => deliver({ target, body, action, deps, signal })),
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
  readonly action: LeasedAction;
  readonly deps: PublishDeps;
  readonly signal: AbortSignal;
}): Promise<ActionResult> {
  const { target, body, action, deps, signal } = delivery;
  const result = await deliverWebhook({ target, messageId: action.actionId, body }, deps, signal);
  if (result.type === "delivered") return { type: "done", output: null };
  const reason = result.type === "gone" ? "it wants no more" : result.reason;
  deps.log.warning("A webhook was not delivered", { webhook: target.id, action_id: action.actionId, reason });
  if (result.type === "gone") return { type: "done", output: null };
  const { isFinal, retryAfterMs } = result;
  return { type: "failed", error: `Cannot deliver webhook "${target.id}": ${reason}`, isFinal, retryAfterMs };
}
