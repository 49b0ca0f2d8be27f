/** Server-sent events: resumable, with a heartbeat, at most so many at a time, ended when the reader may not read any more. */
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import type { ApiEnv, RouteDeps } from "./env.ts";

const RETRY_MS = 2_000;
/** A token that ended, a key that was revoked or an account that was disabled ends its streams within this time. */
const CHECK_MS = 2_000;
/** A reader that is this many chunks behind is let go; it resumes where it was. */
const CHUNKS_WAITING_MAX = 16;

export interface StreamEvent {
  /** What `Last-Event-ID` brings back; null = nothing to resume from. */
  readonly id: string | null;
  readonly event: string;
  readonly data: unknown;
}

/** Where events come from; `poll` answers with those behind `cursor` and with the cursor behind them. */
export interface StreamSource {
  readonly start: string;
  poll(cursor: string): Promise<StreamBatch>;
}

export interface StreamBatch {
  readonly events: readonly StreamEvent[];
  readonly cursor: string;
  /** More are there already. */
  readonly isMore: boolean;
}

export interface StreamReader {
  readonly gone: AbortSignal;
  /** Throws when the reader may not read any more: the stream then ends. */
  readonly checkAgain: () => Promise<unknown>;
}

export interface EventStreams {
  /** Polls once before it returns, so that an unreadable cursor is still an error and the start is fixed. */
  open(source: StreamSource, reader: StreamReader): Promise<ReadableStream<Uint8Array>>;
}

/** The answer of a stream; HEAD opens none, because nobody would ever read or end it. */
export async function streamAnswer(c: Context<ApiEnv>, open: () => Promise<ReadableStream<Uint8Array>>) {
  return c.body(c.req.method === "HEAD" ? NOTHING : await open(), 200, STREAM_HEADERS);
}

const NOTHING = "";

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
} as const;

export function createEventStreams(
  deps: Pick<RouteDeps, "clock" | "settings" | "closing">,
): EventStreams {
  const { clock, settings: { limits }, closing } = deps;
  const encoder = new TextEncoder();
  let openCount = 0;

  return {
    async open(source, reader) {
      if (openCount >= limits.streamsMax) {
        throw new AppError("too_many_requests", "Cannot open a stream: too many are open", {
          details: { retry_after_seconds: 5 },
        });
      }
      openCount += 1;
      let first: StreamBatch;
      try {
        first = await source.poll(source.start);
      } catch (error) {
        openCount -= 1;
        throw error;
      }
      const ended = new AbortController();
      const signal = AbortSignal.any([reader.gone, closing, ended.signal]);
      return new ReadableStream<Uint8Array>({
        start(controller) {
          void run(controller, { source, reader, first, signal }).finally(() => {
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
    { source, reader, first, signal }: {
      readonly source: StreamSource;
      readonly reader: StreamReader;
      readonly first: StreamBatch;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const send = (text: string) => controller.enqueue(encoder.encode(text));
    let batch = first;
    let sentAtMs = clock.nowMs();
    let checkedAtMs = sentAtMs;
    send(`retry: ${RETRY_MS}\n: connected\n\n`);
    try {
      while (!signal.aborted && (controller.desiredSize ?? 0) > 0) {
        if (batch.events.length > 0 || clock.nowMs() - sentAtMs >= limits.streamHeartbeatMs) {
          send(batch.events.length > 0 ? batch.events.map(eventText).join("") : ": heartbeat\n\n");
          sentAtMs = clock.nowMs();
        }
        if (!batch.isMore) await clock.sleep(limits.streamPollMs, signal);
        if (signal.aborted) break;
        if (clock.nowMs() - checkedAtMs >= CHECK_MS) {
          await reader.checkAgain();
          checkedAtMs = clock.nowMs();
        }
        batch = await source.poll(batch.cursor);
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

function eventText({ id, event, data }: StreamEvent): string {
  const idLine = id === null ? "" : `id: ${id}\n`;
  return `${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
