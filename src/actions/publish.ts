/** Action `publish`: tells everybody who subscribed to a topic, each by a signed webhook. */
import type { Clock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { ActionHandler } from "./actions.ts";
import type { Outgoing } from "./outgoing.ts";
import { retryAfterMsOf } from "./retry_after.ts";
import { secretBytesOf, signatureHeaders } from "./webhook_signature.ts";

export interface WebhookTarget {
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `whsec_…`, the current one first; two during a rotation. */
  readonly secrets: readonly string[];
}

export interface PublishDeps {
  readonly outgoing: Outgoing;
  readonly webhooksOf: (topic: string, machineName: string) => Promise<readonly WebhookTarget[]>;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Log;
}

const TIMEOUT_MS = 10_000;

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
  const nowMs = deps.clock.nowMs();
  const message = { id: `${action.actionId}.${target.id}`, timestampS: Math.floor(nowMs / 1_000), body };
  const secrets = target.secrets.map(secretBytesOf).filter((secret) => secret !== null);
  const headers = {
    ...target.headers,
    "content-type": "application/json",
    ...await signatureHeaders(message, secrets),
  };
  const request = { url: target.url, method: "POST", headers, body, timeoutMs: TIMEOUT_MS };
  const result = await deps.outgoing(request, signal);
  if (result.type === "answered" && result.status < 300) return { type: "done", output: null };
  const isGone = result.type === "answered" && result.status === 410;
  const reason = result.type === "answered" ? `status ${result.status}` : result.reason;
  deps.log.warning("A webhook was not delivered", { webhook: target.id, action_id: action.actionId, reason });
  if (isGone) return { type: "done", output: null };
  return {
    type: "failed",
    error: `Cannot deliver webhook "${target.id}": ${reason}`,
    isFinal: result.type === "refused",
    retryAfterMs: result.type === "answered" ? retryAfterMsOf(result.retryAfter, nowMs) : null,
  };
}
