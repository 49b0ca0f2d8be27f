/** The standing of an entity: archive, restore, delete, purge, labels, another version of its machine. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { Context } from "hono";
import type { Entity } from "../../orchestrator/entity.ts";
import type { Command } from "../../orchestrator/event.ts";
import { audit, type CommandRequest, decideNow } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import { requireEntity } from "../entities.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { expectedVersionOf } from "../preconditions.ts";
import { EntityState, entityState, etagOf, Labels } from "./entity_records.ts";
import { EntityId, entityParams, LabelKey, LabelsInput, MachineName, MachineVersion } from "./shared.ts";

const EntityLabels = z.object({ entity_id: z.string(), labels: Labels }).openapi("EntityLabelsResponse");
const SetLabels = z.strictObject({ labels: LabelsInput }).openapi(
  "UpdateLabelsRequest",
);

const STATE_ANSWERS = {
  200: jsonAnswer(EntityState, "The entity"),
  404: problemAnswer("No such entity"),
  409: problemAnswer("Not from this status"),
  412: problemAnswer("The entity changed"),
};
const LABEL_ANSWERS = { 200: jsonAnswer(EntityLabels, "Labels"), 404: problemAnswer("No such entity") };

const deleteRoute = defineRoute({
  method: "delete",
  path: "/api/v1/entities/{entity_id}",
  tags: ["entities"],
  summary: "Delete softly: the id stays taken and history stays readable",
  request: { params: entityParams },
  responses: STATE_ANSWERS,
});

const archiveRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/archive",
  tags: ["entities"],
  summary: "Put away; no events are taken until it is restored",
  request: { params: entityParams },
  responses: STATE_ANSWERS,
});

const restoreRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/restore",
  tags: ["entities"],
  summary: "Make active again",
  request: { params: entityParams },
  responses: STATE_ANSWERS,
});

const purgeRoute = defineRoute({
  method: "delete",
  path: "/api/v1/entities/{entity_id}/purge",
  tags: ["entities"],
  summary: "Remove for good, with history, timers, queued events and dead letters",
  request: { params: entityParams },
  responses: { 204: { description: "Gone" }, 404: problemAnswer("No such entity") },
});

const readLabelsRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/labels",
  tags: ["entities"],
  summary: "Labels of an entity in any status",
  request: { params: entityParams },
  responses: LABEL_ANSWERS,
});

const putLabelsRoute = defineRoute({
  method: "put",
  path: "/api/v1/entities/{entity_id}/labels",
  tags: ["entities"],
  summary: "Replace all labels",
  request: { params: entityParams, body: jsonBody(SetLabels) },
  responses: LABEL_ANSWERS,
});

const patchLabelsRoute = defineRoute({
  method: "patch",
  path: "/api/v1/entities/{entity_id}/labels",
  tags: ["entities"],
  summary: "Set some labels, keep the others",
  request: { params: entityParams, body: jsonBody(SetLabels) },
  responses: LABEL_ANSWERS,
});

const deleteLabelRoute = defineRoute({
  method: "delete",
  path: "/api/v1/entities/{entity_id}/labels/{key}",
  tags: ["entities"],
  summary: "Remove one label; an unknown key is fine",
  request: { params: z.object({ entity_id: EntityId, key: LabelKey }) },
  responses: LABEL_ANSWERS,
});

const migrateRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/migrate",
  tags: ["entities"],
  summary: "Pin the entity to another machine or version in which its state exists",
  request: {
    params: entityParams,
    query: z.strictObject({ machine_name: MachineName, machine_version: MachineVersion }),
  },
  responses: STATE_ANSWERS,
});

export function addEntityLifecycleRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(deleteRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const entity = await changed(c, { entityId, command: { type: "status", status: "deleted" } });
    return c.json(entityState(entity), 200);
  });

  app.openapi(archiveRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const entity = await changed(c, { entityId, command: { type: "status", status: "archived" } });
    return c.json(entityState(entity), 200);
  });

  app.openapi(restoreRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const entity = await changed(c, { entityId, command: { type: "status", status: "active" } });
    return c.json(entityState(entity), 200);
  });

  app.openapi(purgeRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    if (!await deps.runtime.purge(entityId)) {
      throw new AppError("entity_not_found", `Cannot purge entity "${entityId}": no such entity`);
    }
    await audit(c, deps, { action: "entity.purged", resource: `entity:${entityId}` });
    return c.body(null, 204);
  });

  app.openapi(readLabelsRoute, async (c) => {
    const entity = await requireEntity(deps, c.req.valid("param").entity_id);
    return c.json({ entity_id: entity.entityId, labels: { ...entity.labels } }, 200);
  });

  app.openapi(putLabelsRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { labels } = c.req.valid("json");
    const entity = await changed(c, { entityId, command: labelsCommand({ set: labels, isReplace: true }) });
    return c.json({ entity_id: entityId, labels: { ...entity.labels } }, 200);
  });

  app.openapi(patchLabelsRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { labels } = c.req.valid("json");
    const entity = await changed(c, { entityId, command: labelsCommand({ set: labels }) });
    return c.json({ entity_id: entityId, labels: { ...entity.labels } }, 200);
  });

  app.openapi(deleteLabelRoute, async (c) => {
    const { entity_id: entityId, key } = c.req.valid("param");
    const entity = await changed(c, { entityId, command: labelsCommand({ remove: [key] }) });
    return c.json({ entity_id: entityId, labels: { ...entity.labels } }, 200);
  });

  app.openapi(migrateRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { machine_name: machineName, machine_version: machineVersion } = c.req.valid("query");
    const entity = await changed(c, { entityId, command: { type: "migrate", machineName, machineVersion } });
    await audit(c, deps, {
      action: "entity.migrated",
      resource: `entity:${entityId}`,
      details: { machine_name: machineName, machine_version: machineVersion },
    });
    return c.json(entityState(entity), 200);
  });

  async function changed(c: Context<ApiEnv>, request: CommandRequest): Promise<Entity> {
    const ifVersion = await expectedVersionOf(c, deps, request.entityId);
    const { decision } = await decideNow(c, deps, { ...request, ifVersion });
    const { entity } = decision;
    if (entity === null) throw new AppError("internal", "Cannot answer: the entity is not there any more");
    c.header("etag", etagOf(entity));
    return entity;
  }
}

function labelsCommand(change: {
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
  readonly isReplace?: boolean;
}): Command {
  return {
    type: "labels",
    set: change.set ?? {},
    remove: change.remove ?? [],
    isReplace: change.isReplace ?? false,
  };
}
