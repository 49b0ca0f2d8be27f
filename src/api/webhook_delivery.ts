/** Records of messages to webhooks: where they are kept, and what a caller may ask to be sent. */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../json.ts";
import type { StoredDocument } from "../store/store.ts";

export const DELIVERY_KIND = "webhook_delivery";
/** How long a record is kept after the last that happened to it. */
export const DELIVERY_KEPT_MS = 7 * 86_400_000;

export const DELIVERY_STATES = ["waiting", "delivered", "failed", "gone", "cancelled"] as const;

export function deliveryIdOf(webhookId: string, messageId: string): string {
  return `${webhookId}.${messageId}`;
}

/** What the deliverer keeps. */
export const StoredDelivery = z.object({
  webhook_id: z.string(),
  message_id: z.string(),
  topic: z.string(),
  source: z.string().catch("publish"),
  state: z.enum(DELIVERY_STATES).catch("failed"),
  body: z.string().nullable().catch(null),
  attempts: z.number().catch(0),
  status: z.number().nullable().catch(null),
  answer: z.string().nullable().catch(null),
  error: z.string().nullable().catch(null),
  took_ms: z.number().nullable().catch(null),
  last_at_ms: z.number().nullable().catch(null),
  next_at_ms: z.number().nullable().catch(null),
});

/** A message that a person asked for: it is tried once, by the process that delivers. */
export function messageByHand(
  message: {
    readonly webhookId: string;
    readonly messageId: string;
    readonly topic: string;
    readonly source: string;
    readonly body: string;
  },
  nowMs: number,
): JsonObject {
  return {
    webhook_id: message.webhookId,
    message_id: message.messageId,
    topic: message.topic,
    source: message.source,
    state: "waiting",
    body: message.body,
    attempts: 0,
    status: null,
    answer: null,
    error: null,
    took_ms: null,
    last_at_ms: null,
    next_at_ms: nowMs,
    retry_until_ms: 0,
  };
}

/** The record once more as waiting, to be tried at once. */
export function sentAgain(record: StoredDocument, nowMs: number): JsonObject {
  const isWaiting = record.body.state === "waiting";
  return {
    ...record.body,
    state: "waiting",
    next_at_ms: nowMs,
    retry_until_ms: isWaiting ? record.body.retry_until_ms ?? 0 : 0,
  };
}
