/** Live news for pages: one stream for all topics a page shows, and changes of configuration. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { JOB_KIND } from "../../orchestrator/job.ts";
import type { AuditEntry } from "../../store/store.ts";
import { defineRoute, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { type EventStreams, streamAnswer, type StreamBatch, type StreamEvent } from "../event_stream.ts";
import { jobRecord } from "./job_records.ts";
import { feedItem } from "./transitions.ts";
import { recordOf, Ticket, timeOf } from "./shared.ts";

const TOPICS_MAX = 20;
const TOPIC =
  /^(?:history|queue|dead-letters|workers|stats|jobs|machine:\*|entity:[A-Za-z0-9][A-Za-z0-9._-]{0,254})$/;
const ROWS_PER_POLL = 100;
const CHANGES_PER_POLL = 50;
/** The newest ones. */
const JOBS_SHOWN = 20;
/** Figures are taken at most this often, once for all streams. */
const FIGURES_MS = 1_000;

const ONE_TOPIC = TOPIC.source.slice(1, -1);
const TOPICS_PATTERN = `^${ONE_TOPIC}(?:,${ONE_TOPIC}){0,${TOPICS_MAX - 1}}$`;

const TopicList = z.string().min(1).max(2_000).transform((text) =>
  text.split(",").map((topic) => topic.trim())
)
  .pipe(z.array(z.string().regex(TOPIC)).max(TOPICS_MAX))
  .openapi({
    type: "string",
    maxLength: 2_000,
    pattern: TOPICS_PATTERN,
    example: "history,queue,dead-letters,machine:*,entity:order-17",
  });

const eventStream = { "text/event-stream": { schema: z.string() } };

const streamRoute = defineRoute({
  method: "get",
  path: "/api/v1/stream",
  tags: ["transitions"],
  summary:
    "News of several topics in one stream; `Last-Event-ID` resumes history and machines without gap or double",
  request: {
    query: z.strictObject({
      topics: TopicList,
      after: z.string().min(1).max(2_048).optional(),
      ticket: Ticket.optional(),
    }),
  },
  responses: {
    200: { description: "Events named by their topic", content: eventStream },
    429: problemAnswer("Too many open streams"),
  },
});

const changesRoute = defineRoute({
  method: "get",
  path: "/api/v1/events/stream",
  tags: ["transitions"],
  summary: "Changes of machines and webhooks, from any process",
  request: {
    query: z.strictObject({ topic: z.string().min(1).max(200).optional(), ticket: Ticket.optional() }),
  },
  responses: {
    200: { description: "Unnamed events", content: eventStream },
    429: problemAnswer("Too many open streams"),
  },
});

/** The changes of configuration that were told: all before a time, and some of that millisecond. */
interface ToldChanges {
  readonly atMs: number;
  readonly ids: readonly string[];
}

/** Where a reader is in the feed of history and in the changes. */
interface Place {
  readonly history: string;
  readonly changes: ToldChanges;
}

const IDS_MAX = 20;
const StoredPlace = z.strictObject({
  h: z.string().max(512),
  t: z.number(),
  i: z.array(z.string().max(64)).max(IDS_MAX),
});

interface Figures {
  readonly queue: unknown;
  readonly "dead-letters": unknown;
  readonly workers: unknown;
  readonly stats: unknown;
  readonly jobs: unknown;
}

type FigureTopic = keyof Figures;
const FIGURE_TOPICS: readonly FigureTopic[] = ["queue", "dead-letters", "workers", "stats", "jobs"];

export function addStreamRoutes(app: ApiApp, deps: RouteDeps & { readonly streams: EventStreams }): void {
  const { store, streams, clock } = deps;
  let figures: { readonly atMs: number; readonly value: Promise<Figures> } | null = null;

  app.openapi(streamRoute, async (c) => {
    const { topics, after } = c.req.valid("query");
    const given = c.req.header("last-event-id") ?? after ?? null;
    const start = given === null ? textOf(await placeNow()) : given;
    const told = new Map<FigureTopic, string>();
    return await streamAnswer(c, () =>
      streams.open({
        start,
        poll: (cursor) => pollTopics(topics, placeOf(cursor), told),
      }, { gone: c.req.raw.signal, checkAgain: c.var.checkAgain }));
  });

  app.openapi(changesRoute, async (c) => {
    const wanted = (c.req.valid("query").topic ?? "*").split(",").map((topic) => topic.trim());
    return await streamAnswer(c, async () =>
      streams.open({
        start: textOf({ history: "", changes: await changesNow() }),
        async poll(cursor) {
          const place = placeOf(cursor);
          const changes = await changesSince(place.changes);
          const events = changes.map((entry) => ({ id: entry.id, event: "message", data: changeItem(entry) }))
            .filter(({ data }) => wanted.includes("*") || wanted.includes(data.topic));
          return {
            events,
            cursor: textOf({ ...place, changes: toldAfter(place.changes, changes) }),
            isMore: false,
          };
        },
      }, { gone: c.req.raw.signal, checkAgain: c.var.checkAgain }));
  });

  async function pollTopics(
    topics: readonly string[],
    place: Place,
    told: Map<FigureTopic, string>,
  ): Promise<StreamBatch> {
    const page = await store.history.feed({ after: place.history, limit: ROWS_PER_POLL });
    const changes = topics.includes("machine:*") ? await changesSince(place.changes) : [];
    const next: Place = {
      history: page.items.at(-1)?.cursor ?? place.history,
      changes: toldAfter(place.changes, changes),
    };
    const events: StreamEvent[] = [];
    for (const row of page.items) {
      const id = textOf({ ...place, history: row.cursor });
      const own = `entity:${row.entityId}`;
      if (topics.includes("history")) events.push({ id, event: "history", data: feedItem(row) });
      if (topics.includes(own)) events.push({ id, event: own, data: feedItem(row) });
    }
    for (const [index, entry] of changes.entries()) {
      if (!entry.action.startsWith("machine.")) continue;
      const id = textOf({ ...next, changes: toldAfter(place.changes, changes.slice(0, index + 1)) });
      events.push({ id, event: "machine", data: changeItem(entry) });
    }
    events.push(...await changedFigures(topics, told));
    return { events, cursor: textOf(next), isMore: page.items.length === ROWS_PER_POLL };
  }

  async function changedFigures(
    topics: readonly string[],
    told: Map<FigureTopic, string>,
  ): Promise<readonly StreamEvent[]> {
    const wanted = FIGURE_TOPICS.filter((topic) => topics.includes(topic));
    if (wanted.length === 0) return [];
    const now = await figuresNow();
    return wanted.flatMap((topic) => {
      const text = JSON.stringify(now[topic]);
      if (told.get(topic) === text) return [];
      told.set(topic, text);
      return [{ id: null, event: topic, data: now[topic] }];
    });
  }

  function figuresNow(): Promise<Figures> {
    const nowMs = clock.nowMs();
    if (figures === null || nowMs - figures.atMs >= FIGURES_MS) {
      figures = { atMs: nowMs, value: takeFigures() };
    }
    return figures.value;
  }

  async function takeFigures(): Promise<Figures> {
    const [queue, outbox, letters, workers, states, jobs] = await Promise.all([
      store.inbox.counts(),
      store.outbox.counts(),
      store.deadLetters.stats(),
      store.operations.workers(),
      store.entities.countByState(),
      store.operations.documents.list(JOB_KIND, { limit: JOBS_SHOWN, isNewestFirst: true }),
    ]);
    return {
      queue: {
        pending: queue.pending,
        scheduled: queue.scheduled,
        outbox_pending: outbox.pending,
        outbox_leased: outbox.leased,
      },
      "dead-letters": {
        total: letters.total,
        by_status: { ...letters.byStatus },
        by_reason: { ...letters.byReason },
      },
      workers: workers.map((worker) => ({ worker_id: worker.workerId, info: recordOf(worker.info) })),
      stats: states.map((row) => ({ machine_name: row.machineName, state: row.state, count: row.count })),
      jobs: jobs.items.map(jobRecord),
    };
  }

  async function placeNow(): Promise<Place> {
    return { history: await store.history.head(), changes: await changesNow() };
  }

  async function changesNow(): Promise<ToldChanges> {
    const { items } = await store.operations.auditLog({ limit: CHANGES_PER_POLL });
    return toldAfter({ atMs: 0, ids: [] }, items);
  }

  /** Oldest first; what is older than a page of the audit trail is not told any more. */
  async function changesSince(told: ToldChanges): Promise<readonly AuditEntry[]> {
    const { items } = await store.operations.auditLog({ limit: CHANGES_PER_POLL });
    return items.filter((entry) =>
      CHANGE.test(entry.action) &&
      (entry.atMs > told.atMs || (entry.atMs === told.atMs && !told.ids.includes(entry.id)))
    ).toSorted((a, b) => a.atMs - b.atMs);
  }
}

/** What is told when these changes were told too. */
function toldAfter(told: ToldChanges, changes: readonly AuditEntry[]): ToldChanges {
  const atMs = Math.max(told.atMs, ...changes.map((entry) => entry.atMs));
  const ids = changes.filter((entry) => entry.atMs === atMs).map((entry) => entry.id);
  return { atMs, ids: [...(told.atMs === atMs ? told.ids : []), ...ids].slice(-IDS_MAX) };
}

const CHANGE = /^(machine|webhook)\.(created|changed|deleted)$/;
const ACTIONS: Readonly<Record<string, string>> = {
  created: "created",
  changed: "updated",
  deleted: "deleted",
};

function changeItem(entry: AuditEntry) {
  const [topic = "", what = ""] = entry.action.split(".");
  return {
    topic,
    action: ACTIONS[what] ?? what,
    resource_id: entry.resource.slice(entry.resource.indexOf(":") + 1),
    actor: entry.actor,
    details: recordOf(entry.details),
    at: timeOf(entry.atMs),
    timestamp: entry.atMs / 1000,
  };
}

function textOf({ history, changes }: Place): string {
  const text = JSON.stringify({ h: history, t: changes.atMs, i: changes.ids });
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

function placeOf(text: string): Place {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const { h, t, i } = StoredPlace.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { history: h, changes: { atMs: t, ids: i } };
  } catch (cause) {
    throw new AppError("bad_request", "Cannot resume the stream: the id is of another stream", { cause });
  }
}
