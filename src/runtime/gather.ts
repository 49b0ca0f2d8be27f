/** Many concurrent requests become few batches: what arrives while a batch is under way goes into the next one. */
import { setImmediate } from "node:timers";
import { AppError } from "../errors.ts";
import { createDeadlines } from "./deadlines.ts";

export interface Gatherer<Request, Result> {
  /** Answers with this request's part of its batch. Throws `too_many_requests` when full, `timeout` when late. */
  add(request: Request): Promise<Result>;
  /** Requests that wait for a batch. */
  waitingCount(): number;
}

export interface GatherOptions<Request, Result> {
  readonly batchMax: number;
  readonly concurrencyMax: number;
  readonly queueMax: number;
  readonly deadlineMs: number;
  /** Requests with the same key run in the order they came, never in two batches at once; null = no order. */
  readonly keyOf: ((request: Request) => string) | null;
  /** Answers in the order of the batch; a throw fails the whole batch. */
  readonly run: (batch: readonly Request[]) => Promise<readonly Result[]>;
}

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** Calls the deadline off. */
  readonly answered: () => void;
}

/** Batches start at the end of the current turn of the event loop, so that requests read together run together. */
export function createGatherer<Request, Result>(
  options: GatherOptions<Request, Result>,
): Gatherer<Request, Result> {
  let queue: Waiting<Request, Result>[] = [];
  const deadlines = createDeadlines(options.deadlineMs);
  const keysRunning = new Set<string>();
  let batchesRunning = 0;
  let isScheduled = false;

  return {
    waitingCount: () => queue.length,
    add(request) {
      if (queue.length >= options.queueMax) {
        return Promise.reject(
          new AppError("too_many_requests", `Cannot accept the request: ${queue.length} are waiting already`),
        );
      }
      return new Promise((resolve, reject) => {
        const waiting = { request, resolve, reject, answered: deadlines.start(expire) };
        function expire(): void {
          queue = queue.filter((other) => other !== waiting);
          reject(new AppError("timeout", `Cannot answer the request: ${options.deadlineMs} ms are over`));
        }
        queue.push(waiting);
        schedule();
      });
    },
  };

  function schedule(): void {
    if (isScheduled || queue.length === 0 || batchesRunning >= options.concurrencyMax) return;
    isScheduled = true;
    // After everything that has arrived was read, and without the 2 ms that a timer of 0 ms takes (measured).
    setImmediate(() => {
      isScheduled = false;
      startBatches();
    });
  }

  function startBatches(): void {
    while (batchesRunning < options.concurrencyMax) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      batchesRunning += 1;
      void runBatch(batch);
    }
  }

  function takeBatch(): readonly Waiting<Request, Result>[] {
    const batch: Waiting<Request, Result>[] = [];
    const rest: Waiting<Request, Result>[] = [];
    for (const waiting of queue) {
      const isHeld = options.keyOf !== null && keysRunning.has(options.keyOf(waiting.request));
      (isHeld || batch.length >= options.batchMax ? rest : batch).push(waiting);
    }
    queue = rest;
    return batch;
  }

  async function runBatch(batch: readonly Waiting<Request, Result>[]): Promise<void> {
    const keys = options.keyOf === null ? [] : batch.map((waiting) => options.keyOf?.(waiting.request) ?? "");
    for (const key of keys) keysRunning.add(key);
    try {
      const results = await options.run(batch.map((waiting) => waiting.request));
      batch.forEach((waiting, index) => {
        const result = results[index];
        if (result === undefined) {
          waiting.reject(new AppError("internal", "Cannot answer the request: no result"));
        } else waiting.resolve(result);
      });
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      for (const waiting of batch) waiting.answered();
      for (const key of keys) keysRunning.delete(key);
      batchesRunning -= 1;
      schedule();
    }
  }
}
