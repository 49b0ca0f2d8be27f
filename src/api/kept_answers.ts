/** `Idempotency-Key` where no lane keeps the answer: the first request holds the key, later ones get what it answered. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import { hashOf, keyConflict } from "./commands.ts";
import type { ApiEnv, RouteDeps } from "./env.ts";

const KIND = "kept_answer";
const KEPT_MS = 7 * 86_400_000;
/** A process that dies in between gives the key back after this time. */
const HELD_MS = 60_000;

const Kept = z.object({
  request_hash: z.string(),
  held_until_ms: z.number().nullable(),
  answer: z.unknown(),
});

/**
 * Runs once for each key of the caller. Only success is kept; a request that fails gives the key back. While the first
 * is under way a second gets 409.
 */
export async function answerOnce<Answer>(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  { operation, body, readAnswer, run }: {
    readonly operation: string;
    readonly body: unknown;
    readonly readAnswer: (stored: unknown) => Answer;
    readonly run: () => Promise<Answer>;
  },
): Promise<Answer> {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return await run();
  const { documents } = deps.store.operations;
  const id = await hashOf({ user: c.var.caller.name, key });
  const requestHash = await hashOf({ operation, body });

  const known = await documents.get(KIND, id);
  const kept = known === null ? null : Kept.parse(known.body);
  const nowMs = deps.clock.nowMs();
  if (kept !== null && kept.request_hash !== requestHash) throw keyConflict();
  if (kept !== null && kept.held_until_ms === null) {
    c.header("idempotency-replayed", "true");
    return readAnswer(kept.answer);
  }
  const isHeld = kept !== null && kept.held_until_ms !== null && kept.held_until_ms > nowMs;
  const heldVersion = isHeld ? null : await documents.put(
    KIND,
    id,
    { request_hash: requestHash, held_until_ms: nowMs + HELD_MS, answer: null },
    { expectedVersion: known?.version ?? 0, expiresAtMs: nowMs + KEPT_MS },
  );
  if (heldVersion === null) {
    throw new AppError("conflict", "Cannot run the request again: the first one is under way");
  }
  try {
    const answer = await run();
    await documents.put(KIND, id, {
      request_hash: requestHash,
      held_until_ms: null,
      answer: JSON.parse(JSON.stringify(answer)),
    }, { expectedVersion: heldVersion, expiresAtMs: nowMs + KEPT_MS });
    return answer;
  } catch (error) {
    await documents.delete(KIND, id);
    throw error;
  }
}
