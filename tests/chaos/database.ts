/** The database of one chaos run, and what can be done to it. */
import { openSqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import type { NewEvent } from "../../src/orchestrator/event.ts";
import type { Store } from "../../src/store/store.ts";

export interface ChaosDatabase {
  readonly dialect: "sqlite" | "postgres";
  readonly url: string;
  open(): Promise<Store>;
  /** Sends without the program: true = acknowledged. Repeating the same event must be harmless. */
  send(event: NewEvent): Promise<boolean>;
  /** Names and deeds. */
  readonly faults: readonly {
    readonly name: string;
    readonly weight: number;
    readonly run: () => Promise<void>;
  }[];
  /** Checks that need the tables themselves. */
  audit(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startSqlite(): Promise<ChaosDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "stator_chaos_" });
  const path = `${folder}/chaos.db`;
  const producer = await openSqliteStore({ path, isMigrated: true });
  return {
    dialect: "sqlite",
    url: `sqlite:///${path}`,
    open: () => openSqliteStore({ path }),
    async send(event) {
      const [result] = await producer.inbox.append([event]);
      return result !== undefined && result.type !== "conflict";
    },
    faults: [],
    audit: () => Promise.resolve([]),
    async stop() {
      await producer.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
