/** The transitions feed as server-sent events: resumable, with a heartbeat, at most so many at a time. */
import { AppError } from "../errors.ts";
import type { HistoryRow } from "../orchestrator/history.ts";
import type { FeedQuery } from "../store/store.ts";
import type { RouteDeps } from "./env.ts";

const ROWS_PER_POLL = 100;
const RETRY_MS = 2_000;
/** A token that ended, a key that was revoked or an account that was disabled ends its streams within this time. */
const CHECK_MS = 2_000;
/** A reader that takes longer than this for one batch is let go; it resumes where it was. */
const CHUNKS_WAITING_MAX = 16;

export interface FeedStreams {
  /** Where it starts is fixed before this returns. Throws `bad_request` for an unreadable cursor. */
  open(query: Omit<FeedQuery, "limit">, reader: StreamReader): Promise<ReadableStream<Uint8Array>>;
}

export interface StreamReader {
  readonly gone: AbortSignal;
  /** Throws when the reader may not read any more: the stream then ends. */
  readonly checkAgain: () => Promise<unknown>;
}

type FeedRow = HistoryRow & { readonly cursor: string };

export function createFeedStreams(deps: RouteDeps, itemOf: (row: FeedRow) => unknown): FeedStreams {
  const { store: { history }, clock, settings: { limits }, closing } = deps;
  const encoder = new TextEncoder();
  let openCount = 0;

  return {
    async open(query, { gone, checkAgain }) {
      if (openCount >= limits.streamsMax) {
        throw new AppError("too_many_requests", "Cannot open a stream: too many are open", {
          details: { retry_after_seconds: 5 },
        });
      }
      const start = query.after ?? await history.head();
      // Proves that the cursor can be read while the answer may still be an error.
      const first = await history.feed({ ...query, after: start, limit: ROWS_PER_POLL });
      openCount += 1;
      const ended = new AbortController();
      const signal = AbortSignal.any([gone, closing, ended.signal]);
      return new ReadableStream<Uint8Array>({
        start(controller) {
          void run(controller, { query, start, first: first.items, signal, checkAgain }).finally(() => {
            openCount -= 1;
            ended.abort();
          });
        },
        cancel: () => ended.abort(),
      }, { highWaterMark: CHUNKS_WAITING_MAX });
    },
  };

  async function run(
    controller: ReadableStreamDefaultController<Uint8Array>,
    options: {
      readonly query: Omit<FeedQuery, "limit">;
      readonly start: string;
      readonly first: readonly FeedRow[];
      readonly signal: AbortSignal;
      readonly checkAgain: StreamReader["checkAgain"];
    },
  ): Promise<void> {
    const { query, signal, checkAgain } = options;
    const send = (text: string) => controller.enqueue(encoder.encode(text));
    let cursor = options.start;
    let rows = options.first;
    let sentAtMs = clock.nowMs();
    let checkedAtMs = sentAtMs;
    send(`retry: ${RETRY_MS}\n: connected\n\n`);
    try {
      while (!signal.aborted) {
        if ((controller.desiredSize ?? 0) <= 0) break;
        if (rows.length > 0) {
          send(rows.map((row) => eventText(row, itemOf(row))).join(""));
          sentAtMs = clock.nowMs();
          cursor = rows.at(-1)?.cursor ?? cursor;
        } else if (clock.nowMs() - sentAtMs >= limits.streamHeartbeatMs) {
          send(": heartbeat\n\n");
          sentAtMs = clock.nowMs();
        }
        if (rows.length < ROWS_PER_POLL) await clock.sleep(limits.streamPollMs, signal);
        if (signal.aborted) break;
        if (clock.nowMs() - checkedAtMs >= CHECK_MS) {
          await checkAgain();
          checkedAtMs = clock.nowMs();
        }
        rows = (await history.feed({ ...query, after: cursor, limit: ROWS_PER_POLL })).items;
      }
      controller.close();
    } catch (error) {
      // The reader reconnects with its last id and misses nothing; whoever may not read any more is told so then.
      if (signal.aborted) return;
      if (error instanceof AppError && error.code === "unauthenticated") controller.close();
      else controller.error(error);
    }
  }
}

function eventText(row: FeedRow, item: unknown): string {
  return `id: ${row.cursor}\nevent: transition\ndata: ${JSON.stringify(item)}\n\n`;
}
