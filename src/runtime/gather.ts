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
  /** Batches at one time as long as they are quick and not full: few batches are large. Default: `concurrencyMax`. */
  readonly quickMax?: number;
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

/** A batch that takes longer waits for something, a lock of somebody else for example: others need not wait with it. */
const QUICK_MS = 50;

/** Batches start at the end of the current turn of the event loop, so that requests read together run together. */
export function createGatherer<Request, Result>(
  options: GatherOptions<Request, Result>,
): Gatherer<Request, Result> {
  let queue: Waiting<Request, Result>[] = [];
  const deadlines = createDeadlines(options.deadlineMs);
  const keysRunning = new Set<string>();
  const { batchMax, concurrencyMax, quickMax = concurrencyMax } = options;
  const slow = createDeadlines(QUICK_MS);
  let batchesRunning = 0;
  let batchesQuick = 0;
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

  /** A full batch need not wait for others to join it. */
  function isFull(): boolean {
    return batchesRunning >= concurrencyMax || (batchesQuick >= quickMax && queue.length < batchMax);
  }

  function schedule(): void {
    if (isScheduled || queue.length === 0 || isFull()) return;
    isScheduled = true;
    // After everything that has arrived was read, and without the 2 ms that a timer of 0 ms takes (measured).
    setImmediate(() => {
      isScheduled = false;
      startBatches();
    });
  }

  function startBatches(): void {
    while (!isFull()) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      void runBatch(batch);
    }
  }

  function takeBatch(): readonly Waiting<Request, Result>[] {
    const batch: Waiting<Request, Result>[] = [];
    const rest: Waiting<Request, Result>[] = [];
    for (const waiting of queue) {
      const isHeld = options.keyOf !== null && keysRunning.has(options.keyOf(waiting.request));
      (isHeld || batch.length >= batchMax ? rest : batch).push(waiting);
    }
    queue = rest;
    return batch;
  }

  async function runBatch(batch: readonly Waiting<Request, Result>[]): Promise<void> {
    const keys = options.keyOf === null ? [] : batch.map((waiting) => options.keyOf?.(waiting.request) ?? "");
    for (const key of keys) keysRunning.add(key);
    batchesRunning += 1;
    batchesQuick += 1;
    let isQuick = true;
    const ended = slow.start(() => {
      isQuick = false;
      batchesQuick -= 1;
      schedule();
    });
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
      ended();
      batchesRunning -= 1;
      if (isQuick) batchesQuick -= 1;
      schedule();
    }
  }
}
