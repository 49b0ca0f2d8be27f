/** Every message to every webhook as a record: what became of it, and when it is tried again. */
import type { Outgoing } from "../actions/outgoing.ts";
import { deliverWebhook, type WebhookDelivery, type WebhookResult } from "../actions/webhook.ts";
import type { Clock } from "../clock.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { DocumentStore, StoredDocument } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import { DELIVERY_KEPT_MS, DELIVERY_KIND, deliveryIdOf } from "../api/webhook_delivery.ts";
import { targetOf, WEBHOOK_KIND } from "./webhooks.ts";

export interface DeliveriesDeps {
  readonly documents: DocumentStore;
  readonly outgoing: Outgoing;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Webhooks that just failed in this process, and until when nobody waits for them. */
  readonly resting: Map<string, number>;
  /** Signs for webhooks without a secret of their own. */
  readonly secret: string | null;
}

/** A message is tried again for three days; then it can be sent again by hand while its record is kept. */
const RETRY_FOR_MS = 3 * 86_400_000;
const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 3_600_000;
const RESTS_MS = 60_000;
const DUE_MAX = 50;
/** Larger messages are delivered, and cannot be sent again. */
const BODY_LENGTH_MAX = 64 * 1_024;
/** Records of one webhook; the oldest go first. */
const RECORDS_MAX = 1_000;
const WAITING_MAX = 10_000;
const TRIM_PAGE = 100;
const TRIMMED_MAX = 1_000;

/** Where a message came from: tests and messages sent again by hand are tried once. */
export type DeliverySource = "publish" | "feed";

/** Delivers once; a failure that may pass is kept and tried again by whoever delivers what is due. */
export async function deliverOrKeep(
  delivery: WebhookDelivery,
  deps: DeliveriesDeps,
  signal: AbortSignal,
): Promise<WebhookResult> {
  const { documents } = deps;
  const known = await documents.get(DELIVERY_KIND, deliveryIdOf(delivery.target.id, delivery.messageId));
  if (known?.body.state === "delivered") return { type: "delivered" };
  if (known?.body.state === "waiting") return { type: "kept", reason: String(known.body.error ?? "") };
  const restsUntilMs = deps.resting.get(delivery.target.id) ?? 0;
  if (restsUntilMs > deps.clock.nowMs()) return await keepForLater(delivery, { deps, dueAtMs: restsUntilMs });
  const { result, tookMs } = await attempt(delivery, deps, signal);
  if (result.type === "gone") await disable(delivery.target.id, documents);
  const record = await note(delivery, { result, tookMs, source: "publish", known: null }, deps);
  if (result.type === "failed" && record.isKept) return { type: "kept", reason: result.reason };
  return result;
}

/** One attempt of somebody who tries again by themselves; the record only tells of it. */
export async function deliverAndNote(
  delivery: WebhookDelivery,
  deps: DeliveriesDeps,
  signal: AbortSignal,
): Promise<WebhookResult> {
  const known = await deps.documents.get(
    DELIVERY_KIND,
    deliveryIdOf(delivery.target.id, delivery.messageId),
  );
  const { result, tookMs } = await attempt(delivery, deps, signal);
  await note(delivery, { result, tookMs, source: "feed", known }, deps);
  return result;
}

/** Tries what is due; a webhook that fails is not asked again in this round. */
export async function deliverDue(deps: DeliveriesDeps, signal: AbortSignal): Promise<number> {
  const { items } = await deps.documents.due(DELIVERY_KIND, DUE_MAX);
  const byWebhook = Map.groupBy(items, (item) => String(item.body.webhook_id));
  await Promise.all([...byWebhook].map(([id, waiting]) => deliverWaiting(id, { waiting, deps, signal })));
  return items.length;
}

async function deliverWaiting(
  webhookId: string,
  { waiting, deps, signal }: {
    readonly waiting: readonly StoredDocument[];
    readonly deps: DeliveriesDeps;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { documents, clock, secret } = deps;
  const webhook = await documents.get(WEBHOOK_KIND, webhookId);
  let restsUntilMs: number | null = null;
  let isGone = false;
  for (const record of waiting) {
    if (signal.aborted) return;
    const isByHand = record.body.retry_until_ms === 0;
    const target = webhook === null
      ? null
      : targetOf(webhookId, webhook.body, { secret, nowMs: clock.nowMs() });
    const isWanted = (webhook?.body.enabled !== false && !isGone) || isByHand;
    if (target === null || !isWanted || typeof record.body.body !== "string") {
      await keep(record.id, { ...record.body, state: "cancelled", next_at_ms: null }, {
        deps,
        dueAtMs: null,
      });
      continue;
    }
    if (restsUntilMs !== null && !isByHand) {
      await keep(record.id, { ...record.body, next_at_ms: restsUntilMs }, { deps, dueAtMs: restsUntilMs });
      continue;
    }
    const delivery = {
      target,
      messageId: String(record.body.message_id),
      topic: String(record.body.topic),
      body: record.body.body,
    };
    const { result, tookMs } = await attempt(delivery, deps, signal);
    if (result.type === "gone" && !isByHand) {
      isGone = true;
      await disable(webhookId, documents);
    }
    const { nextAtMs } = await note(delivery, { result, tookMs, source: "publish", known: record }, deps);
    if (result.type === "failed") restsUntilMs = nextAtMs ?? restsUntilMs;
  }
}

/** Nobody waits for a receiver that failed a moment ago. */
async function keepForLater(
  delivery: WebhookDelivery,
  { deps, dueAtMs }: { readonly deps: DeliveriesDeps; readonly dueAtMs: number },
): Promise<WebhookResult> {
  const reason = "It failed a moment ago and is left alone for now";
  if (delivery.body.length > BODY_LENGTH_MAX) {
    return { type: "failed", reason, isFinal: false, retryAfterMs: dueAtMs - deps.clock.nowMs() };
  }
  await keep(deliveryIdOf(delivery.target.id, delivery.messageId), {
    ...recordOf(delivery),
    source: "publish",
    state: "waiting",
    error: reason,
    next_at_ms: dueAtMs,
    retry_until_ms: deps.clock.nowMs() + RETRY_FOR_MS,
  }, { deps, dueAtMs });
  return { type: "kept", reason };
}

/** A message that nobody tried to deliver yet. */
function recordOf(delivery: WebhookDelivery) {
  return {
    webhook_id: delivery.target.id,
    message_id: delivery.messageId,
    topic: delivery.topic,
    body: delivery.body.length <= BODY_LENGTH_MAX ? delivery.body : null,
    attempts: 0,
    status: null,
    answer: null,
    error: null,
    took_ms: null,
    last_at_ms: null,
  };
}

async function attempt(delivery: WebhookDelivery, deps: DeliveriesDeps, signal: AbortSignal) {
  const startedMs = deps.clock.nowMs();
  const result = await deliverWebhook(delivery, deps, signal);
  const nowMs = deps.clock.nowMs();
  if (result.type === "failed") deps.resting.set(delivery.target.id, nowMs + RESTS_MS);
  else deps.resting.delete(delivery.target.id);
  return { result, tookMs: nowMs - startedMs };
}

async function note(
  delivery: WebhookDelivery,
  end: {
    readonly result: WebhookResult;
    readonly tookMs: number;
    readonly source: DeliverySource;
    readonly known: StoredDocument | null;
  },
  deps: DeliveriesDeps,
): Promise<{ readonly isKept: boolean; readonly nextAtMs: number | null }> {
  const { result, tookMs, source, known } = end;
  const nowMs = deps.clock.nowMs();
  const attempts = numberOf(known?.body.attempts) + 1;
  const retryUntilMs = typeof known?.body.retry_until_ms === "number"
    ? known.body.retry_until_ms
    : nowMs + RETRY_FOR_MS;
  const hasBody = delivery.body.length <= BODY_LENGTH_MAX;
  const isRetried = result.type === "failed" && !result.isFinal && nowMs < retryUntilMs && hasBody;
  const isKept = isRetried && source === "publish";
  const nextAtMs = isKept ? nowMs + waitMsOf(attempts, { result, random: deps.random }) : null;
  const answer = result.type === "kept" ? undefined : result.answer;
  await keep(deliveryIdOf(delivery.target.id, delivery.messageId), {
    ...recordOf(delivery),
    source: known?.body.source ?? source,
    state: stateOf(result, isRetried),
    attempts,
    status: answer?.status ?? null,
    answer: answer?.excerpt ?? null,
    error: result.type === "failed" ? result.reason : null,
    took_ms: tookMs,
    last_at_ms: nowMs,
    next_at_ms: nextAtMs,
    retry_until_ms: retryUntilMs,
  }, { deps, dueAtMs: nextAtMs });
  return { isKept, nextAtMs };
}

function stateOf(result: WebhookResult, isRetried: boolean): string {
  switch (result.type) {
    case "delivered":
      return "delivered";
    case "gone":
      return "gone";
    default:
      return isRetried ? "waiting" : "failed";
  }
}

/** Longer each time, with chance in it, and never before the receiver asked. */
function waitMsOf(
  attempts: number,
  { result, random }: { readonly result: WebhookResult; readonly random: () => number },
): number {
  const fullMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts, 20));
  const askedMs = result.type === "failed" ? result.retryAfterMs ?? 0 : 0;
  return Math.max(Math.ceil(fullMs * (0.5 + random() / 2)), Math.min(askedMs, RETRY_FOR_MS));
}

async function keep(
  id: string,
  body: JsonObject,
  { deps, dueAtMs }: { readonly deps: DeliveriesDeps; readonly dueAtMs: number | null },
): Promise<void> {
  const expiresAtMs = deps.clock.nowMs() + DELIVERY_KEPT_MS + (dueAtMs === null ? 0 : RETRY_FOR_MS);
  await deps.documents.put(DELIVERY_KIND, id, body, { expectedVersion: null, expiresAtMs, dueAtMs });
}

/** A receiver that answers 410 wants no more. */
export async function disable(webhookId: string, documents: DocumentStore): Promise<void> {
  const stored = await documents.get(WEBHOOK_KIND, webhookId);
  if (stored === null) return;
  const body = { ...stored.body, enabled: false };
  await documents.put(WEBHOOK_KIND, webhookId, body, {
    expectedVersion: stored.version,
    expiresAtMs: null,
  });
}

/** Keeps the newest records of each webhook. Answers how many went. */
export async function trimDeliveries(documents: DocumentStore): Promise<number> {
  const webhooks = await documents.list(WEBHOOK_KIND, { limit: 200, isNewestFirst: false });
  let trimmed = 0;
  for (const { id } of webhooks.items) {
    let cursor: string | null = null;
    let seen = 0;
    while (trimmed < TRIMMED_MAX) {
      const query = { prefix: `${id}.`, limit: TRIM_PAGE, isNewestFirst: true, cursor };
      const page: Awaited<ReturnType<DocumentStore["list"]>> = await documents.list(DELIVERY_KIND, query);
      for (const record of page.items) {
        seen += 1;
        const isOld = seen > (record.body.state === "waiting" ? WAITING_MAX : RECORDS_MAX);
        if (isOld && await documents.delete(DELIVERY_KIND, record.id)) trimmed += 1;
      }
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
  }
  return trimmed;
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 0;
}
