/** Who subscribed to a topic, read from the stored webhooks. */
import type { WebhookTarget } from "../actions/publish.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { DocumentStore } from "../store/store.ts";

export const WEBHOOK_KIND = "webhook";
const WEBHOOKS_MAX = 1_000;

/** Enabled webhooks whose `events` name the topic or `*`; `secret` is the one of those that have none of their own. */
export function webhooksOf(
  documents: DocumentStore,
  secret: string | null,
): (topic: string) => Promise<readonly WebhookTarget[]> {
  return async (topic) => {
    const { items } = await documents.list(WEBHOOK_KIND, { limit: WEBHOOKS_MAX, isNewestFirst: false });
    return items
      .filter(({ body }) =>
        body.enabled !== false && textsOf(body.events).some((name) => name === topic || name === "*")
      )
      .map(({ id, body }) => targetOf(id, body, secret))
      .filter((target) => target !== null);
  };
}

function targetOf(id: string, body: JsonObject, secret: string | null): WebhookTarget | null {
  if (typeof body.url !== "string") return null;
  const own = [body.secret, body.previous_secret, ...textsOf(body.secrets)].filter((value) =>
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
