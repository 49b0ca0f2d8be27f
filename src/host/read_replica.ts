/** Lists and history from a read replica; decisions, and everything while the replica is away, from the primary. */
import { AppError } from "../errors.ts";
import type { Store } from "../store/store.ts";

/** A replica lags: what it answers is for people, never for a decision. */
export function withReadReplica(primary: Store, replica: Store): Store {
  return {
    ...primary,
    entities: {
      ...primary.entities,
      list: (query) => read((store) => store.entities.list(query)),
      countByState: (machineName) => read((store) => store.entities.countByState(machineName)),
    },
    history: {
      ...primary.history,
      list: (query) => read((store) => store.history.list(query)),
      stats: (entityId) => read((store) => store.history.stats(entityId)),
      recent: (query) => read((store) => store.history.recent(query)),
    },
    inbox: { ...primary.inbox, list: (query) => read((store) => store.inbox.list(query)) },
    deadLetters: {
      ...primary.deadLetters,
      stats: (machineName) => read((store) => store.deadLetters.stats(machineName)),
    },
    async close() {
      await Promise.all([primary.close(), replica.close()]);
    },
  };

  async function read<Result>(ask: (store: Store) => Promise<Result>): Promise<Result> {
    try {
      return await ask(replica);
    } catch (error) {
      if (error instanceof AppError && error.code === "store_unavailable") return await ask(primary);
      throw error;
    }
  }
}
