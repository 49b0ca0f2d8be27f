/** Reading one entity, or saying that it is not there. */
import { AppError } from "../errors.ts";
import type { Entity } from "../orchestrator/entity.ts";
import type { RouteDeps } from "./env.ts";

/** In any status; throws `entity_not_found`. */
export async function requireEntity(deps: RouteDeps, entityId: string): Promise<Entity> {
  const entity = await deps.store.entities.get(entityId);
  if (entity === null) {
    throw new AppError("entity_not_found", `Cannot read entity "${entityId}": no such entity`);
  }
  return entity;
}

/** An archived or deleted one is not found, and the answer says what it is. */
export async function readActiveEntity(deps: RouteDeps, entityId: string): Promise<Entity> {
  const entity = await requireEntity(deps, entityId);
  if (entity.status === "active") return entity;
  throw new AppError("entity_not_found", `Cannot read entity "${entityId}": it is ${entity.status}`, {
    details: { status_of_entity: entity.status },
  });
}
