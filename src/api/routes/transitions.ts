/** Everything that happens, in one order that no reader can miss a row of: as pages and as a stream. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { CLOUD_EVENT_BATCH_TYPE, transitionCloudEvent } from "../../orchestrator/cloud_event.ts";
import type { HistoryRow } from "../../orchestrator/history.ts";
import { defineRoute, problemAnswer } from "../contract.ts";
import { CloudEventSchema } from "../cloud_events/schema.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { type EventStreams, streamAnswer } from "../event_stream.ts";
import {
  Cursor,
  EntityId,
  Flag,
  Instant,
  InstantText,
  JsonRecord,
  MachineName,
  recordOf,
  Ticket,
  timeOf,
  wholeNumber,
} from "./shared.ts";

const ROWS_PER_POLL = 100;

export const FeedItem = z.object({
  id: z.string(),
  entity_id: z.string(),
  machine_name: z.string().nullable(),
  source_state: z.string(),
  target_state: z.string().nullable(),
  trigger: z.string(),
  success: z.boolean(),
  error_type: z.string().nullable(),
  error_message: z.string().nullable(),
  payload: JsonRecord.nullable().openapi({ description: "Context afterwards; null when it did not change" }),
  actions_executed: z.array(z.string()).nullable(),
  occurred_at: Instant,
  duration_ms: z.int().nullable(),
  outcome: z.string(),
  position: z.int(),
  cursor: z.string(),
}).openapi("TransitionFeedItem");

const Feed = z.object({ items: z.array(FeedItem), next_cursor: z.string().nullable() })
  .openapi("TransitionsFeedResponse");

/** `cloudevents` gives each row as a CloudEvent 1.0; of pages the header `Accept` can ask for it as well. */
const Format = z.enum(["transitions", "cloudevents"]);

const filterQuery = {
  format: Format.optional(),
  after: Cursor.optional(),
  success: Flag.optional(),
  machine_name: MachineName.optional(),
  entity_id: EntityId.optional(),
};

const feedRoute = defineRoute({
  method: "get",
  path: "/api/v1/transitions",
  tags: ["transitions"],
  summary: "History of all entities, oldest first; nothing ever appears behind a cursor",
  request: {
    query: z.strictObject({
      ...filterQuery,
      limit: wholeNumber({ min: 1, max: 500 }).optional(),
      start_at: InstantText.optional(),
      end_at: InstantText.optional(),
    }),
  },
  responses: {
    200: {
      description: "One page; as CloudEvents the next one stands in the header `Link`",
      content: {
        "application/json": { schema: Feed },
        [CLOUD_EVENT_BATCH_TYPE]: { schema: z.array(CloudEventSchema) },
      },
    },
  },
});

const streamRoute = defineRoute({
  method: "get",
  path: "/api/v1/transitions/stream",
  tags: ["transitions"],
  summary:
    "The same as server-sent events: `id` is the cursor, `Last-Event-ID` resumes without gap or double",
  request: { query: z.strictObject({ ...filterQuery, ticket: Ticket.optional() }) },
  responses: {
    200: {
      description: "Events named `transition`",
      content: { "text/event-stream": { schema: z.string() } },
    },
    429: problemAnswer("Too many open streams"),
  },
});

export function addTransitionRoutes(app: ApiApp, deps: RouteDeps & { readonly streams: EventStreams }): void {
  const { store: { history }, streams } = deps;

  app.openapi(streamRoute, async (c) => {
    const query = c.req.valid("query");
    const shown = query.format === "cloudevents" ? cloudEventItem : feedItem;
    const after = c.req.header("last-event-id") ?? query.after ?? null;
    const filter = filterOf(query);
    return await streamAnswer(c, async () =>
      streams.open({
        start: after ?? await history.head(),
        async poll(cursor) {
          const { items } = await history.feed({ ...filter, after: cursor, limit: ROWS_PER_POLL });
          return {
            events: items.map((row) => ({ id: row.cursor, event: "transition", data: shown(row) })),
            cursor: items.at(-1)?.cursor ?? cursor,
            isMore: items.length === ROWS_PER_POLL,
          };
        },
      }, { gone: c.req.raw.signal, checkAgain: c.var.checkAgain }));
  });

  app.openapi(feedRoute, async (c) => {
    const query = c.req.valid("query");
    const page = await history.feed({
      ...filterOf(query),
      after: query.after ?? null,
      ...(query.start_at === undefined ? {} : { fromMs: query.start_at }),
      ...(query.end_at === undefined ? {} : { toMs: query.end_at }),
      limit: query.limit ?? 100,
    });
    if (wantsCloudEvents(c, query.format)) {
      c.header("vary", "Accept");
      if (page.nextCursor !== null) c.header("link", nextLink(c, page.nextCursor));
      const events = page.items.map(cloudEventItem);
      return c.json(events, 200, { "content-type": CLOUD_EVENT_BATCH_TYPE });
    }
    return c.json({ items: page.items.map(feedItem), next_cursor: page.nextCursor }, 200);
  });
}

function cloudEventItem(row: HistoryRow): z.infer<typeof CloudEventSchema> {
  const event = transitionCloudEvent(row);
  return { ...event, data: recordOf(event.data) };
}

function wantsCloudEvents(c: Context<ApiEnv>, format: z.infer<typeof Format> | undefined): boolean {
  if (format !== undefined) return format === "cloudevents";
  return (c.req.header("accept") ?? "").toLowerCase().includes(CLOUD_EVENT_BATCH_TYPE);
}

function nextLink(c: Context<ApiEnv>, cursor: string): string {
  const { pathname, searchParams } = new URL(c.req.url);
  searchParams.set("after", cursor);
  return `<${pathname}?${searchParams}>; rel="next"`;
}

function filterOf(query: {
  readonly success?: boolean | undefined;
  readonly machine_name?: string | undefined;
  readonly entity_id?: string | undefined;
}) {
  return {
    ...(query.success === undefined ? {} : { isSuccess: query.success }),
    ...(query.machine_name === undefined ? {} : { machineName: query.machine_name }),
    ...(query.entity_id === undefined ? {} : { entityId: query.entity_id }),
  };
}

/** One row of history as the feed shows it. */
export function feedItem(row: HistoryRow & { readonly cursor: string }): z.infer<typeof FeedItem> {
  return {
    id: row.id,
    entity_id: row.entityId,
    machine_name: row.machineName === "" ? null : row.machineName,
    source_state: row.fromState,
    target_state: row.toState,
    trigger: row.trigger,
    success: row.isSuccess,
    error_type: row.reason,
    error_message: row.errorMessage,
    payload: row.context === null ? null : recordOf(row.context),
    actions_executed: row.actions.map((action) => action.name),
    occurred_at: timeOf(row.createdAtMs),
    duration_ms: row.durationMs,
    outcome: row.outcome,
    position: row.position,
    cursor: row.cursor,
  };
}
