/** One delivery of one webhook, signed as Standard Webhooks asks. */
import type { Clock } from "../clock.ts";
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

export type WebhookResult =
  | { readonly type: "delivered"; readonly answer?: WebhookAnswer }
  /** The receiver wants no more of them. */
  | { readonly type: "gone"; readonly answer?: WebhookAnswer }
  /** Not delivered yet; it is kept and tried again by itself. */
  | { readonly type: "kept"; readonly reason: string }
  | {
    readonly answer?: WebhookAnswer;
    readonly type: "failed";
    readonly reason: string;
    readonly isFinal: boolean;
    readonly retryAfterMs: number | null;
  };

export interface WebhookAnswer {
  readonly status: number;
  /** The first part of it. */
  readonly excerpt: string;
}

const EXCERPT_LENGTH = 1_000;
const TIMEOUT_MS = 10_000;

export interface WebhookDelivery {
  readonly target: WebhookTarget;
  readonly messageId: string;
  readonly topic: string;
  readonly body: string;
}

/** `messageId` stays the same over retries: receivers know by it what they have seen. */
export async function deliverWebhook(
  delivery: Omit<WebhookDelivery, "topic">,
  deps: { readonly outgoing: Outgoing; readonly clock: Pick<Clock, "nowMs"> },
  signal: AbortSignal,
): Promise<WebhookResult> {
  const { target, messageId, body } = delivery;
  const nowMs = deps.clock.nowMs();
  const secrets = target.secrets.map(secretBytesOf).filter((secret) => secret !== null);
  const message = { id: `${messageId}.${target.id}`, timestampS: Math.floor(nowMs / 1_000), body };
  const result = await deps.outgoing({
    url: target.url,
    method: "POST",
    headers: {
      ...target.headers,
      "content-type": "application/json",
      ...await signatureHeaders(message, secrets),
    },
    body,
    timeoutMs: TIMEOUT_MS,
  }, signal);
  if (result.type !== "answered") {
    return { type: "failed", reason: result.reason, isFinal: result.type === "refused", retryAfterMs: null };
  }
  const answer = { status: result.status, excerpt: result.body.slice(0, EXCERPT_LENGTH) };
  if (result.status < 300) return { type: "delivered", answer };
  if (result.status === 410) return { type: "gone", answer };
  return {
    type: "failed",
    answer,
    reason: `status ${result.status}`,
    isFinal: false,
    retryAfterMs: retryAfterMsOf(result.retryAfter, nowMs),
  };
}
