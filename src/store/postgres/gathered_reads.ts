/** Reads by key that come together share a statement: what arrives while one is under way goes into the next one. */
import { setImmediate } from "node:timers";
import { AppError } from "../../errors.ts";

export interface GatheredReads<Value> {
  /** Never older than the call: its statement starts afterwards. Throws `too_many_requests` when full. */
  get(key: string): Promise<Value | null>;
}

export interface GatheredReadsOptions<Value> {
  /** Keys in one statement. */
  readonly batchMax: number;
  readonly concurrencyMax: number;
  readonly waitingMax: number;
  /** The values of those keys that have one. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
}

interface Waiting<Value> {
  readonly resolve: (value: Value | null) => void;
  readonly reject: (error: unknown) => void;
}

export function createGatheredReads<Value>(options: GatheredReadsOptions<Value>): GatheredReads<Value> {
  const { batchMax, concurrencyMax, waitingMax, read } = options;
  let waiting = new Map<string, Waiting<Value>[]>();
  let waitingCount = 0;
  let running = 0;
  let isScheduled = false;

  return {
    get(key) {
      if (waitingCount >= waitingMax) {
        return Promise.reject(
          new AppError("too_many_requests", `Cannot read: ${waitingCount} reads are waiting already`),
        );
      }
      return new Promise((resolve, reject) => {
        const others = waiting.get(key);
        if (others === undefined) waiting.set(key, [{ resolve, reject }]);
        else others.push({ resolve, reject });
        waitingCount += 1;
        schedule();
      });
    },
  };

  /** After everything that has arrived was read. */
  function schedule(): void {
    if (isScheduled || waiting.size === 0 || running >= concurrencyMax) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      void runBatch(take());
      schedule();
    });
  }

  function take(): ReadonlyMap<string, readonly Waiting<Value>[]> {
    if (waiting.size <= batchMax) {
      const all = waiting;
      waiting = new Map();
      waitingCount = 0;
      return all;
    }
    const batch = new Map([...waiting].slice(0, batchMax));
    for (const [key, readers] of batch) {
      waiting.delete(key);
      waitingCount -= readers.length;
    }
    return batch;
  }

  async function runBatch(batch: ReadonlyMap<string, readonly Waiting<Value>[]>): Promise<void> {
    running += 1;
    try {
      const values = await read([...batch.keys()]);
      for (const [key, readers] of batch) {
        const value = values.get(key) ?? null;
        for (const reader of readers) reader.resolve(value);
      }
    } catch (error) {
      for (const readers of batch.values()) for (const reader of readers) reader.reject(error);
    } finally {
      running -= 1;
      schedule();
    }
  }
}
