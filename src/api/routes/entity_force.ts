/** Putting an entity into a state, or giving it another context, by hand. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { nearest } from "../../expression/nearest.ts";
import { audit, decideNow } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import { requireEntity } from "../entities.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { expectedVersionOf } from "../preconditions.ts";
import { statesOfText } from "../stored_states.ts";
import { EntityState, entityState, etagOf } from "./entity_records.ts";
import { Reason } from "./lanes.ts";
import { CallerRecord, entityParams } from "./shared.ts";

const ForceEntity = z.strictObject({
  reason: Reason.openapi({ description: "Kept in history and in the audit trail" }),
  state: z.string().min(1).max(10_000).optional().openapi({
    description: "A state of its machine, or `parallel:region=state,…`; absent = it stays where it is",
  }),
  context: CallerRecord.optional().openapi({ description: "The whole context; absent = it stays as it is" }),
  merge: z.boolean().default(false).openapi({ description: "`context` only sets the keys that it names" }),
}).refine((body) => body.state !== undefined || body.context !== undefined, {
  message: "Send a state, a context or both",
}).openapi("ForceEntityRequest");

const forceRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/force",
  tags: ["lanes"],
  summary: "Set state or context by hand, with a reason",
  description:
    "No guard is asked and no action runs. Timers and invoked services of the states that are left are " +
    "cancelled, those of the states that are set start now. The change is an event of the entity: it comes after " +
    "what is queued, or, when the entity is parked or blocked, before it. `If-Match` refuses a change of something " +
    "that changed meanwhile (412).",
  request: { params: entityParams, body: jsonBody(ForceEntity) },
  responses: {
    200: jsonAnswer(EntityState, "The entity as it is now"),
    404: problemAnswer("No such entity"),
    409: problemAnswer("The states cannot be active together"),
    412: problemAnswer("The entity changed"),
    422: problemAnswer("Its machine has no such state"),
  },
});

export function addEntityForceRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(forceRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { reason, state, context, merge } = c.req.valid("json");
    const before = await requireEntity(deps, entityId);
    const states = state === undefined ? null : statesOfText(state);
    if (states !== null) await checkStates(states, before);
    const ifVersion = await expectedVersionOf(c, deps, entityId);
    const { decision } = await decideNow(c, deps, {
      entityId,
      command: {
        type: "force",
        snapshot: states === null ? null : { v: 1, states },
        context: context ?? null,
        isMerged: merge,
        reason,
      },
      ifVersion,
    });
    const { entity } = decision;
    if (entity === null) throw new AppError("internal", "Cannot answer: the entity is not there any more");
    await audit(c, deps, {
      action: "entity.forced",
      resource: `entity:${entityId}`,
      details: {
        reason,
        from_state: decision.history?.fromState ?? before.currentState,
        to_state: entity.currentState,
        context_keys: Object.keys(context ?? {}),
        version: entity.version,
      },
    });
    c.header("etag", etagOf(entity));
    return c.json(entityState(entity), 200);
  });

  async function checkStates(
    states: readonly string[],
    entity: { readonly entityId: string; readonly machineName: string; readonly machineVersion: string },
  ): Promise<void> {
    const { entityId, machineName, machineVersion } = entity;
    const loaded = await deps.runtime.machines.find(machineName, machineVersion);
    if (loaded === null) {
      throw new AppError(
        "machine_not_found",
        `Cannot change entity "${entityId}" by hand: no machine "${machineName}" (${machineVersion})`,
      );
    }
    const { indexOfName } = loaded.machine;
    const unknown = states.find((state) => !indexOfName.has(state));
    if (unknown === undefined) return;
    const near = nearest(unknown, indexOfName.keys());
    throw new AppError(
      "validation_failed",
      `Cannot change entity "${entityId}" by hand: machine "${machineName}" (${machineVersion}) has no state ` +
        `"${unknown}"${near === null ? "" : `; did you mean "${near}"?`}`,
      { details: { state: unknown, nearest: near } },
    );
  }
}
