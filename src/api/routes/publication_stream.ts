/** What machines publish, live: one stream for the topics that somebody asks for. */
import { z } from "@hono/zod-openapi";
import { defineRoute, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { type EventStreams, streamAnswer, type StreamBatch } from "../event_stream.ts";
import { placeBehind, placeFrom, publicationsSince, textOfPlace } from "../publications.ts";
import { recordOf, Ticket } from "./shared.ts";

const TOPICS_MAX = 20;
const EVENTS_PER_POLL = 100;

const TopicList = z.string().min(1).max(4_200).transform((text) =>
  text.split(",").map((topic) => topic.trim())
)
  .pipe(z.array(z.string().regex(/^(?:\*|[A-Za-z0-9_.:-]{1,200})$/)).max(TOPICS_MAX))
  .openapi({
    type: "string",
    maxLength: 4_200,
    pattern: `^(?:\\*|[A-Za-z0-9_.:-]{1,200})(?:,(?:\\*|[A-Za-z0-9_.:-]{1,200})){0,${TOPICS_MAX - 1}}$`,
    example: "order_paid,order_shipped",
  });

const streamRoute = defineRoute({
  method: "get",
  path: "/api/v1/publications/stream",
  tags: ["webhooks"],
  summary: "What action `publish` tells, by topic, `*` = all; `Last-Event-ID` resumes for an hour",
  request: {
    query: z.strictObject({
      topics: TopicList,
      after: z.string().min(1).max(1_000).optional(),
      ticket: Ticket.optional(),
    }),
  },
  responses: {
    200: {
      description: "Events named by their topic, with the body that webhooks get",
      content: { "text/event-stream": { schema: z.string() } },
    },
    429: problemAnswer("Too many open streams"),
  },
});

export function addPublicationStreamRoutes(
  app: ApiApp,
  deps: RouteDeps & { readonly streams: EventStreams },
): void {
  const { store, streams } = deps;

  app.openapi(streamRoute, async (c) => {
    const { topics, after } = c.req.valid("query");
    const given = c.req.header("last-event-id") ?? after ?? null;
    const start = given ?? textOfPlace({ atMs: await store.ping(), ids: [] });
    return await streamAnswer(c, () =>
      streams.open(
        { start, poll: (cursor) => poll(cursor, topics) },
        { gone: c.req.raw.signal, checkAgain: c.var.checkAgain },
      ));
  });

  async function poll(cursor: string, topics: readonly string[]): Promise<StreamBatch> {
    const place = placeFrom(cursor);
    const fresh = await publicationsSince(store.operations.documents, place, await store.ping());
    const told = fresh.slice(0, EVENTS_PER_POLL);
    const events = told.flatMap((item, index) => {
      const topic = String(item.body.type ?? "");
      if (!topics.includes("*") && !topics.includes(topic)) return [];
      const id = textOfPlace(placeBehind(place, told.slice(0, index + 1)));
      return [{ id, event: topic, data: recordOf(item.body) }];
    });
    return {
      events,
      cursor: textOfPlace(placeBehind(place, told)),
      isMore: fresh.length > told.length,
    };
  }
}
