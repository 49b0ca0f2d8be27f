/** Events and actions that nobody could process: look, put back, give up. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import type { DeadLetter, DeadLetterStage } from "../../orchestrator/dead_letter.ts";
import { audit } from "../commands.ts";
import { maskedAction } from "../masked_machine.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import {
  Cursor,
  EntityId,
  Instant,
  JsonInput,
  JsonRecord,
  MachineName,
  Offset,
  recordOf,
  timeOf,
  timeOrNull,
  wholeNumber,
} from "./shared.ts";

/** Letters that one bulk call changes. */
const BULK_MAX = 500;

const LetterStatus = z.enum(["pending", "retrying", "resolved", "ignored", "expired"]);
const Counts = z.record(z.string(), z.int());

const Letter = z.object({
  record_id: z.string(),
  source_name: z.string().openapi({ description: "Machine" }),
  entity_id: z.string(),
  reason: z.string(),
  error_message: z.string(),
  error_type: z.string(),
  stage: z.string(),
  payload: JsonRecord,
  metadata: JsonRecord,
  attempt: z.int(),
  max_attempts: z.int(),
  status: LetterStatus,
  retry_count: z.int(),
  created_at: Instant,
  updated_at: Instant.nullable(),
  expires_at: Instant.nullable(),
}).openapi("DLQRecordResponse");

const LetterList = z.object({
  records: z.array(Letter),
  total: z.int(),
  total_is_exact: z.boolean(),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
}).openapi("DLQListResponse");

const LetterStats = z.object({ total: z.int(), by_reason: Counts, by_status: Counts, by_stage: Counts })
  .openapi("DLQStatsResponse");

const LetterReplayed = z.object({
  record_id: z.string(),
  event_id: z.string(),
  queue: z.enum(["trigger", "apply_data", "outbox"]),
  resolved: z.boolean(),
}).openapi("DLQReplayResponse");

const ReplayLetter = z.strictObject({
  payload: JsonInput.optional().openapi({ description: "Replaces the stored payload" }),
}).openapi("DLQReplayRequest");

const LetterDiscarded = z.object({ record_id: z.string(), status: LetterStatus }).openapi(
  "DLQDiscardResponse",
);

/** What has another form is an id that nobody has. */
const letterParams = z.object({
  record_id: z.string().max(64).openapi({ pattern: "^[0-9a-f]{16}(?:[0-9a-f]{16})?$" }),
});
const NO_LETTER = problemAnswer("No such dead letter");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/dlq",
  tags: ["dead letters"],
  summary: "Dead letters, newest first",
  request: {
    query: z.strictObject({
      source_name: MachineName.optional(),
      entity_id: EntityId.optional(),
      reason: z.string().max(64).optional(),
      stage: z.string().max(64).optional(),
      status: LetterStatus.optional(),
      limit: wholeNumber({ min: 1, max: 500 }).optional(),
      offset: Offset.optional(),
      cursor: Cursor.optional(),
    }),
  },
  responses: { 200: jsonAnswer(LetterList, "One page") },
});

const statsRoute = defineRoute({
  method: "get",
  path: "/api/v1/dlq/stats",
  tags: ["dead letters"],
  summary: "How many, by reason, status and stage",
  request: { query: z.strictObject({ source_name: MachineName.optional() }) },
  responses: { 200: jsonAnswer(LetterStats, "Figures") },
});

const FilterBody = z.strictObject({
  source_name: MachineName.optional(),
  entity_id: EntityId.optional(),
  reason: z.string().max(64).optional(),
  stage: z.string().max(64).optional(),
  dry_run: z.boolean().default(false).openapi({ description: "Only count" }),
}).openapi("DLQBulkRequest");

const BulkDone = z.object({
  matched: z.int().openapi({ description: "Pending letters that fit" }),
  changed: z.int().openapi({ description: "At most 500 in one call; call again for the rest" }),
  record_ids: z.array(z.string()),
}).openapi("DLQBulkResponse");

const bulkReplayRoute = defineRoute({
  method: "post",
  path: "/api/v1/dlq/replay",
  tags: ["dead letters"],
  summary: "Put back every pending letter that fits, oldest of a page last",
  request: { body: jsonBody(FilterBody) },
  responses: { 200: jsonAnswer(BulkDone, "Queued") },
});

const bulkDiscardRoute = defineRoute({
  method: "post",
  path: "/api/v1/dlq/discard",
  tags: ["dead letters"],
  summary: "Give up every pending letter that fits",
  request: { body: jsonBody(FilterBody) },
  responses: { 200: jsonAnswer(BulkDone, "Given up") },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/dlq/{record_id}",
  tags: ["dead letters"],
  summary: "One dead letter",
  request: { params: letterParams },
  responses: { 200: jsonAnswer(Letter, "The letter"), 404: NO_LETTER },
});

const replayRoute = defineRoute({
  method: "post",
  path: "/api/v1/dlq/{record_id}/replay",
  tags: ["dead letters"],
  summary: "Put the event or action back; a second call gives the same event",
  request: {
    params: letterParams,
    body: { required: false, content: { "application/json": { schema: ReplayLetter } } },
  },
  responses: {
    200: jsonAnswer(LetterReplayed, "Queued"),
    404: NO_LETTER,
    409: problemAnswer("Given up before"),
  },
});

const discardRoute = defineRoute({
  method: "post",
  path: "/api/v1/dlq/{record_id}/discard",
  tags: ["dead letters"],
  summary: "Give up; a lane that waits for this letter goes on",
  request: { params: letterParams },
  responses: { 200: jsonAnswer(LetterDiscarded, "Given up"), 404: NO_LETTER },
});

const QUEUES = {
  worker: "trigger",
  worker_apply_data: "apply_data",
  worker_dispatcher: "outbox",
} as const satisfies Record<DeadLetterStage, string>;

export function addDeadLetterRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store: { deadLetters } } = deps;

  app.openapi(statsRoute, async (c) => {
    const stats = await deadLetters.stats(c.req.valid("query").source_name);
    return c.json({
      total: stats.total,
      by_reason: { ...stats.byReason },
      by_status: { ...stats.byStatus },
      by_stage: { ...stats.byStage },
    }, 200);
  });

  app.openapi(listRoute, async (c) => {
    const query = c.req.valid("query");
    const page = await deadLetters.list({
      ...queryOf(query),
      ...(query.status === undefined ? {} : { status: query.status }),
      limit: query.limit ?? 50,
      offset: query.cursor === undefined ? query.offset ?? 0 : 0,
      cursor: query.cursor ?? null,
    });
    return c.json({
      records: page.items.map(letterRecord),
      total: page.total,
      total_is_exact: page.isTotalExact,
      has_more: page.nextCursor !== null,
      next_cursor: page.nextCursor,
    }, 200);
  });

  app.openapi(bulkReplayRoute, async (c) => {
    const { dry_run: isDryRun, ...filter } = c.req.valid("json");
    const page = await fitting(filter);
    const replayed: string[] = [];
    // Oldest first, so that the letters of one entity come back in the order in which they failed.
    for (const { recordId } of isDryRun ? [] : page.items.toReversed()) {
      const done = await deadLetters.replay({ recordId, eventId: deps.newId(), actor: c.var.caller.name });
      if (done !== null) replayed.push(recordId);
    }
    await noteBulk(c, { action: "dead_letter.replayed", filter, recordIds: replayed });
    return c.json({ matched: page.total, changed: replayed.length, record_ids: replayed }, 200);
  });

  app.openapi(bulkDiscardRoute, async (c) => {
    const { dry_run: isDryRun, ...filter } = c.req.valid("json");
    const page = await fitting(filter);
    const discarded: string[] = [];
    for (const { recordId } of isDryRun ? [] : page.items.toReversed()) {
      if (await deadLetters.discard(recordId, c.var.caller.name) !== null) discarded.push(recordId);
    }
    await noteBulk(c, { action: "dead_letter.discarded", filter, recordIds: discarded });
    return c.json({ matched: page.total, changed: discarded.length, record_ids: discarded }, 200);
  });

  async function fitting(filter: LetterFilter) {
    return await deadLetters.list({ ...queryOf(filter), status: "pending", limit: BULK_MAX });
  }

  async function noteBulk(
    c: Context<ApiEnv>,
    { action, filter, recordIds }: {
      readonly action: string;
      readonly filter: LetterFilter;
      readonly recordIds: readonly string[];
    },
  ): Promise<void> {
    if (recordIds.length === 0) return;
    const details = JSON.parse(JSON.stringify({ filter, record_ids: recordIds }));
    await audit(c, deps, { action, resource: "dead_letters", details });
  }

  app.openapi(readRoute, async (c) => {
    const letter = await deadLetters.get(c.req.valid("param").record_id);
    if (letter === null) throw noLetter();
    return c.json(letterRecord(letter), 200);
  });

  app.openapi(replayRoute, async (c) => {
    const { record_id: recordId } = c.req.valid("param");
    const { payload } = c.req.valid("json");
    const known = await deadLetters.get(recordId);
    if (known === null) throw noLetter();
    if (known.status === "ignored" || known.status === "expired") {
      throw new AppError("conflict", `Cannot replay dead letter "${recordId}": it is ${known.status}`);
    }
    const replayed = await deadLetters.replay({
      recordId,
      eventId: deps.newId(),
      actor: c.var.caller.name,
      ...(payload === undefined ? {} : { payload }),
    });
    if (replayed === null) throw noLetter();
    const { letter, eventId } = replayed;
    await audit(c, deps, {
      action: "dead_letter.replayed",
      resource: `dead_letter:${recordId}`,
      details: { event_id: eventId, is_payload_changed: payload !== undefined },
    });
    return c.json({
      record_id: recordId,
      event_id: eventId,
      queue: QUEUES[letter.stage],
      resolved: letter.status === "resolved",
    }, 200);
  });

  app.openapi(discardRoute, async (c) => {
    const { record_id: recordId } = c.req.valid("param");
    const letter = await deadLetters.discard(recordId, c.var.caller.name);
    if (letter === null) throw noLetter();
    await audit(c, deps, { action: "dead_letter.discarded", resource: `dead_letter:${recordId}` });
    return c.json({ record_id: recordId, status: letter.status }, 200);
  });
}

interface LetterFilter {
  readonly source_name?: string | undefined;
  readonly entity_id?: string | undefined;
  readonly reason?: string | undefined;
  readonly stage?: string | undefined;
}

function queryOf(filter: LetterFilter) {
  return {
    ...(filter.source_name === undefined ? {} : { machineName: filter.source_name }),
    ...(filter.entity_id === undefined ? {} : { entityId: filter.entity_id }),
    ...(filter.reason === undefined ? {} : { reason: filter.reason }),
    ...(filter.stage === undefined ? {} : { stage: filter.stage }),
  };
}

function noLetter(): AppError {
  return new AppError("dead_letter_not_found", "Cannot find the dead letter: no such record");
}

function letterRecord(letter: DeadLetter): z.infer<typeof Letter> {
  return {
    record_id: letter.recordId,
    source_name: letter.machineName,
    entity_id: letter.entityId,
    reason: letter.reason,
    error_message: letter.errorMessage,
    error_type: letter.errorType,
    stage: letter.stage,
    payload: recordOf(letter.stage === "worker_dispatcher" ? maskedAction(letter.payload) : letter.payload),
    metadata: recordOf(letter.metadata),
    attempt: letter.attempt,
    max_attempts: letter.attemptsMax,
    status: letter.status,
    retry_count: letter.retryCount,
    created_at: timeOf(letter.createdAtMs),
    updated_at: timeOrNull(letter.updatedAtMs),
    expires_at: timeOrNull(letter.expiresAtMs),
  };
}
