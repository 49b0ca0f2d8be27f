/** Who subscribed to a topic, read from the stored webhooks. */
import type { WebhookTarget } from "../actions/webhook.ts";
import type { Clock } from "../clock.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { DocumentStore } from "../store/store.ts";

export const WEBHOOK_KIND = "webhook";
const WEBHOOKS_MAX = 1_000;

export interface Subscription {
  readonly target: WebhookTarget;
  /** Topics, or `*`. */
  readonly events: readonly string[];
}

/** Targets that asked for a topic. */
export function webhooksOf(
  documents: DocumentStore,
  options: { readonly secret: string | null; readonly clock: Pick<Clock, "nowMs"> },
): (topic: string) => Promise<readonly WebhookTarget[]> {
  return async (topic) => {
    const { secret, clock } = options;
    const found = await subscriptionsOf(documents, { secret, nowMs: clock.nowMs() });
    return found.filter(({ events }) => isWanted(events, topic)).map(({ target }) => target);
  };
}

/** Every enabled webhook; `secret` is the one of those that have none of their own. */
export async function subscriptionsOf(
  documents: DocumentStore,
  options: { readonly secret: string | null; readonly nowMs: number },
): Promise<readonly Subscription[]> {
  const { items } = await documents.list(WEBHOOK_KIND, { limit: WEBHOOKS_MAX, isNewestFirst: false });
  return items.flatMap(({ id, body }) => {
    const target = body.enabled === false ? null : targetOf(id, body, options);
    return target === null ? [] : [{ target, events: textsOf(body.events) }];
  });
}

export function isWanted(events: readonly string[], topic: string): boolean {
  return events.includes(topic) || events.includes("*");
}

/** Where a stored webhook wants its messages; during a rotation they carry the signature of the secret before, too. */
export function targetOf(
  id: string,
  body: JsonObject,
  { secret, nowMs }: { readonly secret: string | null; readonly nowMs: number },
): WebhookTarget | null {
  if (typeof body.url !== "string") return null;
  const { previous_secret_until_ms: untilMs = null } = body;
  const isRotated = typeof untilMs === "number" && untilMs > nowMs;
  const own = [body.secret, isRotated ? body.previous_secret ?? secret : null].filter((value) =>
    typeof value === "string"
  );
  const headers = Object.entries(mappingOf(body.headers)).map(([name, value]) =>
    [name, String(value)] as const
  );
  return {
    id,
    url: body.url,
    headers: Object.fromEntries(headers),
    secrets: own.length > 0 ? own : secret === null ? [] : [secret],
  };
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function mappingOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
