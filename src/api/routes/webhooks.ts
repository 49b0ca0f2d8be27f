/** Who outside is told when something goes wrong. Credentials go in and never come out. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { StoredDocument } from "../../store/store.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import { isOutsideUrl } from "../outside_url.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Instant, timeOf } from "./shared.ts";

export const WEBHOOK_KIND = "webhook";
const WEBHOOKS_MAX = 200;
const MASK = "***";

/** What the service itself tells, a topic that machines publish to, or `*`. */
const EventName = z.string().regex(/^(?:\*|[a-z0-9_.:-]{1,200})$/).openapi({ example: "transition_failed" });
const HeaderName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/).refine(
  (name) => !["host", "content-length", "transfer-encoding", "connection"].includes(name.toLowerCase()),
  "Set by the sender",
);
const HEADER_NAMES = { description: "Sent along", propertyNames: { pattern: "^[A-Za-z0-9-]{1,100}$" } };
// deno-lint-ignore no-control-regex
const Headers = z.record(HeaderName, z.string().max(4_096).regex(/^[^\r\n\u0000]*$/)).openapi(HEADER_NAMES);
const Target = z.string().min(1).max(2_048).refine(
  isOutsideUrl,
  "Send an https address outside this network",
);

const Webhook = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  events: z.array(EventName),
  headers: z.record(z.string(), z.string()).nullable().openapi({ description: "Values are masked" }),
  enabled: z.boolean(),
  has_secret: z.boolean(),
  previous_secret_until: Instant.nullable().openapi({ description: "Until then its signature is sent, too" }),
  created_at: Instant.nullable(),
  updated_at: Instant.nullable(),
}).openapi("WebhookResponse");

const WebhookList = z.object({ webhooks: z.array(Webhook), total: z.int() }).openapi("WebhookListResponse");

const Secret = z.string().regex(/^whsec_[A-Za-z0-9+/=_-]{32,88}$/);

const CreateWebhook = z.strictObject({
  name: z.string().min(1).max(255),
  url: Target,
  events: z.array(EventName).min(1),
  headers: Headers.nullish(),
  secret: Secret.nullish().openapi({ description: "Signs deliveries as Standard Webhooks" }),
  enabled: z.boolean().default(true),
}).openapi("WebhookCreateRequest");

const UpdateWebhook = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  url: Target.optional(),
  events: z.array(EventName).min(1).optional(),
  headers: Headers.nullish().openapi({ description: "null removes them, absent keeps them" }),
  secret: Secret.nullish(),
  enabled: z.boolean().optional(),
}).openapi("WebhookUpdateRequest");

const webhookParams = z.object({ webhook_id: z.string().max(64) });
const NO_WEBHOOK = problemAnswer("No such webhook");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/webhooks",
  tags: ["webhooks"],
  summary: "Webhooks, newest first",
  responses: { 200: jsonAnswer(WebhookList, "All of them") },
});

const createWebhookRoute = defineRoute({
  method: "post",
  path: "/api/v1/webhooks",
  tags: ["webhooks"],
  summary: "Tell somebody from now on",
  request: { body: jsonBody(CreateWebhook) },
  responses: { 201: jsonAnswer(Webhook, "Stored") },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/webhooks/{webhook_id}",
  tags: ["webhooks"],
  summary: "One webhook",
  request: { params: webhookParams },
  responses: { 200: jsonAnswer(Webhook, "The webhook"), 404: NO_WEBHOOK },
});

const updateRoute = defineRoute({
  method: "put",
  path: "/api/v1/webhooks/{webhook_id}",
  tags: ["webhooks"],
  summary: "Change some of it: null clears, absent keeps",
  request: { params: webhookParams, body: jsonBody(UpdateWebhook) },
  responses: {
    200: jsonAnswer(Webhook, "Changed"),
    404: NO_WEBHOOK,
    409: problemAnswer("Changed meanwhile"),
  },
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/api/v1/webhooks/{webhook_id}",
  tags: ["webhooks"],
  summary: "Stop telling",
  request: { params: webhookParams },
  responses: { 204: { description: "Gone" }, 404: NO_WEBHOOK },
});

export function addWebhookRoutes(app: ApiApp, deps: RouteDeps): void {
  const { documents } = deps.store.operations;

  app.openapi(listRoute, async (c) => {
    const { items } = await documents.list(WEBHOOK_KIND, { limit: WEBHOOKS_MAX, isNewestFirst: true });
    return c.json({ webhooks: items.map(webhookRecord), total: items.length }, 200);
  });

  app.openapi(createWebhookRoute, async (c) => {
    const body = c.req.valid("json");
    const { items } = await documents.list(WEBHOOK_KIND, { limit: WEBHOOKS_MAX, isNewestFirst: true });
    if (items.length >= WEBHOOKS_MAX) {
      throw new AppError("conflict", `Cannot add a webhook: there are ${WEBHOOKS_MAX} already`);
    }
    const id = deps.newId();
    await documents.put(WEBHOOK_KIND, id, {
      name: body.name,
      url: body.url,
      events: body.events,
      headers: body.headers ?? null,
      secret: body.secret ?? null,
      enabled: body.enabled,
    }, { expectedVersion: 0, expiresAtMs: null });
    await audit(c, deps, { action: "webhook.created", resource: `webhook:${id}` });
    return c.json(webhookRecord(await required(id)), 201);
  });

  app.openapi(readRoute, async (c) => {
    const stored = await required(c.req.valid("param").webhook_id);
    return c.json(webhookRecord(stored), 200);
  });

  app.openapi(updateRoute, async (c) => {
    const stored = await required(c.req.valid("param").webhook_id);
    const body: Record<string, unknown> = c.req.valid("json");
    const given = Object.entries(body).filter(([, value]) => value !== undefined);
    const next: JsonObject = { ...stored.body, ...JSON.parse(JSON.stringify(Object.fromEntries(given))) };
    const version = await documents.put(WEBHOOK_KIND, stored.id, next, {
      expectedVersion: stored.version,
      expiresAtMs: null,
    });
    if (version === null) {
      throw new AppError("revision_conflict", "Cannot change the webhook: it changed meanwhile");
    }
    await audit(c, deps, {
      action: "webhook.changed",
      resource: `webhook:${stored.id}`,
      details: { fields: given.map(([key]) => key) },
    });
    return c.json(webhookRecord(await required(stored.id)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { webhook_id: id } = c.req.valid("param");
    if (!await documents.delete(WEBHOOK_KIND, id)) throw noWebhook();
    await audit(c, deps, { action: "webhook.deleted", resource: `webhook:${id}` });
    return c.body(null, 204);
  });

  async function required(id: string): Promise<StoredDocument> {
    const stored = await documents.get(WEBHOOK_KIND, id);
    if (stored === null) throw noWebhook();
    return stored;
  }
}

function noWebhook(): AppError {
  return new AppError("not_found", "Cannot find the webhook: no such record");
}

const StoredWebhook = z.object({
  name: z.string().catch(""),
  url: z.string().catch(""),
  events: z.array(EventName).catch([]),
  headers: z.record(z.string(), z.string()).nullable().catch(null),
  secret: z.string().nullable().catch(null),
  previous_secret_until_ms: z.number().nullable().catch(null),
  enabled: z.boolean().catch(false),
});

function webhookRecord(stored: StoredDocument): z.infer<typeof Webhook> {
  const webhook = StoredWebhook.parse(stored.body);
  const { name, url, events, headers, secret, enabled, previous_secret_until_ms: untilMs } = webhook;
  return {
    id: stored.id,
    name,
    url: withoutQueryValues(url),
    events,
    headers: headers === null ? null : Object.fromEntries(Object.keys(headers).map((key) => [key, MASK])),
    enabled,
    has_secret: secret !== null,
    previous_secret_until: untilMs === null ? null : timeOf(untilMs),
    created_at: timeOf(stored.createdAtMs),
    updated_at: timeOf(stored.updatedAtMs),
  };
}

/** Signed addresses carry their secret in the query. */
function withoutQueryValues(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.search === "") return url;
  for (const key of [...parsed.searchParams.keys()]) parsed.searchParams.set(key, MASK);
  return parsed.href;
}
