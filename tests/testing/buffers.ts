/** Pages that PostgreSQL touches for a call, however deep in functions: the store's own statements, explained as they run. */
import type { PostgresClient, PostgresValue, Statement } from "../../src/store/postgres/client.ts";
import {
  connectPostgres,
  DEFAULT_POSTGRES_LIMITS,
  type PostgresDatabase,
} from "../../src/store/postgres/connect.ts";
import { parsePostgresUrl } from "../../src/store/postgres/connection_url.ts";
import type { DatabaseRow } from "../../src/store/columns.ts";

export interface CountedDatabase {
  readonly database: PostgresDatabase;
  /** Pages that `use` read or wrote, found in memory or not. */
  count(use: () => Promise<unknown>): Promise<number>;
}

const EXPLAIN = "explain (analyze, buffers, timing off, format json) ";
/** What ends a transaction or begins one has no plan. */
const PLANNED = /^\s*(select|with|update|insert|delete)\b/i;
const WRITES_ONCE = /stator\.commit_turn/;

export function countBuffers(url: string): CountedDatabase {
  const inner = connectPostgres(parsePostgresUrl(url), {
    applicationName: "buffers",
    limits: DEFAULT_POSTGRES_LIMITS,
  });
  let total = 0;

  async function explained(client: PostgresClient, { sql, values }: Statement): Promise<void> {
    const [rows] = await client.run(
      [{ sql: EXPLAIN + sql, ...(values === undefined ? { values: [] } : { values }) }],
      inner.limits.deadlineMs,
    );
    total += buffersOf(rows?.[0]);
  }

  /** Inside the transaction of a turn: a claim may be explained first, a commit is explained instead. */
  function counting(client: PostgresClient): PostgresClient {
    return {
      ...client,
      async run(statements, deadlineMs) {
        const answers: (readonly DatabaseRow[])[] = [];
        for (const statement of statements) {
          if (PLANNED.test(statement.sql)) await explained(client, statement);
          const isDone = WRITES_ONCE.test(statement.sql);
          const [rows = []] = isDone ? [] : await client.run([statement], deadlineMs);
          answers.push(rows);
        }
        return answers;
      },
    };
  }

  /** Explained in a transaction that is rolled back, then run. */
  async function call(sql: string, values: readonly PostgresValue[]): Promise<readonly DatabaseRow[]> {
    const client = await inner.turns.acquire();
    try {
      await client.run([{ sql: "begin" }], inner.limits.deadlineMs);
      await explained(client, { sql, values });
      await client.run([{ sql: "rollback" }], inner.limits.deadlineMs);
    } finally {
      inner.turns.release(client);
    }
    return await inner.all(sql, ...values);
  }

  const wrapped = new Map<PostgresClient, PostgresClient>();
  return {
    database: {
      ...inner,
      all: (sql, ...values) => call(sql, values),
      get: async (sql, ...values) => (await call(sql, values))[0] ?? null,
      turns: {
        ...inner.turns,
        async acquire() {
          const client = await inner.turns.acquire();
          const counted = counting(client);
          wrapped.set(counted, client);
          return counted;
        },
        release(counted) {
          const client = wrapped.get(counted);
          wrapped.delete(counted);
          if (client !== undefined) inner.turns.release(client);
        },
      },
    },
    async count(use) {
      const before = total;
      await use();
      return total - before;
    },
  };
}

function buffersOf(row: DatabaseRow | undefined): number {
  const text = String(row?.["QUERY PLAN"]);
  const [first]: { readonly Plan: Readonly<Record<string, number>> }[] = JSON.parse(text);
  const plan = first?.Plan ?? {};
  return (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0);
}
