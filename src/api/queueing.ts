/** Accepting a command for later: it gets an id now and a worker decides it. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import { type CommandRequest, hashOf, keyConflict, newEventOf } from "./commands.ts";
import type { ApiEnv, RouteDeps } from "./env.ts";

export const Queued = z.object({
  entity_id: z.string(),
  machine_name: z.string(),
  event_id: z.string(),
  status: z.literal("queued"),
}).openapi("QueuedEventResponse");

export interface QueueRequest extends CommandRequest {
  /** Key in the body, scoped to the machine as PyStator's producers expect; the header wins. */
  readonly bodyKey?: string | null;
  /** The entity must exist already, even when a machine is named. */
  readonly isEntityNeeded?: boolean;
}

/** A machine that does not exist is found out later and ends as a dead letter. */
export async function queueCommand(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  request: QueueRequest,
): Promise<z.infer<typeof Queued>> {
  const { entityId, machineName = null, isEntityNeeded = false, bodyKey = null } = request;
  const entity = await deps.store.entities.get(entityId);
  if (entity === null && (isEntityNeeded || machineName === null)) {
    throw new AppError("entity_not_found", `Cannot queue for entity "${entityId}": no such entity`);
  }
  if (entity !== null && entity.status !== "active") {
    throw new AppError("entity_not_active", `Cannot queue for entity "${entityId}": it is ${entity.status}`);
  }
  const machine = machineName ?? entity?.machineName ?? "";
  const idempotency = request.idempotency ?? (bodyKey === null ? null : {
    scope: `machine:${machine}`,
    key: bodyKey,
    requestHash: await hashOf({ entity: entityId, command: request.command }),
  });
  const event = newEventOf(c, deps, { ...request, machineName: machine, idempotency });
  const result = await deps.runtime.append(event);
  if (result.type === "conflict") throw keyConflict();
  if (result.type === "duplicate") c.header("idempotency-replayed", "true");
  return { entity_id: entityId, machine_name: machine, event_id: result.eventId, status: "queued" };
}
