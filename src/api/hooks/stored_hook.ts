/** An inbound webhook as the store has it. */
import { z } from "@hono/zod-openapi";
import type { StoredDocument } from "../../store/store.ts";

export const HOOK_KIND = "hook";

export const VerificationStored = z.discriminatedUnion("type", [
  z.object({ type: z.literal("standard"), toleranceSeconds: z.int() }),
  z.object({ type: z.literal("stripe"), header: z.string(), toleranceSeconds: z.int() }),
  z.object({
    type: z.literal("hmac"),
    header: z.string(),
    prefix: z.string(),
    encoding: z.enum(["hex", "base64"]),
    algorithm: z.enum(["sha256", "sha512"]),
  }),
]);

const Stored = z.object({
  name: z.string(),
  enabled: z.boolean(),
  verification: VerificationStored,
  mapping: z.object({
    machine: z.string().nullable(),
    entityId: z.string(),
    trigger: z.string(),
    payload: z.record(z.string(), z.string()).nullable(),
    deliveryId: z.string().nullable(),
    when: z.string().nullable(),
  }),
  /** Header that names a delivery where the mapping does not. */
  idHeader: z.string().nullable(),
  secret: z.string(),
});

export type StoredHook = z.infer<typeof Stored>;

export function hookOf({ body }: StoredDocument): StoredHook {
  return Stored.parse(body);
}
