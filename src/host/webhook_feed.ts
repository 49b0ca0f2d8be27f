/** Tells subscribers of refused events and of dead letters, each webhook at its own pace and from where it stopped. */
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { DeadLetter } from "../orchestrator/dead_letter.ts";
import type { Page, Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import {
  deliverAndNote,
  deliverDue,
  type DeliveriesDeps,
  disable,
  trimDeliveries,
} from "./webhook_deliveries.ts";
import { isWanted, type Subscription, subscriptionsOf } from "./webhooks.ts";

export interface WebhookFeedDeps {
  readonly store: Store;
  readonly deliveries: DeliveriesDeps;
  readonly clock: Clock;
  readonly log: Log;
  /** Only one process at a time follows the feed. */
  readonly owner: string;
  readonly secret: string | null;
}

const ROUND_MS = 1_000;
const TRIM_EVERY_MS = 600_000;
const LEASE_MS = 30_000;
const PAGE = 20;
const LETTERS_PAGE = 100;
/** More in one round are a flood: the oldest of them may not be told one by one. */
const LETTERS_MAX = 10_000;
const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 3_600_000;
/** After this time a message is given up and the next one is tried. */
const GIVE_UP_MS = 3 * 86_400_000;

const LEADER_KIND = "webhook_leader";
const CURSOR_KIND = "webhook_cursor";
const REFUSED = "transition_failed";
const DEAD = "dead_letter_created";

/** Follows until the signal; a failure of the store is met again in the next round. */
export async function runWebhookFeed(deps: WebhookFeedDeps, signal: AbortSignal): Promise<void> {
  let trimAtMs = deps.clock.nowMs() + TRIM_EVERY_MS;
  while (!signal.aborted) {
    try {
      if (await isLeader(deps)) {
        await Promise.all([followOnce(deps, signal), deliverDue(deps.deliveries, signal)]);
        if (deps.clock.nowMs() >= trimAtMs) {
          trimAtMs = deps.clock.nowMs() + TRIM_EVERY_MS;
          await trimDeliveries(deps.store.operations.documents);
        }
      }
    } catch (error) {
      deps.log.debug("Cannot follow the feed for webhooks", { error: messageOf(error) });
    }
    await deps.clock.sleep(ROUND_MS, signal);
  }
}

/** One round over all webhooks. A new webhook begins with what happens from now on. */
export async function followOnce(deps: WebhookFeedDeps, signal: AbortSignal): Promise<void> {
  const subscriptions = await subscriptionsOf(deps.store.operations.documents, {
    secret: deps.secret,
    nowMs: deps.clock.nowMs(),
  });
  const wanting = subscriptions.filter(({ events }) => isWanted(events, REFUSED) || isWanted(events, DEAD));
  await Promise.all(wanting.map((subscription) => follow(subscription, deps, signal)));
}

async function isLeader(deps: WebhookFeedDeps): Promise<boolean> {
  const { documents } = deps.store.operations;
  const known = await documents.get(LEADER_KIND, "feed");
  const nowMs = deps.clock.nowMs();
  const isMine = known?.body.owner === deps.owner;
  const untilMs = numberOf(known?.body.until_ms);
  if (known !== null && !isMine && untilMs > nowMs) return false;
  if (isMine && untilMs - nowMs > LEASE_MS / 2) return true;
  const body = { owner: deps.owner, until_ms: nowMs + LEASE_MS };
  return await documents.put(LEADER_KIND, "feed", body, {
    expectedVersion: known?.version ?? 0,
    expiresAtMs: null,
  }) !== null;
}

/** Where a webhook stands: in the history of all entities, and among the dead letters. */
interface Place {
  readonly after: string;
  readonly lettersAfterMs: number;
  /** Dead letters of that very ms that were told. */
  readonly lettersTold: readonly string[];
  readonly failures: number;
  readonly failingSinceMs: number;
  readonly nextAtMs: number;
}

interface Message {
  readonly id: string;
  readonly body: JsonObject;
  /** The place once it is told. */
  readonly next: Partial<Place>;
}

async function follow(subscription: Subscription, deps: WebhookFeedDeps, signal: AbortSignal): Promise<void> {
  const { store, clock } = deps;
  const { documents } = store.operations;
  const { target, events } = subscription;
  const stored = await documents.get(CURSOR_KIND, target.id);
  const keep = (place: Place) =>
    documents.put(CURSOR_KIND, target.id, { ...place }, { expectedVersion: null, expiresAtMs: null });
  if (stored === null) {
    await keep(freshPlace(await store.history.head(), await store.ping()));
    return;
  }
  let place = placeOf(stored.body);
  if (place.nextAtMs > clock.nowMs()) return;
  for (const message of await messagesAfter(place, events, store)) {
    const topic = String(message.body.event_type);
    const delivery = { target, messageId: message.id, topic, body: JSON.stringify(message.body) };
    const result = await deliverAndNote(delivery, deps.deliveries, signal);
    if (result.type === "gone") return await disable(target.id, documents);
    if (result.type === "failed") {
      const nowMs = clock.nowMs();
      const sinceMs = place.failures === 0 ? nowMs : place.failingSinceMs;
      deps.log.warning("A webhook was not delivered", {
        webhook: target.id,
        message: message.id,
        reason: result.reason,
      });
      if (!result.isFinal && nowMs - sinceMs < GIVE_UP_MS) {
        const waitMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(place.failures, 20));
        const nextAtMs = nowMs + Math.max(waitMs, result.retryAfterMs ?? 0);
        await keep({ ...place, failures: place.failures + 1, failingSinceMs: sinceMs, nextAtMs });
        return;
      }
      deps.log.error("A webhook message is given up", { webhook: target.id, message: message.id });
    }
    place = { ...place, ...message.next, failures: 0, failingSinceMs: 0, nextAtMs: 0 };
    await keep(place);
  }
}

async function messagesAfter(
  place: Place,
  events: readonly string[],
  store: Store,
): Promise<readonly Message[]> {
  const messages: Message[] = [];
  if (isWanted(events, REFUSED)) {
    const { items } = await store.history.feed({ after: place.after, isSuccess: false, limit: PAGE });
    for (const row of items) {
      messages.push({
        id: row.id,
        body: {
          event_type: REFUSED,
          machine_name: row.machineName,
          entity_id: row.entityId,
          source_state: row.fromState,
          trigger: row.trigger,
          error: row.errorMessage,
          error_type: row.reason,
          timestamp: new Date(row.createdAtMs).toISOString(),
        },
        next: { after: row.cursor },
      });
    }
  }
  if (isWanted(events, DEAD)) messages.push(...await letterMessages(place, store));
  return messages;
}

/** Newest first in the store; told oldest first, some in each round. */
async function letterMessages(place: Place, store: Store): Promise<readonly Message[]> {
  const fresh = (await lettersAfter(place, store)).toReversed().slice(0, PAGE);
  return fresh.map((letter, index) => ({
    id: letter.recordId,
    body: {
      event_type: DEAD,
      record_id: letter.recordId,
      machine_name: letter.machineName,
      entity_id: letter.entityId,
      stage: letter.stage,
      error: letter.errorMessage,
      error_type: letter.reason,
      timestamp: new Date(letter.createdAtMs).toISOString(),
    },
    next: {
      lettersAfterMs: letter.createdAtMs,
      lettersTold: [
        ...(letter.createdAtMs === place.lettersAfterMs ? place.lettersTold : []),
        ...fresh.slice(0, index + 1).filter((other) => other.createdAtMs === letter.createdAtMs)
          .map((other) => other.recordId),
      ],
    },
  }));
}

async function lettersAfter(place: Place, store: Store): Promise<readonly DeadLetter[]> {
  const found: DeadLetter[] = [];
  let cursor: string | null = null;
  while (found.length < LETTERS_MAX) {
    const page: Page<DeadLetter> = await store.deadLetters.list({
      status: "pending",
      limit: LETTERS_PAGE,
      cursor,
    });
    const fresh = page.items.filter((letter) =>
      letter.createdAtMs > place.lettersAfterMs ||
      (letter.createdAtMs === place.lettersAfterMs && !place.lettersTold.includes(letter.recordId))
    );
    found.push(...fresh);
    cursor = page.nextCursor;
    if (cursor === null || fresh.length < page.items.length) break;
  }
  return found;
}

function freshPlace(after: string, nowMs: number): Place {
  return { after, lettersAfterMs: nowMs, lettersTold: [], failures: 0, failingSinceMs: 0, nextAtMs: 0 };
}

function placeOf(body: JsonObject): Place {
  return {
    after: String(body.after ?? ""),
    lettersAfterMs: numberOf(body.lettersAfterMs),
    lettersTold: Array.isArray(body.lettersTold) ? body.lettersTold.map(String) : [],
    failures: numberOf(body.failures),
    failingSinceMs: numberOf(body.failingSinceMs),
    nextAtMs: numberOf(body.nextAtMs),
  };
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 0;
}
