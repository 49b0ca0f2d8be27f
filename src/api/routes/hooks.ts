/** Inbound webhooks: who may call from outside, how that is proved, and what a call means. */
import { z } from "@hono/zod-openapi";
import { unreachable } from "../../assert.ts";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { StoredDocument } from "../../store/store.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { checkMapping, type Mapping, MappingBody, mappingOf } from "../hooks/mapping.ts";
import { sealSecret } from "../hooks/sealed_secret.ts";
import type { Verification } from "../hooks/signature.ts";
import { HOOK_KIND, hookOf, type StoredHook } from "../hooks/stored_hook.ts";
import { Instant, timeOf } from "./shared.ts";

const HOOKS_MAX = 200;
const SECRET_BYTES = 32;
const TOLERANCE_SECONDS_DEFAULT = 300;

const HeaderName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/);
const Tolerance = z.int().min(1).max(3_600).optional().openapi({
  description: "Seconds that a signed time may differ from now, either way; 300 when left out",
});

const VerificationBody = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("standard"), tolerance_seconds: Tolerance }),
  z.strictObject({ type: z.literal("github") }),
  z.strictObject({ type: z.literal("stripe"), header: HeaderName.optional(), tolerance_seconds: Tolerance }),
  z.strictObject({
    type: z.literal("hmac"),
    header: HeaderName,
    prefix: z.string().max(50).regex(/^[ -~]*$/).optional(),
    encoding: z.enum(["hex", "base64"]).optional(),
    algorithm: z.enum(["sha256", "sha512"]).optional(),
    id_header: HeaderName.nullish().openapi({ description: "Names a delivery, so that it counts once" }),
  }),
]).openapi("HookVerification");

const Secret = z.string().min(16).max(200).regex(/^[ -~]+$/).openapi({ format: "password" });

const CreateHook = z.strictObject({
  name: z.string().min(1).max(255),
  verification: VerificationBody,
  mapping: MappingBody,
  secret: Secret.nullish().openapi({ description: "Made here and shown once when left out" }),
  enabled: z.boolean().default(true),
}).openapi("HookCreateRequest");

const UpdateHook = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  verification: VerificationBody.optional(),
  mapping: MappingBody.optional(),
  secret: Secret.optional().openapi({ description: "Takes the place of the one before at once" }),
  enabled: z.boolean().optional(),
}).openapi("HookUpdateRequest");

const hookFields = {
  id: z.string(),
  name: z.string(),
  path: z.string().openapi({ description: "Where the sender posts to" }),
  verification: VerificationBody,
  mapping: z.object({
    machine: z.string().nullable(),
    entity_id: z.string(),
    trigger: z.string(),
    payload: z.record(z.string(), z.string()).nullable(),
    delivery_id: z.string().nullable(),
    when: z.string().nullable(),
  }),
  enabled: z.boolean(),
  created_at: Instant,
  updated_at: Instant,
};
const Hook = z.object(hookFields).openapi("Hook");
const NewHook = z.object({
  ...hookFields,
  secret: z.string().nullable().openapi({ description: "Only here, and only when it was made here" }),
}).openapi("NewHook");
const HookList = z.object({ hooks: z.array(Hook), total: z.int() }).openapi("HookList");

const hookParams = z.object({ hook_id: z.string().max(64) });
const NO_HOOK = problemAnswer("No such inbound webhook");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/hooks",
  tags: ["inbound webhooks"],
  summary: "Inbound webhooks, newest first; secrets are never shown",
  responses: { 200: jsonAnswer(HookList, "All of them") },
});

const createHookRoute = defineRoute({
  method: "post",
  path: "/api/v1/hooks",
  tags: ["inbound webhooks"],
  summary: "Let a system outside send events, by signed requests of its own form",
  request: { body: jsonBody(CreateHook) },
  responses: { 201: jsonAnswer(NewHook, "Added"), 409: problemAnswer("There are too many") },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/hooks/{hook_id}",
  tags: ["inbound webhooks"],
  summary: "One inbound webhook",
  request: { params: hookParams },
  responses: { 200: jsonAnswer(Hook, "The inbound webhook"), 404: NO_HOOK },
});

const updateRoute = defineRoute({
  method: "put",
  path: "/api/v1/hooks/{hook_id}",
  tags: ["inbound webhooks"],
  summary: "Change some of it; what is absent stays",
  request: { params: hookParams, body: jsonBody(UpdateHook) },
  responses: { 200: jsonAnswer(Hook, "Changed"), 404: NO_HOOK, 409: problemAnswer("Changed meanwhile") },
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/api/v1/hooks/{hook_id}",
  tags: ["inbound webhooks"],
  summary: "Stop listening",
  request: { params: hookParams },
  responses: { 204: { description: "Gone" }, 404: NO_HOOK },
});

export function addHookRoutes(app: ApiApp, deps: RouteDeps): void {
  const { documents } = deps.store.operations;

  app.openapi(listRoute, async (c) => {
    const { items } = await documents.list(HOOK_KIND, { limit: HOOKS_MAX, isNewestFirst: true });
    return c.json({ hooks: items.map(hookRecord), total: items.length }, 200);
  });

  app.openapi(createHookRoute, async (c) => {
    const body = c.req.valid("json");
    const mapping = mappingOf(body.mapping);
    checkMapping(mapping);
    const { items } = await documents.list(HOOK_KIND, { limit: HOOKS_MAX, isNewestFirst: true });
    if (items.length >= HOOKS_MAX) {
      throw new AppError("conflict", `Cannot add an inbound webhook: there are ${HOOKS_MAX} already`);
    }
    const id = deps.newId();
    const made = body.secret == null ? newSecret() : null;
    const hook: StoredHook = {
      name: body.name,
      enabled: body.enabled,
      ...verifiedBy(body.verification),
      mapping: stored(mapping),
      secret: await sealSecret(made ?? body.secret ?? "", deps.settings.auth),
    };
    await documents.put(HOOK_KIND, id, documentOf(hook), { expectedVersion: 0, expiresAtMs: null });
    await audit(c, deps, { action: "hook.created", resource: `hook:${id}`, details: { name: body.name } });
    return c.json({ ...hookRecord(await required(id)), secret: made }, 201);
  });

  app.openapi(readRoute, async (c) => {
    const document = await required(c.req.valid("param").hook_id);
    return c.json(hookRecord(document), 200);
  });

  app.openapi(updateRoute, async (c) => {
    const document = await required(c.req.valid("param").hook_id);
    const body = c.req.valid("json");
    const mapping = body.mapping === undefined ? null : mappingOf(body.mapping);
    if (mapping !== null) checkMapping(mapping);
    const hook: StoredHook = {
      ...hookOf(document),
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
      ...(body.verification === undefined ? {} : verifiedBy(body.verification)),
      ...(mapping === null ? {} : { mapping: stored(mapping) }),
      ...(body.secret === undefined ? {} : { secret: await sealSecret(body.secret, deps.settings.auth) }),
    };
    const version = await documents.put(HOOK_KIND, document.id, documentOf(hook), {
      expectedVersion: document.version,
      expiresAtMs: null,
    });
    if (version === null) {
      throw new AppError("revision_conflict", "Cannot change the inbound webhook: it changed meanwhile");
    }
    await audit(c, deps, {
      action: "hook.changed",
      resource: `hook:${document.id}`,
      details: { fields: Object.keys(body) },
    });
    return c.json(hookRecord(await required(document.id)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { hook_id: id } = c.req.valid("param");
    if (!await documents.delete(HOOK_KIND, id)) throw noHook();
    await audit(c, deps, { action: "hook.deleted", resource: `hook:${id}` });
    return c.body(null, 204);
  });

  async function required(id: string): Promise<StoredDocument> {
    const document = await documents.get(HOOK_KIND, id);
    if (document === null) throw noHook();
    return document;
  }
}

function noHook(): AppError {
  return new AppError("not_found", "Cannot find the inbound webhook: no such record");
}

/** GitHub's form is one of many; what it is called by is kept apart from how it is checked. */
const GITHUB = { header: "x-hub-signature-256", prefix: "sha256=", idHeader: "x-github-delivery" };

function verifiedBy(
  body: z.output<typeof VerificationBody>,
): { readonly verification: Verification; readonly idHeader: string | null } {
  switch (body.type) {
    case "standard": {
      const toleranceSeconds = body.tolerance_seconds ?? TOLERANCE_SECONDS_DEFAULT;
      return { verification: { type: "standard", toleranceSeconds }, idHeader: "webhook-id" };
    }
    case "github": {
      const { header, prefix, idHeader } = GITHUB;
      return {
        verification: { type: "hmac", header, prefix, encoding: "hex", algorithm: "sha256" },
        idHeader,
      };
    }
    case "stripe": {
      const toleranceSeconds = body.tolerance_seconds ?? TOLERANCE_SECONDS_DEFAULT;
      const header = (body.header ?? "stripe-signature").toLowerCase();
      return { verification: { type: "stripe", header, toleranceSeconds }, idHeader: null };
    }
    case "hmac": {
      const { prefix = "", encoding = "hex", algorithm = "sha256" } = body;
      const verification = {
        type: "hmac",
        header: body.header.toLowerCase(),
        prefix,
        encoding,
        algorithm,
      } as const;
      return { verification, idHeader: body.id_header?.toLowerCase() ?? null };
    }
    default:
      return unreachable(body);
  }
}

function verificationRecord({ verification, idHeader }: StoredHook): z.infer<typeof VerificationBody> {
  switch (verification.type) {
    case "standard":
      return { type: "standard", tolerance_seconds: verification.toleranceSeconds };
    case "stripe":
      return {
        type: "stripe",
        header: verification.header,
        tolerance_seconds: verification.toleranceSeconds,
      };
    case "hmac":
      return { ...verification, id_header: idHeader };
    default:
      return unreachable(verification);
  }
}

function hookRecord(document: StoredDocument): z.infer<typeof Hook> {
  const hook = hookOf(document);
  const { machine, entityId, trigger, payload, deliveryId, when } = hook.mapping;
  return {
    id: document.id,
    name: hook.name,
    path: `/api/v1/hooks/${document.id}`,
    verification: verificationRecord(hook),
    mapping: { machine, entity_id: entityId, trigger, payload, delivery_id: deliveryId, when },
    enabled: hook.enabled,
    created_at: timeOf(document.createdAtMs),
    updated_at: timeOf(document.updatedAtMs),
  };
}

function stored(mapping: Mapping): StoredHook["mapping"] {
  return { ...mapping, payload: mapping.payload === null ? null : { ...mapping.payload } };
}

function documentOf(hook: StoredHook): JsonObject {
  return JSON.parse(JSON.stringify(hook));
}

/** In the form of Standard Webhooks; other ways of signing take it letter by letter. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}
