/** Where an entity stood at a time of the past, out of its history. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { HistoryRow } from "../../orchestrator/history.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import { requireEntity } from "../entities.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { entityParams, Instant, InstantText, JsonRecord, recordOf, timeOf } from "./shared.ts";

const ROWS_PER_PAGE = 200;
/** The last change of the context lies within this many pages, or it is not told. */
const PAGES_MAX = 25;

const PastState = z.object({
  entity_id: z.string(),
  at: Instant,
  current_state: z.string(),
  machine_name: z.string(),
  machine_version: z.string(),
  context: JsonRecord.nullable().openapi({ description: "null = the history that tells it is gone" }),
  position: z.int().openapi({ description: "Of the last event that had been taken by then" }),
  transition_id: z.string(),
  trigger: z.string(),
  since: Instant.openapi({ description: "When that event was decided" }),
}).openapi("PastState");

const pastRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/past-state",
  tags: ["entities"],
  summary: "Where an entity stood at a given time",
  request: { params: entityParams, query: z.strictObject({ at: InstantText }) },
  responses: {
    200: jsonAnswer(PastState, "As history tells it"),
    404: problemAnswer("No such entity, or not yet at that time"),
  },
});

export function addEntityPastRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(pastRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { at: atMs } = c.req.valid("query");
    await requireEntity(deps, entityId);
    const { last, context } = await before(entityId, atMs);
    if (last === null) {
      throw new AppError("entity_not_found", `Cannot tell of entity "${entityId}": no history of that time`);
    }
    return c.json({
      entity_id: entityId,
      at: timeOf(atMs),
      current_state: last.toState ?? last.fromState,
      machine_name: last.machineName,
      machine_version: last.machineVersion,
      context: context === null ? null : recordOf(context),
      position: last.position,
      transition_id: last.id,
      trigger: last.trigger,
      since: timeOf(last.createdAtMs),
    }, 200);
  });

  async function before(
    entityId: string,
    toMs: number,
  ): Promise<{ readonly last: HistoryRow | null; readonly context: HistoryRow["context"] }> {
    let last: HistoryRow | null = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const { items } = await deps.store.history.recent({
        entityId,
        isSuccess: true,
        toMs,
        limit: ROWS_PER_PAGE,
        offset: page * ROWS_PER_PAGE,
      });
      last ??= items[0] ?? null;
      const context = items.find((row) => row.context !== null)?.context ?? null;
      if (context !== null || items.length < ROWS_PER_PAGE) return { last, context };
    }
    return { last, context: null };
  }
}
