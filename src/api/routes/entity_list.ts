/** Finding entities, and the standing of one. */
import { z } from "@hono/zod-openapi";
import type { EntityStatus } from "../../orchestrator/entity.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import { readActiveEntity } from "../entities.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { isKnownVersion } from "../preconditions.ts";
import { EntityState, entityState, etagOf } from "./entity_records.ts";
import { Cursor, entityParams, Flag, InstantText, MachineName, Offset, wholeNumber } from "./shared.ts";

const LABELS_MAX = 20;
const LabelFilter = z.string().max(2_000).transform((text, context) => {
  const pairs = text.split(",").map((part) => part.trim()).filter((part) => part.includes("="));
  if (pairs.length > LABELS_MAX) {
    context.addIssue({ code: "custom", message: `At most ${LABELS_MAX} labels` });
    return z.NEVER;
  }
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
  }));
}).openapi({ type: "string", example: "region=eu,tier=gold" });

const EntityList = z.object({
  entities: z.array(EntityState),
  total: z.int(),
  total_is_exact: z.boolean().openapi({
    description: "false: more than 10,000 fit and `total` is an estimate",
  }),
  limit: z.int(),
  offset: z.int(),
  next_cursor: z.string().nullable(),
}).openapi("EntityListResponse");

const PageSize = wholeNumber({ min: 1, max: 200 });

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities",
  tags: ["entities"],
  summary: "Find entities",
  request: {
    query: z.strictObject({
      machine_name: MachineName.optional(),
      state: z.string().min(1).max(1_000).optional().openapi({ description: "Compared without case" }),
      is_terminal: Flag.optional(),
      workflow_status: z.enum(["active", "complete", "failed"]).optional(),
      status: z.enum(["active", "archived", "deleted"]).optional(),
      include_archived: Flag.optional(),
      include_deleted: Flag.optional(),
      created_after: InstantText.optional(),
      created_before: InstantText.optional(),
      updated_after: InstantText.optional(),
      updated_before: InstantText.optional(),
      labels: LabelFilter.optional(),
      q: z.string().min(1).max(255).optional().openapi({ description: "Part of the entity id" }),
      search: z.string().min(1).max(255).optional().openapi({
        description:
          "Words, without case; each is part of the entity id or of a label written as `key=value`",
      }),
      sort_by: z.enum(["created_at", "updated_at", "entity_id", "current_state", "machine_name"]).optional(),
      sort_order: z.enum(["asc", "desc"]).optional(),
      limit: PageSize.optional(),
      page_size: PageSize.optional(),
      offset: Offset.optional(),
      cursor: Cursor.optional(),
    }),
  },
  responses: { 200: jsonAnswer(EntityList, "One page") },
});

const stateRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/state",
  tags: ["entities"],
  summary: "State and context of an active entity",
  request: { params: entityParams },
  responses: {
    200: jsonAnswer(EntityState, "The entity, with its version as ETag"),
    304: { description: "The caller knows this version" },
    404: problemAnswer("No such entity, or not active"),
  },
});

export function addEntityListRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(listRoute, async (c) => {
    const query = c.req.valid("query");
    const limit = query.page_size ?? query.limit ?? 50;
    const offset = query.cursor === undefined ? query.offset ?? 0 : 0;
    const page = await deps.store.entities.list({
      ...(query.machine_name === undefined ? {} : { machineName: query.machine_name }),
      ...(query.state === undefined ? {} : { state: query.state }),
      ...(query.is_terminal === undefined ? {} : { isTerminal: query.is_terminal }),
      ...(query.workflow_status === undefined ? {} : { workflowStatus: query.workflow_status }),
      ...(query.created_after === undefined ? {} : { createdFromMs: query.created_after }),
      ...(query.created_before === undefined ? {} : { createdToMs: query.created_before }),
      ...(query.updated_after === undefined ? {} : { updatedFromMs: query.updated_after }),
      ...(query.updated_before === undefined ? {} : { updatedToMs: query.updated_before }),
      ...(query.labels === undefined ? {} : { labels: query.labels }),
      ...(query.q === undefined ? {} : { search: query.q }),
      ...(query.search === undefined ? {} : { text: query.search }),
      statuses: statusesOf(query),
      sortBy: query.sort_by ?? "created_at",
      isAscending: query.sort_order === "asc",
      limit,
      offset,
      cursor: query.cursor ?? null,
    });
    return c.json({
      entities: page.items.map(entityState),
      total: page.total,
      total_is_exact: page.isTotalExact,
      limit,
      offset,
      next_cursor: page.nextCursor,
    }, 200);
  });

  app.openapi(stateRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const entity = await readActiveEntity(deps, entityId);
    c.header("etag", etagOf(entity));
    if (isKnownVersion(c, entity.version)) return c.body(null, 304);
    return c.json(entityState(entity), 200);
  });
}

/** Archived and deleted ones are added only to the active ones, as PyStator does. */
function statusesOf(query: {
  readonly status?: EntityStatus | undefined;
  readonly include_archived?: boolean | undefined;
  readonly include_deleted?: boolean | undefined;
}): readonly EntityStatus[] {
  const { status = "active" } = query;
  if (status !== "active") return [status];
  return [
    "active",
    ...(query.include_archived === true ? ["archived" as const] : []),
    ...(query.include_deleted === true ? ["deleted" as const] : []),
  ];
}
