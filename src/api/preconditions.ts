/** `If-Match` and `If-None-Match` on entities: the tag is the version. */
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import type { ApiEnv, RouteDeps } from "./env.ts";

const TAG = /^(?:W\/)?"([0-9]{1,15})"$/;

/** Throws `precondition_failed` when the caller knew another version. `*` = it must exist. */
export async function checkPrecondition(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  entityId: string,
): Promise<void> {
  const header = c.req.header("if-match");
  if (header === undefined) return;
  const entity = await deps.store.entities.get(entityId);
  const isMatch = entity !== null && (header.trim() === "*" || versionsOf(header).includes(entity.version));
  if (!isMatch) {
    throw new AppError("precondition_failed", `Cannot change entity "${entityId}": it changed meanwhile`, {
      details: { current_version: entity?.version ?? null },
    });
  }
}

/** Whether the caller has this version already. */
export function isKnownVersion(c: Context<ApiEnv>, version: number): boolean {
  const header = c.req.header("if-none-match");
  return header !== undefined && (header.trim() === "*" || versionsOf(header).includes(version));
}

function versionsOf(header: string): readonly number[] {
  return header.split(",").map((part) => TAG.exec(part.trim())?.[1]).filter((text) => text !== undefined).map(
    Number,
  );
}
