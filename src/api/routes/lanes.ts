/** Lanes: which entities wait for a person and why, holding one, letting it go on. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { holdOf, holdText } from "../../orchestrator/lane_hold.ts";
import type { ParkResult } from "../../runtime/park.ts";
import type { LaneRow } from "../../store/store.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Cursor, entityParams, Instant, MachineName, timeOrNull, wholeNumber } from "./shared.ts";

/** Lanes are counted so far. */
const COUNT_MAX = 10_000;

/** Why a person did something by hand. */
export const Reason = z.string().trim().min(1).max(500).openapi({ example: "Customer called, ticket 4711" });

const Lane = z.object({
  entity_id: z.string(),
  machine_name: z.string().nullable(),
  state: z.enum(["parked", "blocked", "retrying", "ready", "scheduled", "idle"]).openapi({
    description:
      "parked: by a person; blocked: by a dead letter; retrying: its first event failed and is tried again",
  }),
  reason: z.string().nullable().openapi({ description: "Of the person who parked it" }),
  parked_by: z.string().nullable(),
  dead_letter_id: z.string().nullable(),
  parked_at: Instant.nullable().openapi({ description: "Since when it is parked or blocked" }),
  attempts: z.int().openapi({ description: "Failed attempts of the first event" }),
  ready_at: Instant.nullable().openapi({ description: "When it next has something to do" }),
  waiting: z.int().openapi({ description: "Events that wait, counted up to 1,000" }),
}).openapi("Lane");

const LaneList = z.object({
  lanes: z.array(Lane),
  counts: z.object({ parked: z.int(), blocked: z.int(), ready: z.int() }).openapi({
    description: "Of all machines, each counted up to 10,000",
  }),
  lag_ms: z.int().nullable().openapi({ description: "How long the oldest ready lane waits" }),
  next_cursor: z.string().nullable(),
}).openapi("LaneList");

const ParkLane = z.strictObject({ reason: Reason }).openapi("ParkLaneRequest");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/lanes",
  tags: ["lanes"],
  summary: "Lanes that wait for a person, or for a worker; oldest first",
  request: {
    query: z.strictObject({
      state: z.enum(["held", "parked", "blocked", "ready"]).optional().openapi({
        description: "held: parked or blocked (default)",
      }),
      machine_name: MachineName.optional(),
      limit: wholeNumber({ min: 1, max: 200 }).optional(),
      cursor: Cursor.optional(),
    }),
  },
  responses: { 200: jsonAnswer(LaneList, "One page") },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/lane",
  tags: ["lanes"],
  summary: "What the lane of an entity waits for",
  request: { params: entityParams },
  responses: { 200: jsonAnswer(Lane, "The lane"), 404: problemAnswer("No such entity") },
});

const parkRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/park",
  tags: ["lanes"],
  summary: "Hold an entity: events are accepted and wait, timers too, until it is resumed",
  request: { params: entityParams, body: jsonBody(ParkLane) },
  responses: {
    200: jsonAnswer(Lane, "Parked"),
    404: problemAnswer("No such entity"),
    409: problemAnswer("Parked or blocked already"),
  },
});

const resumeRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/resume",
  tags: ["lanes"],
  summary: "Let a parked entity go on: what waits is processed in its order",
  request: { params: entityParams, body: jsonBody(ParkLane) },
  responses: {
    200: jsonAnswer(Lane, "It goes on"),
    404: problemAnswer("No such entity"),
    409: problemAnswer("Not parked, or blocked by a dead letter"),
  },
});

export function addLaneRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store, runtime } = deps;

  app.openapi(listRoute, async (c) => {
    const { state = "held", machine_name: machineName, limit = 50, cursor = null } = c.req.valid("query");
    const [page, counts, nowMs] = await Promise.all([
      store.lanes.list({
        standing: state,
        ...(machineName === undefined ? {} : { machineName }),
        limit,
        cursor,
      }),
      store.lanes.counts(COUNT_MAX),
      store.ping(),
    ]);
    const { lagMs, ...counted } = counts;
    return c.json({
      lanes: page.items.map((row) => laneOf(row, nowMs)),
      counts: counted,
      lag_ms: lagMs,
      next_cursor: page.nextCursor,
    }, 200);
  });

  app.openapi(readRoute, async (c) => c.json(await read(c.req.valid("param").entity_id), 200));

  app.openapi(parkRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    done(entityId, "park", await runtime.park({ entityId, reason, actor: c.var.caller.name }));
    await audit(c, deps, { action: "entity.parked", resource: `entity:${entityId}`, details: { reason } });
    return c.json(await read(entityId), 200);
  });

  app.openapi(resumeRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    done(entityId, "resume", await runtime.resume(entityId));
    await audit(c, deps, { action: "entity.resumed", resource: `entity:${entityId}`, details: { reason } });
    return c.json(await read(entityId), 200);
  });

  async function read(entityId: string): Promise<z.infer<typeof Lane>> {
    const [row, nowMs] = await Promise.all([store.lanes.get(entityId), store.ping()]);
    if (row === null) throw noEntity(entityId);
    return laneOf(row, nowMs);
  }
}

function done(entityId: string, verb: "park" | "resume", result: ParkResult): void {
  switch (result.type) {
    case "done":
      return;
    case "missing":
      throw noEntity(entityId);
    case "refused": {
      const { hold } = result;
      throw new AppError(
        "conflict",
        `Cannot ${verb} entity "${entityId}": ${hold === null ? "it is not parked" : holdText(hold)}`,
        hold?.type === "dead_letter" ? { details: { dead_letter_id: hold.recordId } } : {},
      );
    }
  }
}

function noEntity(entityId: string): AppError {
  return new AppError("entity_not_found", `Cannot find the lane of entity "${entityId}": no such entity`);
}

function laneOf(row: LaneRow, nowMs: number): z.infer<typeof Lane> {
  const hold = holdOf(row.parkedReason);
  return {
    entity_id: row.entityId,
    machine_name: row.machineName,
    state: stateOf(row, nowMs),
    reason: hold?.type === "person" ? hold.reason : null,
    parked_by: hold?.type === "person" ? hold.actor : null,
    dead_letter_id: hold?.type === "dead_letter" ? hold.recordId : null,
    parked_at: timeOrNull(row.parkedAtMs),
    attempts: row.attempts,
    ready_at: timeOrNull(row.readyAtMs),
    waiting: row.waiting,
  };
}

function stateOf(row: LaneRow, nowMs: number): z.infer<typeof Lane>["state"] {
  const hold = holdOf(row.parkedReason);
  if (hold !== null) return hold.type === "person" ? "parked" : "blocked";
  if (row.attempts > 0) return "retrying";
  if (row.readyAtMs === null) return "idle";
  return row.readyAtMs <= nowMs ? "ready" : "scheduled";
}
