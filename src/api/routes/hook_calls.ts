/** A call of an inbound webhook: the signature first, then what it means, then into the queue of its entity. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { ATTEMPTS_MAX_DEFAULT, audit, hashOf } from "../commands.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { mapRequest } from "../hooks/mapping.ts";
import { unsealSecret } from "../hooks/sealed_secret.ts";
import { isSigned, type Verification } from "../hooks/signature.ts";
import { HOOK_KIND, hookOf, type StoredHook } from "../hooks/stored_hook.ts";
import { JsonInput } from "./shared.ts";

/** Refusals of one hook within this time are one entry of the audit trail. */
const QUIET_MS = 60_000;
const REMEMBERED_MAX = 1_000;
/** What is checked in place of a hook that does not exist, so that it takes as long. */
const NO_VERIFICATION: Verification = { type: "standard", toleranceSeconds: 1 };

const Taken = z.object({
  status: z.enum(["queued", "duplicate", "ignored"]),
  event_id: z.string().nullable(),
}).openapi("HookCallTaken");

const callRoute = defineRoute({
  method: "post",
  path: "/api/v1/hooks/{hook_id}",
  tags: ["inbound webhooks"],
  summary: "Where systems outside send their signed requests",
  description:
    "The signature takes the place of a token. The same delivery again is `duplicate`; one that the mapping " +
    "does not count is `ignored`. Whatever is wrong with hook, signature or time is the same 401.",
  request: {
    params: z.object({ hook_id: z.string().max(64) }),
    body: { required: true as const, content: { "application/json": { schema: JsonInput } } },
  },
  responses: {
    202: jsonAnswer(Taken, "Taken"),
    401: problemAnswer("Not signed, not in time, or no such hook"),
  },
});

export function addHookCallRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store, settings, clock, runtime } = deps;
  const notedAtMs = new Map<string, number>();

  app.openapi(callRoute, async (c) => {
    const { hook_id: id } = c.req.valid("param");
    const { sent } = c.var;
    const body = sent?.text ?? "";
    const document = await store.operations.documents.get(HOOK_KIND, id);
    const hook = document === null ? null : hookOf(document);
    const secret = hook === null || !hook.enabled ? null : await unsealSecret(hook.secret, settings.auth);
    const isRight = await isSigned({ headers: c.req.raw.headers, body }, {
      verification: hook?.verification ?? NO_VERIFICATION,
      secret,
      nowMs: clock.nowMs(),
    });
    if (hook === null || !isRight) {
      if (hook !== null && isNoteworthy(id)) {
        await audit(c, deps, { action: "hook.refused", resource: `hook:${id}` });
      }
      throw new AppError("unauthenticated", "The request is not signed by a sender that is known here");
    }
    const mapped = mapRequest(hook.mapping, { headers: c.req.raw.headers, body: JSON.parse(body) });
    if (mapped === null) return c.json({ status: "ignored" as const, event_id: null }, 202);
    const key = await keyOf(hook, mapped.deliveryId, { headers: c.req.raw.headers, body });
    const result = await runtime.append({
      eventId: deps.newId(),
      entityId: mapped.entityId,
      machineName: mapped.machineName,
      machineVersion: null,
      command: { type: "event", trigger: mapped.trigger, payload: mapped.payload },
      notBeforeMs: null,
      // One delivery counts once, whatever is in its repetition.
      idempotency: { scope: `hook:${id}`, key, requestHash: key },
      attemptsMax: ATTEMPTS_MAX_DEFAULT,
      traceparent: null,
      actor: `hook:${hook.name}`.slice(0, ACTOR_LENGTH_MAX),
    });
    const status = result.type === "accepted" ? "queued" as const : "duplicate" as const;
    return c.json({ status, event_id: result.eventId }, 202);
  });

  /** Nobody floods the audit trail with wrong signatures. */
  function isNoteworthy(id: string): boolean {
    const nowMs = clock.nowMs();
    if (nowMs - (notedAtMs.get(id) ?? -Infinity) < QUIET_MS) return false;
    if (notedAtMs.size >= REMEMBERED_MAX) notedAtMs.clear();
    notedAtMs.set(id, nowMs);
    return true;
  }
}

const ACTOR_LENGTH_MAX = 200;

/** Without a name of its own a delivery is its body: the same signed text sent again changes nothing. */
async function keyOf(
  hook: StoredHook,
  deliveryId: string | null,
  request: { readonly headers: Headers; readonly body: string },
): Promise<string> {
  const named = deliveryId ?? (hook.idHeader === null ? null : request.headers.get(hook.idHeader));
  return await hashOf(named === null || named === "" ? { body: request.body } : { id: named });
}
