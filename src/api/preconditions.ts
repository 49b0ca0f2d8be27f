/** `If-Match` and `If-None-Match` on entities: the tag is the version. */
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import type { ApiEnv, RouteDeps } from "./env.ts";

const TAG = /^(?:W\/)?"([0-9]{1,15})"$/;

/** The version that the caller knows; null = any. `*` stands for whatever is there now. Throws `precondition_failed`. */
export async function expectedVersionOf(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  entityId: string,
): Promise<number | null> {
  const header = c.req.header("if-match");
  if (header === undefined) return null;
  const versions = versionsOf(header);
  if (versions.length === 1) return versions[0] ?? null;
  const entity = await deps.store.entities.get(entityId);
  const isMatch = entity !== null && (header.trim() === "*" || versions.includes(entity.version));
  if (!isMatch) throw changedMeanwhile(entityId, entity?.version ?? 0);
  return entity.version;
}

/** `version` 0 = it does not exist. */
export function changedMeanwhile(entityId: string, version: number): AppError {
  return new AppError("precondition_failed", `Cannot change entity "${entityId}": it changed meanwhile`, {
    details: { current_version: version === 0 ? null : version },
  });
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
