/** Entities in and out as documents, and many of them at once. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError, messageOf } from "../../errors.ts";
import { decideNow } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import { requireEntity } from "../entities.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { answerOnce } from "../kept_answers.ts";
import { createdEntity, OutcomeError, sendNow } from "./event_answers.ts";
import { rowsOf } from "./entity_history.ts";
import { Labels } from "./entity_records.ts";
import {
  CallerRecord,
  EntityId,
  entityParams,
  idempotencyHeaders,
  Instant,
  JsonRecord,
  MachineName,
  MachineVersion,
  recordOf,
  timeOf,
  Trigger,
} from "./shared.ts";

const BULK_ITEMS_MAX = 100;

const SnapshotHistoryItem = z.object({
  source_state: z.string(),
  target_state: z.string().nullable(),
  trigger: z.string(),
  success: z.boolean(),
  error_message: z.string().nullable(),
  actions_executed: z.array(z.string()).nullable(),
  created_at: Instant,
  duration_ms: z.int().nullable(),
  outcome: z.string(),
}).openapi("TransitionHistorySnapshotItem");

const EntitySnapshot = z.object({
  entity_id: z.string(),
  machine_name: z.string().nullable(),
  machine_version: z.string().nullable(),
  current_state: z.string(),
  active_states: z.array(z.string()),
  context: JsonRecord,
  status: z.string(),
  labels: Labels,
  history: z.array(SnapshotHistoryItem),
  version: z.int(),
  exported_at: Instant,
}).openapi("EntitySnapshotResponse");

const BulkCreate = z.strictObject({
  items: z.array(z.strictObject({
    entity_id: EntityId,
    machine_name: MachineName,
    machine_version: MachineVersion.nullish(),
    context: CallerRecord.default({}),
  })).max(BULK_ITEMS_MAX),
}).openapi("BulkCreateEntitiesRequest");

const BulkCreated = z.object({
  results: z.array(z.object({
    entity_id: z.string(),
    success: z.boolean(),
    current_state: z.string().nullable(),
    error: z.string().nullable(),
    error_code: z.string().nullable(),
  })),
  total: z.int(),
  succeeded: z.int(),
  failed: z.int(),
}).openapi("BulkCreateEntitiesResponse");

const BulkEvents = z.strictObject({
  trigger: Trigger,
  entity_ids: z.array(EntityId).max(BULK_ITEMS_MAX),
  context: CallerRecord.default({}),
  machine_name: MachineName.nullish(),
  machine_version: MachineVersion.nullish(),
}).openapi("BulkProcessEventsRequest");

const BulkEventResult = z.object({
  entity_id: z.string(),
  success: z.boolean(),
  source_state: z.string().nullable(),
  target_state: z.string().nullable(),
  error: z.string().nullable(),
  error_code: z.string().nullable(),
  error_detail: OutcomeError.nullable(),
});

const BulkProcessed = z.object({
  trigger: z.string(),
  results: z.array(BulkEventResult),
  total: z.int(),
  succeeded: z.int(),
  failed: z.int(),
}).openapi("BulkProcessEventsResponse");

const snapshotRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/snapshot",
  tags: ["entities"],
  summary: "The whole entity as one document",
  request: { params: entityParams },
  responses: { 200: jsonAnswer(EntitySnapshot, "The document"), 404: problemAnswer("No such entity") },
});

const bulkCreateRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/bulk/create",
  tags: ["bulk"],
  summary: "Create up to 100 entities, each for itself",
  request: { headers: idempotencyHeaders, body: jsonBody(BulkCreate) },
  responses: { 200: jsonAnswer(BulkCreated, "One result for each, in order") },
});

const bulkEventsRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/bulk/events",
  tags: ["bulk"],
  summary: "Send one event to up to 100 entities, each for itself",
  request: { headers: idempotencyHeaders, body: jsonBody(BulkEvents) },
  responses: { 200: jsonAnswer(BulkProcessed, "One result for each, in order") },
});

export function addEntityTransferRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(bulkCreateRoute, async (c) => {
    const body = c.req.valid("json");
    const answer = await answerOnce(c, deps, {
      operation: "bulk/create",
      body,
      readAnswer: (stored) => BulkCreated.parse(stored),
      run: () => createAll(c, body.items),
    });
    return c.json(answer, 200);
  });

  async function createAll(
    c: Context<ApiEnv>,
    items: z.output<typeof BulkCreate>["items"],
  ): Promise<z.infer<typeof BulkCreated>> {
    const results = await Promise.all(items.map(async (item) => {
      const outcome = await attempted(async () => {
        const { decision } = await decideNow(c, deps, {
          entityId: item.entity_id,
          command: { type: "create", context: item.context, labels: {} },
          machineName: item.machine_name,
          machineVersion: item.machine_version ?? null,
        });
        return createdEntity(decision).current_state;
      });
      return {
        entity_id: item.entity_id,
        success: outcome.error === null,
        current_state: outcome.value,
        error: outcome.error,
        error_code: outcome.code,
      };
    }));
    return { results, ...totals(results) };
  }

  app.openapi(bulkEventsRoute, async (c) => {
    const body = c.req.valid("json");
    const answer = await answerOnce(c, deps, {
      operation: "bulk/events",
      body,
      readAnswer: (stored) => BulkProcessed.parse(stored),
      run: () => sendAll(c, body),
    });
    return c.json(answer, 200);
  });

  async function sendAll(
    c: Context<ApiEnv>,
    body: z.output<typeof BulkEvents>,
  ): Promise<z.infer<typeof BulkProcessed>> {
    const ids = [...new Set(body.entity_ids)];
    const found = await Promise.all(ids.map((entityId) => deps.store.entities.get(entityId)));
    const missing = new Set(ids.filter((_id, index) => found[index] === null));
    // Submitted in one go, so that an id that is named twice is moved in order.
    const results = await Promise.all(body.entity_ids.map(async (entityId) => {
      const outcome = await attempted(async () => {
        if (missing.has(entityId)) {
          throw new AppError("entity_not_found", `Cannot send to "${entityId}": no such entity`);
        }
        return await sendNow(c, deps, {
          entityId,
          command: { type: "event", trigger: body.trigger, payload: body.context },
          machineName: body.machine_name ?? null,
          machineVersion: body.machine_version ?? null,
        });
      });
      const answer = outcome.value;
      return {
        entity_id: entityId,
        success: answer?.success ?? false,
        source_state: answer?.source_state ?? null,
        target_state: answer?.target_state ?? null,
        error: outcome.error ?? answer?.error_detail?.message ?? null,
        error_code: outcome.code ?? answer?.error_detail?.code ?? null,
        error_detail: answer?.error_detail ?? null,
      };
    }));
    return { trigger: body.trigger, results, ...totals(results) };
  }

  app.openapi(snapshotRoute, async (c) => {
    const entity = await requireEntity(deps, c.req.valid("param").entity_id);
    const rows = await rowsOf(deps, entity.entityId);
    return c.json({
      entity_id: entity.entityId,
      machine_name: entity.machineName,
      machine_version: entity.machineVersion,
      current_state: entity.currentState,
      active_states: [...entity.snapshot.states],
      context: recordOf(entity.context),
      status: entity.status,
      labels: { ...entity.labels },
      history: rows.map((row) => ({
        source_state: row.fromState,
        target_state: row.toState,
        trigger: row.trigger,
        success: row.isSuccess,
        error_message: row.errorMessage,
        actions_executed: row.actions.map((action) => action.name),
        created_at: timeOf(row.createdAtMs),
        duration_ms: row.durationMs,
        outcome: row.outcome,
      })),
      version: entity.version,
      exported_at: timeOf(deps.clock.nowMs()),
    }, 200);
  });
}

interface Attempt<Value> {
  readonly value: Value | null;
  readonly error: string | null;
  readonly code: string | null;
}

/** A caller's mistake is the result of its item; a failure of the store fails the whole request. */
async function attempted<Value>(run: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await run(), error: null, code: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "store_unavailable" || error.code === "internal") {
      throw error;
    }
    return { value: null, error: messageOf(error), code: error.code };
  }
}

function totals(results: readonly { readonly success: boolean }[]) {
  const succeeded = results.filter((result) => result.success).length;
  return { total: results.length, succeeded, failed: results.length - succeeded };
}
