/** A bounded pool of clients, each lent to one user at a time; a broken one is replaced. */
import { AppError } from "../../errors.ts";
import type { PostgresClient } from "./client.ts";

export interface ClientPool {
  /** Waits for a free client, up to the time limit (then `store_unavailable`). */
  acquire(): Promise<PostgresClient>;
  /** Every acquired client must come back, broken or not. */
  release(client: PostgresClient): void;
  /** Clients that are open now, in use or not. */
  openCount(): number;
  close(): Promise<void>;
}

export interface ClientPoolOptions {
  readonly size: number;
  readonly acquireMs: number;
  readonly connect: () => PostgresClient;
}

interface Waiter {
  readonly give: (client: PostgresClient) => void;
  readonly refuse: (error: AppError) => void;
}

export function createClientPool(options: ClientPoolOptions): ClientPool {
  const { size, acquireMs, connect } = options;
  const open = new Set<PostgresClient>();
  let idle: PostgresClient[] = [];
  const waiters = new Set<Waiter>();
  let isClosed = false;

  return {
    openCount: () => open.size,
    acquire() {
      if (isClosed) return Promise.reject(closedError());
      const client = freeClient();
      return client === null ? wait() : Promise.resolve(client);
    },
    release(client) {
      if (!client.isUsable() || isClosed) drop(client);
      else idle.push(client);
      serve();
    },
    async close() {
      isClosed = true;
      for (const waiter of waiters) waiter.refuse(closedError());
      waiters.clear();
      const clients = [...open];
      open.clear();
      idle = [];
      await Promise.all(clients.map((client) => client.destroy()));
    },
  };

  /** The one used last is the most likely to be warm, and lets the others rest. */
  function freeClient(): PostgresClient | null {
    for (let client = idle.pop(); client !== undefined; client = idle.pop()) {
      if (client.isUsable()) return client;
      drop(client);
    }
    if (open.size >= size) return null;
    const client = connect();
    open.add(client);
    return client;
  }

  function drop(client: PostgresClient): void {
    open.delete(client);
    void client.destroy();
  }

  function serve(): void {
    for (const waiter of waiters) {
      const client = freeClient();
      if (client === null) return;
      waiters.delete(waiter);
      waiter.give(client);
    }
  }

  function wait(): Promise<PostgresClient> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        give(client) {
          clearTimeout(timer);
          resolve(client);
        },
        refuse(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        waiters.delete(waiter);
        reject(
          new AppError(
            "store_unavailable",
            `Cannot use the database: all ${size} connections are in use for ${acquireMs} ms`,
          ),
        );
      }, acquireMs);
      waiters.add(waiter);
    });
  }
}

function closedError(): AppError {
  return new AppError("store_unavailable", "Cannot use the database: the store is closed");
}
