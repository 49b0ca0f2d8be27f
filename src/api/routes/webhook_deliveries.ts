/** What became of messages to a webhook: tests, the log of deliveries, sending again, new secrets. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { StoredDocument } from "../../store/store.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import {
  DELIVERY_KEPT_MS,
  DELIVERY_KIND,
  DELIVERY_STATES,
  deliveryIdOf,
  messageByHand,
  sentAgain,
  StoredDelivery,
} from "../webhook_delivery.ts";
import { Cursor, Instant, timeOf, wholeNumber } from "./shared.ts";
import { WEBHOOK_KIND } from "./webhooks.ts";

/** A test is waited for: the receiver has 10 s, and the deliverer must come by first. */
const TEST_WAIT_MS = 14_000;
const TEST_LOOK_MS = 100;
const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;
const SECRET_BYTES = 32;
const OVERLAP_HOURS_DEFAULT = 24;
const OVERLAP_HOURS_MAX = 168;
const HOUR_MS = 3_600_000;

const Delivery = z.object({
  id: z.string(),
  webhook_id: z.string(),
  message_id: z.string().openapi({
    description: "With the id of the webhook it is `webhook-id` of the message",
  }),
  topic: z.string(),
  source: z.string().openapi({ description: "`publish`, `feed` or `test`" }),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int(),
  status_code: z.int().nullable(),
  error: z.string().nullable(),
  took_ms: z.number().nullable(),
  answer: z.string().nullable().openapi({ description: "The first 1,000 characters of the answer" }),
  created_at: Instant.nullable(),
  last_attempt_at: Instant.nullable(),
  next_attempt_at: Instant.nullable(),
}).openapi("WebhookDelivery");

const DeliveryDetail = z.object({
  ...Delivery.shape,
  body: z.string().nullable().openapi({ description: "What was sent; null when it is too large to be kept" }),
}).openapi("WebhookDeliveryDetail");

const DeliveryPage = z.object({
  items: z.array(Delivery),
  next_cursor: z.string().nullable(),
}).openapi("WebhookDeliveryPage");

const TestResult = z.object({
  success: z.boolean(),
  status_code: z.int().nullable(),
  error: z.string().nullable(),
  took_ms: z.number().nullable(),
  answer: z.string().nullable(),
  delivery_id: z.string(),
}).openapi("WebhookTestResult");

const RotateSecret = z.strictObject({
  overlap_hours: z.int().min(0).max(OVERLAP_HOURS_MAX).default(OVERLAP_HOURS_DEFAULT),
}).openapi("WebhookSecretRotation");

const RotatedSecret = z.object({
  secret: z.string().openapi({ description: "Shown this once" }),
  previous_secret_until: Instant.nullable(),
}).openapi("WebhookSecretRotated");

const webhookParams = z.object({ webhook_id: z.string().max(64) });
const deliveryParams = webhookParams.extend({ delivery_id: z.string().max(400) });
const NO_WEBHOOK = problemAnswer("No such webhook");
const NO_DELIVERY = problemAnswer("No such webhook or delivery");

const testRoute = defineRoute({
  method: "post",
  path: "/api/v1/webhooks/{webhook_id}/test",
  tags: ["webhooks"],
  summary: "Send a test message, also when disabled, and wait for the answer",
  request: { params: webhookParams },
  responses: { 200: jsonAnswer(TestResult, "What the receiver answered"), 404: NO_WEBHOOK },
});

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/{webhook_id}/deliveries",
  tags: ["webhooks"],
  summary: "Messages to one webhook, newest first; kept for seven days",
  request: {
    params: webhookParams,
    query: z.strictObject({
      limit: wholeNumber({ min: 1, max: PAGE_MAX }).optional(),
      cursor: Cursor.optional(),
    }),
  },
  responses: { 200: jsonAnswer(DeliveryPage, "One page"), 404: NO_WEBHOOK },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}",
  tags: ["webhooks"],
  summary: "One message with its body",
  request: { params: deliveryParams },
  responses: { 200: jsonAnswer(DeliveryDetail, "The message"), 404: NO_DELIVERY },
});

const redeliverRoute = defineRoute({
  method: "post",
  path: "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
  tags: ["webhooks"],
  summary: "Send a message again, under the same id",
  request: { params: deliveryParams },
  responses: {
    202: jsonAnswer(Delivery, "It is sent in a moment"),
    404: NO_DELIVERY,
    409: problemAnswer("Its body was not kept, or it changed meanwhile"),
  },
});

const rotateRoute = defineRoute({
  method: "post",
  path: "/api/v1/webhooks/{webhook_id}/rotate-secret",
  tags: ["webhooks"],
  summary: "A new secret; for a while messages carry the signatures of both",
  request: { params: webhookParams, body: jsonBody(RotateSecret) },
  responses: {
    200: jsonAnswer(RotatedSecret, "The new secret"),
    404: NO_WEBHOOK,
    409: problemAnswer("Changed meanwhile"),
  },
});

export function addWebhookDeliveryRoutes(app: ApiApp, deps: RouteDeps): void {
  const { documents } = deps.store.operations;
  const { clock } = deps;

  app.openapi(testRoute, async (c) => {
    const webhook = await requiredWebhook(c.req.valid("param").webhook_id);
    const messageId = deps.newId();
    const nowMs = await deps.store.ping();
    const body = JSON.stringify({
      event_type: "test",
      webhook_id: webhook.id,
      webhook_name: String(webhook.body.name ?? ""),
      message: "A test message, sent because somebody asked for it",
      timestamp: timeOf(nowMs),
    });
    const message = { webhookId: webhook.id, messageId, topic: "test", source: "test", body };
    const id = deliveryIdOf(webhook.id, messageId);
    await documents.put(DELIVERY_KIND, id, messageByHand(message, nowMs), {
      expectedVersion: 0,
      expiresAtMs: nowMs + DELIVERY_KEPT_MS,
      dueAtMs: nowMs,
    });
    await audit(c, deps, { action: "webhook.tested", resource: `webhook:${webhook.id}` });
    return c.json(testResult(await finished(id), messageId), 200);
  });

  app.openapi(listRoute, async (c) => {
    const webhook = await requiredWebhook(c.req.valid("param").webhook_id);
    const { limit = PAGE_DEFAULT, cursor = null } = c.req.valid("query");
    const query = { prefix: `${webhook.id}.`, limit, cursor, isNewestFirst: true };
    const page = await documents.list(DELIVERY_KIND, query);
    return c.json({ items: page.items.map(deliveryRecord), next_cursor: page.nextCursor }, 200);
  });

  app.openapi(readRoute, async (c) => {
    const record = await requiredDelivery(c.req.valid("param"));
    return c.json({ ...deliveryRecord(record), body: StoredDelivery.parse(record.body).body }, 200);
  });

  app.openapi(redeliverRoute, async (c) => {
    const record = await requiredDelivery(c.req.valid("param"));
    if (typeof record.body.body !== "string") {
      throw new AppError("conflict", "Cannot send the message again: its body was too large to be kept");
    }
    const nowMs = await deps.store.ping();
    const version = await documents.put(DELIVERY_KIND, record.id, sentAgain(record, nowMs), {
      expectedVersion: record.version,
      expiresAtMs: nowMs + DELIVERY_KEPT_MS,
      dueAtMs: nowMs,
    });
    if (version === null) {
      throw new AppError("revision_conflict", "Cannot send the message again: it changed meanwhile");
    }
    await audit(c, deps, {
      action: "webhook.redelivered",
      resource: `webhook:${record.body.webhook_id}`,
      details: { message: String(record.body.message_id) },
    });
    return c.json(deliveryRecord(await requiredDelivery(c.req.valid("param"))), 202);
  });

  app.openapi(rotateRoute, async (c) => {
    const webhook = await requiredWebhook(c.req.valid("param").webhook_id);
    const { overlap_hours: hours } = c.req.valid("json");
    const untilMs = hours === 0 ? null : await deps.store.ping() + hours * HOUR_MS;
    const secret = newSecret();
    const body = {
      ...webhook.body,
      secret,
      previous_secret: webhook.body.secret ?? null,
      previous_secret_until_ms: untilMs,
    };
    const version = await documents.put(WEBHOOK_KIND, webhook.id, body, {
      expectedVersion: webhook.version,
      expiresAtMs: null,
    });
    if (version === null) {
      throw new AppError("revision_conflict", "Cannot change the secret: the webhook changed meanwhile");
    }
    await audit(c, deps, { action: "webhook.secret_rotated", resource: `webhook:${webhook.id}` });
    return c.json({ secret, previous_secret_until: untilMs === null ? null : timeOf(untilMs) }, 200);
  });

  /** The record when the deliverer is done with it, or as it is when the time is over. */
  async function finished(id: string): Promise<StoredDocument | null> {
    const untilMs = clock.nowMs() + TEST_WAIT_MS;
    while (true) {
      const record = await documents.get(DELIVERY_KIND, id);
      const isDone = record === null || record.body.state !== "waiting";
      if (isDone || clock.nowMs() >= untilMs || deps.closing.aborted) return record;
      await clock.sleep(TEST_LOOK_MS, deps.closing);
    }
  }

  async function requiredWebhook(id: string): Promise<StoredDocument> {
    const stored = await documents.get(WEBHOOK_KIND, id);
    if (stored === null) throw new AppError("not_found", "Cannot find the webhook: no such record");
    return stored;
  }

  async function requiredDelivery(
    params: { readonly webhook_id: string; readonly delivery_id: string },
  ): Promise<StoredDocument> {
    const webhook = await requiredWebhook(params.webhook_id);
    const record = await documents.get(DELIVERY_KIND, deliveryIdOf(webhook.id, params.delivery_id));
    if (record === null) throw new AppError("not_found", "Cannot find the delivery: no such record");
    return record;
  }
}

function testResult(record: StoredDocument | null, deliveryId: string): z.infer<typeof TestResult> {
  const stored = record === null ? null : StoredDelivery.parse(record.body);
  const isUntouched = stored === null || stored.state === "waiting";
  return {
    success: stored?.state === "delivered",
    status_code: stored?.status ?? null,
    error: isUntouched
      ? "No worker sent it yet: look at the deliveries, and whether a worker runs"
      : stored.error ?? (stored.state === "gone" ? "The receiver wants no more messages" : null),
    took_ms: stored?.took_ms ?? null,
    answer: stored?.answer ?? null,
    delivery_id: deliveryId,
  };
}

function deliveryRecord(record: StoredDocument): z.infer<typeof Delivery> {
  const stored = StoredDelivery.parse(record.body);
  return {
    id: stored.message_id,
    webhook_id: stored.webhook_id,
    message_id: stored.message_id,
    topic: stored.topic,
    source: stored.source,
    state: stored.state,
    attempts: stored.attempts,
    status_code: stored.status,
    error: stored.error,
    took_ms: stored.took_ms,
    answer: stored.answer,
    created_at: timeOf(record.createdAtMs),
    last_attempt_at: stored.last_at_ms === null ? null : timeOf(stored.last_at_ms),
    next_attempt_at: stored.next_at_ms === null ? null : timeOf(stored.next_at_ms),
  };
}

function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
